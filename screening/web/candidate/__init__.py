"""Pages of the candidate audience."""
