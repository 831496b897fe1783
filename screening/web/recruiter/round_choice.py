"""The round of the plan that an interview is scheduled in: what it pre-fills, and whom it proposes for the panel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import lazy_gettext as _l

from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.models import Application, Interview, Role, RoundKind
from screening.policy import Permission
from screening.queries.clashes import Span
from screening.queries.interview_plans import RoundRow
from screening.queries.interviews import CoverageRow
from screening.queries.round_progress import RoundStep, Step, round_steps
from screening.queries.seating import Seat, seat_people
from screening.services.interviewing import DUE_HOURS, Plan
from screening.web.access import actor, may, now

STEPS = {
    Step.MISSING: _l("not planned yet"),
    Step.PLANNED: _l("planned"),
    Step.HELD: _l("held, evaluations outstanding"),
    Step.DONE: _l("done"),
}
OUTSIDE = "other"
"""In an address: an interview that belongs to no round."""


@dataclass(frozen=True, slots=True)
class RoundChoice:
    """The rounds that can be chosen, and the one that is (None: outside of the plan)."""

    steps: tuple[RoundStep, ...]
    chosen: RoundRow | None

    @property
    def is_review(self) -> bool:
        """Whether nobody meets: there is no time or place to choose."""
        return self.chosen is not None and is_review(self.chosen)

    def focus(self, rows: Sequence[CoverageRow]) -> list[str]:
        """Give the criterion ids that are ticked at first: the round's that are in the rubric, else what no interview covers."""
        if self.chosen is not None and (
            own := [row.criterion.id for row in rows if row.criterion.key in self.chosen.keys]
        ):
            return own
        return [row.criterion.id for row in rows if row.is_suggested]

    def fill(self, rows: Sequence[CoverageRow], seats: Mapping[int, Seat]) -> dict[str, object]:
        """Give the fields that the round fills in."""
        chosen = self.chosen
        return {
            "round": chosen.name if chosen is not None else "",
            "minutes": chosen.minutes if chosen is not None else 45,
            "focus": self.focus(rows),
            "panel": [ident for ident, seat in seats.items() if seat.chosen],
        }

    def completed(self, plan: Plan, interview: Interview | None = None) -> Plan:
        """Say the round of a plan that was typed; a review begins when it is planned, and its time stays."""
        hours = self.chosen.due_hours if self.chosen is not None else DUE_HOURS
        if interview is not None and interview.round_id == (self.chosen.id if self.chosen is not None else None):
            hours = hours_left(interview)
        plan = replace(plan, round_id=self.chosen.id if self.chosen is not None else None, due_hours=hours)
        if not self.is_review:
            return plan
        begins = interview.starts_at if interview is not None and is_review(interview) else now()
        return replace(plan, starts_at=begins, place="")


def choose_round(application: Application, wanted: str | None, *, interview: Interview | None = None) -> RoundChoice:
    """Read the plan and take the round that the address or form names, else the interview's own, else the first that is missing."""
    steps = round_steps(
        db.session,
        application=application,
        now=now(),
        blind=not may(Permission.PRESCORE_VIEW),
        apart_from=interview.id if interview is not None else None,
    )
    by_id = {step.round.id: step.round for step in steps}
    ident = whole_number(wanted or "")
    if wanted == OUTSIDE:
        chosen = None
    elif ident in by_id:
        chosen = by_id[ident]
    elif interview is not None:
        chosen = by_id.get(interview.round_id or 0)
    else:
        chosen = next((step.round for step in steps if step.is_next), None)
    return RoundChoice(steps, chosen)


def seats_for(
    application: Application,
    choice: RoundChoice,
    *,
    span: Span | None,
    start: datetime,
    zone: str,
    interview: Interview | None = None,
    with_hours: Collection[int] | None = None,
) -> dict[int, Seat]:
    """Look at everybody for the time that was typed, else for ``start``; where ``with_hours`` count instead, nobody is busy."""
    minutes = None if with_hours is not None else choice.chosen.minutes if choice.chosen is not None else 45
    return seat_people(
        db.session,
        round_id=choice.chosen.id if choice.chosen is not None else None,
        application_id=application.id,
        starts_at=span.starts_at if span is not None else start,
        minutes=round((span.ends_at - span.starts_at).total_seconds() / 60) if span is not None else minutes,
        zone=zone,
        apart_from=interview.id if interview is not None else None,
        reader_id=actor().id,
        with_hours=with_hours,
    )


def by_seat(people: Sequence[tuple[int, str, Role]], seats: Mapping[int, Seat]) -> list[tuple[int, str, Role]]:
    """Put those whom the round names first, then its pool, whoever has the fewest interviews that week first; the others keep their order."""

    def rank(person: tuple[int, str, Role]) -> tuple[int, int, int]:
        seat = seats.get(person[0])
        if seat is None or not (seat.fixed or seat.pooled):
            return 2, 0, 0
        return (0, 0, 0) if seat.fixed else (1, seat.this_week, seat.four_weeks)

    return sorted(people, key=rank)


def hours_left(interview: Interview) -> int:
    """Give the hours within which an interview's scorecards are owed, so that a change keeps them."""
    begins = interview.starts_at if is_review(interview) else interview.ends_at
    return round((interview.due_at - begins).total_seconds() / 3600)


def is_review(one: Interview | RoundRow) -> bool:
    """Tell whether nobody meets."""
    return one.kind is RoundKind.RESUME_REVIEW
