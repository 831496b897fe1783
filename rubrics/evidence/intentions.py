"""Clauses in which a person speaks of what is to come: availability and places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rubrics.dossier import Json
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Role
from rubrics.prescore import Quote

_PAST = frozenset({Role.WORK, Role.PROJECT, Role.AWARD, Role.PUBLICATION})
_ROLES = frozenset(
    {
        Role.PLAN,
        Role.SELF,
        Role.OTHER,
        Role.STATEMENT,
        Role.SKILL,
        Role.EDUCATION,
        Role.LANGUAGE,
        Role.CERTIFICATE,
    }
)


def availability_row(reading: Reading) -> dict[str, Json]:
    """Give the availability object of the answers, empty when there is none."""
    found = reading.dossier.answers.get("availability")
    return found if isinstance(found, dict) else {}


def is_past(plain: str, reading: Reading) -> bool:
    """Whether a clause tells of what is over."""
    return reading.cues.has("told_of_past", plain)


class PlanClause(NamedTuple):
    """A clause in which a person may speak of plans; ``planned`` when it stands under such a heading or in a line that tells of arrival or presence."""

    source: int
    start: int
    end: int
    plain: str
    planned: bool
    wished: bool
    terms: frozenset[str]


def planning_clauses(reading: Reading) -> list[PlanClause]:
    """Clauses in which a person may speak of plans; past jobs and projects are left out."""
    return reading.remember("plans", lambda: list(_plans(reading)))


def _plans(reading: Reading) -> Iterator[PlanClause]:
    cues = reading.cues
    plans = cues.groups("plans")
    for passage in reading.passages():
        if passage.role not in _ROLES and not (passage.role in _PAST and passage.hints & plans):
            continue
        line = reading.plain_of(passage)
        if passage.role in _PAST and not cues.has("plans", line):
            continue
        wished = passage.role is Role.PLAN
        planned = wished or cues.has("planning_line", line)
        for clause in reading.clauses(passage):
            if not cues.has("quoted", clause.plain):
                yield PlanClause(passage.source, clause.start, clause.end, clause.plain, planned, wished, clause.terms)


def clause_quote(reading: Reading, source: int, start: int, end: int) -> Quote:
    """Quote a clause without the marks at its edges."""
    text = reading.sources[source].text
    while start < end and text[start] in " \t\r\n,，;；*-•·":
        start += 1
    while end > start and text[end - 1] in " \t\r\n,，;；":
        end -= 1
    return reading.quote(source, start, end)
