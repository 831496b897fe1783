"""Deletion: asked for by the candidate, carried out by an admin, and nothing is left that tells who it was."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as tuned
from hypothesis import strategies as st
from sqlalchemy import select

from screening.audit import is_intact
from screening.documents.storage import remove_file, store_file
from screening.models import (
    Application,
    ApplicationDraft,
    Base,
    CandidateRequest,
    DraftFile,
    Evaluation,
    FormVersion,
    Interview,
    Job,
    Mail,
    MailState,
    Person,
    Rating,
    RequestState,
    ResumeFile,
    Role,
    RubricVersion,
    Stage,
    StageCount,
    StageMove,
    StoredPrescore,
)
from screening.services import mailing, prescoring
from screening.services.erasing import KEPT, erase
from screening.services.moving import move_application
from tests.candidate.conftest import open_form
from tests.candidate.crowded import RESUME, SECRET, make_crowded
from tests.factories import NOW, make_application, make_user
from tests.recruiter.worlds import score
from tests.verdict_words import agree

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PERSONAL = (
    "云小鹤",
    "xiaohe",
    "云溪大学",
    "13800000123",
    "轨迹预测",
    "研究方向",
    SECRET,
    "从学长那里",
    "请再看一遍",
    "𠮷",
)


@pytest.fixture
def application(session, settings, posting):
    made = make_crowded(session, settings.uploads, posting)
    made.phone, made.email = "13800000123", "xiaohe.yun@example.com"
    session.get_one(Person, made.person_id).email_normalised = made.email
    for mail in session.scalars(select(Mail).where(Mail.application_id == made.id)):
        mail.to_address = made.email
        mail.failure = f"550 <{made.email}> unknown"
    session.add(
        Job(
            name="prescore_application",
            key=f"prescore:{made.id}:1:x",
            arguments={},
            due_at=NOW,
            created_at=NOW,
            last_error=f"ValueError: {made.name}",
        )
    )
    form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
    draft = ApplicationDraft(
        key="d" * 20,
        posting_id=posting.id,
        form_version_id=form.id,
        email=f" {made.email.upper()}",
        locale="zh",
        fields=[["name", made.name]],
        writer="w",
        created_at=NOW,
        changed_at=NOW,
        expires_at=NOW,
    )
    session.add(draft)
    session.flush()
    stored = store_file(settings.uploads, RESUME.encode(), original_name="云小鹤.txt", media_type="text/plain")
    session.add(
        DraftFile(
            draft_id=draft.id,
            field="resume",
            original_name=stored.original_name,
            media_type=stored.media_type,
            size=stored.size,
            sha256=stored.sha256,
            storage_key=stored.storage_key,
            text=RESUME,
            uploaded_at=NOW,
        )
    )
    session.commit()
    return made


@pytest.fixture
def admin(session):
    made = make_user(session, Role.ADMIN)
    session.commit()
    return made


def carry_out(session, uploads: Path, admin, *applications, now=None):
    keys = erase(
        session, applications=applications, company="远山智能", actor_id=admin.id, now=now or datetime.now(UTC)
    )
    session.commit()
    for key in keys:
        remove_file(uploads, key)
    farewell = session.scalars(select(Mail).where(Mail.template == mailing.FAREWELL).order_by(Mail.id.desc())).first()
    assert farewell.to_address
    mailing.note_outcome(session, mail=farewell, state=MailState.SENT, failure="", now=datetime.now(UTC))
    session.commit()
    return keys


def everything(session, uploads: Path, *, but=("posting", "rubric_version", "form_version", "source_document")):
    """Give all that is stored in tables, but what a recruiter wrote about the role, and in files."""
    session.commit()
    rows = [
        json.dumps([str(value) for value in row], ensure_ascii=False)
        for table in Base.metadata.sorted_tables
        if table.name not in but
        for row in session.execute(select(table))
    ]
    session.commit()
    files = [path.read_bytes().decode("utf-8", "replace") for path in uploads.rglob("*") if path.is_file()]
    return "\n".join([*rows, *files])


def found(stored: str, words) -> list[str]:
    escaped = json.dumps(stored)[1:-1]
    return [word for word in words if word in stored or json.dumps(word)[1:-1] in escaped.replace("\\\\u", "\\u")]


def test_nothing_personal_is_left_anywhere(session, settings, posting, application, admin):
    before = everything(session, settings.uploads)
    assert found(before, PERSONAL) == list(PERSONAL)
    carry_out(session, settings.uploads, admin, application)
    assert agree(session)
    after = everything(session, settings.uploads)
    assert found(after, PERSONAL) == []
    assert [path for path in settings.uploads.rglob("*") if path.is_file()] == []
    gone = [one for one in Base.metadata.sorted_tables if hangs_on(one, "application") and one.name not in KEPT]
    assert [one.name for one in gone if session.execute(select(one)).first()] == []
    assert is_intact(session)


@SQLITE
def test_nothing_personal_is_left_in_the_database_file(session, settings, engine, application, admin, tmp_path):
    carry_out(session, settings.uploads, admin, application)
    session.close()
    engine.dispose()
    with closing(sqlite3.connect(engine.url.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file = Path(engine.url.database).read_bytes()
    assert [word for word in ("云小鹤", "xiaohe.yun", "13800000123", SECRET) if word.encode() in file] == []


@SQLITE
@tuned(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.text(st.characters(categories=("L", "N", "S")), min_size=4, max_size=30),
    local=st.from_regex(r"[a-z]{6,12}\.[a-z]{6,12}", fullmatch=True),
    answer=st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=8, max_size=80),
)
def test_whatever_was_typed_is_gone(session, settings, posting, admin, name, local, answer):
    made = make_application(
        session,
        posting,
        name=name,
        email=f"{local}@example.org",
        answers={"basics": {"name": name, "summary": answer}, "statements": [{"key": "x", "text": answer}]},
    )
    score(session, made, resume=f"{name} {local}@example.org {answer}")
    mailing.post_mail(
        session,
        key=f"received:{made.id}",
        template="received",
        locale="en",
        to=made.email,
        fields={"name": name, "posting": "role", "link": "https://example.com", "company": "Yuanshan"},
        now=NOW,
        application_id=made.id,
    )
    typed = [name, f"{local}@example.org", answer]
    before = everything(session, settings.uploads)
    assert all(json.dumps(word, ensure_ascii=False)[1:-1] in before or word in before for word in typed[1:2])
    carry_out(session, settings.uploads, admin, made)
    after = everything(session, settings.uploads)
    assert found(after, [word for word in typed if len(word.strip()) >= 4 and not word.strip().isdigit()]) == []


def test_numbers_stay(session, settings, posting, application, admin):
    ratings = session.scalars(select(Rating.value)).all()
    moves = session.execute(select(StageMove.to_stage, StageMove.at).order_by(StageMove.id)).all()
    counts = {(row.posting_id, row.stage): row.count for row in session.scalars(select(StageCount))}
    session.commit()
    carry_out(session, settings.uploads, admin, application)
    assert session.scalars(select(Rating.value)).all() == ratings
    assert session.execute(select(StageMove.to_stage, StageMove.at).order_by(StageMove.id)).all() == moves
    session.expire_all()
    assert {(row.posting_id, row.stage): row.count for row in session.scalars(select(StageCount))} == counts
    assert session.scalars(select(Evaluation.recommendation)).all() == ["no"]
    stored = session.get_one(Application, application.id)
    assert (stored.name, stored.email, stored.phone, stored.stage) == ("—", "", None, Stage.REJECTED)
    assert stored.erased_at is not None
    assert (stored.verdicts, stored.cities) == (None, "")
    request = session.scalars(select(CandidateRequest)).one()
    assert (request.state, request.handled_by_id, request.text) == (RequestState.DONE, admin.id, "")


@SQLITE
def test_application_that_goes_on_is_withdrawn_and_its_interviews_called_off(session, settings, posting, admin):
    made = make_application(session, posting)
    move_application(session, application=made, to=Stage.INTERVIEW, actor_id=admin.id, now=NOW)
    session.commit()
    carry_out(session, settings.uploads, admin, made)
    assert session.get_one(Application, made.id).stage is Stage.WITHDRAWN
    session.expire_all()
    counts = {row.stage: row.count for row in session.scalars(select(StageCount)) if row.count}
    assert counts == {Stage.WITHDRAWN: 1}
    assert session.scalars(select(Interview.id).where(Interview.cancelled_at.is_(None))).all() == []


def test_other_applications_of_the_person_and_shared_files_stay(session, settings, application, admin):
    second = make_application(session, open_form(session, "second"))
    second.person_id, second.email = application.person_id, application.email
    own = session.scalars(select(ResumeFile).where(ResumeFile.application_id == application.id)).all()
    shared = own[-1]
    session.add(
        ResumeFile(
            application_id=second.id,
            original_name="cv.txt",
            media_type="text/plain",
            size=shared.size,
            sha256=shared.sha256,
            storage_key=shared.storage_key,
            uploaded_at=NOW,
        )
    )
    session.commit()
    key = shared.storage_key
    keys = erase(session, applications=[application], company="c", actor_id=admin.id, now=datetime.now(UTC))
    session.commit()
    assert keys
    assert key not in keys
    assert session.get_one(Person, second.person_id).email_normalised == "xiaohe.yun@example.com"
    assert session.get_one(Application, second.id).name == "云小鹤"
    assert session.get_one(Application, second.id).erased_at is None


@SQLITE
def test_run_that_was_under_way_stores_nothing(session, settings, posting, admin):
    made = make_application(session, posting)
    session.commit()
    version = session.scalars(select(RubricVersion.id).where(RubricVersion.posting_id == posting.id)).one()
    case = prescoring.read_case(session, application_id=made.id, rubric_version_id=version)
    outcome = prescoring.judge(case, uploads=settings.uploads)
    assert outcome.prescore is not None
    carry_out(session, settings.uploads, admin, made)
    prescoring.store(session, outcome, now=datetime.now(UTC))
    prescoring.prescore_application(
        session, application_id=made.id, rubric_version_id=version, uploads=settings.uploads, now=datetime.now(UTC)
    )
    session.commit()
    assert session.scalars(select(StoredPrescore.id)).all() == []


def test_kept_tables_are_those_that_count():
    """A new table below an application is emptied unless it is named here and in the service: then say how its words go."""
    assert {"stage_move", "interview", "decision", "mail", "candidate_request"} == KEPT
    below = {table.name for table in Base.metadata.sorted_tables if hangs_on(table, "application")}
    assert below > KEPT
    assert {"answer", "resume_file", "prescore", "access_code", "application_note", "evidence_addition"} < below


def hangs_on(table, other):
    return any(key.column.table.name == other and key.ondelete == "CASCADE" for key in table.foreign_keys)
