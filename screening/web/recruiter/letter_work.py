"""Letters beside moves and decisions: what the page begins with, and writing what was typed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import current_app
from flask_babel import force_locale, get_timezone
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.letters import LATER, TypedLetter
from screening.models import Application, Mail, Posting, Stage
from screening.queries.coming_interviews import ComingInterview
from screening.queries.mail_templates import by_place, kept_texts
from screening.queries.timeline import InterviewRow
from screening.services.calling_off import call_off_coming
from screening.services.letters import fill, fill_for_staff, tidy, tidy_subject, write_letter
from screening.services.mail_templates import (
    EXPECTED,
    MOVES,
    LetterText,
    Origin,
    letter_texts,
    named_text,
    text_of,
)
from screening.services.mailing import LOCALES, greeting_name
from screening.services.outbox import SOON
from screening.web.access import actor, reader
from screening.web.candidate.links import status_link
from screening.web.candidate.status import ENDS, WAY
from screening.web.formatting import moment
from screening.web.interview_news import tell_of


@dataclass(frozen=True, slots=True)
class LetterOffer:
    """A letter that a page offers for the move to a stage, or for none: the text as staff read it, and what the person has typed.

    ``name`` is what its fields end with. ``is_foreign`` tells that the candidate's own language is missing and the other one stands there.
    """

    name: str
    subject: str
    text: str
    locale: str
    origin: Origin
    is_wanted: bool
    is_foreign: bool = False
    when: str = LATER
    at: str = ""
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def letter_values(application: Application, *, posting: Posting, recruiter: str, stage: Stage | None) -> dict[str, str]:
    """Give what the placeholders stand for in the candidate's language; the link in it is the candidate's alone."""
    locale = application.locale
    with force_locale(locale):
        reached = stage or application.stage
        return {
            "name": greeting_name(application.name) or _("applicant"),
            "posting": posting.title or _("Untitled posting"),
            "company": current_app.config["SCREENING"].company_in(locale),
            "status_link": status_link(application.id),
            "recruiter": recruiter,
            "stage": str(WAY.get(reached) or ENDS[reached]),
        }


def letter_offers(application: Application, *, posting: Posting, stages: Collection[Stage]) -> dict[str, LetterOffer]:
    """Give the letters of the moves to these stages that candidates are told of, by stage. One query."""
    wanted = [stage for stage in stages if stage in MOVES]
    if not wanted or application.erased_at is not None:
        return {}
    texts = letter_texts(db.session, posting_id=posting.id, locale=application.locale)
    return {stage.value: _offer(application, posting=posting, stage=stage, text=texts[stage]) for stage in wanted}


def typed_again(offer: LetterOffer, typed: TypedLetter) -> LetterOffer:
    """Give the offer with what somebody typed in it and what is wrong with that."""
    return replace(
        offer,
        subject=typed.subject,
        text=typed.text,
        is_wanted=typed.wanted,
        when=typed.when,
        at=typed.at,
        errors=typed.errors,
    )


def post_letter(
    application: Application,
    *,
    posting: Posting,
    stage: Stage | None,
    subject: str,
    text: str,
    due_at: datetime,
    key: str,
    at: datetime,
) -> Mail:
    """Fill and write a letter of the one who is signed in; the caller commits it with the move."""
    writer = reader()
    values = letter_values(application, posting=posting, recruiter=writer.name, stage=stage)
    return write_letter(
        db.session,
        application=application,
        posting=posting,
        subject=tidy_subject(fill(subject, values)),
        text=tidy(fill(text, values)),
        author_id=writer.id,
        due_at=due_at,
        key=key,
        now=at,
    )


def text_choices(posting: Posting, stages: Mapping[Stage, str]) -> dict[str, tuple[str, dict[str, tuple[str, str]]]]:
    """Give what a letter to many can begin with: by name, how the page calls it with the posting's words for ``stages``, and subject and text by language. One query."""
    kept = by_place(kept_texts(db.session, posting_id=posting.id))
    choices = {}
    for stage in MOVES:
        texts = {one: text_of(kept, posting_id=posting.id, stage=stage, locale=one) for one in LOCALES}
        words = {one: (text.subject, text.text) for one, text in texts.items()}
        choices[stage.value] = (_("To %(stage)s", stage=stages[stage]), words)
    for name in dict.fromkeys(one.name for one in kept.values() if one.stage is None):
        found = {one: named_text(kept, posting_id=posting.id, name=name, locale=one) for one in LOCALES}
        choices[name] = (name, {one: (text.subject, text.text) for one, text in found.items() if text is not None})
    return choices


def call_off_with(*application_ids: int, at: datetime) -> list[int]:
    """Call the interviews to come off and tell their people; the caller commits it with the rejection. Give the ids for the way back."""
    off = call_off_coming(db.session, application_ids=application_ids, actor_id=actor().id, now=at)
    called_off = [ident for some in off.values() for ident in some]
    for ident in called_off:
        tell_of(ident, tell_candidate=None)
    return called_off


def coming_of(rows: Iterable[InterviewRow], at: datetime) -> tuple[ComingInterview, ...]:
    """Give, of the interviews that a page has read anyhow, those that a rejection calls off."""
    return tuple(
        ComingInterview(one.id, one.round, one.starts_at, one.time_zone, one.own and not one.own_done)
        for one in rows
        if not one.cancelled and one.starts_at > at and not any(done for _name, done, _abstained in one.panel)
    )


def due_words(due_at: datetime, at: datetime) -> str:
    """Say when a letter goes out that was just written."""
    if due_at <= at:
        return _("The mail goes out now.")
    if due_at <= at + SOON:
        return _("The mail goes out in ten minutes.")
    return _("The mail goes out on %(time)s.", time=moment(due_at))


def reader_zone() -> str:
    """Give the time zone of the one who is signed in."""
    return str(get_timezone() or "UTC")


def _offer(application: Application, *, posting: Posting, stage: Stage, text: LetterText) -> LetterOffer:
    values = letter_values(application, posting=posting, recruiter=reader().name, stage=stage)
    return LetterOffer(
        name=stage.value,
        subject=fill_for_staff(text.subject, values),
        text=fill_for_staff(text.text, values),
        locale=text.locale,
        origin=text.origin,
        is_wanted=stage in EXPECTED,
        is_foreign=text.locale != application.locale,
    )
