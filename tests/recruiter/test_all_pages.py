"""Every page of staff asks as many queries in a large company as in a small one, and twelve at most."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Rule

from bench.seeding import Company, name_of, seed
from rubrics.scoring import ENGINE_VERSION
from screening.models import (
    Application,
    ApplicationNote,
    ApplicationTag,
    CandidateRequest,
    ChangedVerdict,
    Evaluation,
    EvidenceAddition,
    Fit,
    HandOver,
    Interview,
    NoteMention,
    Panelist,
    Person,
    Posting,
    Referral,
    RequestKind,
    RequestState,
    ResumeFile,
    RoundKind,
    RubricVersion,
    Stage,
    SuspectedDuplicate,
    Tag,
    User,
)
from screening.services import measurements
from screening.services.custom_questions import new_id
from screening.services.interview_plans import RoundFields, add_round
from screening.services.mailing import post_mail
from screening.services.pools import PoolFields, make_pool
from tests.architecture.doors import make_offer, sign_in
from tests.candidate.asking import CODE, own_questions, publish
from tests.interviewer.blind_walk import VIEWS
from tests.real import databases
from tests.recruiter.worlds import counted, own_engine

SIZES = (200, 2_000)
MOST = 12
FEWER = {"postings.index": 10}
"""What the overview may ask."""
CLOSED = {
    "applications.file": "the company's files have no bytes",
    "bulks.show": "nobody has moved many",
    "bulks.progress": "nobody has moved many",
}
"""Addresses into which the walk gets no further than the door, and why."""


def test_every_page_asks_as_many_queries_for_two_hundred_applications_as_for_two_thousand(
    app: Flask, engine: Engine, database_url: str
) -> None:
    clean = databases.clean_sqlite if database_url.startswith("sqlite") else databases.clean_postgresql
    small, _ = count(app, engine, SIZES[0])
    engine.dispose()
    own_engine(app).dispose()
    clean(database_url)
    large, answered = count(app, engine, SIZES[1])

    assert len(large) > 100
    assert {name: (small[name], large[name]) for name in large if small[name] != large[name]} == {}
    assert {name: number for name, number in large.items() if number > FEWER.get(name.split()[0], MOST)} == {}
    assert {
        name: code for name, code in answered.items() if code not in {200, 303} and name.split()[0] not in CLOSED
    } == {}


def count(app: Flask, engine: Engine, size: int) -> tuple[dict[str, int], dict[str, int]]:
    """Count the queries of each page in each of its views, and tell what it answered."""
    with Session(engine, expire_on_commit=False) as session:
        company = seed(session, applications=size, now=datetime.now(UTC))
        values = fill(session, company)
    client, asked = sign_in(app, company.admin), own_engine(app)
    found, answered = {}, {}
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/staff") or "GET" not in (rule.methods or ()):
            continue
        for address, name in addresses(app, rule, values):
            client.get(address)
            with counted(asked) as statements:
                answered[name] = client.get(address).status_code
            found[name] = sum(not one.startswith(("BEGIN", "PRAGMA")) for one in statements)
    return found, answered


def addresses(app: Flask, rule: Rule, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the addresses of a rule in all its views, each with its name."""
    adapter = app.url_map.bind("localhost")
    arguments = {}
    for name in rule.arguments:
        wanted = f"{rule.endpoint.partition('.')[0]}.{name}"
        number = 1 if isinstance(rule._converters[name], IntegerConverter) else "nothing"
        arguments[name] = values.get(wanted, values.get(name, number))
    path = adapter.build(rule.endpoint, arguments, method="GET")
    views = {**VIEWS, **values["views"]}
    for place, view in enumerate(("", *views.get(rule.endpoint, ()))):
        name = f"view {place}" if rule.endpoint in values["views"] else view
        yield (f"{path}?{view}" if view else path), f"{rule.endpoint} {name}".strip()


def fill(session: Session, company: Company) -> dict[str, Any]:
    """Add one of everything that an address can name, to one application everything that its pages show; give the numbers."""
    now = datetime.now(UTC)
    ids = session.scalars(
        select(Interview.application_id)
        .join(Evaluation, Evaluation.interview_id == Interview.id)
        .group_by(Interview.application_id)
        .order_by(Interview.application_id.desc())  # the newest are in all figures
    ).all()
    application = session.get_one(Application, ids[0])
    posting = session.get_one(Posting, application.posting_id)
    interviewer = session.scalars(select(User).where(User.id != company.admin.id).order_by(User.id)).first()
    assert interviewer is not None
    others = select(Application.id).where(Application.posting_id == posting.id, Application.id != application.id)
    beside = session.scalars(others.order_by(Application.id)).first()
    interview = session.scalars(select(Interview).where(Interview.application_id != application.id)).first()
    assert interview is not None
    session.add(Panelist(interview_id=interview.id, user_id=company.admin.id))
    version = session.scalars(select(RubricVersion).where(RubricVersion.posting_id == posting.id)).one()
    criterion = version.document["criteria"][0]
    publish(session, posting, own_questions(posting)[CODE])
    pool = make_pool(session, fields=PoolFields("算法", (interviewer.id,)), actor_id=company.admin.id, now=now)
    fields = RoundFields(RoundKind.PANEL, "综合面试", 45, 1, (criterion["key"],), (), pool.id)
    one = add_round(session, posting=posting, fields=fields, actor_id=company.admin.id, now=now)
    mail = post_mail(
        session,
        key="received:1",
        template="received",
        locale="zh",
        to=application.email,
        fields={"name": "云小鹤", "posting": "语音研发", "link": "https://example.com/status/1", "company": "远山智能"},
        now=now,
        application_id=application.id,
    )
    crowd(session, application, criterion, by=interviewer.id, reader=company.admin.id, now=now)
    session.commit()
    measurements.measure_posting(session, posting_id=posting.id, now=now)
    measurements.measure_sets(session)
    session.commit()
    return {
        "posting_id": posting.id,
        "application_id": application.id,
        "interview_id": interview.id,
        "file_id": session.scalars(select(ResumeFile.id).where(ResumeFile.application_id == application.id)).one(),
        "document_id": posting.document_id,
        "user_id": interviewer.id,
        "mail_id": mail.id,
        "pool_id": pool.id,
        "round_id": one.id,
        "offer_id": make_offer(session, application, interviewer).id,
        "ident": criterion["id"],
        "criterion_id": criterion["id"],
        "questions.ident": new_id(posting.id, CODE),
        "views": {
            "side_by_side.show": (f"ids={application.id}&ids={beside}",),
            "search.index": (f"q={name_of(application.id)}", "q=python", "q=wombat"),
        },
    }


def crowd(
    session: Session, application: Application, criterion: dict[str, Any], *, by: int, reader: int, now: datetime
) -> None:
    """Let there be something of everything that an application's page shows."""
    here = {"application_id": application.id}
    others = session.scalars(select(Application).where(Application.id.in_((1, 2, 3))).order_by(Application.id)).all()
    other, merged, suspect = others
    person = session.get_one(Person, application.person_id)
    session.get_one(Person, merged.person_id).merged_into_id = person.id
    application.batch = other.batch = "made-together"
    application.preference, other.preference, other.person_id = 1, 2, person.id
    referral = Referral(posting_id=application.posting_id, code="ref", referrer="许愿", made_by_id=by, made_at=now)
    session.add(referral)
    session.flush()
    application.referral_id = referral.id
    application.stage, application.stage_since = Stage.DEBRIEF, now - timedelta(days=100)  # whom it waits for is asked
    elsewhere = select(RubricVersion.id).where(RubricVersion.posting_id != application.posting_id)
    first, second = sorted((person.id, suspect.person_id))
    session.add_all(
        [
            SuspectedDuplicate(first_id=first, second_id=second, grounds=["phone"], found_at=now),
            ChangedVerdict(
                **here, criterion_key=criterion["key"], verdict="met", reason="看过证书。", actor_id=by, at=now
            ),
            EvidenceAddition(
                **here,
                key="an-addition",
                criterion_key=criterion["key"],
                criterion_id=criterion["id"],
                asked=criterion["text"],
                answers={"statements": [{"text": "补充"}]},
                added_at=now,
            ),
            note := ApplicationNote(**here, author_id=by, text="值得一谈。", at=now),
            CandidateRequest(
                **here, kind=RequestKind.HUMAN_REVIEW, text="请再看。", state=RequestState.OPEN, created_at=now
            ),
            Fit(
                **here,
                rubric_version_id=session.scalars(elsewhere).first(),
                engine_version=ENGINE_VERSION,
                requirement=0.9,
                gates="pass",
                created_at=now,
            ),
            HandOver(**here, from_id=None, to_id=by, actor_id=by, at=now),
        ]
    )
    tag = Tag(name="备选", key="备选")
    session.add(tag)
    session.flush()
    session.add(NoteMention(note_id=note.id, user_id=reader))
    stuck = {"posting_id": application.posting_id, "added_by": by, "added_at": now}
    session.add(ApplicationTag(**here, tag_id=tag.id, **stuck))
