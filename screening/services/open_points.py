"""What nobody has settled about one candidate yet: the coverage of the posting, looked at after the interviews.

The same logic as for a posting's plan, with what really happened in the place of what was planned: a round counts when
somebody gave a number, and the form when the documents show something.
"""

from __future__ import annotations

from dataclasses import dataclass

from rubrics.model import Criterion
from rubrics.prescore import Verdict
from screening.queries.debrief import Debrief
from screening.queries.panels import Meeting
from screening.services.covering import Asking, CoverageLine, Form, cover

SILENT = frozenset({Verdict.NOT_SHOWN, Verdict.FOR_INTERVIEW})
"""What such a verdict stands on is no answer."""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A criterion of the rubric in force that is open; ``asked_in`` are interviews that were planned to cover it and have given no number."""

    criterion: Criterion
    verdict: Verdict | None
    asked_in: tuple[Meeting, ...]


def open_points(page: Debrief) -> tuple[OpenPoint, ...]:
    """Name what neither the form nor any interview has settled, requirements before bonus; nothing without a rubric in force."""
    if page.rubric is None:
        return ()
    lines = cover(page.rubric.criteria, questions=page.questions, rounds=_heard(page))
    return tuple(_point(line.criterion, page) for line in lines if _is_open(line, page))


def _heard(page: Debrief) -> list[Asking]:
    """Give each interview as a round that looked at what its panel gave numbers for."""
    keys: dict[int, set[str]] = {one.id: set() for one in page.panels.interviews}
    for seat in page.seats:
        if seat.latest:
            keys[seat.interview_id] |= {key for key, (value, _) in seat.latest.ratings.items() if value is not None}
    return [Asking(one.id, one.kind, one.round, keys[one.id]) for one in page.panels.interviews]


def _is_open(line: CoverageLine, page: Debrief) -> bool:
    paper = page.papers.get(line.criterion.key)
    unanswered = paper is None or paper.verdict in SILENT
    return line.is_gap or (line.form is Form.SETTLES and unanswered and not line.rounds)


def _point(criterion: Criterion, page: Debrief) -> OpenPoint:
    paper = page.papers.get(criterion.key)
    asked = tuple(one for one in page.panels.interviews if criterion.key in page.focus[one.id])
    return OpenPoint(criterion, paper.verdict if paper else None, asked)
