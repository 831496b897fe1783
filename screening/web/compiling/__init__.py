"""How templates become code: once for each language, with their words in place."""

from screening.web.compiling.environment import PageEnvironment

__all__ = ["PageEnvironment"]
