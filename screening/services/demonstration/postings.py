"""The 20 postings of the catalogue: imported as one document, settled by hand, published, and some of them under revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.catalogue import CatalogueEntry
from rubrics.codec import load_rubric
from rubrics.findings import FindingCode
from rubrics.model import Rubric
from rubrics.text import Lines, Span
from screening.models import Posting, RubricState, RubricVersion, User
from screening.services.accounts import grant_posting
from screening.services.demonstration.office_hours import ZONE
from screening.services.drafting import open_draft, save_rubric, settle_finding, version_in
from screening.services.publishing import import_postings, publish_rubric
from screening.services.rubric_edits import answers_for, reword, weigh

DOCUMENT_NAME = "远山智能 2027 届实习职位.txt"
BEGUN = timedelta(days=62)
SECOND_RECRUITER = frozenset(
    {"dialogue-nlp", "nlp-large-model", "llm-platform", "llm-training-framework", "multimodal-data"}
)
HIRING_MANAGER = frozenset(
    {"end-to-end-driving", "driving-agi", "driving-systems", "perception-engineering", "world-model"}
)
LEFT_OPEN = "irdc-vision"  # its degree conflict waits for an answer in the draft of version 2


@dataclass(frozen=True, slots=True)
class Opened:
    """A posting that is open, and the rubric version in force."""

    posting: Posting
    version_id: int
    rubric: Rubric


def open_postings(
    session: Session, *, entries: tuple[CatalogueEntry, ...], staff: Mapping[str, User], now: datetime
) -> dict[str, Opened]:
    """Import, review and publish the catalogue; give what is open by the catalogue's slugs."""
    recruiter = staff["liang@example.com"]
    begun = now - BEGUN
    text = "\n".join(entry.text for entry in entries)
    document = import_postings(session, name=DOCUMENT_NAME, text=text, actor_id=recruiter.id, now=begun)
    rows = session.scalars(select(Posting).where(Posting.document_id == document.id).order_by(Posting.first_line)).all()
    opened: dict[str, Opened] = {}
    first_line, start = 1, 0
    for number, (entry, posting) in enumerate(zip(entries, rows, strict=True)):
        at = begun + timedelta(hours=3 + number)
        posting.slug = entry.slug
        reviewed = shift(entry.rubric_of_text, lines=first_line - 1, characters=start)
        _review(session, posting, reviewed, actor=recruiter, now=at)
        version = publish_rubric(session, posting=posting, actor_id=recruiter.id, now=at + timedelta(minutes=20))
        posting.openings = 1 + number % 4
        last_day = (now + timedelta(days=14 + 3 * (number % 5))).astimezone(ZoneInfo(ZONE))
        posting.closes_at = last_day.replace(hour=23, minute=59, second=0, microsecond=0)
        opened[entry.slug] = Opened(posting, version.id, load_rubric(version.document))
        _share(session, entry.slug, posting, staff, at)
        first_line += entry.text.count("\n") + 1
        start += len(entry.text) + 1
    return opened


def revise_postings(
    session: Session, *, opened: Mapping[str, Opened], staff: Mapping[str, User], now: datetime
) -> None:
    """Open drafts of version 2: a weight, a clearer wording, and a conflict that nobody has settled yet."""
    recruiter = staff["liang@example.com"]
    driving, dialogue, vision = (opened[slug] for slug in ("end-to-end-driving", "dialogue-nlp", LEFT_OPEN))
    first = next(criterion for criterion in driving.rubric.criteria if criterion.id == "r2")
    _edit(
        session,
        driving,
        weigh(driving.rubric, first.id, 2.0),
        f"weigh:{first.id}",
        recruiter,
        now - timedelta(days=1, hours=3),
    )
    spoken = next(criterion for criterion in dialogue.rubric.criteria if criterion.id.startswith("r"))
    reworded = reword(dialogue.rubric, spoken.id, f"{spoken.text.rstrip('。')}（请写明做过的任务）")
    _edit(session, dialogue, reworded, f"reword:{spoken.id}", recruiter, now - timedelta(hours=20))
    open_draft(session, posting=vision.posting, revision=0, actor_id=recruiter.id, now=now - timedelta(hours=2))


def shift(rubric: Rubric, *, lines: int, characters: int) -> Rubric:
    """Give the same rubric inside a longer document, so many lines and characters further down."""

    def moved(place: Lines) -> Lines:
        return Lines(place.first + lines, place.last + lines)

    return replace(
        rubric,
        lines=moved(rubric.lines),
        responsibilities=tuple(replace(duty, lines=moved(duty.lines)) for duty in rubric.responsibilities),
        criteria=tuple(
            replace(
                criterion,
                lines=moved(criterion.lines),
                span=Span(criterion.span.start + characters, criterion.span.end + characters),
            )
            for criterion in rubric.criteria
        ),
        groups=tuple(replace(group, lines=moved(group.lines)) for group in rubric.groups),
    )


def _review(session: Session, posting: Posting, reviewed: Rubric, *, actor: User, now: datetime) -> None:
    """Put the reviewed criteria in the draft's place and answer its findings."""
    draft = _draft(session, posting)
    compiled = load_rubric(draft.document)
    rubric = replace(
        reviewed, slug=posting.slug, warnings=compiled.warnings, title=compiled.title, version=draft.number
    )
    draft = save_rubric(
        session, posting=posting, rubric=rubric, revision=draft.revision, change="review", actor_id=actor.id, now=now
    )
    for number, finding in enumerate(rubric.warnings):
        if finding.code is FindingCode.DEGREE_CONFLICT and posting.slug == LEFT_OPEN:
            continue
        answer = answers_for(finding)[0]
        if finding.code is FindingCode.DEGREE_CONFLICT and rubric.degree_floor is not None:
            answer = rubric.degree_floor.value
        draft = settle_finding(
            session,
            posting=posting,
            finding=number,
            answer=answer,
            title=reviewed.suggested_title,
            revision=draft.revision,
            actor_id=actor.id,
            now=now + timedelta(minutes=2 + number),
        )


def _draft(session: Session, posting: Posting) -> RubricVersion:
    draft = version_in(session, posting, RubricState.DRAFT)
    if draft is None:
        raise LookupError(f"the posting {posting.slug} has no draft")
    return draft


def _edit(session: Session, opened: Opened, rubric: Rubric, change: str, actor: User, at: datetime) -> None:
    save_rubric(session, posting=opened.posting, rubric=rubric, revision=0, change=change, actor_id=actor.id, now=at)


def _share(session: Session, slug: str, posting: Posting, staff: Mapping[str, User], at: datetime) -> None:
    for email, slugs in (("qiu@example.com", SECOND_RECRUITER), ("gu@example.com", HIRING_MANAGER)):
        if slug in slugs:
            grant_posting(
                session, posting_id=posting.id, user_id=staff[email].id, actor_id=staff["liang@example.com"].id, now=at
            )
    if slug in SECOND_RECRUITER:
        posting.owner_id = staff["qiu@example.com"].id
