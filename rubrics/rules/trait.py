"""Traits: only an interviewer can judge them."""

from __future__ import annotations

from rubrics.model import AllOf, AssessedBy, Category, TraitAsk
from rubrics.rules.clause import Clause, Reading


def read(clause: Clause) -> tuple[Reading, ...]:
    """Give the traits named, together."""
    found = tuple(TraitAsk(term.id) for _, term in clause.terms("trait"))
    if not found:
        return ()
    rule = found[0] if len(found) == 1 else AllOf(found)
    return (Reading(Category.TRAIT, rule, assessed_by=AssessedBy.INTERVIEW),)
