"""Licences and certificates by name."""

from __future__ import annotations

from rubrics.model import Category, CertificationAsk, Rule
from rubrics.rules.clause import Clause, Reading, one_or_all


def read(clause: Clause) -> tuple[Reading, ...]:
    """Give the certificates named; several are alternatives, as postings mean them."""
    asks: list[Rule] = [CertificationAsk(term.id) for _, term in clause.terms("certification")]
    if not asks:
        return ()
    return (Reading(Category.CERTIFICATION, one_or_all(asks, either=True, open_list=clause.has("read_example"))),)
