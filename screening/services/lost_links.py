"""The way back for candidates who lost their link: it goes to the address that they applied with, and nobody learns who applied."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening import queue
from screening.config import Settings
from screening.models import Application, Mail, Person, Posting
from screening.services.applying import normalised_address
from screening.services.mailing import post_mail

NOBODY = 0
MOST_APPLICATIONS = 20
MOST_MAILS = 3
WITHIN = timedelta(days=1)
"""So many mails with its link an application has within a day at most."""


def ask_for_links(session: Session, *, email: str, base: str, now: datetime) -> None:
    """Ask the worker to mail the links of an address; the same steps are taken for one that nobody applied with.

    ``base`` is the address of this installation, as candidates know it. The job holds a number and no address.
    """
    person = session.scalar(select(Person.id).where(Person.email_normalised == normalised_address(email)))
    queue.enqueue(
        session,
        queue.MAIL_LINKS,
        key=f"links:{secrets.token_hex(16)}",
        now=now,
        person_id=person or NOBODY,
        base=base,
    )


def mail_links(
    session: Session, *, person_id: int, link_of: Callable[[int], str], settings: Settings, now: datetime
) -> int:
    """Write a mail with its link for each application of a person that goes to the person's own address; tell how many.

    A job that runs twice, or somebody who asks again and again, finds ``MOST_MAILS`` and writes no more.
    """
    rows = session.execute(
        select(Application, Posting.title)
        .join(Person, Person.id == Application.person_id)
        .join(Posting, Posting.id == Application.posting_id)
        .where(Application.person_id == person_id, func.lower(Application.email) == Person.email_normalised)
        .order_by(Application.id.desc())
        .limit(MOST_APPLICATIONS)
    ).all()
    recent = _recent(session, [application.id for application, _title in rows], now)
    written = 0
    for application, title in rows:
        earlier = recent.get(application.id, 0)
        if earlier >= MOST_MAILS:
            continue
        post_mail(
            session,
            key=f"link:{application.id}:{now:%Y%m%d%H%M%S%f}",
            template="link",
            locale=application.locale,
            to=application.email,
            fields={
                "posting": title or "",
                "link": link_of(application.id),
                "company": settings.company_in(application.locale),
            },
            now=now,
            application_id=application.id,
        )
        written += 1
    return written


def _recent(session: Session, application_ids: list[int], now: datetime) -> dict[int, int]:
    """Count the mails with a link that each application has had."""
    counted = select(Mail.application_id, func.count(Mail.id)).where(
        Mail.application_id.in_(application_ids), Mail.template == "link", Mail.created_at > now - WITHIN
    )
    return {ident: count for ident, count in session.execute(counted.group_by(Mail.application_id)) if ident}
