"""Answers that were chosen from a list, in the reader's language: they are stored in the words of the form that was filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from screening.forms import answers, entries


def _readings(stored: Mapping[str, tuple[str, ...]], labels: Mapping[str, Any]) -> dict[str, Any]:
    return {word: labels[key] for key, words in stored.items() for word in words}


CHOSEN: Mapping[str, Mapping[str, Any]] = {
    "studyType": _readings(answers.DEGREES, entries.DEGREES),
    "level": _readings(answers.LEVELS, entries.LEVELS),
    "status": _readings(answers.PAPER_STATES, entries.PAPER_STATES),
}
"""By an answer's field: the label of each word in which a choice is stored, Chinese or English."""


def said(field: str, value: Any) -> Any:
    """Give a stored value as the reader calls it; what was typed stays as it is."""
    label = CHOSEN.get(field, {}).get(value) if isinstance(value, str) else None
    return value if label is None else str(label)
