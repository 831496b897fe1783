"""For which other postings a person is strong: judged once, seen by who may see both, and by nobody who owes an evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from rubrics.scoring import ENGINE_VERSION
from screening.extensions import db
from screening.models import (
    AbstainKind,
    Application,
    Fit,
    FormVersion,
    Job,
    Panelist,
    Posting,
    PostingState,
    Role,
)
from screening.queries.fits import also_fits
from screening.services import fitting, rescoring
from screening.services.prescoring import prescore_application
from tests.factories import NOW, PASSWORD, make_application, make_posting, make_user
from tests.recruiter.worlds import counted, owe_evaluation


@pytest.fixture
def posting(session: Session) -> Posting:
    return make_posting(session)


def version_of(session: Session, posting: Posting) -> int:
    return session.scalars(select(FormVersion.rubric_version_id).where(FormVersion.posting_id == posting.id)).one()


def judge_all(session: Session, posting: Posting) -> None:
    chunk = rescoring.read_chunk(session, rubric_version_id=version_of(session, posting), first_id=1, last_id=9999)
    rescoring.store_chunk(session, rescoring.judge_chunk(chunk), now=NOW)


def sign_in(client: FlaskClient, email: str) -> None:
    client.post("/sign-in", data={"email": email, "password": PASSWORD})


def fit(session: Session, *applications: Application) -> None:
    others = fitting.read_others(session, application_ids=[one.id for one in applications])
    fitting.store_fits(session, fitting.judge_others(others), now=NOW)


@pytest.mark.parametrize("count", [1, 3])
def test_applications_are_judged_once_against_every_other_published_rubric(
    session: Session, posting: Posting, count: int
) -> None:
    others = [make_posting(session, slug=f"other-{number}") for number in range(2)]
    applications = [make_application(session, posting) for _ in range(count)]
    twice = [fitting.judge_others(fitting.read_others(session, application_ids=[one.id for one in applications]))] * 2

    for fitted in twice:
        fitting.store_fits(session, fitted, now=NOW)

    rows = session.execute(select(Fit.application_id, Fit.rubric_version_id, Fit.engine_version).order_by(Fit.id)).all()
    assert rows == [(one.id, version_of(session, other), ENGINE_VERSION) for one in applications for other in others]
    assert fitting.read_others(session, application_ids=[one.id for one in applications]).wanted == []


def test_who_refused_is_judged_for_no_other_posting(session: Session, posting: Posting) -> None:
    make_posting(session, slug="other")
    application = make_application(session, posting)
    application.prescore_refused = True
    session.flush()

    fit(session, application)

    assert session.scalars(select(Fit)).all() == []


def test_the_reader_sees_the_strongest_of_the_own_open_postings(session: Session, posting: Posting) -> None:
    reader = make_user(session, Role.RECRUITER)
    others = [make_posting(session, slug=f"other-{number}") for number in range(10)]
    application = make_application(session, posting)
    fit(session, application)
    rows = session.scalars(select(Fit).order_by(Fit.id)).all()
    for number, row in enumerate(rows):
        row.requirement, row.gates = (number + 2) / 11, "pass"
    rows[9].gates, rows[7].gates = "below", "unknown"
    others[8].state = PostingState.CLOSED
    elsewhere = make_application(session, others[6])
    elsewhere.person_id = application.person_id
    session.flush()

    def seen(postings: frozenset[int] | None = None) -> list[int]:
        found = also_fits(session, application=application, postings=postings, reader_id=reader.id)
        return [others.index(session.get_one(Posting, row.posting_id)) for row in found]

    everything = also_fits(session, application=application, postings=None, reader_id=reader.id)
    assert [(row.gates.value, row.application_id) for row in everything] == [("unknown", None), ("pass", elsewhere.id)]
    assert [seen(), seen(frozenset({others[7].id, others[0].id})), seen(frozenset())] == [[7, 6], [7], []]
    owe_evaluation(session, elsewhere, reader)
    assert seen() == [7]
    seat = session.scalars(select(Panelist)).one()
    seat.abstained_at, seat.abstain_kind, seat.abstain_reason = NOW, AbstainKind.KNOWS, ""
    session.flush()
    assert seen() == [7, 6]


def test_an_own_run_asks_for_the_fits_a_little_later(session: Session, posting: Posting, tmp_path: Path) -> None:
    application = make_application(session, posting)

    prescore_application(
        session,
        application_id=application.id,
        rubric_version_id=version_of(session, posting),
        uploads=tmp_path,
        now=NOW,
    )

    job = session.scalars(select(Job)).one()
    assert (job.name, job.arguments) == ("fit_application", {"application_id": application.id})
    assert job.due_at > NOW


@pytest.mark.parametrize(("locale", "heading"), [("zh", "也适合的职位"), ("en", "Also fits")])
def test_the_page_lists_fits_for_who_may_see_scores_with_as_many_queries_for_few_as_for_many(
    app: Flask, client: FlaskClient, session: Session, locale: str, heading: str
) -> None:
    user = make_user(session, Role.RECRUITER)
    user.locale = locale
    own = [make_posting(session, user, slug=f"own-{number}") for number in range(6)]
    foreign = make_posting(session, slug="foreign")
    posting, *others = own
    titles = [f"规划算法实习生{number}" for number in range(5)]
    for other, title in zip(others, titles, strict=True):
        other.title = title
    foreign.title = "别处的职位"
    application = make_application(session, posting)
    judge_all(session, posting)
    fit(session, application)
    for row in session.scalars(select(Fit)):
        row.requirement, row.gates = 0.81, "pass"
    session.scalars(select(Fit).where(Fit.rubric_version_id == version_of(session, foreign))).one().requirement = 0.93
    session.commit()
    sign_in(client, user.email)

    def look() -> tuple[str, int]:
        """Give the list, or the whole page where it has none, and the number of statements."""
        session.commit()
        with app.app_context(), counted(db.engine) as statements:
            page = client.get(f"/staff/applications/{application.id}?side=rubric").get_data(as_text=True)
        return page.partition('<ul class="fits">')[2].partition("</ul>")[0] if heading in page else page, len(
            statements
        )

    look()
    many = look()
    session.execute(update(Fit).where(Fit.rubric_version_id != version_of(session, others[0])).values(requirement=0.1))
    few = look()
    owe_evaluation(session, application, user)
    blind = look()
    session.execute(delete(Panelist))
    application.prescore_refused = True
    refused = look()

    assert [title in many[0] for title in titles] == [True] * 5
    assert [title in few[0] for title in titles] == [True, *[False] * 4]
    assert "<b>81</b>" in many[0]
    assert foreign.title not in many[0]
    assert "93" not in many[0]
    assert many[1] == few[1]
    for page in (blind[0], refused[0]):
        assert "</html>" in page
        assert not any(word in page for word in [*titles, foreign.title, "<b>81</b>"])
