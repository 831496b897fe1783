"""A posting is judged anew in chunks, each run stored once; replaying proves what is stored; other postings are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.scoring import ENGINE_VERSION
from screening.models import (
    Answer,
    Application,
    Fit,
    FormVersion,
    Job,
    JobState,
    Posting,
    PrescoreFailure,
    ResumeFile,
    Role,
    Stage,
    StoredPrescore,
)
from screening.queries.fits import also_fits
from screening.queries.progress import Progress, rescoring_progress
from screening.services import asking, fitting, rescoring
from screening.services.asking import ask_for_prescores
from screening.services.prescoring import prescore_application
from screening.services.replaying import Proof, replay
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


def test_a_chunk_stores_what_single_runs_store_and_ranks_the_same(
    session: Session, posting: Posting, tmp_path: Path
) -> None:
    single, chunked = (make_application(session, posting) for _ in range(2))
    prescore_application(
        session,
        application_id=single.id,
        rubric_version_id=version_of(session, posting),
        uploads=tmp_path,
        now=NOW,
    )

    judge_all(session, posting)

    session.expire_all()
    runs = {run.application_id: run for run in session.scalars(select(StoredPrescore))}
    assert runs[single.id].result == runs[chunked.id].result
    assert chunked.prescore_id == runs[chunked.id].id
    assert (single.rank_score, single.gates) == (chunked.rank_score, chunked.gates)
    assert single.rank_score > 0


def test_a_chunk_that_runs_twice_at_once_is_stored_once(session: Session, posting: Posting) -> None:
    for _ in range(3):
        make_application(session, posting)
    ids = {"rubric_version_id": version_of(session, posting), "first_id": 1, "last_id": 9999}
    twice = [rescoring.judge_chunk(rescoring.read_chunk(session, **ids)) for _ in range(2)]

    for judged in twice:
        rescoring.store_chunk(session, judged, now=NOW)

    assert len(twice[1].results) == 3
    assert session.scalar(select(func.count()).select_from(StoredPrescore)) == 3
    assert rescoring.read_chunk(session, **ids).inputs == ()


def test_who_refused_or_withdrew_is_in_no_chunk(session: Session, posting: Posting) -> None:
    make_application(session, posting).prescore_refused = True
    make_application(session, posting, stage=Stage.WITHDRAWN)
    session.flush()

    judge_all(session, posting)

    assert session.scalars(select(StoredPrescore)).all() == []


def test_a_failure_in_a_chunk_is_noted_and_the_others_are_stored(
    session: Session, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = (make_application(session, posting) for _ in range(2))
    real = rescoring.load_dossier
    session.scalars(select(Answer).where(Answer.application_id == bad.id, Answer.field == "basics")).one().value = {
        "name": "石小猴"
    }
    session.flush()

    def stumble(answers: dict, *rest: object) -> object:
        if answers["basics"]["name"] == "石小猴":
            raise ValueError("no such term")
        return real(answers, *rest)

    monkeypatch.setattr(rescoring, "load_dossier", stumble)
    judge_all(session, posting)

    failure = session.scalars(select(PrescoreFailure)).one()
    assert (failure.application_id, failure.message) == (bad.id, "ValueError: no such term")
    assert session.scalars(select(StoredPrescore.application_id)).all() == [good.id]


def test_a_file_that_nobody_has_read_is_handed_to_a_single_job(session: Session, posting: Posting) -> None:
    application = make_application(session, posting)
    session.add(
        ResumeFile(
            application_id=application.id,
            original_name="a.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            storage_key="k",
            uploaded_at=NOW,
        )
    )
    session.flush()

    judge_all(session, posting)

    job = session.scalars(select(Job)).one()
    assert (job.name, job.arguments["application_id"]) == ("prescore_application", application.id)


def test_chunks_are_counted_as_progress_until_none_waits(
    session: Session, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SMALLEST_CHUNK", 2)
    for _ in range(5):
        make_application(session, posting)
    ask_for_prescores(session, posting_id=posting.id, rubric_version_id=version_of(session, posting), now=NOW)
    chunks = session.scalars(select(Job).where(Job.name == "rescore_applications").order_by(Job.id)).all()
    seen = [rescoring_progress(session, posting_id=posting.id)]
    for job in chunks:
        job.state = JobState.DONE
        session.flush()
        seen.append(rescoring_progress(session, posting_id=posting.id))

    assert seen == [Progress(0, 5), Progress(2, 5), Progress(4, 5), None]


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_pipeline_tells_how_far_it_is(client: FlaskClient, session: Session, locale: str) -> None:
    user = make_user(session, Role.RECRUITER)
    user.locale = locale
    posting = make_posting(session, user)
    make_application(session, posting)
    ask_for_prescores(session, posting_id=posting.id, rubric_version_id=version_of(session, posting), now=NOW)
    session.commit()
    sign_in(client, user.email)

    page = client.get(f"/staff/postings/{posting.id}").get_data(as_text=True)
    fragment = client.get(f"/staff/postings/{posting.id}/progress").get_data(as_text=True)

    words = {"zh": "正在重新评分：0 / 1", "en": "Re-scoring 0 of 1"}[locale]
    assert words in page
    assert words in fragment
    assert "<html" not in fragment


def test_replaying_proves_the_same_bytes_and_tells_what_it_cannot_prove(session: Session, posting: Posting) -> None:
    same, different, older, edited = (make_application(session, posting) for _ in range(4))
    judge_all(session, posting)
    runs = {run.application_id: run for run in session.scalars(select(StoredPrescore))}
    runs[different.id].result = {**runs[different.id].result, "flags": [{"code": "forged"}]}
    runs[older.id].engine_version = "0.0.1"
    session.scalars(select(Answer).where(Answer.application_id == edited.id, Answer.field == "skills")).one().value = []
    session.flush()

    proofs = [replay(session, application_id=one.id)[0].proof for one in (same, different, older, edited)]

    assert proofs == [Proof.SAME, Proof.DIFFERENT, Proof.OTHER_VERSION, Proof.OTHER_INPUT]
    assert replay(session, application_id=9999) == []


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
