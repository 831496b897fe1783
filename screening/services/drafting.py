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
from screening.models.base import JsonList
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
    before = settled_of(session, draft)
    settled = next((row for row in settled_rows(session, draft) if row.finding == finding), None)
    if settled is None:
        settled = SettledFinding(rubric_version_id=draft.id, finding=finding)
        session.add(settled)
    settled.answer, settled.settled_by, settled.settled_at = answer, actor_id, now
    change = f"settle:{finding}:{answer}"
    _write(session, posting, draft, rubric, change=change, actor_id=actor_id, now=now, was=before)
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
    for settled in settled_rows(session, current):
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


def reopen_finding(
    session: Session, *, posting: Posting, finding: int, revision: int, actor_id: int, now: datetime
) -> RubricVersion:
    """Take back the answer to a finding; what the answer did to the rubric stays until a person changes it.

    Raise EditError for a finding that nobody has answered, RevisionError when the draft was changed elsewhere.
    """
    draft = open_draft(session, posting=posting, revision=revision, actor_id=actor_id, now=now)
    settled = next((row for row in settled_rows(session, draft) if row.finding == finding), None)
    if settled is None:
        raise EditError("answer_unknown")
    before = settled_of(session, draft)
    session.delete(settled)
    session.flush()
    change = f"reopen:{finding}"
    _write(session, posting, draft, load_rubric(draft.document), change=change, actor_id=actor_id, now=now, was=before)
    return draft


def restore_revision(
    session: Session, *, posting: Posting, to: int, revision: int, actor_id: int, now: datetime
) -> RubricVersion:
    """Give the draft the content, and the answers to its findings, that it had as revision ``to``; this too is a new revision.

    Raise RevisionError when the draft was changed elsewhere or never had that revision.
    """
    lock_posting(session, posting)
    draft = version_in(session, posting, RubricState.DRAFT)
    if draft is None or draft.revision != revision:
        raise RevisionError
    _go_back(session, posting, draft, to, change=f"restore:{to}", actor_id=actor_id, now=now)
    return draft


def undo_rubric_edit(
    session: Session, *, version_id: int, revision: int, actor_id: int, now: datetime, steps: int = 1
) -> RubricVersion:
    """Give a draft the content that it had ``steps`` saves before ``revision`` was made; RevisionError when a later save stands."""
    draft = session.get(RubricVersion, version_id)
    posting = session.get(Posting, draft.posting_id) if draft else None
    if draft is None or posting is None:
        raise RevisionError
    lock_posting(session, posting)
    session.refresh(draft)
    if draft.state is not RubricState.DRAFT or draft.revision != revision:
        raise RevisionError
    _go_back(session, posting, draft, revision - steps, change="undo", actor_id=actor_id, now=now)
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


def settled_rows(session: Session, version: RubricVersion) -> list[SettledFinding]:
    """Read the answers to a version's findings, in the order of the findings."""
    rows = select(SettledFinding).where(SettledFinding.rubric_version_id == version.id).order_by(SettledFinding.finding)
    return list(session.scalars(rows))


def settled_of(session: Session, version: RubricVersion) -> JsonList:
    """Give the answers to a version's findings as a revision keeps them."""
    return [
        {"finding": row.finding, "answer": row.answer, "by": row.settled_by, "at": row.settled_at.isoformat()}
        for row in settled_rows(session, version)
    ]


def _go_back(
    session: Session, posting: Posting, draft: RubricVersion, to: int, *, change: str, actor_id: int, now: datetime
) -> None:
    earlier = session.scalar(
        select(RubricRevision).where(RubricRevision.rubric_version_id == draft.id, RubricRevision.revision == to)
    )
    if earlier is None:
        raise RevisionError
    before = settled_of(session, draft)
    for settled in settled_rows(session, draft):
        session.delete(settled)
    session.flush()
    for kept in earlier.settled:
        session.add(
            SettledFinding(
                rubric_version_id=draft.id,
                finding=kept["finding"],
                answer=kept["answer"],
                settled_by=kept["by"],
                settled_at=datetime.fromisoformat(kept["at"]),
            )
        )
    session.flush()
    rubric = load_rubric(earlier.document)
    _write(session, posting, draft, rubric, change=change, actor_id=actor_id, now=now, was=before)


def _write(
    session: Session,
    posting: Posting,
    draft: RubricVersion,
    rubric: Rubric,
    *,
    change: str,
    actor_id: int,
    now: datetime,
    was: JsonList | None = None,
) -> None:
    """Keep what the draft was (``was``: the answers to its findings, when the caller has changed these) and store what it is."""
    session.add(
        RubricRevision(
            rubric_version_id=draft.id,
            revision=draft.revision,
            document=draft.document,
            settled=settled_of(session, draft) if was is None else was,
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
        settled = next((row for row in settled_rows(session, draft) if row.finding == index), None)
        if rubric.title and settled is None:
            settled = SettledFinding(
                rubric_version_id=draft.id, finding=index, answer="title", settled_by=actor_id, settled_at=now
            )
            session.add(settled)
        elif not rubric.title and settled is not None:
            session.delete(settled)
