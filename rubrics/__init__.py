"""The engine: posting text to rubric, application to verdicts; pure, without web, database, clock or randomness."""
