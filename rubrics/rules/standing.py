"""Academic standing: grades, rank, scholarships, and the school asked for (which is never scored)."""

from __future__ import annotations

import re

from rubrics.model import AssessedBy, Category, StandingAsk, WordsAsk
from rubrics.rules.clause import Clause, Reading

_GRADE = re.compile(r"(?:gpa|绩点)\D{0,12}?(\d\.\d{1,2})|(\d\.\d{1,2})\s*(?:gpa|以上的?gpa)")
_SHARE = re.compile(r"前\s*(\d{1,2})\s*%|top\s*(\d{1,2})\s*%|(\d{1,2})\s*%\s*以内")


def read(clause: Clause) -> tuple[Reading, ...]:
    """Grades or rank; a wish for certain schools stays words that no machine scores."""
    if clause.has("read_standing"):
        grade = _GRADE.search(clause.words)
        share = _SHARE.search(clause.words)
        ask = StandingAsk(
            grade=float(next(group for group in grade.groups() if group)) if grade else None,
            top_share=int(next(group for group in share.groups() if group)) / 100 if share else None,
        )
        return (Reading(Category.ACADEMIC_STANDING, ask),)
    return ()


def read_named_school(clause: Clause) -> tuple[Reading, ...]:
    """Give schools named by their rank beside a degree (985/211 院校硕士)."""
    return read_school(clause) if clause.has("read_school_named") else ()


def read_school(clause: Clause) -> tuple[Reading, ...]:
    """Give a wish for certain schools."""
    if clause.has("read_school"):
        return (Reading(Category.ACADEMIC_STANDING, WordsAsk(clause.raw), assessed_by=AssessedBy.INTERVIEW),)
    return ()
