"""How an application stands in its posting's plan: what is next, and which criteria nobody has asked about yet."""

from __future__ import annotations

from dataclasses import dataclass

from rubrics.codec import load_rubric
from rubrics.model import Criterion
from rubrics.prescore import Verdict
from screening.extensions import db
from screening.models import Application
from screening.queries.application import ApplicationPage
from screening.queries.interviews import coverage_of
from screening.queries.round_progress import RoundStep, round_steps
from screening.services.covering import Form, cover
from screening.services.forming import questions_for
from screening.web.access import now

OPEN = frozenset({Verdict.NOT_SHOWN, Verdict.PARTLY, Verdict.FOR_INTERVIEW})
"""Verdicts that leave a question."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A criterion that no interview of this application covers; ``verdict`` is the prescore's where it is open and the reader may know it."""

    criterion: Criterion
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class ApplicationPlan:
    """The plan's rounds as this application meets them, and what is left to ask."""

    steps: tuple[RoundStep, ...]
    uncovered: tuple[Uncovered, ...]


def application_plan(application: Application, page: ApplicationPage, *, blind: bool) -> ApplicationPlan:
    """Read where an application stands in the plan.

    Left to ask is what no interview covers, unless the form settles it; for a reader who is not blind also what the form
    would settle and this application leaves open.
    """
    steps = round_steps(db.session, application=application, now=now(), blind=blind)
    if page.version is None:
        return ApplicationPlan(steps, ())
    rubric = load_rubric(page.version.document)
    forms = {
        line.criterion.id: line.form for line in cover(rubric.criteria, questions=questions_for(rubric), rounds=())
    }
    verdicts = {} if blind else {row.criterion.key: row.verdict for row in page.judgement.rows}
    uncovered = []
    for row in coverage_of(rubric, [one.focus for one in page.interviews if not one.cancelled]):
        verdict = verdicts.get(row.criterion.key)
        is_open = verdict in OPEN
        if row.covered == 0 and (is_open or forms[row.criterion.id] is not Form.SETTLES):
            uncovered.append(Uncovered(row.criterion, verdict if is_open else None))
    return ApplicationPlan(steps, tuple(uncovered))
