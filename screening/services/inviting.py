"""Telling people of an interview: one mail an event and receiver, with the interview for their calendar in it.

Who has to hear what is read from the mails that went out, so that an invitation that still waits is replaced instead of
corrected, and nobody is told that something is off of which they never heard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.config import Settings
from screening.models import Mail, MailState, User
from screening.queries.meetings import Interviewer, Meeting, meeting_of
from screening.services.calendar_texts import Entry, Method, Party, write_invitation
from screening.services.mailing import (
    MailField,
    NotWaitingError,
    post_mail,
    recall_mail,
    write_text,
)

PATIENCE = timedelta(minutes=10)
"""So long a mail to a candidate waits and can be recalled."""
CANDIDATE = "candidate"
OUT = frozenset({MailState.SENDING, MailState.SENT, MailState.UNCERTAIN})
"""States of a mail that may have been read."""
REPLACED = frozenset({MailState.WAITING, MailState.KEPT})
PANEL = ("candidate", "posting", "round", "when", "place", "panel", "link", "due", "contact")
FOR_CANDIDATE = ("name", "posting", "round", "when", "place", "contact", "link", "company")
REVIEW = ("candidate", "posting", "round", "link", "due", "contact")
FIELDS = {
    "panel_planned": PANEL,
    "panel_changed": PANEL,
    "panel_off": ("candidate", "posting", "round", "when", "contact"),
    "candidate_planned": FOR_CANDIDATE,
    "candidate_changed": FOR_CANDIDATE,
    "candidate_off": ("name", "posting", "round", "when", "contact", "link", "company"),
    "candidate_ended_off": ("name", "posting", "round", "when", "contact", "link", "company"),
    "review_planned": REVIEW,
    "review_changed": REVIEW,
    "review_off": ("candidate", "posting", "round", "contact"),
    "event_review": ("candidate", "posting", "round", "link"),
    "event_panel": ("candidate", "posting", "round", "panel", "link"),
    "event_candidate": ("posting", "round", "contact", "company"),
}
"""What each text names; nothing else can get into it."""
PASSING = re.compile(r"^(SEQUENCE|DTSTAMP):.*\r?\n", re.MULTILINE)


class News(StrEnum):
    """What a receiver hears of an interview."""

    PLANNED = "planned"
    CHANGED = "changed"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who is told: an interviewer with a number, or the candidate without one."""

    user_id: int | None
    name: str
    email: str
    locale: str
    time_zone: str

    @property
    def key(self) -> str:
        """What names the receiver in a mail's key."""
        return CANDIDATE if self.user_id is None else f"user:{self.user_id}"


Wording = Callable[[Receiver, Meeting], Mapping[str, str]]
"""Gives every field of ``PANEL`` or ``FOR_CANDIDATE`` in a receiver's language and zone."""


def tell(
    session: Session,
    *,
    interview_id: int,
    tell_candidate: bool | None,
    wording: Wording,
    settings: Settings,
    now: datetime,
) -> None:
    """Write the mails that an interview calls for as it stands now, in the transaction that changed it.

    Its panel is asked to come, or told that it is off; who was asked before and has no seat any more is told so. The
    candidate hears after ``PATIENCE``; without ``tell_candidate`` only what still waits for them is put right, with None
    whoever was told before hears again. Of an interview that is over nobody hears.
    """
    meeting = meeting_of(session, interview_id=interview_id)
    if meeting.ends_at <= now:
        return
    told = _Told(session, meeting)
    panel = [receiver_of(person, settings) for person in meeting.panel]
    letters = [_Letter(receiver, panel, is_off=meeting.is_cancelled) for receiver in panel]
    letters += [_Letter(left, [left], is_off=True) for left in _who_left(session, told, panel, settings)]
    is_known = CANDIDATE in told.mails
    hears = is_known if tell_candidate is None or meeting.is_review else tell_candidate or told.waits_for(CANDIDATE)
    if hears and meeting.email:
        candidate = Receiver(None, meeting.candidate, meeting.email, meeting.locale, meeting.time_zone)
        letters.append(_Letter(candidate, [candidate], is_off=meeting.is_cancelled or meeting.is_review))
    for letter in letters:
        _write(session, letter, meeting, told, wording=wording, settings=settings, now=now)


def entry_of(meeting: Meeting, words: Mapping[str, str], receiver: Receiver, *, is_off: bool) -> Entry:
    """Give an interview for one reader's calendar."""
    event = f"event_{_kind(receiver, meeting)}"
    summary, description = write_text(event, receiver.locale, _named(event, words))
    return Entry(
        uid=meeting.uid,
        sequence=meeting.sequence,
        stamp=meeting.stamp,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        time_zone=meeting.time_zone,
        is_cancelled=is_off,
        is_task=meeting.is_review,
        summary=summary,
        description=description,
        place=meeting.place,
        link=words["link"],
    )


@dataclass(frozen=True, slots=True)
class _Letter:
    receiver: Receiver
    guests: list[Receiver]
    is_off: bool


class _Told:
    """The mails about one interview so far, by receiver, in the order of their writing."""

    def __init__(self, session: Session, meeting: Meeting) -> None:
        self.head = f"interview:{meeting.uid}:"
        self.mails: dict[str, list[Mail]] = {}
        own = Mail.application_id == meeting.application_id  # an index leads there; none leads to the head of a key
        mails = select(Mail).where(own, Mail.key.startswith(self.head, autoescape=True)).order_by(Mail.id)
        for mail in session.scalars(mails, execution_options={"populate_existing": True}):
            _sequence, _colon, receiver = mail.key.removeprefix(self.head).partition(":")
            self.mails.setdefault(receiver, []).append(mail)

    def waits_for(self, receiver: str) -> bool:
        return any(mail.state in REPLACED for mail in self.mails.get(receiver, ()))

    def last_out(self, receiver: str) -> Mail | None:
        return next((mail for mail in reversed(self.mails.get(receiver, ())) if mail.state in OUT), None)

    def knows(self, receiver: str, sequence: int) -> bool:
        """Tell whether a mail of this sequence was written that nobody held back."""
        return any(mail.state is not MailState.RECALLED for mail in self._of(receiver, sequence))

    def next_key(self, receiver: str, sequence: int) -> str:
        """Give the key of a mail; one that is asked for again after it was held back counts on."""
        again = len(self._of(receiver, sequence))
        return f"{self.head}{sequence}{f'.{again}' if again else ''}:{receiver}"

    def _of(self, receiver: str, sequence: int) -> list[Mail]:
        numbers = [(mail, mail.key.removeprefix(self.head).partition(":")[0]) for mail in self.mails.get(receiver, ())]
        return [mail for mail, number in numbers if number.partition(".")[0] == str(sequence)]


def _write(
    session: Session,
    letter: _Letter,
    meeting: Meeting,
    told: _Told,
    *,
    wording: Wording,
    settings: Settings,
    now: datetime,
) -> None:
    receiver = letter.receiver
    if told.knows(receiver.key, meeting.sequence):
        return
    for mail in told.mails.get(receiver.key, ()):
        if mail.state in REPLACED:
            with suppress(NotWaitingError):
                recall_mail(session, mail=mail)
            session.refresh(mail)
    known = told.last_out(receiver.key)
    was_asked = known is not None and not known.template.endswith(News.OFF)
    if letter.is_off and not was_asked:
        return
    words = wording(receiver, meeting)
    calendar = _calendar(letter, meeting, words, settings)
    if known is not None and was_asked and PASSING.sub("", known.calendar or "") == PASSING.sub("", calendar):
        return
    news = News.OFF if letter.is_off else News.CHANGED if was_asked else News.PLANNED
    ended = "_ended" if letter.is_off and receiver.user_id is None and meeting.is_ended else ""
    template = f"{_kind(receiver, meeting)}{ended}_{news.value}"
    post_mail(
        session,
        key=told.next_key(receiver.key, meeting.sequence),
        template=template,
        locale=receiver.locale,
        to=receiver.email,
        fields=_named(template, words),
        now=now,
        application_id=meeting.application_id,
        due_at=now if receiver.user_id else now + PATIENCE,
        calendar=calendar,
    )


def _named(template: str, words: Mapping[str, str]) -> dict[str, MailField]:
    return {field: words[field] for field in FIELDS[template]}


def _calendar(letter: _Letter, meeting: Meeting, words: Mapping[str, str], settings: Settings) -> str:
    receiver = letter.receiver
    return write_invitation(
        entry_of(meeting, words, receiver, is_off=letter.is_off),
        method=Method.CANCEL if letter.is_off else Method.REQUEST,
        organizer=organizer(settings, receiver.locale),
        guests=[Party(guest.name, guest.email) for guest in letter.guests],
        rings=receiver.user_id is not None,
    )


def organizer(settings: Settings, locale: str) -> Party:
    """Give the one who asks: the address that the mails come from, or calendars would not trust the invitation."""
    return Party(settings.company_in(locale), settings.mail_from)


def _kind(receiver: Receiver, meeting: Meeting) -> str:
    if receiver.user_id is None:
        return CANDIDATE
    return "review" if meeting.is_review else "panel"


def receiver_of(person: Interviewer, settings: Settings) -> Receiver:
    """Give an interviewer with the language and the zone that their texts are in."""
    return Receiver(person.id, person.name, person.email, person.locale or "zh", person.time_zone or settings.time_zone)


def _who_left(session: Session, told: _Told, panel: Iterable[Receiver], settings: Settings) -> list[Receiver]:
    """Find those who were asked, or are about to be, and have no seat any more."""
    seated = {receiver.key for receiver in panel}
    numbers = [int(key.removeprefix("user:")) for key in told.mails if key != CANDIDATE and key not in seated]
    people = session.execute(
        select(User.id, User.name, User.email, User.locale, User.time_zone)
        .where(User.id.in_(numbers), User.is_active)
        .order_by(User.id)
    )
    return [
        receiver_of(Interviewer(ident, name, email, locale, zone), settings)
        for ident, name, email, locale, zone in people
    ]
