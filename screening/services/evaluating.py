"""Evaluating interviews: drafts may change, what was submitted is locked, a change is a new version with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from screening.models import (
    AbstainKind,
    Application,
    Evaluation,
    Interview,
    Panelist,
    Rating,
    Recommendation,
    RubricVersion,
    ScorecardDraft,
)
from screening.models.base import JsonObject
from screening.services.interviewing import InterviewError, focus_criteria, record_act, require_open, submitters

NOTE_LENGTH = 4000
REASON_LENGTH = 300


class DraftConflictError(Exception):
    """The draft was saved elsewhere since: ``content`` and ``revision`` are what is stored."""

    def __init__(self, content: JsonObject, revision: int) -> None:
        self.content = content
        self.revision = revision
        super().__init__(f"the draft is at revision {revision}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One criterion on a scorecard: 1–4, or None for "not covered", and what was seen."""

    value: int | None
    note: str = ""


def save_draft(
    session: Session, *, interview: Interview, user_id: int, content: JsonObject, revision: int, now: datetime
) -> int:
    """Keep what an interviewer has typed and give the new revision; notes on criteria that the plan has dropped since stay.

    ``revision`` is the one that the page was made from, 0 for none; another one by now raises DraftConflictError.
    """
    _require_seat(session, interview, user_id)
    if user_id in submitters(session, interview.id):
        raise InterviewError("submitted")
    draft = session.get(ScorecardDraft, (interview.id, user_id), with_for_update=True, populate_existing=True)
    if draft is None:
        draft = ScorecardDraft(interview_id=interview.id, user_id=user_id, content=content, revision=1, saved_at=now)
        session.add(draft)
    elif draft.revision != revision:
        raise DraftConflictError(draft.content, draft.revision)
    else:
        draft.content, draft.revision, draft.saved_at = _with_notes(draft.content, content), draft.revision + 1, now
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
    private_note: str = "",
    now: datetime,
) -> Evaluation:
    """Lock an interviewer's scorecard as their evaluation; from now on they may see the others'.

    Every focus criterion needs a rating or "not covered"; a 1, a 4 and the recommendation need words. ``private_note``
    is for the posting's recruiters alone.
    """
    seat = _require_seat(session, interview, user_id)
    if now < interview.starts_at:
        raise InterviewError("too_early")
    if user_id in submitters(session, interview.id):
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
            private_note=private_note.strip(),
            submitted_at=now,
        ),
        judgements,
    )
    seat.is_settled = True
    session.execute(
        delete(ScorecardDraft).where(ScorecardDraft.interview_id == interview.id, ScorecardDraft.user_id == user_id),
        execution_options={"synchronize_session": "fetch"},
    )
    record_act(session, "evaluation.submit", interview, user_id, now)
    return evaluation


def amend_evaluation(
    session: Session,
    *,
    interview: Interview,
    user_id: int,
    judgements: Mapping[str, Judgement],
    recommendation: Recommendation,
    summary: str,
    private_note: str = "",
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
            private_note=private_note.strip(),
            amendment_reason=reason.strip(),
            submitted_at=now,
        ),
        judgements,
    )
    record_act(session, "evaluation.amend", interview, user_id, now)
    return evaluation


def abstain(
    session: Session, *, interview: Interview, user_id: int, kind: AbstainKind, reason: str = "", now: datetime
) -> None:
    """Release a panel member from the evaluation, as for a conflict of interest; they rate nothing and do not see the debrief.

    ``reason`` are their words, which ``other`` needs.
    """
    seat = _require_seat(session, interview, user_id)
    if user_id in submitters(session, interview.id):
        raise InterviewError("submitted")
    if kind is AbstainKind.OTHER and not reason.strip():
        raise InterviewError("reason_missing")
    seat.abstained_at, seat.abstain_kind, seat.abstain_reason = now, kind, reason.strip()[:REASON_LENGTH]
    session.flush()
    record_act(session, "evaluation.abstain", interview, user_id, now)


def take_abstention_back(session: Session, *, interview: Interview, user_id: int, now: datetime) -> None:
    """Give a panel member their duty back. The caller answers for it that they have seen nothing of others meanwhile (decision 025)."""
    require_open(interview)
    seat = session.get(Panelist, (interview.id, user_id), with_for_update=True, populate_existing=True)
    if seat is None or seat.abstained_at is None:
        raise InterviewError("not_abstained")
    seat.abstained_at = seat.abstain_kind = seat.abstain_reason = None
    session.flush()
    record_act(session, "evaluation.return", interview, user_id, now)


def _with_notes(old: JsonObject, new: JsonObject) -> JsonObject:
    """Add to a draft the notes of the one before for criteria that its page did not show."""
    fresh = new.get("ratings", {})
    dropped = {ident: one for ident, one in old.get("ratings", {}).items() if ident not in fresh and one.get("note")}
    return {**new, "ratings": {**fresh, **dropped}} if dropped else new


def _require_seat(session: Session, interview: Interview, user_id: int) -> Panelist:
    application = select(Application.erased_at).where(Application.id == interview.application_id)
    if session.scalar(application.with_for_update(read=True)) is not None:  # nor may it be erased meanwhile
        raise InterviewError("erased")
    # before the seat, as whoever changes the plan: what is stored for a seat holds its interview as well
    session.refresh(interview, with_for_update={"read": True, "key_share": True})
    require_open(interview)
    seat = session.get(Panelist, (interview.id, user_id), with_for_update=True, populate_existing=True)
    if seat is None:
        raise InterviewError("not_on_panel")
    if seat.abstained_at is not None:
        raise InterviewError("abstained")
    return seat


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
    session.execute(  # one statement for all: nobody asks for their numbers
        insert(Rating),
        [
            {
                "evaluation_id": evaluation.id,
                "criterion": ident,
                "criterion_key": criterion.key,
                "value": judgements[ident].value,
                "note": judgements[ident].note.strip()[:NOTE_LENGTH],
            }
            for ident, criterion in criteria.items()
        ],
    )
    return evaluation


def _check_judgement(ident: str, judgement: Judgement | None) -> None:
    if judgement is None:
        raise InterviewError("rating_missing", ident)
    if judgement.value is not None and judgement.value not in {1, 2, 3, 4}:
        raise InterviewError("rating_unknown", ident)
    if judgement.value in {1, 4} and not judgement.note.strip():
        raise InterviewError("note_missing", ident)
