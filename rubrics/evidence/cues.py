"""The lexicon's cue tables as compiled patterns; the words live in the tables, never here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter

from rubrics.evidence.starters import grams, starters
from rubrics.lexicon import Lexicon


@dataclass(slots=True)
class _Table:
    """What is worked out once for each version of the tables: patterns, and which groups a run of letters can begin."""

    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)
    groups_by_start: dict[str, frozenset[str]] = field(default_factory=dict)
    ungated: frozenset[str] = frozenset()


_TABLES: dict[str, _Table] = {}


class Cues:
    """Patterns by the name of their cue group.

    ``has`` and ``places`` remember their answers, because many asks put the same question to the same clause: one object for one
    reading. A pattern runs only on texts that hold a beginning of one of its words.
    """

    __slots__ = ("_answers", "_lexicon", "_places", "_possible", "_table")

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._table = _TABLES.get(lexicon.version) or _TABLES.setdefault(lexicon.version, _table_of(lexicon))
        self._answers: dict[tuple[str, str], bool] = {}
        self._places: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {}
        self._possible: dict[str, frozenset[str]] = {}

    def pattern(self, name: str) -> re.Pattern[str]:
        """Give the group's alternatives as one pattern, to be searched for in plain text."""
        found = self._table.patterns.get(name)
        if found is None:
            found = self._table.patterns[name] = re.compile(_source(self._lexicon, name))
        return found

    def has(self, name: str, plain: str) -> bool:
        """Whether a cue of the group stands in a plain text."""
        if name not in self.hints(plain):
            return False
        key = (name, plain)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = self.pattern(name).search(plain) is not None
        return known

    def places(self, name: str, plain: str) -> tuple[tuple[int, int], ...]:
        """Give the spans of all cues of the group in a plain text, in order."""
        if name not in self.hints(plain):
            return ()
        key = (name, plain)
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = tuple(match.span() for match in self.pattern(name).finditer(plain))
        return known

    def beginnings(self, plain: str) -> list[tuple[int, frozenset[str]]]:
        """Give all places of a whole text where a word of some group can begin, in order, each with its groups."""
        by_start = self._table.groups_by_start
        pairs = list(map(str.__add__, plain, plain[1:]))
        found = [(place, by_start[letter]) for place, letter in enumerate(plain) if letter in by_start]
        found += [(place, by_start[pair]) for place, pair in enumerate(pairs) if pair in by_start]
        triples = map(str.__add__, pairs, plain[2:])
        found += [(place, by_start[triple]) for place, triple in enumerate(triples) if triple in by_start]
        found.sort(key=itemgetter(0))
        return found

    def learn(self, plain: str, groups: Iterable[frozenset[str]]) -> None:
        """Take the groups that can begin in a text from whoever has looked at the whole already."""
        self._possible[plain] = self._table.ungated.union(*groups)

    def hints(self, plain: str) -> frozenset[str]:
        """Give the groups of which a word can begin somewhere in the text: a quick "perhaps", or a sure no."""
        known = self._possible.get(plain)
        if known is None:
            by_start = self._table.groups_by_start
            hits = by_start.keys() & grams(plain)
            known = self._possible[plain] = self._table.ungated.union(*(by_start[hit] for hit in hits))
        return known


def _source(lexicon: Lexicon, name: str) -> str:
    return "|".join(f"(?:{word})" for word in lexicon.cues(name))


def _table_of(lexicon: Lexicon) -> _Table:
    table = _Table()
    ungated: set[str] = set()
    by_start: dict[str, set[str]] = {}
    for name in lexicon.cue_words:
        begins = starters(_source(lexicon, name))
        if begins is None:
            ungated.add(name)
        for start in begins or ():
            by_start.setdefault(start, set()).add(name)
    table.groups_by_start = {start: frozenset(names) for start, names in by_start.items()}
    table.ungated = frozenset(ungated)
    return table
