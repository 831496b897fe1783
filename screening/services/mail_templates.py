"""Which text a letter begins with: a posting's own, else the one for all postings, else the one that the product brings along."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import MailTemplate, Stage
from screening.queries.mail_templates import KeptText, by_place, kept_texts
from screening.services.letters import require_letter, tidy, tidy_subject
from screening.services.mailing import LOCALES, template_folder

MOVES = (Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER, Stage.HIRED, Stage.REJECTED)
"""The moves of which a candidate can be told; a withdrawal is the candidate's own, and going back to New is nobody's news."""
EXPECTED = frozenset({Stage.OFFER, Stage.REJECTED})
"""The moves that a candidate waits to hear of: the letter is written unless somebody leaves it out."""
LONGEST_NAME = 80


class Origin(StrEnum):
    """Where a text comes from."""

    POSTING = "posting"
    ALL = "all"
    BUILT_IN = "built_in"


class TemplateError(Exception):
    """A text that cannot be kept: ``code`` is name_missing, name_long, name_taken, locale_unknown or changed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class LetterText:
    """A text with placeholders. ``locale`` is its language: another than the one asked for where that is missing."""

    subject: str
    text: str
    locale: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: ``posting_id`` None for all postings; the name of a move's text is its stage."""

    posting_id: int | None
    name: str
    locale: str
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What an act did at one place: subject and text before and after, None for no text."""

    place: Place
    before: tuple[str, str] | None
    after: tuple[str, str] | None


@cache
def built_in(stage: Stage, locale: str) -> LetterText:
    """Give the text that the product brings along for a move of ``MOVES``, in zh or en."""
    source = (template_folder() / "letters" / f"{stage.value}.{locale}.txt").read_text("utf-8")
    subject, _gap, text = source.partition("\n\n")
    return LetterText(tidy_subject(subject), tidy(text), locale, Origin.BUILT_IN)


def letter_texts(session: Session, *, posting_id: int | None, locale: str) -> dict[Stage, LetterText]:
    """Give the text of every move for a candidate who reads ``locale``. One query."""
    kept = by_place(kept_texts(session, posting_id=posting_id))
    return {stage: text_of(kept, posting_id=posting_id, stage=stage, locale=locale) for stage in MOVES}


def letter_text(session: Session, *, posting_id: int, stage: Stage, locale: str) -> LetterText:
    """Give the text of one move in one language. One query."""
    return letter_texts(session, posting_id=posting_id, locale=locale)[stage]


def text_of(
    kept: Mapping[tuple[int | None, str, str], KeptText], *, posting_id: int | None, stage: Stage, locale: str
) -> LetterText:
    """Choose the text of a move among those kept: the language first, then the nearest place."""
    for place in dict.fromkeys((posting_id, None)):
        found = kept.get((place, stage.value, locale))
        if found is not None:
            return LetterText(found.subject, found.text, locale, Origin.ALL if place is None else Origin.POSTING)
    return built_in(stage, locale)


def named_text(
    kept: Mapping[tuple[int | None, str, str], KeptText], *, posting_id: int | None, name: str, locale: str
) -> LetterText | None:
    """Choose a text that no move offers, by its name; where it is not kept in the language, the other one's, None for no such name."""
    for language in (locale, *(other for other in LOCALES if other != locale)):
        for place in dict.fromkeys((posting_id, None)):
            found = kept.get((place, name, language))
            if found is not None:
                return LetterText(found.subject, found.text, language, Origin.ALL if place is None else Origin.POSTING)
    return None


def save_template(
    session: Session,
    *,
    place: Place,
    subject: str,
    text: str,
    actor_id: int,
    now: datetime,
    seen: datetime | None,
) -> tuple[str, str] | None:
    """Keep a text at its place; give the subject and text that stood there, for the way back.

    ``seen`` is when the text that the person saw there was changed, None for none: another one by now is TemplateError ``changed``. Raise LetterError for a
    text that could not be filled, TemplateError for a name that is missing, too long or that of a move.
    """
    subject, text = tidy_subject(subject), tidy(text)
    _check_place(place)
    require_letter(subject, text)
    row = _row(session, place)
    _refuse_changed(row, seen)
    before = None if row is None else (row.subject, row.text)
    if row is None:
        row = MailTemplate(posting_id=place.posting_id, name=place.name, locale=place.locale)
        session.add(row)
    row.stage, row.subject, row.text = place.stage, subject, text
    row.changed_by, row.changed_at = actor_id, now
    _flush(session)
    _note(session, "template.save", place, actor_id, now)
    return before


def remove_template(session: Session, *, place: Place, actor_id: int, now: datetime, seen: datetime) -> tuple[str, str]:
    """Take the text at a place away, so that the next one stands; give subject and text for the way back. Raise TemplateError ``changed``."""
    row = _row(session, place)
    _refuse_changed(row, seen)
    if row is None:
        raise TemplateError("changed")
    before = (row.subject, row.text)
    session.delete(row)
    session.flush()
    _note(session, "template.remove", place, actor_id, now)
    return before


def take_change_of_text_back(session: Session, *, change: Change, actor_id: int, now: datetime) -> None:
    """Put what stood there before where ``after`` stands; raise TemplateError ``changed`` when it does not any more."""
    place, before, after = change.place, change.before, change.after
    row = _row(session, place)
    if (None if row is None else (row.subject, row.text)) != after:
        raise TemplateError("changed")
    if before is None and row is not None:
        session.delete(row)
    elif before is not None:
        if row is None:
            row = MailTemplate(posting_id=place.posting_id, name=place.name, locale=place.locale)
            session.add(row)
        row.stage, (row.subject, row.text) = place.stage, before
        row.changed_by, row.changed_at = actor_id, now
    _flush(session)
    _note(session, "template.restore", place, actor_id, now)


def pack_changes(changes: Sequence[Change]) -> str:
    """Give what an undo step keeps of an act on texts, for ``unpack_changes``."""
    return json.dumps(
        [
            {
                "posting": one.place.posting_id,
                "name": one.place.name,
                "locale": one.place.locale,
                "stage": one.place.stage,
                "before": one.before,
                "after": one.after,
            }
            for one in changes
        ],
        ensure_ascii=False,
    )


def unpack_changes(kept: str) -> list[Change]:
    """Read what ``pack_changes`` gave."""

    def words(pair: list[str] | None) -> tuple[str, str] | None:
        return (pair[0], pair[1]) if pair else None

    return [
        Change(
            Place(one["posting"], one["name"], one["locale"], Stage(one["stage"]) if one["stage"] else None),
            words(one["before"]),
            words(one["after"]),
        )
        for one in json.loads(kept)
    ]


def _check_place(place: Place) -> None:
    if not place.name:
        raise TemplateError("name_missing")
    if len(place.name) > LONGEST_NAME:
        raise TemplateError("name_long")
    if place.locale not in LOCALES:
        raise TemplateError("locale_unknown")
    if (place.name in set(Stage)) != (place.stage is not None and place.stage.value == place.name):
        raise TemplateError("name_taken")


def _row(session: Session, place: Place) -> MailTemplate | None:
    here: ColumnElement[bool] = (
        MailTemplate.posting_id.is_(None) if place.posting_id is None else MailTemplate.posting_id == place.posting_id
    )
    return session.scalar(
        select(MailTemplate)
        .where(here, MailTemplate.name == place.name, MailTemplate.locale == place.locale)
        .with_for_update(),
        execution_options={"populate_existing": True},
    )


def _refuse_changed(row: MailTemplate | None, seen: datetime | None) -> None:
    if (None if row is None else row.changed_at) != seen:
        raise TemplateError("changed")


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:  # somebody wrote the same place in this very moment
        raise TemplateError("changed") from error


def _note(session: Session, act: str, place: Place, actor_id: int, now: datetime) -> None:
    """Say in the audit log which text was changed; its words stand nowhere but in its row."""
    record(
        session,
        act=act,
        actor_id=actor_id,
        subject_type="posting" if place.posting_id is not None else "company",
        subject_id=place.posting_id,
        now=now,
        locale=place.locale,
        stage=place.stage.value if place.stage else None,
    )
