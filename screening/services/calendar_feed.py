"""A calendar of one's own interviews to subscribe to: on with a new key, off without one.

The key is random and kept as it is, and the address holds it signed, so that the settings can show the address again while
a stolen database opens no calendar. A new key ends the old address at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.audit import record
from screening.config import Settings
from screening.models import User
from screening.queries.meetings import Interviewer, Meeting, own_meetings
from screening.services.calendar_texts import write_feed
from screening.services.inviting import Receiver, entry_of, organizer, receiver_of

KEY_BYTES = 32


def renew_feed(session: Session, *, user: User, now: datetime) -> None:
    """Switch somebody's calendar on, or give it a new address."""
    user.feed_key = secrets.token_urlsafe(KEY_BYTES)
    _record(session, "feed.renew", user, now)


def switch_feed_off(session: Session, *, user: User, now: datetime) -> None:
    """End somebody's calendar; its address opens nothing any more."""
    user.feed_key = None
    _record(session, "feed.end", user, now)


def find_feed(session: Session, *, key: str) -> User | None:
    """Give whose calendar a key opens; None for a key that was replaced, and for an account that was closed."""
    return session.scalar(select(User).where(User.feed_key == key, User.is_active))


def feed_text(
    session: Session,
    *,
    user: User,
    name: str,
    wording: Callable[[Receiver, Meeting], Mapping[str, str]],
    settings: Settings,
    now: datetime,
) -> str:
    """Write somebody's interviews from 30 days back on, cancelled ones as such; nothing in it depends on any evaluation."""
    person = Interviewer(user.id, user.name, user.email, user.locale, user.time_zone)
    reader = receiver_of(person, settings)
    entries = [
        entry_of(meeting, wording(reader, meeting), reader, is_off=meeting.is_cancelled)
        for meeting in own_meetings(session, user_id=user.id, now=now)
    ]
    return write_feed(entries, organizer=organizer(settings, reader.locale), name=name)


def _record(session: Session, act: str, user: User, now: datetime) -> None:
    session.flush()
    record(session, act=act, actor_id=user.id, subject_type="user", subject_id=user.id, now=now)
