r"""What every match of a cue pattern holds: letters that must stand in a text before it is worth running the pattern.

A pattern is read just far enough to know one to four characters in a row of anything it can match; of the places in a pattern the
one whose letters are rarest is taken, so that ``\d+ ?/ ?\d+`` waits for a slash and not for a digit. The reading is careful, not
complete: what it does not know it leaves open, and for a pattern that may match anything nothing is known.

>>> sorted(telling_letters(r"(?<![a-z])(?:used|us(?:e|ing))|没有?用过"))
['use', 'used', 'usin', '没有用过', '没用过']
>>> sorted(telling_letters(r"[^,]{0,4}(?:未|没有)用过"))
['未用过', '没有用过']
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

LONGEST_RUN = 4
_LETTERS_AT_MOST = 30
_WIDEST = 5000
# How often a Latin letter or a digit, and a Chinese character, stands at a place; three letters in a row are rare enough.
_COMMON, _RARE = 1 / 15, 1 / 300
_RARE_ENOUGH = 1 / 3000
_CLASS = re.compile(r"\[(\^?)((?:\\.|[^\]\\])*)\]")
_QUANTIFIER = re.compile(r"([?*+]|\{(\d+)(?:,\d*)?\})[?+]?")

# A run of letters and whether more known letters may follow it.
_Run = tuple[str, bool]
_EMPTY: frozenset[_Run] = frozenset({("", True)})
_ANYTHING: frozenset[_Run] = frozenset({("", False)})


class _Item(NamedTuple):
    """A piece of a pattern: how it can begin, and letters that it cannot do without (None: it may be left out, or none are known)."""

    begins: frozenset[_Run]
    needs: frozenset[str] | None = None


def telling_letters(pattern: str) -> frozenset[str] | None:
    """Give runs of one to four letters of which every match holds one; None when a match may hold anything."""
    found, place = _alternatives(pattern, 0)
    if place != len(pattern) or found.needs is None or len(found.needs) > _WIDEST:
        return None
    return found.needs


def branches(pattern: str) -> list[str]:
    """Give the alternatives of a pattern that is one group of them without a name, or that are its own."""
    inner = pattern[3:-1] if pattern.startswith("(?:") and _group(pattern, 0)[1] == len(pattern) else pattern
    found: list[str] = []
    place = start = 0
    while True:
        _, place = _sequence(inner, place)
        found.append(inner[start:place])
        if place >= len(inner) or inner[place] == ")":
            return found if place >= len(inner) else [pattern]
        place += 1
        start = place


def first_letters(pattern: str) -> frozenset[str] | None:
    """Give the letters with one of which every match begins; None when it may begin with anything or be empty."""
    found, place = _alternatives(pattern, 0)
    letters = frozenset(run[:1] for run, _ in found.begins)
    return None if place != len(pattern) or "" in letters else letters


def _alternatives(pattern: str, place: int) -> tuple[_Item, int]:
    begins: set[_Run] = set()
    needs: set[str] | None = set()
    while True:
        branch, place = _sequence(pattern, place)
        begins |= branch.begins
        needs = None if needs is None or branch.needs is None else needs | branch.needs
        if place >= len(pattern) or pattern[place] == ")":
            return _Item(frozenset(begins), None if needs is None else frozenset(needs)), place
        place += 1  # over the bar


def _sequence(pattern: str, place: int) -> tuple[_Item, int]:
    items: list[_Item] = []
    while place < len(pattern) and pattern[place] not in "|)":
        item, place = _item(pattern, place)
        match = _QUANTIFIER.match(pattern, place)
        if match is not None:
            place = match.end()
            item = _repeated(item, match)
        items.append(item)
    begins = _read_from(items)
    best = _letters(begins)
    for choice in _later_choices(items):
        if _frequency(best) <= _RARE_ENOUGH:
            break
        best = min(best, choice, key=_frequency)
    return _Item(begins, None if "" in best else best), place


def _later_choices(items: Sequence[_Item]) -> Iterator[frozenset[str]]:
    """Give the letters that each item cannot do without, and those with which it and what follows it begin."""
    for first, item in enumerate(items):
        if item.needs is not None:
            yield item.needs
        if first > 0:
            yield _letters(_read_from(items[first:]))


def _letters(runs: frozenset[_Run]) -> frozenset[str]:
    return frozenset(run for run, _ in runs)


def _read_from(items: Sequence[_Item]) -> frozenset[_Run]:
    found = _EMPTY
    for item in items:
        if not any(goes_on for _, goes_on in found):
            break
        found = _joined(found, item.begins)
    return found


def _frequency(runs: frozenset[str]) -> float:
    """Guess how often one of the runs stands at a place of a text."""
    if len(runs) > _WIDEST or not runs:
        return 1.0
    return sum(prod([_COMMON if letter.isascii() else _RARE for letter in run]) for run in runs)


def _item(pattern: str, place: int) -> tuple[_Item, int]:
    letter = pattern[place]
    if letter == "(":
        return _group(pattern, place)
    if letter == "[":
        begins, place = _class(pattern, place)
        return _Item(begins), place
    if letter == "\\":
        return _Item(_escape(pattern[place + 1])), place + 2
    if letter in "^$":
        return _Item(_EMPTY), place + 1
    if letter == ".":
        return _Item(_ANYTHING), place + 1
    return _Item(frozenset({(letter, True)})), place + 1


def _group(pattern: str, place: int) -> tuple[_Item, int]:
    looks = pattern.startswith(("(?=", "(?!", "(?<=", "(?<!"), place)
    inside = place + (4 if pattern.startswith(("(?<=", "(?<!"), place) else 3 if pattern.startswith("(?", place) else 1)
    found, end = _alternatives(pattern, inside)
    return (_Item(_EMPTY) if looks else found), end + 1


def _class(pattern: str, place: int) -> tuple[frozenset[_Run], int]:
    match = _CLASS.match(pattern, place)
    if match is None:
        return _ANYTHING, len(pattern)
    negated, members = match.groups()
    members = members.replace("\\d", "0-9")
    letters = None if negated or "\\" in members else _members(members)
    if letters is None:
        return _ANYTHING, match.end()
    return frozenset((letter, True) for letter in letters), match.end()


def _members(members: str) -> list[str] | None:
    """Give the letters of a class, small ranges spelt out; None for a wide one."""
    letters: list[str] = []
    place = 0
    while place < len(members):
        first = members[place]
        if members[place + 1 : place + 2] == "-" and place + 2 < len(members):
            last = members[place + 2]
            if ord(last) - ord(first) > _LETTERS_AT_MOST:
                return None
            letters += map(chr, range(ord(first), ord(last) + 1))
            place += 3
        else:
            letters.append(first)
            place += 1
    return letters


def _escape(letter: str) -> frozenset[_Run]:
    if letter == "d":
        return frozenset((digit, True) for digit in "0123456789")
    if letter == "b":
        return _EMPTY
    if letter.isalnum():
        return _ANYTHING
    return frozenset({(letter, True)})


def _repeated(item: _Item, match: re.Match[str]) -> _Item:
    mark, least = match.group(1), match.group(2)
    optional = mark in {"?", "*"} or least == "0"
    begins = item.begins if mark == "?" else frozenset((run, False) for run, _ in item.begins)
    return _Item(begins | _EMPTY) if optional else _Item(begins, item.needs)


def _joined(found: frozenset[_Run], item: frozenset[_Run]) -> frozenset[_Run]:
    joined: set[_Run] = set()
    for prefix, goes_on in found:
        if not goes_on or len(prefix) >= LONGEST_RUN:
            joined.add((prefix, False))
            continue
        joined.update(((prefix + more)[:LONGEST_RUN], more_goes_on) for more, more_goes_on in item)
    return frozenset(joined)
