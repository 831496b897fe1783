"""The lexicon's cue tables as compiled patterns; the words live in the tables, never here."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress

from rubrics.evidence.starters import LONGEST_RUN, branches, first_letters, telling_letters
from rubrics.lexicon import Lexicon

_MOST_BEGINNINGS = 200_000
_MOST_HEADINGS, _HEADING = 4_000, 12
_PADDING = "\0" * (2 * LONGEST_RUN - 1)
_BETWEEN = "\0" * (LONGEST_RUN - 1)
# Four characters of a text are looked up as one number: eight bytes of UTF-16, in which no character may take more than two.
_UTF16 = f"utf-16-{sys.byteorder[0]}e"
_TWO_BYTES = 2
_NO_WORD_BEFORE = "(?<![a-z])"
_WIDER = re.compile("[\U00010000-\U0010ffff]")
Groups = int
"""A set of cue groups, one bit for each pattern of a group."""


class NamedGroups:
    """Several cue groups by their names, hashed as the one object it is: a set is looked up thousands of times."""

    __slots__ = ("names",)

    def __init__(self, *names: str) -> None:
        self.names = names


class _Beginnings(dict[int, Groups]):
    """Which groups have a telling run of letters at the beginning of four letters of a text, worked out when these are first met."""

    def __init__(self, by_start: dict[str, Groups]) -> None:
        super().__init__()
        runs: list[dict[int, Groups]] = [{} for _ in range(LONGEST_RUN)]
        for letters, groups in by_start.items():
            runs[len(letters) - 1][_number(letters)] = groups
        self._runs = [(_number("\uffff" * length), known) for length, known in enumerate(runs, 1)]

    def __missing__(self, window: int) -> Groups:
        found = 0
        for mask, known in self._runs:
            found |= known.get(window & mask, 0)
        if len(self) >= _MOST_BEGINNINGS:
            self.clear()
        self[window] = found
        return found

    def of(self, plain: str) -> list[Groups]:
        """Give for each place of a text the groups of which a word can begin there."""
        count = len(plain)
        letters = (plain + _PADDING).encode(_UTF16, "surrogatepass")
        if len(letters) != _TWO_BYTES * (count + len(_PADDING)):
            letters = (_WIDER.sub("\0", plain) + _PADDING).encode(_UTF16, "surrogatepass")
        found = [0] * count
        windows, groups_at = memoryview(letters), self.__getitem__
        for first in range(min(LONGEST_RUN, count)):
            size = (count - first + LONGEST_RUN - 1) // LONGEST_RUN * LONGEST_RUN
            found[first::LONGEST_RUN] = map(
                groups_at, windows[_TWO_BYTES * first : _TWO_BYTES * (first + size)].cast("Q")
            )
        return found


def _number(letters: str) -> int:
    """Give a run of letters as the number that it is at the beginning of four letters; those that are missing are nought."""
    return int.from_bytes(letters.ljust(LONGEST_RUN, "\0").encode(_UTF16, "surrogatepass"), sys.byteorder)


class Hints:
    """Where in a text a word of which cue groups can begin; worked out for the whole text at once, asked of any stretch of it."""

    __slots__ = ("_all", "_beginnings", "_groups", "_places", "_ungated")

    def __init__(self, groups: list[Groups], beginnings: _Beginnings, ungated: Groups) -> None:
        self._beginnings = beginnings
        self._ungated = ungated
        self._all = groups
        self._gather()

    def _gather(self) -> None:
        self._places = list(compress(range(len(self._all)), self._all))
        self._groups = list(filter(None, self._all))

    def within(self, start: int, end: int) -> Groups:
        """Give the groups of which a word can begin in a stretch of the text."""
        places = self._places
        first = bisect_left(places, start)
        found = self._ungated
        for groups in self._groups[first : bisect_left(places, end, first)]:
            found |= groups
        return found

    def places(self, groups: Groups) -> Sequence[int]:
        """Give the places at which a word of one of the groups can begin."""
        if groups & self._ungated:
            return range(len(self._all))
        return [place for place, known in zip(self._places, self._groups, strict=True) if known & groups]

    def renew(self, plain: str, changed: Iterable[tuple[int, int]]) -> None:
        """Look again where the text has changed in some stretches; it is as long as before."""
        for start, end in changed:
            first = max(0, start - LONGEST_RUN + 1)
            self._all[first:end] = self._beginnings.of(plain[first : end + LONGEST_RUN - 1])[: end - first]
        self._gather()


class _Whole(dict[str, str | None]):
    """Which of several groups has a cue that is the whole of a short text: headings are the same in all applications."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        super().__init__()
        self._pattern = pattern

    def __missing__(self, plain: str) -> str | None:
        if len(self) >= _MOST_HEADINGS:
            self.clear()
        found = self[plain] = self.of(plain)
        return found

    def of(self, plain: str) -> str | None:
        """Give the group."""
        match = self._pattern.fullmatch(plain)
        return None if match is None else match.lastgroup


@dataclass(slots=True)
class _Table:
    """What is worked out once for each version of the tables: patterns, and which of them a run of letters can begin.

    ``sources`` are the single patterns of the groups by their bits, ``rows`` are those compiled, for every set of bits met.
    """

    beginnings: _Beginnings
    bits: dict[str, Groups]
    sources: dict[Groups, str]
    ungated: Groups
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)
    rows: dict[Groups, tuple[re.Pattern[str], ...]] = field(default_factory=dict)
    joined: dict[NamedGroups, Groups] = field(default_factory=dict)
    wholes: dict[tuple[str, ...], _Whole] = field(default_factory=dict)

    def rows_of(self, told: Groups) -> tuple[re.Pattern[str], ...]:
        """Give the single patterns of a set, each compiled once."""
        known = self.rows.get(told)
        if known is None:
            lowest = told & -told
            rest = told ^ lowest
            first = self.rows_of(lowest) if rest else (re.compile(_led(self.sources[lowest])),)
            known = self.rows[told] = (*first, *self.rows_of(rest)) if rest else first
        return known


_TABLES: dict[str, _Table] = {}


def make_ready(lexicon: Lexicon) -> None:
    """Work out all patterns of a lexicon now: most of a second that processes forked later need not spend again."""
    cues, table = Cues(lexicon), _table(lexicon)
    for name in table.bits:
        cues.pattern(name)


class Cues:
    """Patterns by the name of their cue group.

    ``has`` and ``places`` remember their answers, because many asks put the same question to the same clause: one object for one
    reading. A pattern runs only on texts that hold a beginning of one of its words.
    """

    __slots__ = ("_answers", "_bits", "_lexicon", "_places", "_possible", "_table", "levels")

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._table = _table(lexicon)
        self._bits = self._table.bits
        self._answers: dict[tuple[str, str], bool] = {}
        self._places: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {}
        self._possible: dict[str, Groups] = {}
        self.levels: dict[str, list[tuple[int, int, int]]] = {}

    def pattern(self, name: str) -> re.Pattern[str]:
        """Give the group's alternatives as one pattern, to be searched for in plain text."""
        found = self._table.patterns.get(name)
        if found is None:
            rows = self._table.rows_of(self._bits[name])
            found = rows[0] if len(rows) == 1 else re.compile(_led(_source(self._lexicon, name)))
            self._table.patterns[name] = found
        return found

    def has(self, name: str, plain: str) -> bool:
        """Whether a cue of the group stands in a plain text."""
        possible = self._possible.get(plain)
        told = (self.hints(plain) if possible is None else possible) & self._bits[name]
        if not told:
            return False
        key = (name, plain)
        known = self._answers.get(key)
        if known is None:
            known = False
            for row in self._table.rows.get(told) or self._table.rows_of(told):
                if row.search(plain) is not None:
                    known = True
                    break
            self._answers[key] = known
        return known

    def first(self, name: str, plain: str) -> re.Match[str] | None:
        """Give the first cue of the group in a plain text."""
        told = self.hints(plain) & self._bits[name]
        return self._told(name, told).search(plain) if told else None

    def places(self, name: str, plain: str) -> tuple[tuple[int, int], ...]:
        """Give the spans of all cues of the group in a plain text, in order."""
        possible = self._possible.get(plain)
        told = (self.hints(plain) if possible is None else possible) & self._bits[name]
        if not told:
            return ()
        key = (name, plain)
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = tuple([match.span() for match in self._told(name, told).finditer(plain)])
        return known

    def _told(self, name: str, told: Groups) -> re.Pattern[str]:
        """Give the one pattern of a group that may match, or all of them as one: which of several comes first is theirs to say."""
        return self.pattern(name) if told & (told - 1) else self._table.rows_of(told)[0]

    def whole(self, names: tuple[str, ...], plain: str) -> str | None:
        """Give the first of several groups of which a cue is the whole of a text."""
        whole = self._table.wholes.get(names)
        if whole is None:
            source = "|".join(f"(?P<{name}>{_source(self._lexicon, name)})" for name in names)
            whole = self._table.wholes[names] = _Whole(re.compile(source))
        return whole[plain] if len(plain) <= _HEADING else whole.of(plain)

    def groups(self, *names: str) -> Groups:
        """Give several groups as one set, for ``may``."""
        found = 0
        for name in names:
            found |= self._bits[name]
        return found

    def may(self, groups: Groups, plain: str) -> bool:
        """Whether a cue of any of the groups may stand in a plain text: a quick "perhaps", or a sure no."""
        known = self._possible.get(plain)
        return (self.hints(plain) if known is None else known) & groups != 0

    def any_of(self, names: NamedGroups) -> Groups:
        """Give several groups that are asked for again and again as one set."""
        known = self._table.joined.get(names)
        if known is None:
            known = self._table.joined[names] = self.groups(*names.names)
        return known

    def look(self, plain: str) -> Hints:
        """Give where in a whole text words of the groups can begin."""
        return self.look_each((plain,))[0]

    def look_each(self, plains: Sequence[str]) -> list[Hints]:
        """Give the same for several texts, looked at as one: most answers are a few words."""
        beginnings, ungated = self._table.beginnings, self._table.ungated
        groups = beginnings.of(_BETWEEN.join(plains))
        found: list[Hints] = []
        start = 0
        for plain in plains:
            found.append(Hints(groups[start : start + len(plain)], beginnings, ungated))
            start += len(plain) + len(_BETWEEN)
        return found

    def learn(self, plain: str, groups: Groups) -> None:
        """Take the groups that can begin in a text from whoever has looked at the whole already."""
        self._possible[plain] = groups

    def hints(self, plain: str) -> Groups:
        """Give the groups of which a word can begin somewhere in the text."""
        known = self._possible.get(plain)
        if known is None:
            known = self._table.ungated
            for groups in set(self._table.beginnings.of(plain)):
                known |= groups
            self._possible[plain] = known
        return known


def _source(lexicon: Lexicon, name: str) -> str:
    return "|".join(f"(?:{word})" for word in lexicon.cues(name))


def _led(source: str) -> str:
    """Give a pattern that looks for its first letters before it tries its words one after the other: that halves its time.

    Where all words that begin with a letter begin a word of Latin letters, nothing inside a word is tried.
    """
    free, bounded = set[str](), set[str]()
    for branch in branches(source):
        letters = first_letters(branch)
        if letters is None:
            return source
        (bounded if branch.startswith(_NO_WORD_BEFORE) else free).update(letters)
    leads = [f"(?=[{_members(free)}])"] if free else []
    if bounded - free:
        leads.append(f"{_NO_WORD_BEFORE}(?=[{_members(bounded - free)}])")
    return f"(?:{'|'.join(leads)})(?:{source})"


def _members(letters: set[str]) -> str:
    return "".join(map(re.escape, sorted(letters)))


def _table(lexicon: Lexicon) -> _Table:
    return _TABLES.get(lexicon.version) or _TABLES.setdefault(lexicon.version, _table_of(lexicon))


def _table_of(lexicon: Lexicon) -> _Table:
    bits: dict[str, Groups] = {}
    sources: dict[Groups, str] = {}
    by_start: dict[str, Groups] = {}
    ungated = 0
    for name in lexicon.cue_patterns:
        bits[name] = 0
        for word in lexicon.cues(name):
            bit = 1 << len(sources)
            bits[name] |= bit
            sources[bit] = f"(?:{word})"
            letters = telling_letters(sources[bit])
            if letters is None or _WIDER.search("".join(letters)):
                ungated |= bit
            for start in letters or ():
                by_start[start] = by_start.get(start, 0) | bit
    return _Table(_Beginnings(by_start), bits, sources, ungated)
