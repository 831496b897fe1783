"""What the compiler doubts: each finding names its lines and says what a person should look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rubrics.text import Lines, Span


class FindingCode(StrEnum):
    """The closed list of the domain."""

    MISSING_TITLE = "missing_title"
    DEGREE_CONFLICT = "degree_conflict"
    DUPLICATE_BODY = "duplicate_body"
    BONUS_IN_REQUIREMENTS = "bonus_in_requirements"
    BROKEN_NUMBERING = "broken_numbering"
    NOT_SCREENABLE = "not_screenable"
    UNLAWFUL_QUESTION = "unlawful_question"
    UNPARSED_LINE = "unparsed_line"


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt; ``message`` is English, ``message_zh`` Chinese; ``criteria`` are the ids it speaks of; ``span`` the words, when it is about words."""

    code: FindingCode
    lines: Lines
    message: str
    message_zh: str
    span: Span | None = None
    criteria: tuple[str, ...] = ()
