"""Open-source work of one's own; open-source tools that are only used are no such work."""

from __future__ import annotations

import re

from rubrics.model import OpenSourceAsk, Rule
from rubrics.rules.clause import Clause

_OR = re.compile(r"或者|[,，;；]\s*(?:或|or\b)|;|；")
_HOSTS = frozenset({"github", "gitlab", "bitbucket", "git"})


def asks(clause: Clause) -> tuple[Rule, ...]:
    """Own or contributed work, with its topics."""
    if not clause.has("read_open_source", but="read_open_source_no"):
        return ()
    first, last = _alternative(clause)
    topics = tuple(
        term.id
        for mention, term in clause.terms("knowledge")
        if first <= mention.start < last and not term.facts.get("generic") and term.id not in _HOSTS
    )
    return (OpenSourceAsk(topics),)


def _alternative(clause: Clause) -> tuple[int, int]:
    """Give the stretch between "or"s in which the open-source work stands: what another alternative is about is no topic of it."""
    places = clause.where("read_open_source")
    if not places:
        return 0, len(clause.words)
    marks = [match.span() for match in _OR.finditer(clause.words)]
    first = max((end for _, end in marks if end <= places[0][0]), default=0)
    last = min((start for start, _ in marks if start >= places[0][1]), default=len(clause.words))
    return first, last
