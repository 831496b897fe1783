"""Filling an empty database with the demonstration, and the sign-ins that it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rubrics.catalogue import catalogue
from screening.models import Job, Posting, Role, SourceDocument, User
from screening.queue import COUNT_STAGES, MEASURE_POSTING
from screening.services.accounts import create_user
from screening.services.demonstration.acting import act_out
from screening.services.demonstration.hours import give_hours
from screening.services.demonstration.pieces import table
from screening.services.demonstration.plan import cast_applicants
from screening.services.demonstration.planning import plan_postings
from screening.services.demonstration.postings import DOCUMENT_NAME, open_postings, revise_postings
from screening.services.demonstration.second_look import wait_for_second_look
from screening.services.demonstration.stories import tell_stories
from screening.services.demonstration.troupe import Troupe
from screening.services.demonstration.volunteering import count_pipelines, volunteer
from screening.services.measurements import measure_posting, measure_sets
from screening.services.stage_figures import read_times, store_times

DEMO_PASSWORD: str = table("people")["password"]
FOUNDED = timedelta(days=64)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A member of the fictional staff who can sign in."""

    email: str
    name: str
    role: Role


def load_demo(
    session: Session, *, now: datetime, password: str, uploads: Path, voluntary_key: bytes | None = None
) -> bool:
    """Fill an empty database; a database that holds postings is left as it is. Tell whether anything was added.

    ``uploads`` is the folder of candidates' files; without ``voluntary_key`` nobody gives voluntary answers. Takes some seconds: every application is judged by the engine.
    """
    if session.scalar(select(Posting.id).limit(1)) is not None:
        return False
    staff = _hire(session, password=password, now=now - FOUNDED)
    entries = catalogue()
    opened = open_postings(session, entries=entries, staff=staff, now=now)
    interviewers = tuple(email for email, user in staff.items() if user.role is Role.INTERVIEWER)
    stories = tell_stories(cast_applicants(entries), interviewers, now)
    rounds = plan_postings(session, opened=opened, staff=staff, now=now)
    act_out(Troupe(session, uploads, staff, opened, now, rounds), stories)
    revise_postings(session, opened=opened, staff=staff, now=now)
    wait_for_second_look(session, opened=opened, staff=staff, now=now)
    give_hours(session, interviewers=[staff[email] for email in interviewers], now=now)
    session.flush()
    for one in opened.values():
        measure_posting(session, posting_id=one.posting.id, now=now)
        store_times(session, read_times(session, posting_id=one.posting.id), now=now)
    measure_sets(session)
    if voluntary_key is not None:
        volunteer(session, opened=opened, staff=staff, key=voluntary_key, now=now)
    count_pipelines(session, opened=opened, now=now)
    # Every evaluation and every move of the past has asked for what is counted now.
    session.execute(delete(Job).where(Job.name.in_((MEASURE_POSTING, COUNT_STAGES))))
    return True


def list_sign_ins(session: Session) -> tuple[SignIn, ...]:
    """Give the fictional staff; empty where the database was not filled by the demonstration."""
    if session.scalar(select(SourceDocument.id).where(SourceDocument.name == DOCUMENT_NAME)) is None:
        return ()
    known = [row["email"] for row in table("people")["staff"]]
    users = session.scalars(select(User).where(User.email.in_(known), User.is_active).order_by(User.id))
    return tuple(SignIn(user.email, user.name, user.role) for user in users)


def _hire(session: Session, *, password: str, now: datetime) -> Mapping[str, User]:
    """Make the staff's accounts; an address that has one already keeps it."""
    staff: dict[str, User] = {}
    for row in table("people")["staff"]:
        user = session.scalar(select(User).where(User.email == row["email"]))
        staff[row["email"]] = user or create_user(
            session, email=row["email"], name=row["name"], role=Role(row["role"]), password=password, now=now
        )
    return staff
