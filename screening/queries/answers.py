"""An application's answers as a page reads them: sections, entries and single values, each with its JSON Pointer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from screening.queries.passages import Mark, Piece, cut, place

SECTIONS = (
    "education",
    "skills",
    "work",
    "projects",
    "publications",
    "awards",
    "certificates",
    "languages",
    "volunteer",
    "interests",
    "statements",
    "availability",
)
"""The order in which sections are shown; others follow by name. The contact details stand in the page's head."""
APART = frozenset({"custom"})
"""Sections that pages show apart: see ``screening.queries.own_answers``."""
UNSHOWN = frozenset({"/basics/name", "/basics/email", "/basics/phone", "/basics/image"})


@dataclass(frozen=True, slots=True)
class Value:
    """One value: ``name`` is its field, ``kind`` text, number or boolean, ``pieces`` its text cut at the quotations."""

    name: str
    pointer: str
    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Values that belong together: one school, one project."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """One section of the answers, named as in JSON Resume."""

    name: str
    entries: tuple[Entry, ...]


def read_answers(answers: Mapping[str, Any], marks: Mapping[str, Sequence[Mark]]) -> tuple[AnswerSection, ...]:
    """Lay the answers out; ``marks`` are the quotations by JSON Pointer, whose offsets count as the engine counts them."""
    names = [name for name in ("basics", *SECTIONS) if name in answers]
    names += sorted(name for name in answers if name not in names and name not in APART)
    sections = (AnswerSection(name, tuple(_entries(answers[name], f"/{name}", marks))) for name in names)
    return tuple(section for section in sections if section.entries)


def piece_prefix(source: str) -> str:
    """Name a source in an element's id: e for the résumé, a and the pointer's parts for an answer."""
    if source == "resume":
        return "e"
    return "a" + "".join(character if character.isalnum() and character.isascii() else "-" for character in source)


def jump_target(source: str, start: int) -> str:
    """Give the id of the piece at which a quotation starts."""
    return place(piece_prefix(source), start)


def _entries(value: Any, pointer: str, marks: Mapping[str, Sequence[Mark]]) -> Iterator[Entry]:
    rows = enumerate(value) if isinstance(value, list) else [(None, value)]
    for number, row in rows:
        here = pointer if number is None else f"{pointer}/{number}"
        values = tuple(_values(row, here, here.rpartition("/")[2], marks))
        if values:
            yield Entry(values)


def _values(value: Any, pointer: str, name: str, marks: Mapping[str, Sequence[Mark]]) -> Iterator[Value]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _values(inner, f"{pointer}/{key}", str(key), marks)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _values(inner, f"{pointer}/{number}", name, marks)
    elif pointer not in UNSHOWN and value is not None and value != "":
        text = value if isinstance(value, str) else json.dumps(value)
        kind = "text" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "number"
        yield Value(name, pointer, kind, cut(text, marks.get(pointer, ()), prefix=piece_prefix(pointer)))
