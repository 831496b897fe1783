"""An interview's kit: what the candidate sent, without anything that a machine or another person made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Criterion
from screening.models import (
    Answer,
    Application,
    Evaluation,
    FormVersion,
    Interview,
    Panelist,
    Posting,
    Rating,
    Recommendation,
    ResumeFile,
    RubricVersion,
    ScorecardDraft,
    User,
)
from screening.models.application import RESUME
from screening.models.base import JsonObject
from screening.queries.answers import AnswerSection, read_answers
from screening.queries.left_open import LeftOpen, left_open
from screening.queries.own_answers import FIELD, OwnAnswer, is_for_interviewers, own_answers


@dataclass(frozen=True, slots=True)
class KitItem:
    """One focus criterion, what the candidate's own answers say to it, and what form and answers leave open."""

    criterion: Criterion
    open: LeftOpen


@dataclass(frozen=True, slots=True)
class EvaluationVersion:
    """One version of an evaluation; ``ratings`` by criterion id are (value, note), ``private_note`` is for recruiters alone."""

    version: int
    recommendation: Recommendation
    summary: str
    reason: str | None
    submitted_at: datetime
    ratings: dict[str, tuple[int | None, str]]
    private_note: str


@dataclass(frozen=True, slots=True)
class Kit:
    """Everything a panel member works with; ``own`` are the versions of their evaluation, the latest first."""

    candidate: str
    posting_title: str | None
    language: str
    items: tuple[KitItem, ...]
    answers: tuple[AnswerSection, ...]
    own_answers: tuple[OwnAnswer, ...]
    resume: str | None
    files: tuple[tuple[int, str], ...]
    panel: tuple[str, ...]
    draft: JsonObject | None
    revision: int
    saved_at: datetime | None
    abstained: bool
    own: tuple[EvaluationVersion, ...]


def kit(session: Session, *, interview: Interview, user_id: int) -> Kit:
    """Read the kit for one panel member. Nothing of the prescore, of verdicts or of others' evaluations is read."""
    application, posting, document, questions = session.execute(
        select(Application, Posting, RubricVersion.document, FormVersion.questions)
        .join(Posting, Posting.id == Application.posting_id)
        .join(FormVersion, FormVersion.id == Application.form_version_id)
        .join(RubricVersion, RubricVersion.id == interview.rubric_version_id)
        .where(Application.id == interview.application_id)
    ).one()
    answers = {
        answer.field: answer.value
        for answer in session.scalars(select(Answer).where(Answer.application_id == application.id).order_by(Answer.id))
    }
    files = session.scalars(
        select(ResumeFile).where(ResumeFile.application_id == application.id).order_by(ResumeFile.id.desc())
    ).all()
    asked = own_answers(answers.get(FIELD), files)
    panel = session.execute(
        select(User.id, User.name, Panelist.abstained_at)
        .join(Panelist, Panelist.user_id == User.id)
        .where(Panelist.interview_id == interview.id)
        .order_by(User.name)
    ).all()
    draft = session.get(ScorecardDraft, (interview.id, user_id))
    focus = set(interview.focus)
    return Kit(
        candidate=application.name,
        posting_title=posting.title,
        language=posting.language,
        items=tuple(
            KitItem(criterion, left_open(criterion, questions, answers))
            for criterion in load_rubric(document).criteria
            if criterion.id in focus
        ),
        answers=read_answers(answers, {}),
        own_answers=tuple(one for one in asked if one.for_interviewers and not one.personal),
        resume=next((file.text for file in files if file.text and file.field == RESUME), None),
        files=tuple(
            (file.id, file.original_name) for file in files if is_for_interviewers(answers.get(FIELD), file.field)
        ),
        panel=tuple(name for _, name, _ in panel),
        draft=draft.content if draft else None,
        revision=draft.revision if draft else 0,
        saved_at=draft.saved_at if draft else None,
        abstained=any(ident == user_id and abstained is not None for ident, _, abstained in panel),
        own=own_versions(session, interview_id=interview.id, user_id=user_id),
    )


def own_versions(session: Session, *, interview_id: int, user_id: int) -> tuple[EvaluationVersion, ...]:
    """Read all versions of one person's evaluation of an interview, the latest first."""
    evaluations = session.scalars(
        select(Evaluation)
        .where(Evaluation.interview_id == interview_id, Evaluation.user_id == user_id)
        .order_by(Evaluation.version.desc())
    ).all()
    ratings: dict[int, dict[str, tuple[int | None, str]]] = {}
    given = select(Rating).where(Rating.evaluation_id.in_([evaluation.id for evaluation in evaluations]))
    for rating in session.scalars(given.order_by(Rating.id)) if evaluations else ():
        ratings.setdefault(rating.evaluation_id, {})[rating.criterion] = (rating.value, rating.note)
    return tuple(
        EvaluationVersion(
            evaluation.version,
            evaluation.recommendation,
            evaluation.summary,
            evaluation.amendment_reason,
            evaluation.submitted_at,
            ratings.get(evaluation.id, {}),
            evaluation.private_note,
        )
        for evaluation in evaluations
    )
