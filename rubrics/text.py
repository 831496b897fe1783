"""Spans of a source text: every quotation and every criterion keeps the place it came from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters ``[start, end)`` counted from the start of the text it belongs to."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Lines:
    """An inclusive range of 1-based line numbers."""

    first: int
    last: int
