"""Planning interviews: when, where, who sits on the panel, and what it must cover."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Criterion
from screening.audit import record
from screening.models import (
    Application,
    Evaluation,
    Interview,
    InterviewRound,
    Panelist,
    Person,
    RoundKind,
    RubricState,
    RubricVersion,
    Stage,
    User,
)
from screening.queries.clashes import Clash, Span, find_clashes
from screening.queries.people import root_of
from screening.queries.scopes import actor_of, application_scope
from screening.services.measuring import note_panels
from screening.services.moving import ENDED, MoveError, is_in_use, move_application

DUE_HOURS = 24
BEFORE_INTERVIEW = frozenset({Stage.APPLIED, Stage.SCREENING})


class InterviewError(Exception):
    """A plan or scorecard that cannot be stored.

    ``code`` is one of no_rubric, application_ended, rejection_waits, panel_empty, panel_unknown, panel_submitted, own_seat, blind, focus_empty,
    focus_unknown, zone_unknown, round_missing, round_unknown, minutes, cancelled, not_cancelled, not_on_panel, abstained, not_abstained, too_early,
    submitted, not_submitted, evaluated, changed, rating_unknown, rating_missing, note_missing, summary_missing, reason_missing.
    ``criterion`` names the criterion it speaks of, where there is one.
    """

    def __init__(self, code: str, criterion: str | None = None) -> None:
        self.code = code
        self.criterion = criterion
        super().__init__(code if criterion is None else f"{code}: {criterion}")


class ClashError(Exception):
    """Somebody is in another interview at this time, and nobody has accepted that: ``clashes`` are those to be shown."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        self.clashes = clashes
        super().__init__(f"{len(clashes)} overlapping interviews")


@dataclass(frozen=True, slots=True)
class Plan:
    """When and where an interview takes place, who sits on its panel, and the criterion ids it must cover. ``starts_at`` is aware.

    ``due_hours`` are the hours after its end within which the scorecards are owed. ``round_id`` is the round of the posting's
    plan that it is held in, None for one outside of it. A review of documents (``is_review``, which the round's kind decides)
    is no meeting: it begins when it is planned and ends when it is due; ``minutes`` is what it takes.
    """

    round: str
    starts_at: datetime
    minutes: int
    time_zone: str
    place: str
    panel: tuple[int, ...]
    focus: tuple[str, ...]
    due_hours: int = DUE_HOURS
    round_id: int | None = None
    is_review: bool = False

    @property
    def ends_at(self) -> datetime:
        """When it ends: a review of documents when it is due."""
        return self.due_at if self.is_review else self.starts_at + timedelta(minutes=self.minutes)

    @property
    def due_at(self) -> datetime:
        """By when its scorecards are owed."""
        begins = self.starts_at if self.is_review else self.ends_at
        return begins + timedelta(hours=self.due_hours)


def schedule_interview(
    session: Session,
    *,
    application: Application,
    plan: Plan,
    actor_id: int,
    now: datetime,
    accepted: Collection[str] | None = None,
) -> Interview:
    """Plan an interview against the rubric in force; an application that stood before the stage interview moves there, for a review of documents a new one to the stage review.

    ``accepted`` are the keys of the clashes that were shown and are meant: any other one raises ClashError, also one that
    was planned in the same moment. None looks for no clash.
    """
    if application.stage in ENDED:
        raise InterviewError("application_ended")
    version = rubric_in_force(session, application)
    check_plan(session, plan, version)
    kind = kind_of(session, plan.round_id)
    plan = replace(plan, is_review=kind is RoundKind.RESUME_REVIEW)
    if accepted is not None and not plan.is_review:
        _refuse_clashes(session, application, plan, accepted, actor_id)
    interview = Interview(
        application_id=application.id,
        rubric_version_id=version.id,
        round=plan.round.strip(),
        round_id=plan.round_id,
        kind=kind,
        starts_at=plan.starts_at,
        minutes=plan.minutes,
        ends_at=plan.ends_at,
        due_at=plan.due_at,
        time_zone=plan.time_zone,
        place=plan.place.strip(),
        focus=list(plan.focus),
        created_by=actor_id,
        created_at=now,
    )
    session.add(interview)
    session.flush()
    session.add_all(Panelist(interview_id=interview.id, user_id=user_id) for user_id in plan.panel)
    session.flush()
    to = Stage.SCREENING if plan.is_review else Stage.INTERVIEW
    goes_on = application.stage is Stage.APPLIED or (application.stage in BEFORE_INTERVIEW and not plan.is_review)
    if goes_on and is_in_use(session, posting_id=application.posting_id, stage=to):
        try:
            move_application(session, application=application, to=to, actor_id=actor_id, now=now)
        except MoveError as error:
            raise InterviewError("rejection_waits" if error.code == "waiting" else "application_ended") from error
    record_act(session, "interview.schedule", interview, actor_id, now)
    return interview


def reschedule_interview(
    session: Session,
    *,
    interview: Interview,
    plan: Plan,
    actor_id: int,
    now: datetime,
    accepted: Collection[str] | None = None,
    seen: int | None = None,
) -> None:
    """Change a plan; who has submitted or abstained stays on the panel, and nobody takes their own seat away.

    Leaving one's own panel would end blindness without an evaluation; abstaining ends it for good and is said. Evaluations
    stay as they are. The sequence grows when calendars must hear of it. ``accepted`` is as for schedule_interview; ``seen``
    is the sequence that the person changes: a newer one by now is the error ``changed``.
    """
    kind = interview.kind if plan.round_id == interview.round_id else kind_of(session, plan.round_id)
    plan = replace(plan, is_review=kind is RoundKind.RESUME_REVIEW)
    if accepted is not None and not plan.is_review:
        application = session.get_one(Application, interview.application_id)
        _refuse_clashes(session, application, plan, accepted, actor_id, apart_from=interview.id)
    session.refresh(interview, with_for_update=True)
    require_open(interview)
    if seen is not None and seen != interview.sequence:
        raise InterviewError("changed")
    before = set(session.scalars(select(Panelist.user_id).where(Panelist.interview_id == interview.id)))
    check_plan(session, plan, session.get_one(RubricVersion, interview.rubric_version_id), seated=before)
    leaving = before - set(plan.panel)
    if leaving - {actor_id}:
        _refuse_blind(session, interview, actor_id, now)
    if leaving & (submitters(session, interview.id) | _abstainers(session, interview.id)):
        raise InterviewError("panel_submitted")
    if actor_id in leaving:
        raise InterviewError("own_seat")
    session.execute(
        delete(Panelist).where(Panelist.interview_id == interview.id, Panelist.user_id.in_(leaving)),
        execution_options={"synchronize_session": "fetch"},
    )
    session.add_all(
        Panelist(interview_id=interview.id, user_id=user_id) for user_id in plan.panel if user_id not in before
    )
    told, moved = _what_calendars_say(interview), interview.starts_at != plan.starts_at
    interview.round, interview.place = plan.round.strip(), plan.place.strip()
    interview.round_id, interview.kind = plan.round_id, kind
    interview.starts_at, interview.minutes, interview.time_zone = plan.starts_at, plan.minutes, plan.time_zone
    interview.ends_at, interview.due_at = plan.ends_at, plan.due_at
    interview.focus = list(plan.focus)
    if told != _what_calendars_say(interview) or before != set(plan.panel):
        _tell_calendars(interview, now)
    if moved:
        session.execute(
            update(Panelist)
            .where(Panelist.interview_id == interview.id, Panelist.is_settled)
            .values(is_settled=False)
            .execution_options(synchronize_session="fetch")
        )
    session.flush()
    record_act(session, "interview.reschedule", interview, actor_id, now)


def cancel_interview(session: Session, *, interview: Interview, actor_id: int, now: datetime) -> None:
    """Call an interview off, unless somebody has evaluated it: what was seen in it happened.

    Who still owes an evaluation of it cannot, since that would end their blindness; they abstain or ask a colleague.
    """
    session.refresh(interview, with_for_update=True)
    require_open(interview)
    seat = session.get(Panelist, (interview.id, actor_id))
    if seat is not None and seat.abstained_at is None:
        raise InterviewError("own_seat")
    _refuse_blind(session, interview, actor_id, now)
    if submitters(session, interview.id):
        raise InterviewError("evaluated")
    interview.cancelled_at = now
    _tell_calendars(interview, now)
    session.flush()
    record_act(session, "interview.cancel", interview, actor_id, now)


def restore_interview(session: Session, *, interview: Interview, actor_id: int, now: datetime) -> None:
    """Take a cancellation back."""
    session.refresh(interview, with_for_update=True)
    if interview.cancelled_at is None:
        raise InterviewError("not_cancelled")
    interview.cancelled_at = None
    _tell_calendars(interview, now)
    session.flush()
    record_act(session, "interview.restore", interview, actor_id, now)


def _refuse_blind(session: Session, interview: Interview, actor_id: int, now: datetime) -> None:
    """Refuse what would tell somebody who still owes an evaluation whether others have submitted theirs of this interview.

    One that never changed and has not begun has none; whether one that was moved had begun before is not known.
    """
    may_be_judged = interview.starts_at <= now or interview.sequence > 0
    if may_be_judged and actor_id in application_scope(session, interview.application_id).owing:
        raise InterviewError("blind")


def call_off_interviews(session: Session, *, application_ids: Collection[int], now: datetime) -> tuple[int, ...]:
    """Cancel what has not begun of applications that the candidate ended; give the interviews, so that their panels can be told."""
    coming = session.scalars(
        select(Interview)
        .where(
            Interview.application_id.in_(application_ids), Interview.cancelled_at.is_(None), Interview.starts_at > now
        )
        .order_by(Interview.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    for interview in coming:
        interview.cancelled_at = now
        _tell_calendars(interview, now)
        session.flush()
        record_act(session, "interview.cancel", interview, None, now)
    return tuple(interview.id for interview in coming)


def focus_criteria(version: RubricVersion, focus: Sequence[str]) -> list[Criterion]:
    """Give the criteria that an interview covers, in the rubric's order."""
    return [criterion for criterion in load_rubric(version.document).criteria if criterion.id in set(focus)]


def rubric_in_force(session: Session, application: Application) -> RubricVersion:
    """Read the rubric that an interview is planned against; raise InterviewError ``no_rubric`` where none is published."""
    version = session.scalar(
        select(RubricVersion).where(
            RubricVersion.posting_id == application.posting_id, RubricVersion.state == RubricState.PUBLISHED
        )
    )
    if version is None:
        raise InterviewError("no_rubric")
    return version


def check_plan(session: Session, plan: Plan, version: RubricVersion, *, seated: Collection[int] = ()) -> None:
    """Raise InterviewError for a plan that this rubric does not allow; its start is not looked at. Who is ``seated`` may stay, also without an active account."""
    known = {criterion.id for criterion in load_rubric(version.document).criteria}
    staff = set(session.scalars(select(User.id).where(User.id.in_(plan.panel), User.is_active)))
    checks = (
        (not plan.round.strip(), "round_missing"),
        (plan.round_id is not None and not _is_round_of(session, plan.round_id, version.posting_id), "round_unknown"),
        (not 0 < plan.minutes <= 480, "minutes"),
        (plan.time_zone not in _time_zones(), "zone_unknown"),
        (not plan.panel, "panel_empty"),
        (not set(plan.panel) <= staff | set(seated), "panel_unknown"),
        (not plan.focus, "focus_empty"),
        (not set(plan.focus) <= known, "focus_unknown"),
    )
    for wrong, code in checks:
        if wrong:
            raise InterviewError(code)


def kind_of(session: Session, round_id: int | None) -> RoundKind:
    """Tell what kind an interview of this round is; outside of the plan it is another kind."""
    one = session.get(InterviewRound, round_id) if round_id is not None else None
    return one.kind if one is not None else RoundKind.OTHER


def due_hours_of(session: Session, round_id: int | None) -> int:
    """Tell within how many hours the scorecards of this round are owed."""
    one = session.get(InterviewRound, round_id) if round_id is not None else None
    return one.due_hours if one is not None else DUE_HOURS


def _is_round_of(session: Session, round_id: int, posting_id: int) -> bool:
    one = session.get(InterviewRound, round_id)
    return one is not None and one.posting_id == posting_id


def lock_calendars(session: Session, *, user_ids: Collection[int], application: Application) -> None:
    """Let one at a time plan for these people and for this candidate, over all the candidate's applications.

    The order is everywhere the same: users, application, person. On SQLite the transaction holds the only write lock.
    """
    users = select(User.id).where(User.id.in_(user_ids)).order_by(User.id)
    session.execute(users.with_for_update(key_share=True)).all()
    session.execute(select(Application.id).where(Application.id == application.id).with_for_update(key_share=True))
    root = root_of(session, application.person_id)
    session.execute(select(Person.id).where(Person.id == root).with_for_update(key_share=True))


def _refuse_clashes(
    session: Session,
    application: Application,
    plan: Plan,
    accepted: Collection[str],
    actor_id: int,
    *,
    apart_from: int | None = None,
) -> None:
    lock_calendars(session, user_ids=plan.panel, application=application)
    clashes = find_clashes(
        session,
        user_ids=plan.panel,
        application=application,
        span=Span(plan.starts_at, plan.ends_at),
        actor=actor_of(session, session.get_one(User, actor_id)),
        apart_from=apart_from,
    )
    if any(clash.key not in accepted for clash in clashes):
        raise ClashError(clashes)


def _what_calendars_say(interview: Interview) -> tuple[object, ...]:
    return interview.round, interview.place, interview.starts_at, interview.minutes, interview.time_zone


def _tell_calendars(interview: Interview, now: datetime) -> None:
    interview.sequence += 1
    interview.changed_at = now


@cache
def _time_zones() -> frozenset[str]:
    """Read the names of all zones once: a look at the whole disk folder takes some 20 ms."""
    return frozenset(available_timezones())


def require_open(interview: Interview) -> None:
    """Refuse an interview that was called off."""
    if interview.cancelled_at is not None:
        raise InterviewError("cancelled")


def submitters(session: Session, interview_id: int) -> set[int]:
    """Read who has evaluated an interview."""
    return set(session.scalars(select(Evaluation.user_id).where(Evaluation.interview_id == interview_id)))


def _abstainers(session: Session, interview_id: int) -> set[int]:
    seats = select(Panelist.user_id).where(Panelist.interview_id == interview_id, Panelist.abstained_at.is_not(None))
    return set(session.scalars(seats))


def record_act(session: Session, act: str, interview: Interview, actor_id: int | None, now: datetime) -> None:
    """Write an act on an interview into the audit log, and let the figures follow it."""
    record(
        session,
        act=act,
        actor_id=actor_id,
        subject_type="application",
        subject_id=interview.application_id,
        now=now,
        interview=interview.id,
    )
    note_panels(session, application_id=interview.application_id, now=now)
