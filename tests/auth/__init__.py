"""Signing in, preferences, one's own settings."""
