"""All addresses of the application, filled with things that exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Rule

from screening.models import (
    Application,
    BookingOffer,
    BulkKind,
    Interview,
    Panelist,
    ResumeFile,
    Role,
    RoundKind,
    RubricState,
    RubricVersion,
    User,
)
from screening.services.bulks import start as start_bulk
from screening.services.interview_plans import RoundFields, add_round
from screening.services.mailing import post_mail
from screening.services.noting import write_note
from screening.services.pools import PoolFields, make_pool
from screening.services.saved_views import ViewFields, save_view
from screening.services.tagging import add_tag, find_or_make
from screening.web.auth.sessions import Account
from tests.factories import NOW, make_application, make_posting, make_user


@dataclass(frozen=True, slots=True)
class World:
    """One of everything that an address can name, and people with and without rights."""

    values: dict[str, Any]
    admin: User
    recruiter: User
    stranger: User
    panelist: User


@dataclass(frozen=True, slots=True)
class Address:
    """A rule with one of its methods and its arguments filled."""

    rule: Rule
    method: str
    path: str

    @property
    def name(self) -> str:
        """Say which address this is, for a failed test."""
        return f"{self.method} {self.rule.rule}"


def make_world(session: Session) -> World:
    """Make a posting with an application, an interview and a file; the stranger has no rights on them."""
    admin = make_user(session, Role.ADMIN)
    recruiter = make_user(session, Role.RECRUITER)
    stranger = make_user(session, Role.INTERVIEWER)
    panelist = make_user(session, Role.INTERVIEWER)
    posting = make_posting(session, recruiter)
    application = make_application(session, posting)
    interview = make_interview(session, application, recruiter)
    file = ResumeFile(
        application_id=application.id,
        original_name="cv.txt",
        media_type="text/plain",
        size=4,
        sha256="0" * 64,
        storage_key="nowhere",
        uploaded_at=NOW,
    )
    session.add(file)
    session.flush()
    session.add(Panelist(interview_id=interview.id, user_id=panelist.id))
    mail = post_mail(
        session,
        key="received:1",
        template="received",
        locale="zh",
        to="yun@example.com",
        fields={"name": "云小鹤", "posting": "语音研发", "link": "https://example.com/status/1", "company": "远山智能"},
        now=NOW,
        application_id=application.id,
    )
    offer = make_offer(session, application, panelist)
    pool = make_pool(session, fields=PoolFields("算法", (panelist.id,)), actor_id=admin.id, now=NOW)
    fields = RoundFields(RoundKind.PANEL, "综合面试", 45, 1, ("tool-8",), (), pool.id)
    one = add_round(session, posting=posting, fields=fields, actor_id=admin.id, now=NOW)
    tag = find_or_make(session, name="备选")
    add_tag(session, application_ids=[application.id], tag=tag, actor_id=recruiter.id, now=NOW)
    bulk = start_bulk(
        session,
        posting=posting,
        kind=BulkKind.UNTAG,
        arguments={"tag": 0, "name": "备选"},
        seen={application.id: application.stage},
        actor_id=admin.id,
        now=NOW,
    )
    view = save_view(
        session, posting_id=posting.id, owner_id=admin.id, fields=ViewFields("会 Python 的", "low=50", True), now=NOW
    )
    note = write_note(session, application=application, text="看过了。", actor_id=admin.id, now=NOW)
    session.commit()
    values = {
        "posting_id": posting.id,
        "application_id": application.id,
        "interview_id": interview.id,
        "feed": "of-nobody",
        "file_id": file.id,
        "document_id": posting.document_id,
        "user_id": recruiter.id,
        "slug": posting.slug,
        "mail_id": mail.id,
        "pool_id": pool.id,
        "round_id": one.id,
        "offer_id": offer.id,
        "note_id": note.id,
        "tag_id": tag.id,
        "bulk_id": bulk.id,
        "view_id": view.id,
    }
    return World(values=values, admin=admin, recruiter=recruiter, stranger=stranger, panelist=panelist)


def make_interview(session: Session, application: Application, planner: User) -> Interview:
    """Plan an interview without a panel."""
    version = session.scalars(
        select(RubricVersion.id)
        .where(RubricVersion.posting_id == application.posting_id, RubricVersion.state == RubricState.PUBLISHED)
        .order_by(RubricVersion.number.desc())
    ).first()
    assert version is not None
    interview = Interview(
        application_id=application.id,
        rubric_version_id=version,
        round="1",
        starts_at=NOW,
        minutes=45,
        ends_at=NOW + timedelta(minutes=45),
        due_at=NOW + timedelta(days=1, minutes=45),
        time_zone="Asia/Shanghai",
        focus=["r2"],
        created_by=planner.id,
        created_at=NOW,
    )
    session.add(interview)
    session.flush()
    return interview


def make_offer(session: Session, application: Application, interviewer: User) -> BookingOffer:
    """Offer a day to choose a time in."""
    offer = BookingOffer(
        application_id=application.id,
        key="an-offer",
        round="2",
        minutes=45,
        time_zone="Asia/Shanghai",
        panel=[interviewer.id],
        focus=["r2"],
        earliest=NOW,
        latest=NOW + timedelta(days=1),
        expires_at=NOW + timedelta(days=1),
        created_by=interviewer.id,
        created_at=NOW,
    )
    session.add(offer)
    session.flush()
    return offer


def addresses(app: Flask, values: dict[str, Any]) -> Iterator[Address]:
    """Walk every rule with every method, HEAD and OPTIONS left out."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        arguments = {name: values.get(name, 1 if _is_number(rule, name) else "nothing") for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Address(rule=rule, method=method, path=adapter.build(rule.endpoint, arguments, method=method))


def sign_in(app: Flask, user: User) -> FlaskClient:
    """Give a caller who is signed in as the user."""
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = Account(user).get_id()
        kept["_fresh"] = True
    return client


def read_again(engine: Engine, user: User) -> User:
    """Read an account as it is stored now, without holding a transaction open."""
    with Session(engine) as session:
        return session.get_one(User, user.id)


def _is_number(rule: Rule, name: str) -> bool:
    return isinstance(rule._converters[name], IntegerConverter)
