"""Fields of study: 计算机、数学等相关专业, "degree in Computer Science or a related field"."""

from __future__ import annotations

from rubrics.model import AnyOf, Category, ExperienceAsk, FieldAsk, Rule
from rubrics.rules.clause import Clause, Reading


def read(clause: Clause) -> tuple[Reading, ...]:
    """Give the fields asked for; the words must speak of study, not of work."""
    fields = tuple(term.id for _, term in clause.terms("field"))
    degree = bool(clause.terms("degree")) or clause.has("read_enrolment")
    if not fields or not (degree or clause.has("read_study")):
        return ()
    if clause.has("read_publication") or (_speaks_of_skill(clause) and not degree):
        return ()
    rule: Rule = FieldAsk(fields, related=clause.has("read_related"))
    if "经验" in clause.words or ("experience" in clause.words and not degree):
        rule = AnyOf((rule, ExperienceAsk(("work",))), open=False)
    return (Reading(Category.FIELD_OF_STUDY, rule),)


def _speaks_of_skill(clause: Clause) -> bool:
    if any(word in clause.words for word in ("专业", "学历", "学位", "学科")):
        return False
    level = (
        clause.has("level_expert") or clause.has("level_proficient") or "熟悉" in clause.words or "了解" in clause.words
    )
    return level or ("degree" not in clause.words and "背景" not in clause.words and clause.has("read_experience"))
