"""Open-source work of one's own; open-source tools that are only used are no such work."""

from __future__ import annotations

from rubrics.model import OpenSourceAsk, Rule
from rubrics.rules.clause import Clause

_HOSTS = frozenset({"github", "gitlab", "bitbucket", "git"})


def asks(clause: Clause) -> tuple[Rule, ...]:
    """Own or contributed work, with its topics."""
    if not clause.has("read_open_source", but="read_open_source_no"):
        return ()
    topics = tuple(
        term.id for _, term in clause.terms("knowledge") if not term.facts.get("generic") and term.id not in _HOSTS
    )
    return (OpenSourceAsk(topics),)
