"""For which other postings a person is strong: judged once, seen by who may see both, and by nobody who owes an evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.scoring import ENGINE_VERSION
from screening.models import (
    Application,
    Fit,
    FormVersion,
    Job,
    Posting,
    Role,
)
from screening.queries.fits import also_fits
from screening.services import fitting, rescoring
from screening.services.prescoring import prescore_application
from tests.factories import NOW, PASSWORD, make_application, make_posting, make_user


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


def test_the_reader_sees_the_strongest_of_the_own_postings(session: Session, posting: Posting) -> None:
    others = [make_posting(session, slug=f"other-{number}") for number in range(7)]
    application = make_application(session, posting)
    fit(session, application)
    for number, row in enumerate(session.scalars(select(Fit).order_by(Fit.id))):
        row.requirement = 0.4 + number / 10
    session.flush()

    everything = also_fits(session, application=application, postings=None)
    mine = also_fits(session, application=application, postings=frozenset({others[2].id, others[0].id}))

    assert [row.posting_id for row in everything] == [one.id for one in reversed(others[2:])]
    assert [row.posting_id for row in mine] == [others[2].id]


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
def test_the_application_page_lists_fits_for_who_may_see_scores(
    client: FlaskClient, session: Session, locale: str, heading: str
) -> None:
    user = make_user(session, Role.RECRUITER)
    user.locale = locale
    posting, other, foreign = (
        make_posting(session, user),
        make_posting(session, user, slug="other"),
        make_posting(session, slug="foreign"),
    )
    other.title, foreign.title = "规划算法实习生", "别处的职位"
    application = make_application(session, posting)
    judge_all(session, posting)
    fit(session, application)
    for row in session.scalars(select(Fit)):
        row.requirement = 0.9
    session.commit()
    sign_in(client, user.email)

    page = client.get(f"/staff/applications/{application.id}").get_data(as_text=True)
    refused = session.get_one(Application, application.id)
    refused.prescore_refused = True
    session.commit()
    without = client.get(f"/staff/applications/{application.id}").get_data(as_text=True)

    assert heading in page
    assert "规划算法实习生" in page
    assert "别处的职位" not in page
    assert heading not in without
