"""The lexicon's cue tables as compiled patterns; the words live in the tables, never here."""

from __future__ import annotations

import re
from functools import cache

from rubrics.lexicon import Lexicon


class Cues:
    """Patterns by the name of their cue group, compiled once for each set of tables."""

    __slots__ = ("_lexicon",)

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def pattern(self, name: str) -> re.Pattern[str]:
        """The group's alternatives, to be searched for in plain text."""
        return _compiled(self._lexicon.cues(name))

    whole = pattern


@cache
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{word})" for word in words))
