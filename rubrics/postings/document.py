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
    is_title_like,
    read_card,
    read_remote_line,
    read_title_key,
    split_title,
)
from rubrics.postings.headings import HeadingKind, headings_of
from rubrics.postings.items import Item, SectionRows, items_of, sections_of
from rubrics.postings.rows import Row, read_rows
from rubrics.text import Lines, SourceText, Span

_DUTY_SHARE = 0.5


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
    title_span = _title_span(head, words, lexicon)
    title, track = (None, None)
    if title_span is not None:
        title, track = split_title(source.text, title_span.start, title_span.end, words)
    sections = sections_of(body, lexicon)
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
        return kept, [*[other for other in rows[:place] if other not in kept], *rows[place:]]
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
    if read_title_key(row) is not None or is_key_value(row):
        return True
    return (row.level > 0 or row.bold) and is_title_like(row, words)


def _title_span(head: list[Row], words: CardWords, lexicon: Lexicon) -> Span | None:
    for row in head:
        keyed = read_title_key(row)
        if keyed is not None:
            return keyed
    for row in head:
        if row.style == "table" or is_button(row, words) or is_salary(row):
            continue
        if read_card(row, lexicon) is not None or read_remote_line(row, lexicon) is not None:
            continue
        if is_title_like(row, words):
            return Span(row.start, row.end)
    return None


# --- where postings begin ---


def _starts(rows: list[Row], words: CardWords, lexicon: Lexicon) -> list[int]:
    """Places of rows that begin a posting; the first row always does."""
    starts = [0] if rows else []
    seen_requirement = seen_duty = False
    duty_words: set[str] = set()
    for place, row in enumerate(rows):
        if place == 0:
            pass
        elif place > starts[-1] and _is_card_start(rows, place, words, lexicon):
            begin = _title_place(rows, place, starts[-1], words, lexicon)
            if begin > starts[-1] and (seen_requirement or seen_duty):
                starts.append(begin)
                seen_requirement = seen_duty = False
        if row.heading is None or row.heading.strength < 2:
            continue
        if row.heading.kind is HeadingKind.DUTY:
            if seen_requirement and _requirement_follows(rows, place):
                begin = _title_place(rows, place, starts[-1], words, lexicon)
                if _may_split(rows, starts[-1], begin, place, duty_words):
                    starts.append(begin)
                    seen_requirement = False
            seen_duty = True
            duty_words.add(row.text.strip(" :*"))
        elif row.heading.kind in {HeadingKind.REQUIREMENT, HeadingKind.BONUS}:
            if row.heading.kind is HeadingKind.REQUIREMENT and seen_requirement and row.heading.strength == 2:
                begin = _hidden_start(rows, starts[-1], place, words)
                if begin is not None:
                    starts.append(begin)
                    seen_duty = True
            seen_requirement = True
    return starts


def _is_card_start(rows: list[Row], place: int, words: CardWords, lexicon: Lexicon) -> bool:
    """Give a card of cities or a button, with its title right above it."""
    row = rows[place]
    if row.heading is not None or not (is_button(row, words) or read_card(row, lexicon) is not None):
        return False
    nearby = rows[place + 1 : place + 5]
    return is_button(row, words) or any(is_button(other, words) for other in nearby)


def _title_place(rows: list[Row], place: int, floor: int, words: CardWords, lexicon: Lexicon) -> int:
    """Give the row of the title that belongs to a card or a first heading, or the place itself."""
    begin = place
    while begin - 1 > floor and place - begin < 4:
        row = rows[begin - 1]
        if row.heading is not None and row.heading.strength == 2:
            break
        if is_button(row, words) or is_salary(row) or read_card(row, lexicon) is not None:
            begin -= 1
            continue
        if is_title_like(row, words):
            begin -= 1
            if row.level or not rows[begin].gap:
                pass
            break
        if len(row.text) <= 40 and row.marker == "" and rows[place].heading is None and begin == place:
            begin -= 1
            break
        break
    return begin


def _requirement_follows(rows: list[Row], place: int) -> bool:
    for row in rows[place + 1 :]:
        if row.heading is not None and row.heading.strength == 2:
            if row.heading.kind is HeadingKind.REQUIREMENT:
                return True
            if row.heading.kind is HeadingKind.OTHER:
                continue
    return False


def _may_split(rows: list[Row], start: int, begin: int, place: int, duty_words: set[str]) -> bool:
    """Duty and requirement come again: another posting when it has a title of its own, or the same heading words again in the same language."""
    if begin < place:
        return True
    again = rows[place].text.strip(" :*") in duty_words
    return again and _is_chinese(rows[start:begin]) == _is_chinese(rows[place : place + 6])


def _hidden_start(rows: list[Row], start: int, place: int, words: CardWords) -> int | None:
    """Where a posting without title and heading begins between one requirement section and the next."""
    last = max(
        (at for at in range(start, place) if (heading := rows[at].heading) is not None and heading.strength == 2),
        default=start,
    )
    governing = rows[last].heading
    kind = governing.kind if governing else None
    if kind not in {HeadingKind.REQUIREMENT, HeadingKind.BONUS}:
        return None
    between = range(last + 1, place)
    for at in reversed(between):
        if at == last + 1:
            break
        row, before = rows[at], rows[at - 1]
        changed = row.style != before.style or (row.number == 1 and (before.number or 0) >= 1)
        if not (row.gap or changed) or row.heading is not None:
            continue
        group = rows[at:place]
        duties = [other for other in group if other.text.startswith(words.duty_verbs)]
        if is_title_like(row, words) and not row.marker and len(group) > 1:
            duties = [other for other in group[1:] if other.text.startswith(words.duty_verbs)]
            group = group[1:]
        if not row.cut and len(duties) >= max(1, _DUTY_SHARE * len(group)):
            if row.gap or all(other.style == row.style for other in group):
                return at
    return None


def _is_chinese(rows: list[Row]) -> bool:
    text = "".join(row.text for row in rows)
    return len(re.findall("[一-鿿]", text)) * 4 > len(text)


__all__ = ["Posting", "SectionRows", "read_document"]
