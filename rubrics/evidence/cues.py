"""The lexicon's cue tables as compiled patterns; the words live in the tables, never here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rubrics.evidence.starters import LONGEST_RUN, telling_letters
from rubrics.lexicon import Lexicon

_MOST_BEGINNINGS = 200_000
_PADDING = "\0" * LONGEST_RUN
_COMPILERS = "read_"
Groups = int
"""A set of cue groups, one bit for each."""


class _Beginnings(dict[str, Groups]):
    """Which groups have a telling run of letters at the beginning of a few letters of a text, worked out when these are first met."""

    def __init__(self, by_start: dict[str, Groups]) -> None:
        super().__init__()
        self._by_start = by_start

    def __missing__(self, letters: str) -> Groups:
        found = 0
        for length in range(1, LONGEST_RUN + 1):
            found |= self._by_start.get(letters[:length], 0)
        if len(self) >= _MOST_BEGINNINGS:
            self.clear()
        self[letters] = found
        return found


@dataclass(slots=True)
class _Table:
    """What is worked out once for each version of the tables: patterns, and which groups a run of letters can begin."""

    beginnings: _Beginnings
    bits: dict[str, Groups]
    ungated: Groups
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)
    joined: dict[tuple[str, ...], Groups] = field(default_factory=dict)
    wholes: dict[tuple[str, ...], re.Pattern[str]] = field(default_factory=dict)


_TABLES: dict[str, _Table] = {}


class Cues:
    """Patterns by the name of their cue group.

    ``has`` and ``places`` remember their answers, because many asks put the same question to the same clause: one object for one
    reading. A pattern runs only on texts that hold a beginning of one of its words.
    """

    __slots__ = ("_answers", "_bits", "_lexicon", "_places", "_possible", "_table", "levels")

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._table = _TABLES.get(lexicon.version) or _TABLES.setdefault(lexicon.version, _table_of(lexicon))
        self._bits = self._table.bits
        self._answers: dict[tuple[str, str], bool] = {}
        self._places: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {}
        self._possible: dict[str, Groups] = {}
        self.levels: dict[str, list[tuple[int, int, int]]] = {}

    def pattern(self, name: str) -> re.Pattern[str]:
        """Give the group's alternatives as one pattern, to be searched for in plain text."""
        found = self._table.patterns.get(name)
        if found is None:
            found = self._table.patterns[name] = re.compile(_source(self._lexicon, name))
        return found

    def has(self, name: str, plain: str) -> bool:
        """Whether a cue of the group stands in a plain text."""
        possible = self._possible.get(plain)
        if not (self.hints(plain) if possible is None else possible) & self._bits[name]:
            return False
        key = (name, plain)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = self.pattern(name).search(plain) is not None
        return known

    def first(self, name: str, plain: str) -> re.Match[str] | None:
        """Give the first cue of the group in a plain text."""
        return self.pattern(name).search(plain) if self.hints(plain) & self._bits[name] else None

    def places(self, name: str, plain: str) -> tuple[tuple[int, int], ...]:
        """Give the spans of all cues of the group in a plain text, in order."""
        possible = self._possible.get(plain)
        if not (self.hints(plain) if possible is None else possible) & self._bits[name]:
            return ()
        key = (name, plain)
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = tuple(match.span() for match in self.pattern(name).finditer(plain))
        return known

    def whole(self, names: tuple[str, ...], plain: str) -> str | None:
        """Give the first of several groups of which a cue is the whole of a text."""
        pattern = self._table.wholes.get(names)
        if pattern is None:
            source = "|".join(f"(?P<{name}>{_source(self._lexicon, name)})" for name in names)
            pattern = self._table.wholes[names] = re.compile(source)
        match = pattern.fullmatch(plain)
        return None if match is None else match.lastgroup

    def groups(self, *names: str) -> Groups:
        """Give several groups as one set, for ``may``."""
        known = self._table.joined.get(names)
        if known is None:
            known = 0
            for name in names:
                known |= self._bits[name]
            self._table.joined[names] = known
        return known

    def may(self, groups: Groups, plain: str) -> bool:
        """Whether a cue of any of the groups may stand in a plain text: a quick "perhaps", or a sure no."""
        return self.hints(plain) & groups != 0

    def beginnings(self, plain: str) -> list[Groups]:
        """Give for each place of a whole text the groups of which a word can begin there."""
        padded, beginnings = plain + _PADDING, self._table.beginnings
        return [beginnings[padded[place:end]] for place, end in enumerate(range(LONGEST_RUN, LONGEST_RUN + len(plain)))]

    def learn(self, plain: str, beginnings: Iterable[Groups]) -> Groups:
        """Take the groups that can begin in a text from whoever has looked at the whole already."""
        known = self._possible.get(plain)
        if known is not None:
            return known
        possible = self._table.ungated
        for groups in set(beginnings):
            possible |= groups
        self._possible[plain] = possible
        return possible

    def hints(self, plain: str) -> Groups:
        """Give the groups of which a word can begin somewhere in the text."""
        known = self._possible.get(plain)
        return self.learn(plain, self.beginnings(plain)) if known is None else known


def _source(lexicon: Lexicon, name: str) -> str:
    return "|".join(f"(?:{word})" for word in lexicon.cues(name))


def _table_of(lexicon: Lexicon) -> _Table:
    bits: dict[str, Groups] = {}
    by_start: dict[str, Groups] = {}
    ungated = 0
    for name in lexicon.cue_words:
        if name.startswith(_COMPILERS):
            continue
        bits[name] = 1 << len(bits)
        letters = telling_letters(_source(lexicon, name))
        if letters is None:
            ungated |= bits[name]
        for start in letters or ():
            by_start[start] = by_start.get(start, 0) | bits[name]
    return _Table(_Beginnings(by_start), bits, ungated)
