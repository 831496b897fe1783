"""Headings whose words no table knows: what the list under such a row says tells what the row announces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rubrics.lexicon import Lexicon
from rubrics.postings.headings import Heading, HeadingKind, headings_of
from rubrics.postings.rows import Row
from rubrics.text import fold

_ASKING = frozenset({HeadingKind.REQUIREMENT, HeadingKind.BONUS})
_SENTENCE_END = re.compile(r"[。;,.!]\s*$")
_MOST_WORDS = 10
_MORE_WORDS = 6
_MOST_CHARACTERS = 80
_MOST_CHINESE = 18
_FEWEST_ITEMS = 2
_READ_ITEMS = 12
_MANY = 0.6
_MOST = 0.75
_SOME = 0.5
_SURE_ITEMS = 3
_HEAD = 60


def settle_headings(rows: Sequence[Row], lexicon: Lexicon) -> list[Row]:
    """Give the rows, those that stand as headings over lists with what they announce."""
    settled = list(rows)
    outer: HeadingKind | None = None
    for place, row in enumerate(settled):
        strong = row.heading is not None and row.heading.strength > 1
        if strong and row.heading is not None and row.heading.kind is not HeadingKind.DUTY:
            outer = row.heading.kind
            continue
        if not strong and not _may_announce(settled, place):
            continue
        kind = _announced(row, _list_after(settled, place), outer, lexicon, known=strong)
        if kind is not None:
            settled[place] = replace(row, heading=Heading(kind))
            outer = kind
        elif row.heading is not None:
            outer = row.heading.kind
    return settled


def _may_announce(rows: list[Row], place: int) -> bool:
    """Whether a row is short, no item and no sentence, and begins a block."""
    row = rows[place]
    text = row.text.strip()
    if row.marker or row.ruler or row.blank or row.style == "table" or _SENTENCE_END.search(text):
        return False
    most = _MOST_WORDS + (_MORE_WORDS if text.endswith(":") else 0)
    if len(text) > (_MOST_CHARACTERS if text.isascii() else _MOST_CHINESE) or len(text.split()) > most:
        return False
    before = rows[place - 1] if place else None
    return before is None or row.gap or bool(before.marker) or before.heading is not None or before.ruler


def _list_after(rows: list[Row], place: int) -> list[Row]:
    """Give the items right under a row: those with a mark, or all up to a blank line where the row ends in a colon."""
    colon = rows[place].text.rstrip(" *_").endswith(":")
    items: list[Row] = []
    for row in rows[place + 1 : place + 1 + _READ_ITEMS]:
        loose = not row.marker and (not colon or (row.gap and bool(items)))
        if row.heading is not None or row.ruler or row.style == "table" or loose:
            break
        items.append(row)
    return items


def _announced(
    row: Row, items: list[Row], outer: HeadingKind | None, lexicon: Lexicon, *, known: bool
) -> HeadingKind | None:
    """Tell what a list's items say of the row above them; None when they say nothing sure, or nothing new."""
    if not known and items and _prefers(row, lexicon):
        return HeadingKind.BONUS
    if len(items) < (_SURE_ITEMS if known else _FEWEST_ITEMS):
        return None
    ask, offer = _patterns(lexicon)
    asking = sum(ask.match(item.folded[:_HEAD]) is not None for item in items) / len(items)
    if asking >= (_MOST if known else _MANY):
        return outer if outer in _ASKING and not known else HeadingKind.REQUIREMENT
    if known or outer not in _ASKING:
        return None
    if asking:
        return outer if row.text.rstrip(" *_").endswith(":") else None
    offering = sum(offer.search(item.folded) is not None for item in items) / len(items)
    return HeadingKind.OTHER if offering >= _SOME else None


def _prefers(row: Row, lexicon: Lexicon) -> bool:
    text = row.folded
    return "read_preference" in lexicon.asking_cues(text) or headings_of(lexicon).prefers.search(text) is not None


@lru_cache(maxsize=4)
def _patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give the patterns of an item that asks, from its start, and of one that offers something."""

    def words(group: str) -> str:
        forms = sorted((fold(word).text for word in lexicon.cues(group)), key=len, reverse=True)
        return "|".join(rf"{re.escape(form)}\b" if form.isascii() else re.escape(form) for form in forms)

    lead = words("ask_lead")
    start = words("ask_start")
    return (
        re.compile(
            rf"^\W*(?:(?:{lead})\s*)*(?:{start}|\d{{1,2}}\s*\+?\s*(?:[-–~至到]\s*\d+\s*)?\+?\s*(?:years?|yrs?|年))"
        ),
        re.compile(rf"(?:(?<![a-z]))(?:{words('offer')})"),
    )
