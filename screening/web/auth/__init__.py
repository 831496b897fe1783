"""Signing in, language and theme, own account."""
