"""A document's postings: where each begins and ends, what stands above it, and its rows by section."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rubrics.lexicon import Lexicon
from rubrics.postings.cards import (
    Card,
    CardWords,
    card_words,
    is_button,
    is_key_value,
    is_salary,
    is_set_off,
    is_title_like,
    names_document,
    read_card,
    read_keyed_card,
    read_remote_line,
    read_title_key,
    split_title,
)
from rubrics.postings.guessing import settle_headings
from rubrics.postings.headings import HeadingKind, headings_of
from rubrics.postings.items import Item, SectionRows, items_of, sections_of
from rubrics.postings.rows import Row, read_rows
from rubrics.text import Lines, SourceText, Span

_DUTY_SHARE = 0.5
_LOOK_BACK = 60
_STRONG = 2
_SHORT = 40
_NEAR_TOP = 6


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting as it stands in the document, before its items are read."""

    lines: Lines
    title: str | None
    track: str | None
    title_span: Span | None
    cards: tuple[Card, ...]
    duties: tuple[Item, ...]
    items: tuple[Item, ...]
    rows: tuple[Row, ...]


def read_document(source: SourceText, lexicon: Lexicon) -> tuple[Posting, ...]:
    """Give the postings of a document, in order; empty when nothing in it reads like one."""
    headings = headings_of(lexicon)
    words = card_words(lexicon)
    rows = read_rows(source, headings)
    if not rows:
        return ()
    starts = _starts(rows, words, lexicon)
    postings = []
    for first, last in zip(starts, [*starts[1:], len(rows)], strict=True):
        part = rows[first:last]
        while part and part[-1].ruler:
            part.pop()
        if part:
            postings.append(_posting(source, part, words, lexicon))
    return tuple(posting for posting in postings if posting is not None)


def _posting(source: SourceText, rows: list[Row], words: CardWords, lexicon: Lexicon) -> Posting | None:
    head, body = _head_and_body(rows, words, lexicon)
    cards = tuple(
        card for row in head if (card := read_card(row, lexicon) or read_remote_line(row, lexicon)) is not None
    )
    cards = cards or tuple(card for row in body if (card := read_keyed_card(row, lexicon)) is not None)[:1]
    title_span = _title_span(head, words, lexicon)
    if title_span is None:
        keyed = next(
            ((row, span) for row in body[:_NEAR_TOP] if (span := read_title_key(row, words)) is not None), None
        )
        if keyed is not None:
            title_span = keyed[1]
            body = [row for row in body if row is not keyed[0]]
    title, track = (None, None)
    if title_span is not None:
        title, track = split_title(source.text, title_span.start, title_span.end, words)
    sections = sections_of(settle_headings(body, lexicon), lexicon)
    duties, items = items_of(sections, lexicon)
    if not items and not duties and not (cards and title is not None):
        return None
    return Posting(Lines(rows[0].line, rows[-1].line), title, track, title_span, cards, duties, items, tuple(rows))


def _head_and_body(rows: list[Row], words: CardWords, lexicon: Lexicon) -> tuple[list[Row], list[Row]]:
    """Give the rows above the first section, and the rest; without a heading the first list item begins the rest."""
    for place, row in enumerate(rows):
        if row.heading is None or row.heading.strength < 2 or row.heading.kind is HeadingKind.OTHER:
            continue
        if place == 0 and len(rows) > 2 and rows[1].level and is_title_like(rows[1], words):
            return [rows[1]], [row, *rows[2:]]
        kept = _head_rows(rows[:place], words, lexicon)
        heads = set(kept)
        return kept, [*[other for other in rows[:place] if other not in heads], *rows[place:]]
    kept = _head_rows(rows, words, lexicon, stop=True)
    return kept, rows[len(kept) :]


def _head_rows(rows: list[Row], words: CardWords, lexicon: Lexicon, *, stop: bool = False) -> list[Row]:
    """Rows that belong to the head; with ``stop`` only those before the first that does not."""
    kept: list[Row] = []
    prose = False
    for row in rows:
        plain_title = not prose and is_title_like(row, words)
        if plain_title or _is_head_row(row, words, lexicon):
            kept.append(row)
            continue
        if stop:
            break
        prose = True
    return kept


def _is_head_row(row: Row, words: CardWords, lexicon: Lexicon) -> bool:
    if is_button(row, words) or is_salary(row) or row.ruler or row.style == "table":
        return True
    if read_card(row, lexicon) is not None or read_remote_line(row, lexicon) is not None:
        return True
    if read_title_key(row, words) is not None or is_key_value(row):
        return True
    return ((row.level > 0 or row.bold) and is_title_like(row, words)) or is_set_off(row)


def _title_span(head: list[Row], words: CardWords, lexicon: Lexicon) -> Span | None:
    for row in head:
        keyed = read_title_key(row, words)
        if keyed is not None:
            return keyed
    titles: list[Row] = []
    for row in head:
        if row.style == "table" or is_button(row, words) or is_salary(row):
            continue
        if read_card(row, lexicon) is not None or read_remote_line(row, lexicon) is not None:
            continue
        if is_title_like(row, words):
            titles.append(row)
    first = next((row for row in titles if not names_document(row, words)), titles[0] if titles else None)
    if first is None and head and is_set_off(head[0]):
        first = head[0]
    return Span(first.start, first.end) if first is not None else None


# --- where postings begin ---


@dataclass(slots=True)
class _Seen:
    """What the present posting has shown so far while its end is looked for."""

    start: int = 0
    requirement: bool = False
    duty: bool = False
    heading: int | None = None


def _starts(rows: list[Row], words: CardWords, lexicon: Lexicon) -> list[int]:
    """Give the places of rows that begin a posting; the first row always does."""
    starts = [0]
    last_requirement = max((place for place, row in enumerate(rows) if _asks(row)), default=-1)
    duty_words: set[str] = set()
    seen = _Seen()
    for place, row in enumerate(rows):
        begin = place if row.begins else _start_before(rows, place, seen, duty_words, words, lexicon, last_requirement)
        if begin:
            starts.append(begin)
            seen = _Seen(start=begin, duty=_asks(row))
        if not _is_strong(row) or row.heading is None:
            continue
        seen.heading = place
        if row.heading.kind is HeadingKind.DUTY:
            seen.duty = True
            duty_words.add(row.text.strip(" :*"))
        elif row.heading.kind is not HeadingKind.OTHER:
            seen.requirement = True
    return starts


def _start_before(
    rows: list[Row],
    place: int,
    seen: _Seen,
    duty_words: set[str],
    words: CardWords,
    lexicon: Lexicon,
    last_requirement: int,
) -> int | None:
    """Give the row at which a new posting begins, as the row at ``place`` shows, or None."""
    row = rows[place]
    if place <= seen.start:
        return None
    begin: int | None = None
    if _is_strong(row) and row.heading is not None and row.heading.kind is HeadingKind.DUTY:
        if seen.requirement and last_requirement > place:
            begin = _title_place(rows, place, seen.start, words, lexicon)
            begin = begin if _may_split(rows, seen.start, begin, place, duty_words) else None
    elif _asks(row):
        begin = _hidden_start(rows, seen.heading, place, words) if seen.requirement else None
    elif (seen.requirement or seen.duty) and _is_card_start(rows, place, words, lexicon):
        begin = _title_place(rows, place, seen.start, words, lexicon)
    return begin if begin is not None and begin > seen.start else None


def _is_strong(row: Row) -> bool:
    return row.heading is not None and row.heading.strength == _STRONG


def _asks(row: Row) -> bool:
    return _is_strong(row) and row.heading is not None and row.heading.kind is HeadingKind.REQUIREMENT


def _is_card_start(rows: list[Row], place: int, words: CardWords, lexicon: Lexicon) -> bool:
    """Give a card of cities or a button, with its title right above it."""
    row = rows[place]
    if row.heading is not None or is_button(row, words):
        return row.heading is None
    nearby = any(is_button(other, words) for other in rows[place + 1 : place + 5])
    return nearby and read_card(row, lexicon) is not None


def _title_place(rows: list[Row], place: int, floor: int, words: CardWords, lexicon: Lexicon) -> int:
    """Give the row of the title that belongs to a card or a first heading, or the place itself."""
    begin = place
    while begin - 1 > floor and place - begin < 4:
        row = rows[begin - 1]
        if row.heading is not None and row.heading.strength == 2:
            break
        if is_button(row, words) or is_salary(row) or _is_city_card(row, lexicon):
            begin -= 1
            continue
        plain = len(row.text) <= _SHORT and row.marker == "" and rows[place].heading is None and begin == place
        return begin - 1 if plain or is_title_like(row, words) or is_set_off(row) else begin
    return begin


def _is_city_card(row: Row, lexicon: Lexicon) -> bool:
    card = read_card(row, lexicon)
    return card is not None and bool(card.cities)


def _may_split(rows: list[Row], start: int, begin: int, place: int, duty_words: set[str]) -> bool:
    """Duty and requirement come again: another posting when it has a title of its own, or the same heading words again in the same language."""
    if begin < place:
        return True
    again = rows[place].text.strip(" :*") in duty_words
    return again and _is_chinese(rows[start : min(begin, start + _LOOK_BACK)]) == _is_chinese(rows[place : place + 6])


def _hidden_start(rows: list[Row], last: int | None, place: int, words: CardWords) -> int | None:
    """Give the row where a posting without title and heading begins between one asking section and the next."""
    governing = rows[last].heading if last is not None else None
    if last is None or governing is None or governing.kind not in {HeadingKind.REQUIREMENT, HeadingKind.BONUS}:
        return None
    for at in range(place - 1, max(last + 1, place - _LOOK_BACK), -1):
        row, before = rows[at], rows[at - 1]
        changed = row.style != before.style or (row.number == 1 and (before.number or 0) >= 1)
        if _is_cut_title(row, words):
            return at
        if not (row.gap or changed) or row.heading is not None or row.cut:
            continue
        group = rows[at:place]
        if is_title_like(row, words) and not row.marker and len(group) > 1:
            group = group[1:]
        duties = sum(other.text.startswith(words.duty_verbs) for other in group)
        alike = row.gap or all(other.style == row.style for other in group)
        if duties >= max(1, _DUTY_SHARE * len(group)) and alike:
            return at - 1 if at - 1 > last and _is_cut_title(before, words) else at
    return None


def _is_cut_title(row: Row, words: CardWords) -> bool:
    """Whether a row is a title that was cut off the item before it."""
    return row.cut and row.gap and not row.marker and row.heading is None and is_title_like(row, words)


def _is_chinese(rows: list[Row]) -> bool:
    text = "".join(row.text for row in rows)
    return len(re.findall("[一-鿿]", text)) * 4 > len(text)


__all__ = ["Posting", "SectionRows", "read_document"]
