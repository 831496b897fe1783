"""A posting's rubric draft: settling findings, saving edits as revisions, and taking them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.codec import digest, dump_rubric, load_rubric
from rubrics.findings import FindingCode
from rubrics.model import Degree, Rubric
from screening.audit import record
from screening.models import Posting, PostingState, RubricRevision, RubricState, RubricVersion, SettledFinding
from screening.services.rubric_edits import EditError, retitle, settle


class RevisionError(Exception):
    """The rubric was changed by somebody else since the page was loaded; nothing was overwritten."""


def settle_finding(
    session: Session,
    *,
    posting: Posting,
    finding: int,
    answer: str,
    revision: int,
    actor_id: int,
    now: datetime,
    title: str | None = None,
) -> RubricVersion:
    """Answer the finding at this position of the draft's warnings and do to the rubric what the answer means.

    Raise EditError for an answer that the finding does not know, RevisionError when the draft was changed elsewhere.
    """
    draft = open_draft(session, posting=posting, revision=revision, actor_id=actor_id, now=now)
    rubric = load_rubric(draft.document)
    if not 0 <= finding < len(rubric.warnings):
        raise EditError("answer_unknown")
    doubt = rubric.warnings[finding]
    if answer == "title":
        rubric = retitle(rubric, title=title or "", track=rubric.track)
    else:
        rubric = settle(rubric, doubt, answer, taken=taken_ids(session, posting))
    same = SettledFinding.rubric_version_id == draft.id, SettledFinding.finding == finding
    settled = session.scalar(select(SettledFinding).where(*same))
    if settled is None:
        settled = SettledFinding(rubric_version_id=draft.id, finding=finding)
        session.add(settled)
    settled.answer, settled.settled_by, settled.settled_at = answer, actor_id, now
    _write(session, posting, draft, rubric, change=f"settle:{finding}:{answer}", actor_id=actor_id, now=now)
    return draft


def save_rubric(
    session: Session, *, posting: Posting, rubric: Rubric, revision: int, change: str, actor_id: int, now: datetime
) -> RubricVersion:
    """Store an edited rubric as the next revision of the posting's draft; the first edit after publishing opens a new draft.

    ``revision`` is the draft's that the edit was made on, 0 when there was no draft; RevisionError when it is not the
    newest. ``change`` is a short code of what was done (``weigh:r2``), kept with the revision.
    """
    draft = open_draft(session, posting=posting, revision=revision, actor_id=actor_id, now=now)
    if dump_rubric(replace(rubric, version=draft.number)) == draft.document:
        return draft
    _write(session, posting, draft, rubric, change=change, actor_id=actor_id, now=now)
    return draft


def open_draft(session: Session, *, posting: Posting, revision: int, actor_id: int, now: datetime) -> RubricVersion:
    """Give the posting's draft at this revision, locked; without one, make it from the version in force."""
    lock_posting(session, posting)
    draft = version_in(session, posting, RubricState.DRAFT)
    if draft is not None:
        if draft.revision != revision:
            raise RevisionError
        return draft
    current = version_in(session, posting, RubricState.PUBLISHED)
    if revision != 0 or current is None:
        raise RevisionError
    newest = session.scalar(select(func.max(RubricVersion.number)).where(RubricVersion.posting_id == posting.id)) or 0
    shape = dump_rubric(replace(load_rubric(current.document), version=newest + 1))
    draft = RubricVersion(
        posting_id=posting.id,
        number=newest + 1,
        document=shape,
        digest=digest(shape),
        created_by=actor_id,
        created_at=now,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    for settled in session.scalars(
        select(SettledFinding).where(SettledFinding.rubric_version_id == current.id).order_by(SettledFinding.id)
    ):
        session.add(
            SettledFinding(
                rubric_version_id=draft.id,
                finding=settled.finding,
                answer=settled.answer,
                settled_by=settled.settled_by,
                settled_at=settled.settled_at,
            )
        )
    session.flush()
    return draft


def undo_rubric_edit(
    session: Session, *, version_id: int, revision: int, actor_id: int, now: datetime
) -> RubricVersion:
    """Give a draft the content that it had before the save which made ``revision``; RevisionError when a later save stands."""
    draft = session.get(RubricVersion, version_id)
    posting = session.get(Posting, draft.posting_id) if draft else None
    if draft is None or posting is None:
        raise RevisionError
    lock_posting(session, posting)
    session.refresh(draft)
    before = session.scalar(
        select(RubricRevision).where(
            RubricRevision.rubric_version_id == version_id, RubricRevision.revision == revision - 1
        )
    )
    if draft.state is not RubricState.DRAFT or draft.revision != revision or before is None:
        raise RevisionError
    kind, _, rest = before.change.partition(":")
    if kind == "settle":
        finding = int(rest.partition(":")[0])
        for settled in session.scalars(
            select(SettledFinding).where(
                SettledFinding.rubric_version_id == draft.id, SettledFinding.finding == finding
            )
        ):
            session.delete(settled)
    _write(session, posting, draft, load_rubric(before.document), change="undo", actor_id=actor_id, now=now)
    return draft


def discard_draft(session: Session, *, posting: Posting, revision: int, actor_id: int, now: datetime) -> None:
    """Throw the draft of a posting away that has a version in force; RevisionError when it was changed elsewhere."""
    lock_posting(session, posting)
    draft = version_in(session, posting, RubricState.DRAFT)
    if draft is None or draft.revision != revision or version_in(session, posting, RubricState.PUBLISHED) is None:
        raise RevisionError
    for kept in (RubricRevision, SettledFinding):
        for row in session.scalars(select(kept).where(kept.rubric_version_id == draft.id)):
            session.delete(row)
    session.flush()
    number = draft.number
    session.delete(draft)
    session.flush()
    record(
        session,
        act="rubric.discard",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        version=number,
    )


def taken_ids(session: Session, posting: Posting) -> frozenset[str]:
    """Read every criterion id that a version of the posting has used: an id never comes to mean something else."""
    documents = session.scalars(select(RubricVersion.document).where(RubricVersion.posting_id == posting.id))
    return frozenset(criterion.id for document in documents for criterion in load_rubric(document).criteria)


def follow_rubric(posting: Posting, rubric: Rubric) -> None:
    """Let the posting's head say what its rubric says."""
    posting.title = rubric.title[:200] if rubric.title else None
    posting.track = rubric.track[:80] if rubric.track else None
    posting.locations = list(rubric.locations)
    posting.degree_floor = rubric.degree_floor.value if isinstance(rubric.degree_floor, Degree) else None


def lock_posting(session: Session, posting: Posting) -> None:
    """Let one person at a time change a posting or its draft."""
    session.flush()
    session.refresh(posting, with_for_update=True)


def version_in(session: Session, posting: Posting, state: RubricState) -> RubricVersion | None:
    """Read the posting's draft or its version in force, newest state."""
    rows = select(RubricVersion).where(RubricVersion.posting_id == posting.id, RubricVersion.state == state)
    return session.scalar(rows, execution_options={"populate_existing": True})


def _write(
    session: Session,
    posting: Posting,
    draft: RubricVersion,
    rubric: Rubric,
    *,
    change: str,
    actor_id: int,
    now: datetime,
) -> None:
    session.add(
        RubricRevision(
            rubric_version_id=draft.id,
            revision=draft.revision,
            document=draft.document,
            change=change[:200],
            actor_id=actor_id,
            at=now,
        )
    )
    rubric = replace(rubric, version=draft.number)
    draft.document = dump_rubric(rubric)
    draft.digest = digest(draft.document)
    draft.revision += 1
    draft.changed_at = now
    _follow_title(session, draft, rubric, actor_id=actor_id, now=now)
    if posting.state is PostingState.DRAFT:
        follow_rubric(posting, rubric)
    session.flush()
    record(
        session,
        act="rubric.edit",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        version=draft.number,
        revision=draft.revision,
    )


def _follow_title(session: Session, draft: RubricVersion, rubric: Rubric, *, actor_id: int, now: datetime) -> None:
    """Settle the finding of a missing title as soon as there is one, and open it again when it is taken back."""
    for index, finding in enumerate(rubric.warnings):
        if finding.code is not FindingCode.MISSING_TITLE:
            continue
        same = SettledFinding.rubric_version_id == draft.id, SettledFinding.finding == index
        settled = session.scalar(select(SettledFinding).where(*same))
        if rubric.title and settled is None:
            settled = SettledFinding(
                rubric_version_id=draft.id, finding=index, answer="title", settled_by=actor_id, settled_at=now
            )
            session.add(settled)
        elif not rubric.title and settled is not None:
            session.delete(settled)
