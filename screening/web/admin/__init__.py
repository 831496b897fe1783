"""Pages of the admin audience."""
