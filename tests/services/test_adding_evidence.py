"""What a candidate adds is taken in once, judged anew, and takes nothing away: every earlier input and result stays provable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore
from rubrics.model import Criterion
from rubrics.prescore import Verdict
from screening.audit import is_intact
from screening.documents.storage import store_file
from screening.models import (
    Answer,
    Application,
    EvidenceAddition,
    Fit,
    FormVersion,
    Job,
    Posting,
    ResumeFile,
    Stage,
    StoredPrescore,
    TextState,
)
from screening.queries.additions import first_answers
from screening.services import fitting, rescoring
from screening.services.adding_evidence import (
    LONGEST_TEXT,
    MOST,
    EvidenceError,
    add_evidence,
    mark_seen,
    read_added,
    take_evidence,
    unread_file,
)
from screening.services.prescoring import judge, prescore_application, read_case, store
from screening.services.replaying import Proof, replay
from tests.factories import NOW, make_application, make_posting, make_rubric, make_user

SKILLS = {"skills": [{"name": "PyTorch", "level": "掌握", "example": "训练了轨迹预测网络。"}]}
FIRST = {"basics": {"name": "云小鹤"}, "skills": [{"name": "C++", "level": "掌握"}]}


@pytest.fixture
def posting(session: Session) -> Posting:
    return make_posting(session)


@pytest.fixture
def version_id(session: Session, posting: Posting) -> int:
    return session.scalars(select(FormVersion.rubric_version_id).where(FormVersion.posting_id == posting.id)).one()


@pytest.fixture
def application(session: Session, posting: Posting) -> Application:
    return make_application(session, posting, answers=FIRST)


def criterion(ident: str) -> Criterion:
    return next(one for one in make_rubric().criteria if one.id == ident)


def add(session: Session, application: Application, key: str, **changes: Any) -> EvidenceAddition:
    given: dict[str, Any] = {"criterion": criterion("r3"), "answers": SKILLS, "link": None, "file": None, **changes}
    return add_evidence(session, application=application, key=key, now=NOW, **given)


def take(session: Session, addition: EvidenceAddition, uploads: Path) -> None:
    file = unread_file(session, addition_id=addition.id)
    read = read_added(file, uploads=uploads) if file else None
    take_evidence(session, addition_id=addition.id, read=read, now=NOW)


def prescore(session: Session, application: Application, version_id: int, uploads: Path) -> None:
    prescore_application(session, application_id=application.id, rubric_version_id=version_id, uploads=uploads, now=NOW)


def fit_all(session: Session, application: Application) -> None:
    others = fitting.read_others(session, application_ids=[application.id])
    fitting.store_fits(session, fitting.judge_others(others), now=NOW)
    session.flush()


def answers(session: Session, application: Application) -> dict[str, Any]:
    rows = session.scalars(select(Answer).where(Answer.application_id == application.id).order_by(Answer.id))
    return {row.field: row.value for row in rows}


def verdict(session: Session, application: Application, ident: str) -> Verdict:
    stored = session.get_one(StoredPrescore, application.prescore_id)
    return next(one.verdict for one in load_prescore(stored.result).results if one.criterion == ident)


def test_an_addition_makes_a_new_run_and_both_are_proven(
    session: Session, application: Application, version_id: int, tmp_path: Path
) -> None:
    prescore(session, application, version_id, tmp_path)
    assert verdict(session, application, "r3") is Verdict.NOT_SHOWN
    first_run, first_rank = application.prescore_id, application.rank_score

    addition = add(session, application, "a" * 16)
    assert answers(session, application) == FIRST  # the worker takes it in
    take(session, addition, tmp_path)
    asked = session.scalars(select(Job.key).where(Job.name == "prescore_application")).all()
    prescore(session, application, version_id, tmp_path)

    assert [key.rpartition(":")[2] for key in asked] == [str(addition.id)]
    assert verdict(session, application, "r3") is Verdict.MET
    assert application.prescore_id != first_run
    assert application.rank_score > first_rank
    assert answers(session, application)["skills"] == [*FIRST["skills"], *SKILLS["skills"]]
    assert first_answers(session, application_id=application.id, answers=answers(session, application)) == FIRST
    runs = replay(session, application_id=application.id)
    assert [run.proof for run in runs] == [Proof.SAME, Proof.SAME]
    assert is_intact(session)


def test_cities_that_are_added_are_found_by_the_filter(session: Session, posting: Posting, tmp_path: Path) -> None:
    application = make_application(session, posting, answers=FIRST)
    for number, (cities, kept) in enumerate([(["上海", "北京市", "Shanghai"], "|shanghai|beijing|"), ([], "")]):
        addition = add(
            session, application, str(number) * 16, answers={"availability": {"cities": cities, "months": 3}}
        )
        take(session, addition, tmp_path)
        session.refresh(application)
        assert application.cities == kept
    addition = add(session, application, "c" * 16)  # says nothing of cities
    application.cities = "|hangzhou|"
    take(session, addition, tmp_path)
    assert application.cities == "|hangzhou|"


def test_fits_for_other_roles_are_made_anew(
    session: Session, application: Application, version_id: int, tmp_path: Path
) -> None:
    other = make_posting(session, slug="other")
    fit_all(session, application)
    before = session.scalars(select(Fit)).one()
    assert before.rubric_version_id != version_id

    addition = add(session, application, "a" * 16)
    take(session, addition, tmp_path)
    keys = session.scalars(select(Job.key).where(Job.name == "fit_application")).all()
    fit_all(session, application)

    assert [key.rpartition(":")[2] for key in keys] == [str(addition.id)]
    after = session.scalars(select(Fit)).one()
    assert (after.requirement or 0) > (before.requirement or 0)
    assert other.id != application.posting_id


def test_a_second_run_of_the_same_input_is_none(
    session: Session, application: Application, version_id: int, tmp_path: Path
) -> None:
    take(session, add(session, application, "a" * 16), tmp_path)
    for _ in range(2):
        prescore(session, application, version_id, tmp_path)

    assert len(replay(session, application_id=application.id)) == 1
    assert read_case(session, application_id=application.id, rubric_version_id=version_id).rubric is None


def test_taken_twice_it_is_in_once(session: Session, application: Application, tmp_path: Path) -> None:
    addition = add(session, application, "a" * 16)
    for _ in range(2):
        take(session, addition, tmp_path)

    assert (addition.turn, application.additions) == (1, 1)
    assert len(answers(session, application)["skills"]) == 2


def test_every_input_on_the_way_stays_provable(
    session: Session, application: Application, version_id: int, tmp_path: Path
) -> None:
    prescore(session, application, version_id, tmp_path)
    later = [
        {"availability": {"months": 3}},
        {"availability": {"months": 6, "start": "2026-12-01"}},
        {"publications": [{"name": "TrackNet", "publisher": "CVPR", "status": "已发表"}]},
    ]
    for number, given in enumerate(later):
        take(session, add(session, application, f"{number}" * 16, answers=given), tmp_path)
        prescore(session, application, version_id, tmp_path)

    assert answers(session, application)["availability"] == {"months": 6, "start": "2026-12-01"}
    assert [run.proof for run in replay(session, application_id=application.id)] == [Proof.SAME] * 4
    assert first_answers(session, application_id=application.id, answers=answers(session, application)) == FIRST


def test_a_run_that_was_begun_before_the_addition_does_not_rank(
    session: Session, application: Application, version_id: int, tmp_path: Path
) -> None:
    before = judge(read_case(session, application_id=application.id, rubric_version_id=version_id), uploads=tmp_path)
    ids: dict[str, Any] = {"rubric_version_id": version_id, "first_id": 1, "last_id": 9999}
    chunk = rescoring.judge_chunk(rescoring.read_chunk(session, **ids))
    take(session, add(session, application, "a" * 16), tmp_path)
    prescore(session, application, version_id, tmp_path)
    ranking = application.prescore_id

    store(session, before, now=NOW)
    rescoring.store_chunk(session, chunk, now=NOW)

    session.expire_all()
    assert application.prescore_id == ranking
    assert verdict(session, application, "r3") is Verdict.MET
    assert [run.proof for run in replay(session, application_id=application.id)] == [Proof.SAME, Proof.SAME]


def test_the_text_of_a_file_is_evidence_and_the_resume_stays_the_resume(
    session: Session, application: Application, version_id: int, tmp_path: Path
) -> None:
    content = "证明：云小鹤在项目中使用 PyTorch 训练了轨迹预测网络。\n".encode()
    kept = store_file(tmp_path, content, original_name="证明.txt", media_type="text/plain")
    session.add(
        ResumeFile(
            application_id=application.id,
            original_name="cv.txt",
            media_type="text/plain",
            size=1,
            sha256="0" * 64,
            storage_key="none",
            text_state=TextState.READ,
            text="云小鹤的简历，写过 C++。",
            uploaded_at=NOW,
        )
    )
    session.flush()
    prescore(session, application, version_id, tmp_path)

    addition = add(session, application, "a" * 16, answers={}, link="https://example.com/work", file=kept)
    take(session, addition, tmp_path)
    prescore(session, application, version_id, tmp_path)

    told = answers(session, application)["statements"]
    bound = {"key": criterion("r3").key, "criterion": "r3"}
    assert told[0] == {**bound, "url": "https://example.com/work"}
    assert told[1] == {**bound, "file": "证明.txt", "text": content.decode().strip()}
    result = load_prescore(session.get_one(StoredPrescore, application.prescore_id).result)
    shown = next(one for one in result.results if one.criterion == "r3")
    assert shown.verdict is not Verdict.NOT_SHOWN
    assert shown.evidence[0].source == "/statements/1/text"
    assert [run.proof for run in replay(session, application_id=application.id)] == [Proof.SAME, Proof.SAME]


def test_hidden_words_of_an_added_file_are_no_answer(
    session: Session, application: Application, tmp_path: Path
) -> None:
    kept = store_file(tmp_path, b"x", original_name="a.txt", media_type="text/plain")
    addition = add(session, application, "a" * 16, answers={}, file=kept)
    file = session.get_one(ResumeFile, addition.file_id)
    file.text_state, file.text, file.hidden = TextState.READ, "shown HIDDEN words" + "y" * LONGEST_TEXT, [[6, 13]]

    take_evidence(session, addition_id=addition.id, read=None, now=NOW)

    text = answers(session, application)["statements"][0]["text"]
    assert text.startswith("shown words")
    assert len(text) == LONGEST_TEXT


def test_a_file_that_nobody_can_read_takes_nothing_away(
    session: Session, application: Application, tmp_path: Path
) -> None:
    kept = store_file(tmp_path, b"%PDF-1.7 broken", original_name="a.pdf", media_type="application/pdf")
    addition = add(session, application, "a" * 16, file=kept)
    take(session, addition, tmp_path)

    file = session.get_one(ResumeFile, addition.file_id)
    assert (file.text_state, bool(file.failure)) == (TextState.FAILED, True)
    assert len(answers(session, application)["skills"]) == 2


def test_sent_twice_it_is_one_addition(session: Session, application: Application) -> None:
    first, second = add(session, application, "a" * 16), add(session, application, "a" * 16, answers={})

    assert first.id == second.id
    assert len(session.scalars(select(Job).where(Job.name == "take_evidence")).all()) == 1


def test_it_has_bounds(session: Session, application: Application) -> None:
    with pytest.raises(EvidenceError, match="empty"):
        add(session, application, "e" * 16, answers={})
    for number in range(MOST):
        add(session, application, f"{number}" * 16)
    with pytest.raises(EvidenceError, match="too_many"):
        add(session, application, "x" * 16)
    application.stage = Stage.REJECTED
    session.flush()
    with pytest.raises(EvidenceError, match="ended"):
        add(session, application, "y" * 16)


def test_the_first_reader_counts(session: Session, application: Application) -> None:
    first, second = make_user(session, name="一号"), make_user(session, name="二号")
    addition = add(session, application, "a" * 16)
    ids: dict[str, Any] = {"application_id": application.id, "addition_ids": [addition.id], "now": NOW}

    assert mark_seen(session, actor_id=first.id, **ids) == 1
    assert mark_seen(session, actor_id=second.id, **ids) == 0
    session.refresh(addition)
    assert (addition.seen_by_id, addition.seen_at) == (first.id, NOW)


def test_who_refused_the_prescore_stays_unscored(session: Session, application: Application, tmp_path: Path) -> None:
    application.prescore_refused = True
    session.flush()
    take(session, add(session, application, "a" * 16), tmp_path)

    assert len(answers(session, application)["skills"]) == 2
    assert session.scalars(select(Job.id).where(Job.name == "prescore_application")).all() == []
