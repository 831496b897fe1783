"""Keeping the embedded shape alive: one parent, its children, their order, their logs and their ends.

Nothing here loads the web framework, the database or Celery: the supervisor stays small and starts at once.
"""
