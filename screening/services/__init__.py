"""The verbs: one public function an act; they never commit, never read the clock, never know the web."""
