"""What pages show: explicit queries that return frozen rows."""
