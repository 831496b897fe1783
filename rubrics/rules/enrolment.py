"""Enrolment: 在校学生, 2025 届, "currently enrolled in"."""

from __future__ import annotations

from rubrics.model import Category, EnrolmentAsk
from rubrics.rules.clause import Clause, Reading


def read(clause: Clause) -> tuple[Reading, ...]:
    """Give an enrolment asked for, a gate unless it is only preferred."""
    if not clause.has("read_enrolment") or clause.has("read_enrolment_not"):
        return ()
    if clause.has("read_certificate", but="read_certificate_no") and not clause.terms("degree", "field"):
        return ()
    return (Reading(Category.ENROLMENT, EnrolmentAsk(enrolled=True), gate=not clause.bonus),)
