"""A text cut at its quotations: the pieces, put together, are the text again, and each piece knows which quotations cover it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Mark:
    """One quotation in a text: characters [start, end), the criterion's short name and verdict that it speaks for."""

    start: int
    end: int
    criterion: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; without marks it is plain. ``ident`` names it on the page; ``ending`` are the criteria whose quotation ends here."""

    text: str
    ident: str = ""
    verdict: str = ""
    criteria: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()


def cut(text: str, marks: Sequence[Mark], *, prefix: str) -> tuple[Piece, ...]:
    """Cut a text at the ends of its marks; overlapping marks share pieces. Marks outside the text are left out.

    ``ident`` is ``prefix`` and the place where the piece starts, so that a quotation's first piece can be found by
    ``place(prefix, mark)``. A piece under several marks carries the verdict of the shortest.
    """
    inside = [mark for mark in marks if 0 <= mark.start < mark.end <= len(text)]
    if not inside:
        return (Piece(text),) if text else ()
    borders = sorted({0, len(text), *(mark.start for mark in inside), *(mark.end for mark in inside)})
    return tuple(_piece(text, start, end, inside, prefix) for start, end in pairwise(borders))


def place(prefix: str, start: int) -> str:
    """Name the piece that starts at this character."""
    return f"{prefix}-{start}"


def _piece(text: str, start: int, end: int, marks: Sequence[Mark], prefix: str) -> Piece:
    covering = sorted(
        (mark for mark in marks if mark.start <= start and end <= mark.end),
        key=lambda mark: (mark.end - mark.start, mark.start, mark.criterion),
    )
    if not covering:
        return Piece(text[start:end])
    return Piece(
        text=text[start:end],
        ident=place(prefix, start),
        verdict=covering[0].verdict,
        criteria=_once(mark.criterion for mark in covering),
        ending=_once(mark.criterion for mark in covering if mark.end == end),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
