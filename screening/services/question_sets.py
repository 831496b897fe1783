"""Sets of a recruiter's own questions: a draft that is saved step by step, doubts that a person answers, and publishing.

Publishing makes a new form version beside the rubric's; applications and drafts of candidates stay with the form that they
were made with. Nothing here forbids a question: a doubt waits for a person's reason, which the audit log keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from screening.audit import record
from screening.models import Application, FormVersion, Posting, QuestionSet, RubricState
from screening.services.custom_questions import (
    CustomQuestion,
    Doubt,
    custom_questions,
    dump_question,
    find_doubts,
    number_of,
    question_in,
)
from screening.services.drafting import RevisionError, lock_posting, version_in
from screening.services.forming import make_form_version

REASON_LENGTH = 500


class QuestionsPublishError(Exception):
    """A set that cannot be published: ``code`` is nothing_new or doubts_open; ``question`` is the first that is in doubt."""

    def __init__(self, code: str, question: str | None = None) -> None:
        self.code, self.question = code, question
        super().__init__(code)


class QuestionsUsedError(Exception):
    """Somebody has applied with the questions that were to be taken back."""


def set_in(session: Session, *, posting_id: int, state: RubricState) -> QuestionSet | None:
    """Read the draft, or the set in force; None when there is none."""
    return session.scalar(select(QuestionSet).where(QuestionSet.posting_id == posting_id, QuestionSet.state == state))


def shown_set(session: Session, *, posting_id: int) -> QuestionSet | None:
    """Read what the recruiter edits: the draft, else the set in force."""
    return set_in(session, posting_id=posting_id, state=RubricState.DRAFT) or set_in(
        session, posting_id=posting_id, state=RubricState.PUBLISHED
    )


def revision_of(shown: QuestionSet | None) -> int:
    """Give the number that a page names what it was made from by: the draft's revision, 0 without a draft."""
    return shown.revision if shown is not None and shown.state is RubricState.DRAFT else 0


def next_number(session: Session, *, posting_id: int) -> int:
    """Give a running number that no question of the posting has ever had."""
    sets = session.scalars(select(QuestionSet).where(QuestionSet.posting_id == posting_id))
    lists = (documents for one in sets for documents in (one.questions, one.before or []))
    return max((number_of(document["id"]) for documents in lists for document in documents), default=0) + 1


def save_questions(
    session: Session,
    *,
    posting: Posting,
    questions: Sequence[CustomQuestion],
    revision: int,
    actor_id: int,
    now: datetime,
) -> QuestionSet:
    """Store the whole list as the draft's next revision; the first save after publishing opens a draft.

    ``revision`` is what ``revision_of`` gave for the page; RevisionError when somebody has saved since.
    """
    lock_posting(session, posting)
    shown = shown_set(session, posting_id=posting.id)
    if revision_of(shown) != revision:
        raise RevisionError
    documents = [dump_question(question) for question in questions]
    if shown is None or shown.state is not RubricState.DRAFT:
        shown = _open(session, posting, shown, actor_id, now)
    else:
        shown.before = shown.questions
        shown.revision += 1
    shown.questions, shown.changed_by, shown.changed_at = documents, actor_id, now
    session.flush()
    return shown


def undo_questions(session: Session, *, set_id: int, revision: int) -> None:
    """Take the last save back; RevisionError when somebody has saved or published since."""
    draft = session.get_one(QuestionSet, set_id, with_for_update=True, populate_existing=True)
    if draft.state is not RubricState.DRAFT or draft.revision != revision:
        raise RevisionError
    if draft.before is None:
        session.delete(draft)
    else:
        draft.questions, draft.before = draft.before, draft.questions
        draft.revision += 1
    session.flush()


def discard_questions(session: Session, *, posting: Posting, revision: int) -> None:
    """Throw the draft away; the set in force stays. RevisionError when it was changed, or there is none."""
    lock_posting(session, posting)
    draft = set_in(session, posting_id=posting.id, state=RubricState.DRAFT)
    if draft is None or draft.revision != revision:
        raise RevisionError
    session.delete(draft)
    session.flush()


def open_doubts(shown: QuestionSet, question: CustomQuestion) -> tuple[Doubt, ...]:
    """Give the doubts about a question that nobody has answered; other words raise a doubt anew."""
    answered = {(row["question"], row["topic"], row["words"]) for row in shown.accepted}
    return tuple(
        doubt for doubt in find_doubts(question) if (doubt.question, doubt.topic.value, doubt.words) not in answered
    )


def accept_doubts(
    session: Session,
    *,
    posting: Posting,
    question_id: str,
    reason: str,
    revision: int,
    actor_id: int,
    now: datetime,
) -> QuestionSet:
    """Let a question stand as it is, for a reason that the audit log keeps with the name of who gave it.

    Raise QuestionError unknown, or RevisionError when the draft was changed since.
    """
    lock_posting(session, posting)
    draft = set_in(session, posting_id=posting.id, state=RubricState.DRAFT)
    if draft is None or draft.revision != revision:
        raise RevisionError
    question = question_in(custom_questions(draft.questions), question_id)
    doubts = open_doubts(draft, question)
    draft.accepted = [
        *draft.accepted,
        *(
            {
                "question": doubt.question,
                "topic": doubt.topic.value,
                "words": doubt.words,
                "reason": reason,
                "by": actor_id,
                "at": now.isoformat(),
            }
            for doubt in doubts
        ),
    ]
    for doubt in doubts:
        record(
            session,
            act="questions.accept",
            actor_id=actor_id,
            subject_type="posting",
            subject_id=posting.id,
            now=now,
            question=doubt.question,
            topic=doubt.topic.value,
            words=doubt.words,
            reason=reason,
        )
    session.flush()
    return draft


def publish_questions(
    session: Session, *, posting: Posting, revision: int, actor_id: int, now: datetime
) -> QuestionSet:
    """Freeze the draft as the set in force and make the form that asks it from now on.

    Before the posting's rubric is published there is no form yet: it takes the set along then. Raise
    QuestionsPublishError, or RevisionError when the draft was changed since.
    """
    lock_posting(session, posting)
    draft = set_in(session, posting_id=posting.id, state=RubricState.DRAFT)
    current = set_in(session, posting_id=posting.id, state=RubricState.PUBLISHED)
    if draft is None or draft.questions == (current.questions if current else []):
        raise QuestionsPublishError("nothing_new")
    if draft.revision != revision:
        raise RevisionError
    for question in custom_questions(draft.questions):
        if open_doubts(draft, question):
            raise QuestionsPublishError("doubts_open", question.id)
    if current is not None:
        current.state = RubricState.SUPERSEDED
        session.flush()
    draft.state, draft.published_by, draft.published_at = RubricState.PUBLISHED, actor_id, now
    session.flush()
    _make_form(session, posting, now)
    record(
        session,
        act="questions.publish",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        version=draft.number,
    )
    return draft


def unpublish_questions(session: Session, *, set_id: int, actor_id: int, now: datetime) -> None:
    """Put the set before in force again, as a set and a form of its own, and give the recruiter this one back as a draft.

    Whoever has begun an application keeps the form that it was begun with. Raise QuestionsUsedError when somebody has
    applied with it, or RevisionError when somebody has gone on from here.
    """
    posting = session.get_one(Posting, session.get_one(QuestionSet, set_id).posting_id)
    lock_posting(session, posting)
    made = session.get_one(QuestionSet, set_id, populate_existing=True)
    if made.state is not RubricState.PUBLISHED or set_in(session, posting_id=posting.id, state=RubricState.DRAFT):
        raise RevisionError
    forms = select(FormVersion.id).where(FormVersion.posting_id == posting.id, FormVersion.question_set == made.number)
    if session.scalar(select(Application.id).where(Application.form_version_id.in_(forms)).limit(1)) is not None:
        raise QuestionsUsedError
    earlier = session.scalar(
        select(QuestionSet)
        .where(QuestionSet.posting_id == posting.id, QuestionSet.number < made.number)
        .order_by(QuestionSet.number.desc())
        .limit(1)
    )
    made.state = RubricState.SUPERSEDED
    session.flush()
    by = {"posting_id": posting.id, "changed_by": actor_id, "changed_at": now}
    session.add_all(
        [
            QuestionSet(
                **by,
                number=made.number + 1,
                state=RubricState.PUBLISHED,
                questions=earlier.questions if earlier is not None else [],
                accepted=earlier.accepted if earlier is not None else [],
                published_by=actor_id,
                published_at=now,
            ),
            QuestionSet(**by, number=made.number + 2, questions=made.questions, accepted=made.accepted),
        ]
    )
    session.flush()
    _make_form(session, posting, now)
    record(
        session,
        act="questions.unpublish",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        version=made.number,
    )


def _make_form(session: Session, posting: Posting, now: datetime) -> None:
    rubric_version = version_in(session, posting, RubricState.PUBLISHED)
    if rubric_version is not None:
        make_form_version(session, rubric_version=rubric_version, rubric=load_rubric(rubric_version.document), now=now)


def _open(session: Session, posting: Posting, current: QuestionSet | None, actor_id: int, now: datetime) -> QuestionSet:
    newest = session.scalar(select(func.max(QuestionSet.number)).where(QuestionSet.posting_id == posting.id)) or 0
    draft = QuestionSet(
        posting_id=posting.id,
        number=newest + 1,
        questions=[],
        before=None,
        accepted=list(current.accepted) if current else [],
        changed_by=actor_id,
        changed_at=now,
    )
    session.add(draft)
    return draft
