"""Degrees: 硕士及以上学历, "Bachelor's degree or equivalent experience"; the lowest degree named is the floor."""

from __future__ import annotations

import re

from rubrics.model import DEGREE_ORDER, AnyOf, Category, Degree, DegreeAsk, ExperienceAsk, Rule
from rubrics.rules.clause import Clause, Reading

_OPEN_TO_HIGHER = re.compile(r"在读|博均可|本硕博|硕博")


def read(clause: Clause) -> tuple[Reading, ...]:
    """Give the degree asked for, a gate unless it is only preferred; "or equivalent experience" opens an alternative."""
    found = [Degree(term.id) for _, term in clause.terms("degree")]
    if not found:
        return ()
    if "本硕" in clause.words:
        found.append(Degree.BACHELOR)
    floor = min(found, key=lambda degree: DEGREE_ORDER[degree])
    rule: Rule = DegreeAsk(floor)
    if clause.has("read_waiver"):
        rule = AnyOf((rule, ExperienceAsk(("work",))), open=False)
    return (Reading(Category.DEGREE, rule, gate=not clause.bonus),)


def opens_to_higher(clause: Clause) -> bool:
    """Whether the words name several degrees at once (本硕博均可)."""
    return bool(_OPEN_TO_HIGHER.search(clause.words))
