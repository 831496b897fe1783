"""Answers to a recruiter's own questions: for people, apart from what is judged; personal ones for recruiters alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from screening.models import ResumeFile

FIELD = "custom"
"""The answer field that holds them, as a list in the order of the form."""


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """One answer with the question as it was asked, in both languages; ``file_id`` of the file where it is one."""

    question: str
    label_zh: str
    label_en: str
    text: str
    personal: bool
    for_interviewers: bool
    file_id: int | None = None


def own_answers(stored: object, files: Iterable[ResumeFile] = ()) -> tuple[OwnAnswer, ...]:
    """Read the answers; ``files`` are the application's, each naming the question that it answers."""
    by_field = {file.field: file.id for file in files}
    return tuple(_answer(entry, by_field) for entry in stored) if isinstance(stored, list) else ()


def is_for_interviewers(stored: object, question: str) -> bool:
    """Tell whether interviewers may see the answer to a question; without such an answer there is nothing to hide."""
    return all(one.for_interviewers and not one.personal for one in own_answers(stored) if one.question == question)


def _answer(entry: dict[str, Any], files: dict[str, int]) -> OwnAnswer:
    label = entry["label"]
    return OwnAnswer(
        question=entry["id"],
        label_zh=label.get("zh") or label.get("en", ""),
        label_en=label.get("en") or label.get("zh", ""),
        text=entry["text"],
        personal=entry.get("personal", False),
        for_interviewers=entry.get("for_interviewers", False),
        file_id=files.get(entry["id"]) if entry["type"] == "file" else None,
    )
