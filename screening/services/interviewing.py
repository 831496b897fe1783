"""Planning interviews and logging blind evaluations: drafts may change, what was submitted is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Criterion
from screening.audit import record
from screening.models import (
    Application,
    Evaluation,
    Interview,
    Panelist,
    Rating,
    Recommendation,
    RubricState,
    RubricVersion,
    ScorecardDraft,
    Stage,
    User,
)
from screening.models.base import JsonObject
from screening.services.moving import ENDED, move_application

NOTE_LENGTH = 4000
REASON_LENGTH = 300
BEFORE_INTERVIEW = frozenset({Stage.APPLIED, Stage.SCREENING})


class InterviewError(Exception):
    """A plan or scorecard that cannot be stored.

    ``code`` is one of no_rubric, application_ended, panel_empty, panel_unknown, panel_submitted, own_seat, focus_empty,
    focus_unknown, zone_unknown, round_missing, minutes, cancelled, not_cancelled, not_on_panel, abstained, too_early,
    submitted, not_submitted, evaluated, changed, rating_unknown, rating_missing, note_missing, summary_missing, reason_missing.
    ``criterion`` names the criterion it speaks of, where there is one.
    """

    def __init__(self, code: str, criterion: str | None = None) -> None:
        self.code = code
        self.criterion = criterion
        super().__init__(code if criterion is None else f"{code}: {criterion}")


class DraftConflictError(Exception):
    """The draft was saved elsewhere since: ``content`` and ``revision`` are what is stored."""

    def __init__(self, content: JsonObject, revision: int) -> None:
        self.content = content
        self.revision = revision
        super().__init__(f"the draft is at revision {revision}")


@dataclass(frozen=True, slots=True)
class Plan:
    """When and where an interview takes place, who sits on its panel, and the criterion ids it must cover. ``starts_at`` is aware."""

    round: str
    starts_at: datetime
    minutes: int
    time_zone: str
    place: str
    panel: tuple[int, ...]
    focus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One criterion on a scorecard: 1–4, or None for "not covered", and what was seen."""

    value: int | None
    note: str = ""


def schedule_interview(
    session: Session, *, application: Application, plan: Plan, actor_id: int, now: datetime
) -> Interview:
    """Plan an interview against the rubric in force; an application that stood before the stage interview moves there."""
    if application.stage in ENDED:
        raise InterviewError("application_ended")
    version = session.scalar(
        select(RubricVersion).where(
            RubricVersion.posting_id == application.posting_id, RubricVersion.state == RubricState.PUBLISHED
        )
    )
    if version is None:
        raise InterviewError("no_rubric")
    _check_plan(session, plan, version)
    interview = Interview(
        application_id=application.id,
        rubric_version_id=version.id,
        round=plan.round.strip(),
        starts_at=plan.starts_at,
        minutes=plan.minutes,
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
    if application.stage in BEFORE_INTERVIEW:
        move_application(session, application=application, to=Stage.INTERVIEW, actor_id=actor_id, now=now)
    _record(session, "interview.schedule", interview, actor_id, now)
    return interview


def reschedule_interview(session: Session, *, interview: Interview, plan: Plan, actor_id: int, now: datetime) -> None:
    """Change a plan; who has submitted or abstained stays on the panel, and nobody takes their own seat away.

    Leaving one's own panel would end blindness without an evaluation; abstaining ends it for good and is said.
    """
    _require_open(interview)
    _check_plan(session, plan, session.get_one(RubricVersion, interview.rubric_version_id))
    before = set(session.scalars(select(Panelist.user_id).where(Panelist.interview_id == interview.id)))
    leaving = before - set(plan.panel)
    if leaving & (_submitters(session, interview.id) | _abstainers(session, interview.id)):
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
    interview.round, interview.place = plan.round.strip(), plan.place.strip()
    interview.starts_at, interview.minutes, interview.time_zone = plan.starts_at, plan.minutes, plan.time_zone
    interview.focus = list(plan.focus)
    session.flush()
    _record(session, "interview.reschedule", interview, actor_id, now)


def cancel_interview(session: Session, *, interview: Interview, actor_id: int, now: datetime) -> None:
    """Call an interview off, unless somebody has evaluated it: what was seen in it happened.

    Who still owes an evaluation of it cannot, since that would end their blindness; they abstain or ask a colleague.
    """
    _require_open(interview)
    if _submitters(session, interview.id):
        raise InterviewError("evaluated")
    seat = session.get(Panelist, (interview.id, actor_id))
    if seat is not None and seat.abstained_at is None:
        raise InterviewError("own_seat")
    interview.cancelled_at = now
    session.flush()
    _record(session, "interview.cancel", interview, actor_id, now)


def restore_interview(session: Session, *, interview: Interview, actor_id: int, now: datetime) -> None:
    """Take a cancellation back."""
    if interview.cancelled_at is None:
        raise InterviewError("not_cancelled")
    interview.cancelled_at = None
    session.flush()
    _record(session, "interview.restore", interview, actor_id, now)


def save_draft(
    session: Session, *, interview: Interview, user_id: int, content: JsonObject, revision: int, now: datetime
) -> int:
    """Keep what an interviewer has typed and give the new revision.

    ``revision`` is the one that the page was made from, 0 for none; another one by now raises DraftConflictError.
    """
    _require_seat(session, interview, user_id)
    if user_id in _submitters(session, interview.id):
        raise InterviewError("submitted")
    draft = session.get(ScorecardDraft, (interview.id, user_id), with_for_update=True, populate_existing=True)
    if draft is None:
        draft = ScorecardDraft(interview_id=interview.id, user_id=user_id, content=content, revision=1, saved_at=now)
        session.add(draft)
    elif draft.revision != revision:
        raise DraftConflictError(draft.content, draft.revision)
    else:
        draft.content, draft.revision, draft.saved_at = content, draft.revision + 1, now
    session.flush()
    return draft.revision


def submit_evaluation(
    session: Session,
    *,
    interview: Interview,
    user_id: int,
    judgements: Mapping[str, Judgement],
    recommendation: Recommendation,
    summary: str,
    now: datetime,
) -> Evaluation:
    """Lock an interviewer's scorecard as their evaluation; from now on they may see the others'.

    Every focus criterion needs a rating or "not covered"; a 1, a 4 and the recommendation need words.
    """
    _require_seat(session, interview, user_id)
    if now < interview.starts_at:
        raise InterviewError("too_early")
    if user_id in _submitters(session, interview.id):
        raise InterviewError("submitted")
    evaluation = _store(
        session,
        interview,
        Evaluation(
            interview_id=interview.id,
            user_id=user_id,
            version=1,
            recommendation=recommendation,
            summary=summary.strip(),
            submitted_at=now,
        ),
        judgements,
    )
    session.execute(
        delete(ScorecardDraft).where(ScorecardDraft.interview_id == interview.id, ScorecardDraft.user_id == user_id),
        execution_options={"synchronize_session": "fetch"},
    )
    _record(session, "evaluation.submit", interview, user_id, now)
    return evaluation


def amend_evaluation(
    session: Session,
    *,
    interview: Interview,
    user_id: int,
    judgements: Mapping[str, Judgement],
    recommendation: Recommendation,
    summary: str,
    reason: str,
    seen: int,
    now: datetime,
) -> Evaluation:
    """Add a new version of a submitted evaluation, with a reason; the old one stays readable.

    ``seen`` is the version that the person changes; a newer one by now, as after a double click, is the error ``changed``.
    """
    _require_seat(session, interview, user_id)
    latest = session.scalar(
        select(func.max(Evaluation.version)).where(
            Evaluation.interview_id == interview.id, Evaluation.user_id == user_id
        )
    )
    if latest is None:
        raise InterviewError("not_submitted")
    if latest != seen:
        raise InterviewError("changed")
    if not reason.strip():
        raise InterviewError("reason_missing")
    evaluation = _store(
        session,
        interview,
        Evaluation(
            interview_id=interview.id,
            user_id=user_id,
            version=latest + 1,
            recommendation=recommendation,
            summary=summary.strip(),
            amendment_reason=reason.strip(),
            submitted_at=now,
        ),
        judgements,
    )
    _record(session, "evaluation.amend", interview, user_id, now)
    return evaluation


def abstain(session: Session, *, interview: Interview, user_id: int, reason: str, now: datetime) -> None:
    """Release a panel member from the evaluation, as for a conflict of interest; they rate nothing and do not see the debrief."""
    seat = _require_seat(session, interview, user_id)
    if user_id in _submitters(session, interview.id):
        raise InterviewError("submitted")
    if not reason.strip():
        raise InterviewError("reason_missing")
    seat.abstained_at, seat.abstain_reason = now, reason.strip()
    session.flush()
    _record(session, "evaluation.abstain", interview, user_id, now)


def focus_criteria(version: RubricVersion, focus: Sequence[str]) -> list[Criterion]:
    """Give the criteria that an interview covers, in the rubric's order."""
    return [criterion for criterion in load_rubric(version.document).criteria if criterion.id in set(focus)]


def _check_plan(session: Session, plan: Plan, version: RubricVersion) -> None:
    known = {criterion.id for criterion in load_rubric(version.document).criteria}
    staff = set(session.scalars(select(User.id).where(User.id.in_(plan.panel), User.is_active)))
    checks = (
        (not plan.round.strip(), "round_missing"),
        (not 0 < plan.minutes <= 480, "minutes"),
        (plan.time_zone not in _time_zones(), "zone_unknown"),
        (not plan.panel, "panel_empty"),
        (not set(plan.panel) <= staff, "panel_unknown"),
        (not plan.focus, "focus_empty"),
        (not set(plan.focus) <= known, "focus_unknown"),
    )
    for wrong, code in checks:
        if wrong:
            raise InterviewError(code)


@cache
def _time_zones() -> frozenset[str]:
    """Read the names of all zones once: a look at the whole disk folder takes some 20 ms."""
    return frozenset(available_timezones())


def _require_open(interview: Interview) -> None:
    if interview.cancelled_at is not None:
        raise InterviewError("cancelled")


def _require_seat(session: Session, interview: Interview, user_id: int) -> Panelist:
    _require_open(interview)
    seat = session.get(Panelist, (interview.id, user_id), with_for_update=True, populate_existing=True)
    if seat is None:
        raise InterviewError("not_on_panel")
    if seat.abstained_at is not None:
        raise InterviewError("abstained")
    return seat


def _submitters(session: Session, interview_id: int) -> set[int]:
    return set(session.scalars(select(Evaluation.user_id).where(Evaluation.interview_id == interview_id)))


def _abstainers(session: Session, interview_id: int) -> set[int]:
    seats = select(Panelist.user_id).where(Panelist.interview_id == interview_id, Panelist.abstained_at.is_not(None))
    return set(session.scalars(seats))


def _store(
    session: Session, interview: Interview, evaluation: Evaluation, judgements: Mapping[str, Judgement]
) -> Evaluation:
    version = session.get_one(RubricVersion, interview.rubric_version_id)
    criteria = {criterion.id: criterion for criterion in focus_criteria(version, interview.focus)}
    for unknown in judgements.keys() - criteria.keys():
        raise InterviewError("rating_unknown", unknown)
    for ident in criteria:
        _check_judgement(ident, judgements.get(ident))
    if not evaluation.summary:
        raise InterviewError("summary_missing")
    session.add(evaluation)
    session.flush()
    session.add_all(
        Rating(
            evaluation_id=evaluation.id,
            criterion=ident,
            criterion_key=criterion.key,
            value=judgements[ident].value,
            note=judgements[ident].note.strip()[:NOTE_LENGTH],
        )
        for ident, criterion in criteria.items()
    )
    session.flush()
    return evaluation


def _check_judgement(ident: str, judgement: Judgement | None) -> None:
    if judgement is None:
        raise InterviewError("rating_missing", ident)
    if judgement.value is not None and judgement.value not in {1, 2, 3, 4}:
        raise InterviewError("rating_unknown", ident)
    if judgement.value in {1, 4} and not judgement.note.strip():
        raise InterviewError("note_missing", ident)


def _record(session: Session, act: str, interview: Interview, actor_id: int, now: datetime) -> None:
    record(
        session,
        act=act,
        actor_id=actor_id,
        subject_type="application",
        subject_id=interview.application_id,
        now=now,
        interview=interview.id,
    )
