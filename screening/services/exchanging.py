"""A rubric as a file, out and in: what is read must belong to the posting, name lines and words that exist and terms that are known.

The findings stay the draft's own; an answer to one that the file contradicts is open again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import RubricFileError, dump_rubric, load_rubric, load_rubric_file
from rubrics.findings import Finding
from rubrics.model import Rubric
from screening.models import Posting, RubricState, RubricVersion, SourceDocument
from screening.services.drafting import RevisionError, save_rubric, settled_rows, version_in
from screening.services.file_checks import FileProblem, problems_of
from screening.services.rubric_edits import EditError, settle

MOST_PROBLEMS = 40


class RubricFileRefusedError(Exception):
    """A file that cannot become the draft: ``problems`` name lines, codes and what they speak of, in the order of the lines."""

    def __init__(self, problems: Sequence[FileProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"line {one.line}: {one.code} {one.detail}" for one in problems))


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: the content that it would replace, the one that it would make, and what is not taken from it."""

    before: Rubric
    after: Rubric
    revision: int
    is_draft: bool
    findings_ignored: bool
    reopened: tuple[Finding, ...]

    @property
    def changes_something(self) -> bool:
        """Whether the draft would be another one."""
        return dump_rubric(self.before) != dump_rubric(self.after)


def read_rubric_file(session: Session, *, posting: Posting, text: str) -> ReadFile:
    """Read a file for a posting and check it against the posting's text and versions; raise RubricFileRefusedError.

    Raise RevisionError when the posting has neither a draft nor a version in force.
    """
    try:
        rubric = load_rubric_file(text)
    except RubricFileError as error:
        raise RubricFileRefusedError([FileProblem(error.line, error.code, error.detail)]) from error
    shown = _shown(session, posting)
    before = load_rubric(shown.document)
    problems = problems_of(
        rubric,
        text=text,
        base=before,
        source=session.scalar(select(SourceDocument.text).where(SourceDocument.id == posting.document_id)) or "",
        earlier=_versions(session, posting),
    )
    if problems:
        raise RubricFileRefusedError(sorted(problems, key=lambda one: one.line)[:MOST_PROBLEMS])
    warnings = tuple(_same_doubt(own, rubric.warnings, place) for place, own in enumerate(before.warnings))
    after = replace(
        rubric,
        version=before.version,
        suggested_title=before.suggested_title,
        warnings=tuple(_of_those_left(finding, rubric) for finding in warnings),
    )
    is_draft = shown.state is RubricState.DRAFT
    answers = {row.finding: row.answer for row in settled_rows(session, shown)}
    reopened = [
        finding
        for place, finding in enumerate(after.warnings)
        if place in answers and _is_undone(answers[place], before, before.warnings[place], after, finding)
    ]
    return ReadFile(
        before=before,
        after=after,
        revision=shown.revision if is_draft else 0,
        is_draft=is_draft,
        findings_ignored=after.warnings != rubric.warnings,
        reopened=tuple(reopened),
    )


def import_rubric_file(
    session: Session, *, posting: Posting, text: str, revision: int, actor_id: int, now: datetime
) -> RubricVersion | None:
    """Make a file the next revision of the posting's draft and open findings again that it contradicts; None when it says nothing new.

    Raise RubricFileRefusedError, or RevisionError when the draft was changed since ``revision``.
    """
    read = read_rubric_file(session, posting=posting, text=text)
    if not read.changes_something:
        return None
    draft = save_rubric(
        session,
        posting=posting,
        rubric=read.after,
        revision=revision,
        change="import",
        actor_id=actor_id,
        now=now,
    )
    places = {place for place, finding in enumerate(read.after.warnings) if finding in read.reopened}
    for row in settled_rows(session, draft):
        if row.finding in places:
            session.delete(row)
    session.flush()
    return draft


def version_numbered(session: Session, *, posting: Posting, number: int) -> Rubric | None:
    """Read a version of a posting by its number."""
    document = session.scalar(
        select(RubricVersion.document).where(RubricVersion.posting_id == posting.id, RubricVersion.number == number)
    )
    return load_rubric(document) if document is not None else None


def _shown(session: Session, posting: Posting) -> RubricVersion:
    draft = version_in(session, posting, RubricState.DRAFT)
    shown = draft or version_in(session, posting, RubricState.PUBLISHED)
    if shown is None:
        raise RevisionError
    return shown


def _versions(session: Session, posting: Posting) -> list[Rubric]:
    rows = select(RubricVersion.document).where(RubricVersion.posting_id == posting.id).order_by(RubricVersion.number)
    return [load_rubric(document) for document in session.scalars(rows)]


def _same_doubt(own: Finding, others: Sequence[Finding], place: int) -> Finding:
    """Let a finding speak of the criteria that the file's twin of it speaks of: ids may be others there."""
    if place < len(others) and replace(others[place], criteria=()) == replace(own, criteria=()):
        return others[place]
    return own


def _of_those_left(finding: Finding, rubric: Rubric) -> Finding:
    """Leave a finding of criteria that the file has; one whose criteria are all gone keeps their names, as after an edit."""
    known = {criterion.id for criterion in rubric.criteria}
    left = tuple(ident for ident in finding.criteria if ident in known)
    return replace(finding, criteria=left) if left else finding


def _is_undone(answer: str, before: Rubric, own: Finding, after: Rubric, finding: Finding) -> bool:
    """Tell whether an answer that held before does not hold in the file; a title follows by itself."""
    if answer == "title":
        return False
    return _holds(answer, before, own) and not _holds(answer, after, finding)


def _holds(answer: str, rubric: Rubric, finding: Finding) -> bool:
    try:
        return settle(rubric, finding, answer) == rubric
    except EditError:
        return False
