"""What the search box finds within the reader's rights: people by name, then by their texts, and postings; no score, no stage, no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from screening.documents.words import Excerpt, Wanted, excerpt, wanted
from screening.models import Application, Interview, Panelist, Posting, Role
from screening.policy import Actor
from screening.queries.texts import newest, texts_of

FOUND = 8


@dataclass(frozen=True, slots=True)
class FoundPosting:
    """A posting whose title or track holds the text."""

    id: int
    title: str | None
    track: str | None


@dataclass(frozen=True, slots=True)
class FoundCandidate:
    """An application that holds the text; ``interview_id`` is set where the reader may only open that interview's scorecard.

    ``excerpt`` is set where not the name but what the candidate wrote was found.
    """

    application_id: int
    name: str
    posting_title: str | None
    interview_id: int | None = None
    excerpt: Excerpt | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """At most ``FOUND`` of each kind; candidates by name come first, among them the newest."""

    postings: tuple[FoundPosting, ...] = ()
    candidates: tuple[FoundCandidate, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything was found."""
        return bool(self.postings or self.candidates)


def search(session: Session, *, actor: Actor, text: str) -> Found:
    """Find by names and texts; an interviewer finds the candidates of own interviews only, by name. Empty text finds nothing."""
    typed = text.strip()
    if not typed:
        return Found()
    if actor.role is Role.INTERVIEWER:
        candidates = _own_candidates(session, actor, typed)
    else:
        candidates = _candidates(session, actor, typed)
    return Found(postings=_postings(session, actor, typed), candidates=candidates)


def _postings(session: Session, actor: Actor, text: str) -> tuple[FoundPosting, ...]:
    rows = session.execute(
        select(Posting.id, Posting.title, Posting.track)
        .where(
            _may_see(actor),
            Posting.title.icontains(text, autoescape=True) | Posting.track.icontains(text, autoescape=True),
        )
        .order_by(Posting.title, Posting.id)
        .limit(FOUND)
    )
    return tuple(FoundPosting(*row) for row in rows)


def _own_candidates(session: Session, actor: Actor, text: str) -> tuple[FoundCandidate, ...]:
    rows = session.execute(
        select(Application.id, Application.name, Posting.title, Interview.id)
        .join(Posting, Posting.id == Application.posting_id)
        .join(Interview, Interview.application_id == Application.id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .where(
            Application.name.icontains(text, autoescape=True),
            Panelist.user_id == actor.id,
            Interview.cancelled_at.is_(None),
        )
        .order_by(Application.name, Interview.starts_at.desc(), Interview.id)
        .limit(FOUND)
    )
    return tuple(FoundCandidate(*row) for row in rows)


def _candidates(session: Session, actor: Actor, text: str) -> tuple[FoundCandidate, ...]:
    in_names = wanted(text, in_names=True)
    if not in_names or (actor.role is not Role.ADMIN and not actor.postings):
        return ()
    named = _newest(session, actor, in_names, is_common=False)
    written = [] if len(named) == FOUND else [ident for ident in _by_texts(session, actor, text) if ident not in named]
    ids = [*named, *written][:FOUND]
    texts = texts_of(session, written) if written else {}
    rows = session.execute(
        select(Application.id, Application.name, Posting.title)
        .join(Posting, Posting.id == Application.posting_id)
        .where(Application.id.in_(ids), _may_see(actor))
    )
    by_id = {
        ident: FoundCandidate(
            ident, name, title, excerpt=_excerpt(texts[ident].written, text) if ident in texts else None
        )
        for ident, name, title in rows
    }
    return tuple(by_id[ident] for ident in ids if ident in by_id)


def _by_texts(session: Session, actor: Actor, text: str) -> list[int]:
    """Find by all words; beginnings of the last one are looked for only where too few hold just it."""
    found = _newest(session, actor, wanted(text, is_complete=True))
    return found if len(found) == FOUND else _newest(session, actor, wanted(text))


def _newest(session: Session, actor: Actor, words: Wanted, *, is_common: bool = True) -> list[int]:
    own = None if actor.role is Role.ADMIN else actor.postings
    return newest(session, words, posting_ids=own, most=FOUND, is_common=is_common)


def _excerpt(texts: Sequence[str], typed: str) -> Excerpt | None:
    return next((found for text in texts if (found := excerpt(text, typed))), None)


def _may_see(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.ADMIN:
        return true()
    if actor.role in {Role.RECRUITER, Role.HIRING_MANAGER}:
        return Posting.id.in_(actor.postings)
    return false()
