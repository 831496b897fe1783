"""What people send: forms clean and validate, and never save."""
