"""Places: where the work is, when the body itself says so, and the right to work there."""

from __future__ import annotations

import re

from rubrics.model import AssessedBy, Category, LocationAsk, WordsAsk
from rubrics.rules.clause import Clause, Reading

_WORKS_THERE = re.compile(r"在\S{2,10}?(?:工作|实习|上班|办公|入职)")

_OFFICE = re.compile(r"\b(?:work|based|located|come)\b.{0,12}\b(?:in|from|at|to)\b.{0,30}\boffices?\b")


def read(clause: Clause) -> tuple[Reading, ...]:
    """Cities that a person must work in; a work permit or readiness to travel stays words for a person."""
    if clause.has("read_work_right"):
        return (Reading(Category.LOCATION, WordsAsk(clause.raw), assessed_by=AssessedBy.BOTH),)
    cities = tuple(dict.fromkeys(_name(clause.raw[m.start : m.end]) for m, _ in clause.terms("city")))
    if cities and (clause.has("read_location") or _WORKS_THERE.search(clause.words)):
        return (Reading(Category.LOCATION, LocationAsk(cities), gate=not clause.bonus),)
    if "office" in clause.words and _OFFICE.search(clause.words):
        return (Reading(Category.LOCATION, WordsAsk(clause.raw), assessed_by=AssessedBy.BOTH),)
    if clause.has("read_travel") and not clause.skill_terms():
        return (Reading(Category.LOCATION, WordsAsk(clause.raw), assessed_by=AssessedBy.BOTH),)
    return ()


def _name(text: str) -> str:
    return text[:-1] if text.endswith("市") and len(text) > 2 else text
