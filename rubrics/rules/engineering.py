"""Engineering strength: code ability, style, performance work."""

from __future__ import annotations

from rubrics.model import EngineeringAsk, Rule
from rubrics.rules.clause import Clause


def asks(clause: Clause) -> tuple[Rule, ...]:
    """Engineering asked for, with its topics."""
    return (EngineeringAsk(clause.topics()),) if clause.has("read_engineering") else ()
