"""Pages of the interviewer audience."""
