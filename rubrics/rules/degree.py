"""Degrees: 硕士及以上学历, "Bachelor's degree or equivalent experience"; the lowest degree named is the floor."""

from __future__ import annotations

import re

from rubrics.model import DEGREE_ORDER, AnyOf, AssessedBy, Category, Degree, DegreeAsk, ExperienceAsk, Rule, WordsAsk
from rubrics.rules.clause import Clause, Reading

_YEARS_FIRST = re.compile(
    r"^\W*(?:(?:an?\s+)?minimum(?:\s+of)?|at least|over|more than)?\s*\d{1,2}\s*\+?\s*(?:[-–]\s*\d+\s*)?\+?\s*years?\b"
)


def read(clause: Clause) -> tuple[Reading, ...]:
    """Give the degree asked for, a gate unless it is only preferred; "or equivalent experience" opens an alternative."""
    named = clause.terms("degree")
    if not named and clause.has("read_school_leaving"):
        return (Reading(Category.DEGREE, WordsAsk(clause.raw), assessed_by=AssessedBy.BOTH),)
    found = [Degree(term.id) for _, term in named]
    if (
        not found
        or clause.has("read_unneeded")
        or _is_relaxed(clause, named[0][0].start)
        or _YEARS_FIRST.match(clause.words)
    ):
        return ()
    if "本硕" in clause.words:
        found.append(Degree.BACHELOR)
    floor = min(found, key=lambda degree: DEGREE_ORDER[degree])
    rule: Rule = DegreeAsk(floor)
    if clause.has("read_waiver"):
        rule = AnyOf((rule, ExperienceAsk(("work",))), open=False)
    return (Reading(Category.DEGREE, rule, gate=not clause.bonus),)


def _is_relaxed(clause: Clause, place: int) -> bool:
    """Whether the first degree is named only to say how far the floor may be lowered (可放宽至本科); 本科, 优秀者可放宽 keeps its floor."""
    return any(start < place for start, _ in clause.where("read_relaxes"))
