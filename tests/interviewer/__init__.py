"""Interviews, scorecards, blindness, debrief and decision."""
