"""A posting is judged anew in chunks, each run stored once; replaying proves what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import (
    Answer,
    FormVersion,
    Job,
    JobState,
    Posting,
    PrescoreFailure,
    ResumeFile,
    Role,
    RubricVersion,
    Stage,
    StoredPrescore,
)
from screening.queries.progress import Progress, rescoring_progress
from screening.services import asking, rescoring
from screening.services.asking import ask_for_prescores
from screening.services.prescoring import prescore_application
from screening.services.replaying import Proof, replay
from tests.factories import NOW, PASSWORD, make_application, make_posting, make_user
from tests.verdict_words import agree


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
    assert single.standing == chunked.standing
    assert single.verdicts == chunked.verdicts
    assert (single.verdicts or "").startswith("1:")
    assert agree(session)
    assert single.standing is not None
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


def test_judging_again_stores_nothing_of_the_same_input_and_a_changed_one_anew(
    session: Session, posting: Posting
) -> None:
    same, edited, forged = (make_application(session, posting) for _ in range(3))
    judge_all(session, posting)
    before = {run.application_id: run for run in session.scalars(select(StoredPrescore))}
    before[forged.id].result = {**before[forged.id].result, "flags": [{"code": "forged"}]}
    session.scalars(select(Answer).where(Answer.application_id == edited.id, Answer.field == "skills")).one().value = []
    session.flush()
    span = {"rubric_version_id": version_of(session, posting), "first_id": 1, "last_id": 9999}

    for again in (False, True, True):
        judged = rescoring.judge_chunk(rescoring.read_chunk(session, **span, again=again))
        rescoring.store_chunk(session, judged, now=NOW)

    session.expire_all()
    assert judged.same == (same.id, edited.id)
    after = session.scalars(select(StoredPrescore).order_by(StoredPrescore.id)).all()
    assert [run.application_id for run in after] == [same.id, edited.id, forged.id, edited.id]
    assert edited.prescore_id == after[-1].id
    assert after[2].result["flags"] == [{"code": "forged"}]
    failure = session.scalars(select(PrescoreFailure)).one()
    assert (failure.application_id, failure.message) == (forged.id, rescoring.DIFFERS)
    after[2].result = after[0].result
    session.flush()
    rescoring.store_chunk(session, rescoring.judge_chunk(rescoring.read_chunk(session, **span, again=True)), now=NOW)
    assert session.scalars(select(PrescoreFailure)).all() == []


def test_a_chunk_without_time_judges_at_least_one_and_names_who_is_left(session: Session, posting: Posting) -> None:
    first, *others = (make_application(session, posting) for _ in range(3))
    span = {"rubric_version_id": version_of(session, posting), "first_id": 1, "last_id": 9999}

    judged = rescoring.judge_chunk(rescoring.read_chunk(session, **span), has_time=lambda: False)

    assert (list(judged.results), judged.left) == ([first.id], tuple(one.id for one in others))


def test_another_lexicon_makes_new_runs(session: Session, posting: Posting) -> None:
    application = make_application(session, posting)
    judge_all(session, posting)
    session.scalars(select(StoredPrescore)).one().lexicon_version = "an-older-one"
    session.flush()
    ids = {"posting_id": posting.id, "rubric_version_id": version_of(session, posting)}

    asked = ask_for_prescores(session, **ids, now=NOW)
    judge_all(session, posting)

    session.expire_all()
    runs = session.scalars(select(StoredPrescore).order_by(StoredPrescore.id)).all()
    assert (asked, len(runs), application.prescore_id) == (1, 2, runs[-1].id)
    assert ask_for_prescores(session, **ids, now=NOW, again=True) == 1


def test_a_chunk_that_is_given_up_is_handed_to_single_jobs(session: Session, posting: Posting) -> None:
    done, *left = (make_application(session, posting) for _ in range(3))
    ids = {"rubric_version_id": version_of(session, posting)}
    chunk = rescoring.read_chunk(session, **ids, first_id=done.id, last_id=done.id)
    rescoring.store_chunk(session, rescoring.judge_chunk(chunk), now=NOW)

    handed = rescoring.hand_out_chunk(session, **ids, first_id=1, last_id=9999, now=NOW)

    jobs = session.scalars(select(Job).order_by(Job.id)).all()
    assert handed == 2
    assert [(job.name, job.arguments["application_id"]) for job in jobs] == [
        ("prescore_application", one.id) for one in left
    ]


def test_rescoring_is_stopped_goes_on_and_gives_way_to_a_newer_version(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SMALLEST_CHUNK", 1)
    user = make_user(session, Role.RECRUITER)
    user.locale = "en"
    posting = make_posting(session, user)
    for _ in range(3):
        make_application(session, posting)
    version_id = version_of(session, posting)
    ask_for_prescores(session, posting_id=posting.id, rubric_version_id=version_id, now=NOW)
    first, *_ = chunks = session.scalars(select(Job).where(Job.name == "rescore_applications").order_by(Job.id)).all()
    first.state = JobState.DONE
    session.commit()
    sign_in(client, user.email)
    address = f"/staff/postings/{posting.id}"

    assert client.post(f"{address}/rescoring", data={"act": "nothing"}).status_code == 400
    pages = [client.get(address).get_data(as_text=True)]
    for act in ("stop", "go_on"):
        assert client.post(f"{address}/rescoring", data={"act": act}).status_code == 303
        session.expire_all()
        pages.append(client.get(address).get_data(as_text=True))
        states = [job.state for job in chunks]
        session.commit()
        expected = JobState.STOPPED if act == "stop" else JobState.WAITING
        assert states == [JobState.DONE, expected, expected]

    assert "Re-scoring 1 of 3" in pages[0]
    assert "Re-scoring stopped. 2 applications keep their earlier prescores." in pages[1]
    assert "Re-scoring was stopped at 1 of 3." in pages[1]
    assert "hx-trigger" not in pages[1].partition('id="rescoring"')[2].partition("</form>")[0]
    assert "Re-scoring 1 of 3" in pages[2]
    newer = RubricVersion(
        posting_id=posting.id,
        number=2,
        document={},
        digest="",
        created_at=NOW,
        changed_at=NOW,
    )
    session.add(newer)
    session.flush()
    ask_for_prescores(session, posting_id=posting.id, rubric_version_id=newer.id, now=NOW)
    left = session.scalars(select(Job).where(Job.name == "rescore_applications", Job.state == JobState.WAITING)).all()
    assert {job.arguments["rubric_version_id"] for job in left} == {newer.id}


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
    assert replay(session, application_id=different.id)[0].differences == (
        '/flags: stored [{"code": "forged"}], computed []',
    )
    assert replay(session, application_id=9999) == []
