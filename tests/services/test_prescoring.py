"""Applications are judged once, from answers and résumé; what fails is shown as a failure and replaces nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import digest, dump_rubric, load_prescore
from rubrics.prescore import Verdict
from screening.documents.storage import store_file
from screening.models import (
    Application,
    FormVersion,
    Job,
    JobState,
    Posting,
    PrescoreFailure,
    ResumeFile,
    RubricState,
    RubricVersion,
    Stage,
    StoredPrescore,
    TextState,
)
from screening.services import prescoring
from screening.services.asking import ask_for_prescores
from screening.services.prescoring import (
    ask_for_prescore,
    judge,
    prescore_application,
    read_case,
    store,
)
from tests.factories import NOW, make_application, make_posting, make_rubric

RESUME = """云小鹤
2025 年在仿真组实习，用 C++ 写了轨迹预测的评测工具，每天处理二十万条轨迹。
"""


@pytest.fixture
def posting(session: Session) -> Posting:
    return make_posting(session)


@pytest.fixture
def version_id(session: Session, posting: Posting) -> int:
    return session.scalars(select(FormVersion.rubric_version_id).where(FormVersion.posting_id == posting.id)).one()


def add_resume(session: Session, application: Application, uploads: Path, content: bytes, name: str) -> ResumeFile:
    kept = store_file(uploads, content, original_name=name, media_type="text/plain")
    file = ResumeFile(
        application_id=application.id,
        original_name=name,
        media_type="text/plain",
        size=kept.size,
        sha256=kept.sha256,
        storage_key=kept.storage_key,
        uploaded_at=NOW,
    )
    session.add(file)
    session.flush()
    return file


def add_version(session: Session, posting: Posting, number: int) -> RubricVersion:
    shape = dump_rubric(make_rubric(posting.slug, number))
    version = RubricVersion(
        posting_id=posting.id,
        number=number,
        state=RubricState.SUPERSEDED,
        document=shape,
        digest=digest(shape),
        created_at=NOW,
        changed_at=NOW,
        published_at=NOW,
    )
    session.add(version)
    session.flush()
    return version


def verdicts(stored: StoredPrescore) -> dict[str, Verdict]:
    return {result.criterion: result.verdict for result in load_prescore(stored.result).results}


def test_answers_and_resume_are_judged_and_the_text_is_kept(
    session: Session, posting: Posting, version_id: int, tmp_path: Path
) -> None:
    application = make_application(session, posting)
    file = add_resume(session, application, tmp_path, RESUME.encode(), "云小鹤.txt")

    prescore_application(
        session, application_id=application.id, rubric_version_id=version_id, uploads=tmp_path, now=NOW
    )

    stored = session.scalars(select(StoredPrescore)).one()
    assert (file.text_state, file.text) == (TextState.READ, RESUME)
    assert application.prescore_id == stored.id
    assert 0 < application.rank_score <= 1
    assert application.gates == load_prescore(stored.result).score.gates.value
    assert verdicts(stored)["r2"] is Verdict.MET
    assert verdicts(stored)["r4"] is Verdict.FOR_INTERVIEW


def test_a_second_run_changes_nothing(session: Session, posting: Posting, version_id: int, tmp_path: Path) -> None:
    application = make_application(session, posting)
    ids = {"application_id": application.id, "rubric_version_id": version_id}
    twice = [judge(read_case(session, **ids), uploads=tmp_path) for _ in range(2)]

    for outcome in twice:
        store(session, outcome, now=NOW)

    assert len(session.scalars(select(StoredPrescore)).all()) == 1
    assert read_case(session, **ids).rubric is None


@pytest.mark.parametrize("reason", ["refused", "withdrawn", "unknown application", "unknown version"])
def test_who_is_not_to_be_judged_is_not_judged(
    session: Session, posting: Posting, version_id: int, tmp_path: Path, reason: str
) -> None:
    application = make_application(session, posting, stage=Stage.WITHDRAWN if reason == "withdrawn" else Stage.APPLIED)
    application.prescore_refused = reason == "refused"
    session.flush()

    prescore_application(
        session,
        application_id=9999 if reason == "unknown application" else application.id,
        rubric_version_id=9999 if reason == "unknown version" else version_id,
        uploads=tmp_path,
        now=NOW,
    )

    assert session.scalars(select(StoredPrescore)).all() == []
    assert application.rank_score == -1


def test_an_unreadable_resume_is_noted_and_the_answers_are_judged(
    session: Session, posting: Posting, version_id: int, tmp_path: Path
) -> None:
    application = make_application(session, posting)
    file = add_resume(session, application, tmp_path, b"%PDF-1.7 but no more than that", "resume.pdf")

    prescore_application(
        session, application_id=application.id, rubric_version_id=version_id, uploads=tmp_path, now=NOW
    )

    assert file.text_state is TextState.FAILED
    assert file.failure
    assert application.prescore_id is not None


def test_a_file_that_cannot_be_fetched_is_an_error_to_be_tried_again(
    session: Session, posting: Posting, version_id: int, tmp_path: Path
) -> None:
    application = make_application(session, posting)
    add_resume(session, application, tmp_path / "elsewhere", RESUME.encode(), "resume.txt")

    with pytest.raises(FileNotFoundError):
        prescore_application(
            session, application_id=application.id, rubric_version_id=version_id, uploads=tmp_path, now=NOW
        )


def test_a_failure_of_the_engine_is_kept_beside_the_earlier_result(
    session: Session, posting: Posting, version_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = make_application(session, posting)
    prescore_application(
        session, application_id=application.id, rubric_version_id=version_id, uploads=tmp_path, now=NOW
    )
    score, first = application.rank_score, application.prescore_id
    newer = add_version(session, posting, 2)

    def stumble(*_: object) -> None:
        raise ValueError("no such term")

    monkeypatch.setattr(prescoring, "prescore", stumble)
    prescore_application(session, application_id=application.id, rubric_version_id=newer.id, uploads=tmp_path, now=NOW)

    failure = session.scalars(select(PrescoreFailure)).one()
    assert (failure.rubric_version_id, failure.message) == (newer.id, "ValueError: no such term")
    assert (application.rank_score, application.prescore_id) == (score, first)


def test_a_late_run_against_an_older_version_does_not_rank(
    session: Session, posting: Posting, version_id: int, tmp_path: Path
) -> None:
    application = make_application(session, posting)
    newer = add_version(session, posting, 2)
    for version in (newer.id, version_id):
        prescore_application(
            session, application_id=application.id, rubric_version_id=version, uploads=tmp_path, now=NOW
        )

    current = session.get_one(StoredPrescore, application.prescore_id)

    assert current.rubric_version_id == newer.id
    assert len(session.scalars(select(StoredPrescore)).all()) == 2


def test_asking_twice_is_one_job_and_asking_after_a_failure_tries_again(
    session: Session, posting: Posting, version_id: int
) -> None:
    application = make_application(session, posting)
    ids = {"application_id": application.id, "rubric_version_id": version_id}
    ask_for_prescore(session, **ids, now=NOW)
    ask_for_prescore(session, **ids, now=NOW)
    job = session.scalars(select(Job)).one()
    assert job.arguments == ids
    job.state, job.attempts = JobState.FAILED, 6

    ask_for_prescore(session, **ids, now=NOW)

    assert (job.state, job.attempts) == (JobState.WAITING, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_a_posting_is_asked_for_as_a_whole(session: Session, posting: Posting, version_id: int, count: int) -> None:
    for _ in range(count):
        make_application(session, posting)
    make_application(session, posting).prescore_refused = True
    session.flush()

    asked = [ask_for_prescores(session, posting_id=posting.id, rubric_version_id=version_id, now=NOW) for _ in range(2)]

    assert asked == [count, 0]
