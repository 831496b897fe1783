"""Reminding interviewers of scorecards that they owe, and telling recruiters of those that stay away.

What is due is computed from the interview's end and looked up among the mails: a unique key for each reminder makes it
one mail however often this runs or wherever it was killed. After a longer pause only the latest reminder is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.config import Settings
from screening.models import Interview, Mail
from screening.queries.owed_scorecards import (
    OwedInterview,
    Place,
    Recipient,
    ended_interviews,
    owed_interviews,
    recruiters_of,
)
from screening.services.mailing import MailField, post_mail
from screening.services.reminder_times import is_humane, reminders_due

REMINDER = "reminder"
ESCALATION = "escalation"
TEMPLATES = (REMINDER, ESCALATION)
WINDOW = timedelta(days=60)
"""What ended longer ago is no longer spoken of."""
BATCH = 10
"""Interviews of one transaction."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail that is due: a reminder to somebody who owes, or word to a recruiter about all who do."""

    template: str
    key: str
    to: Recipient
    interview: OwedInterview


Words = Callable[[Notice], Mapping[str, MailField]]
"""Gives a notice's fields in its reader's language and zone."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Interviews of which something is due, and where the walk goes on; ``following`` is None at its end."""

    interview_ids: tuple[int, ...]
    following: Place | None


def find_batch(session: Session, *, settings: Settings, now: datetime, after: Place | None = None) -> Batch:
    """Look through the next interviews that ended and are owed; it only reads."""
    places = ended_interviews(session, since=now - WINDOW, until=now, after=after, limit=BATCH)
    due = _due_notices(session, [ident for _, ident in places], settings, now)
    return Batch(tuple(sorted({notice.interview.id for notice in due})), places[-1] if len(places) == BATCH else None)


def write_notices(
    session: Session, *, interview_ids: Collection[int], words: Words, settings: Settings, now: datetime
) -> int:
    """Write the mails that are due of these interviews in the caller's transaction; tell how many.

    The interviews are locked, so that another run at the same time waits, and then finds the mails.
    """
    session.execute(
        select(Interview.id).where(Interview.id.in_(interview_ids)).order_by(Interview.id).with_for_update()
    ).all()
    notices = list(_due_notices(session, interview_ids, settings, now))
    for notice in notices:
        post_mail(
            session,
            key=notice.key,
            template=notice.template,
            locale=notice.to.locale,
            to=notice.to.email,
            fields=words(notice),
            now=now,
            application_id=notice.interview.application_id,
        )
    return len(notices)


def is_moot(session: Session, *, mail: Mail) -> bool:
    """Tell whether a reminder that waited to be sent has nothing to say any more; always False for other mails."""
    if mail.template not in TEMPLATES:
        return False
    interview_id, sequence, user_id = (int(part) for part in mail.key.split(":")[1:4])
    owed = owed_interviews(session, interview_ids=[interview_id])
    if not owed or owed[0].sequence != sequence:
        return True
    told = owed[0].owing if mail.template == REMINDER else recruiters_of(session, owed)[interview_id]
    return user_id not in {one.id for one in told}


def _due_notices(
    session: Session, interview_ids: Collection[int], settings: Settings, now: datetime
) -> Iterator[Notice]:
    owed = owed_interviews(session, interview_ids=interview_ids)
    late = [one for one in owed if one.due_at + timedelta(hours=settings.escalate_after_hours) <= now]
    notices = [notice for one in owed for notice in _reminders(one, settings, now)]
    notices += _escalations(late, recruiters_of(session, late) if late else {}, settings, now)
    written = set(session.scalars(select(Mail.key).where(Mail.key.in_([notice.key for notice in notices]))))
    return (notice for notice in notices if notice.key not in written)


def _reminders(interview: OwedInterview, settings: Settings, now: datetime) -> Iterator[Notice]:
    after = timedelta(hours=settings.remind_after_hours)
    for person in interview.owing:
        zone = _zone(person, settings)
        number = reminders_due(interview.ends_at, zone=zone, after=after, now=now)
        if number and is_humane(now, zone):
            yield Notice(REMINDER, f"{_key(REMINDER, interview, person)}:{number}", person, interview)


def _escalations(
    late: Collection[OwedInterview], recruiters: Mapping[int, tuple[Recipient, ...]], settings: Settings, now: datetime
) -> Iterator[Notice]:
    for interview in late:
        for person in recruiters[interview.id]:
            if is_humane(now, _zone(person, settings)):
                yield Notice(ESCALATION, _key(ESCALATION, interview, person), person, interview)


def _key(template: str, interview: OwedInterview, person: Recipient) -> str:
    return f"{template}:{interview.id}:{interview.sequence}:{person.id}"


def _zone(person: Recipient, settings: Settings) -> ZoneInfo:
    return ZoneInfo(person.time_zone or settings.time_zone)
