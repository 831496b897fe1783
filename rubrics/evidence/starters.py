r"""How matches of a cue pattern can begin: letters that must stand in a text before it is worth running the pattern.

A pattern is read just far enough to know the first one to three characters of anything it can match. The reading is careful, not
complete: what it does not know it leaves open, and a pattern that may begin with anything has no starters.

>>> sorted(starters(r"(?<![a-z])(?:used|us(?:e|ing))|没有?用过"))
['use', 'usi', '没有用', '没用过']
"""

from __future__ import annotations

import re

_LONGEST = 3
_LETTERS_AT_MOST = 30
_WIDEST = 5000
_CLASS = re.compile(r"\[(\^?)((?:\\.|[^\]\\])*)\]")
_QUANTIFIER = re.compile(r"([?*+]|\{(\d+)(?:,\d*)?\})[?+]?")

# A prefix and whether more known letters may follow it.
_Prefix = tuple[str, bool]
_EMPTY: frozenset[_Prefix] = frozenset({("", True)})
_ANYTHING: frozenset[_Prefix] = frozenset({("", False)})


def starters(pattern: str) -> frozenset[str] | None:
    """Give the beginnings (one to three letters) of which every match has one; None when a match may begin with anything."""
    found, place = _alternatives(pattern, 0)
    prefixes = frozenset(prefix for prefix, _ in found)
    if place != len(pattern) or "" in prefixes or len(prefixes) > _WIDEST:
        return None
    return prefixes


def _alternatives(pattern: str, place: int) -> tuple[frozenset[_Prefix], int]:
    found: set[_Prefix] = set()
    while True:
        branch, place = _sequence(pattern, place)
        found |= branch
        if place >= len(pattern) or pattern[place] == ")":
            return frozenset(found), place
        place += 1  # over the bar


def _sequence(pattern: str, place: int) -> tuple[frozenset[_Prefix], int]:
    found = _EMPTY
    while place < len(pattern) and pattern[place] not in "|)":
        item, place = _item(pattern, place)
        match = _QUANTIFIER.match(pattern, place)
        if match is not None:
            place = match.end()
            item = _repeated(item, match)
        found = _joined(found, item)
    return found, place


def _item(pattern: str, place: int) -> tuple[frozenset[_Prefix], int]:
    letter = pattern[place]
    if letter == "(":
        return _group(pattern, place)
    if letter == "[":
        return _class(pattern, place)
    if letter == "\\":
        return _escape(pattern[place + 1]), place + 2
    if letter in "^$":
        return _EMPTY, place + 1
    if letter == ".":
        return _ANYTHING, place + 1
    return frozenset({(letter, True)}), place + 1


def _group(pattern: str, place: int) -> tuple[frozenset[_Prefix], int]:
    looks = pattern.startswith(("(?=", "(?!", "(?<=", "(?<!"), place)
    inside = place + (4 if pattern.startswith(("(?<=", "(?<!"), place) else 3 if pattern.startswith("(?", place) else 1)
    found, end = _alternatives(pattern, inside)
    return (_EMPTY if looks else found), end + 1


def _class(pattern: str, place: int) -> tuple[frozenset[_Prefix], int]:
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


def _escape(letter: str) -> frozenset[_Prefix]:
    if letter == "d":
        return frozenset((digit, True) for digit in "0123456789")
    if letter == "b":
        return _EMPTY
    if letter.isalnum():
        return _ANYTHING
    return frozenset({(letter, True)})


def _repeated(item: frozenset[_Prefix], match: re.Match[str]) -> frozenset[_Prefix]:
    mark, least = match.group(1), match.group(2)
    optional = mark in {"?", "*"} or least == "0"
    if mark != "?":
        item = frozenset((prefix, False) for prefix, _ in item)
    return item | _EMPTY if optional else item


def _joined(found: frozenset[_Prefix], item: frozenset[_Prefix]) -> frozenset[_Prefix]:
    joined: set[_Prefix] = set()
    for prefix, goes_on in found:
        if not goes_on or len(prefix) >= _LONGEST:
            joined.add((prefix, False))
            continue
        joined.update(((prefix + more)[:_LONGEST], more_goes_on) for more, more_goes_on in item)
    return frozenset(joined)
