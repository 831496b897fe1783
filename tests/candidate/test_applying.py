"""Sending a form: all of it is stored at once, once, for the one who sent it, and the engine reads what was typed."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from rubrics.codec import load_prescore
from rubrics.prescore import Gates
from screening.documents.storage import read_file
from screening.models import (
    Answer,
    Application,
    AuditEntry,
    FormVersion,
    Job,
    Person,
    PostingState,
    ResumeFile,
    RubricState,
    RubricVersion,
    Stage,
    StageCount,
    StageMove,
    StoredPrescore,
)
from screening.queue import PRESCORE_APPLICATION
from screening.services import applying
from screening.services.prescoring import prescore_application
from tests.candidate.conftest import Candidate, open_form, soon
from tests.candidate.forms import RESUME, filled, needed_only, shown, with_file

TABLES = (Application, Answer, ResumeFile, StageMove, StageCount, Person, Job, AuditEntry)
PRESCORES = select(Job).where(Job.name == PRESCORE_APPLICATION)


def counts(session):
    return {table.__name__: session.scalar(select(func.count()).select_from(table)) for table in TABLES}


def test_submission_stores_everything_that_follows_from_it(session, posting, candidate, settings):
    answer = candidate.apply(contact_later="y")
    assert answer.status_code == 303
    assert answer.location.startswith("/status/")
    stored = session.scalars(select(Application)).one()
    assert (stored.posting_id, stored.name, stored.email, stored.phone, stored.locale) == (
        posting.id,
        "云小鹤",
        "xiaohe.yun@example.com",
        "138 0000 0123",
        "en",
    )
    assert (stored.stage, stored.contact_later, stored.prescore_refused) == (Stage.APPLIED, True, False)
    assert stored.headline == "云溪大学 · 计算机科学与技术 · Master"
    answers = {row.field: row.value for row in session.scalars(select(Answer))}
    assert {"basics", "education", "availability", "skills", "publications", "awards"} <= set(answers)
    file = session.scalars(select(ResumeFile)).one()
    assert (file.original_name, file.media_type) == ("云小鹤_简历.txt", "text/plain")
    assert read_file(settings.uploads, file.storage_key) == RESUME.encode()
    assert [(move.from_stage, move.to_stage, move.actor_id) for move in session.scalars(select(StageMove))] == [
        (None, Stage.APPLIED, None)
    ]
    assert session.get_one(StageCount, (posting.id, Stage.APPLIED)).count == 1
    job = session.scalars(PRESCORES).one()
    assert job.name == "prescore_application"
    assert job.arguments["application_id"] == stored.id
    assert "application.submit" in session.scalars(select(AuditEntry.act)).all()


def test_status_shows_each_answer_under_what_was_asked(session, client, candidate):
    form = session.scalars(select(FormVersion)).one()
    asks = [{"criterion": "r9", "key": "knowledge-9", "text": "懂得轨迹预测", "gate": False, "section": "requirement"}]
    asked = {
        "id": "q99",
        "kind": "statement",
        "section": "requirement",
        "category": "knowledge",
        "needed": True,
        "asks": asks,
    }
    form.questions = [*form.questions, asked]
    session.commit()
    page = client.get(candidate.apply(**{"q99-text": "复现过三篇论文。"}).location).get_data(as_text=True)
    assert page.index("懂得轨迹预测") < page.index("复现过三篇论文。")


def test_nothing_is_stored_when_the_last_part_fails(session, candidate, app, monkeypatch):
    before = counts(session)
    session.commit()

    def broken(*_arguments, **_named):
        raise RuntimeError("the last part fails")

    monkeypatch.setattr(applying, "record", broken)
    assert candidate.apply().status_code == 500
    assert counts(session) == before


def test_filled_form_is_read_by_the_engine_as_it_was_meant(session, posting, candidate, settings):
    assert candidate.apply().status_code == 303
    stored = session.scalars(select(Application)).one()
    version = session.scalars(select(RubricVersion)).one()
    prescore_application(
        session,
        application_id=stored.id,
        rubric_version_id=version.id,
        uploads=settings.uploads,
        now=stored.submitted_at,
    )
    prescore = load_prescore(session.scalars(select(StoredPrescore)).one().result)
    verdicts = {result.criterion: result.verdict.value for result in prescore.results}
    assert verdicts == {
        **dict.fromkeys(["k1", "k2", "k3", "r1", "r2", "r3", "b1", "b2"], "met"),
        "r4": "for_interview",
    }
    assert prescore.score.gates is Gates.PASS


def test_the_least_that_is_asked_for_is_taken(session, candidate):
    answer = candidate.send(with_file(needed_only(candidate.open(), start=soon())))
    assert answer.status_code == 303
    answers = {row.field: row.value for row in session.scalars(select(Answer))}
    assert set(answers) == {"basics", "education", "availability"}


def test_refused_prescore_asks_for_none(session, candidate):
    candidate.apply(prescore_refused="y")
    assert session.scalars(select(Application.prescore_refused)).all() == [True]
    assert session.scalars(PRESCORES).all() == []


def test_form_that_is_sent_twice_is_one_application(session, posting, candidate):
    body = candidate.fill()
    first, second = candidate.send(with_file(body)), candidate.send(with_file(body))
    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, first.location)
    assert counts(session)["Application"] == counts(session)["ResumeFile"] == 1
    assert session.get_one(StageCount, (posting.id, Stage.APPLIED)).count == 1


def test_form_that_is_sent_again_changed_and_broken_still_leads_to_the_first(candidate):
    body = candidate.fill()
    first = candidate.send(with_file(body))
    assert candidate.send({**body, "email": "nonsense", "name": ""}).location == first.location


@pytest.mark.parametrize("email", ["xiaohe.yun@example.com", " Xiaohe.YUN@Example.com "])
def test_second_application_of_a_person_is_told_and_keeps_what_was_typed(session, candidate, email):
    candidate.apply()
    before = counts(session)
    session.commit()
    answer = candidate.apply(email=email, summary="Second thoughts", name="石小猴")
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "You have applied for this role already" in page
    assert shown(page)["summary"] == ["Second thoughts"]
    assert "云小鹤" not in page.replace("云小鹤_简历", "")
    kept = {"Job": before["Job"] + 1}  # the draft's résumé is read
    assert counts(session) == before | kept
    assert session.scalars(select(Person.email_normalised)).all() == ["xiaohe.yun@example.com"]


def test_person_may_apply_for_another_role(session, app, candidate):
    open_form(session, "second")
    candidate.apply()
    assert Candidate(app.test_client(), "second").apply(email="XIAOHE.YUN@example.com").status_code == 303
    assert len(session.scalars(select(Person.id)).all()) == 1
    assert len(session.scalars(select(Application.id)).all()) == 2


@pytest.mark.parametrize("same_person", [False, True])
def test_eight_at_once(session, app, posting, same_person):
    together = Barrier(8)

    def one(number):
        mine = Candidate(app.test_client(), posting.slug)
        body = mine.fill(email="one@example.com" if same_person else f"c{number}@example.com")
        together.wait(60)
        return mine.send(with_file(body)).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(one, range(8)))
    assert answers == ([303] + [409] * 7 if same_person else [303] * 8)
    stored = 1 if same_person else 8
    assert counts(session)["Application"] == counts(session)["Person"] == stored
    assert len(session.scalars(PRESCORES).all()) == stored
    assert session.get_one(StageCount, (posting.id, Stage.APPLIED)).count == stored


def test_one_form_sent_eight_times_at_once_is_one_application(session, app, posting):
    body = Candidate(app.test_client(), posting.slug).fill()
    together = Barrier(8)

    def one(_number):
        mine = Candidate(app.test_client(), posting.slug)
        together.wait(60)
        answer = mine.send(with_file(body))
        return answer.status_code, answer.location

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(one, range(8)))
    assert len(answers) == 1
    assert answers.pop()[0] == 303
    assert counts(session)["Application"] == 1


@pytest.mark.parametrize("state", [PostingState.DRAFT, PostingState.CLOSED, None])
def test_posting_that_takes_no_applications_does_not_exist(session, client, candidate, posting, state):
    body = candidate.fill()
    if state is None:
        session.delete(session.scalars(select(FormVersion)).one())
        slug = "unknown"
    else:
        posting.state, slug = state, posting.slug
    session.commit()
    answers = [
        client.get(f"/roles/{slug}"),
        client.get(f"/roles/{slug}/apply"),
        client.post(f"/roles/{slug}/apply", data=with_file(body), content_type="multipart/form-data"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert session.scalars(select(Application)).all() == []


def test_posting_whose_day_has_passed_is_closed(session, client, candidate, posting):
    posting.closes_at = datetime.now(UTC) - timedelta(minutes=1)
    session.commit()
    assert client.get(candidate.address).status_code == 404
    assert posting.title not in client.get("/").get_data(as_text=True)


def test_form_of_an_older_rubric_is_taken_as_it_was_asked(session, posting, candidate):
    old = session.scalars(select(FormVersion)).one()
    body = candidate.fill()
    version = session.scalars(select(RubricVersion)).one()
    version.state = RubricState.SUPERSEDED
    session.flush()
    newer = RubricVersion(
        posting_id=posting.id,
        number=2,
        state=RubricState.PUBLISHED,
        document=version.document,
        digest=secrets.token_hex(32),
        created_at=version.created_at,
        changed_at=version.changed_at,
        published_at=version.published_at,
    )
    session.add(newer)
    session.flush()
    session.add(FormVersion(posting_id=posting.id, rubric_version_id=newer.id, questions=[], created_at=old.created_at))
    session.commit()
    refused = candidate.send({**body, "phone": ""})
    assert refused.status_code == 422
    assert shown(refused.get_data(as_text=True))["form_version"] == [str(old.id)]
    assert candidate.send(with_file(body)).status_code == 303
    stored = session.scalars(select(Application)).one()
    assert stored.form_version_id == old.id
    assert {"education", "skills", "publications"} <= set(session.scalars(select(Answer.field)))
    assert session.scalars(PRESCORES).one().arguments["rubric_version_id"] == newer.id


@pytest.mark.parametrize("told", ["", "x", "999999", "-1", "9" * 40])
def test_form_version_that_is_none_is_the_one_in_force(session, candidate, told):
    assert candidate.apply(form_version=told).status_code == 303
    assert session.scalars(select(Application.form_version_id)).all() == session.scalars(select(FormVersion.id)).all()


NAMES = ["𠮷野", "O'Neil", "<b>Li</b>", "😀", "云　小鹤", "José Ñandú", "מרים", "a" * 120, '"; DROP TABLE person; --']


@pytest.mark.parametrize("name", NAMES)
def test_names_are_stored_and_shown_as_typed(session, client, candidate, name):
    answer = candidate.apply(name=name)
    assert session.scalars(select(Application.name)).all() == [name]
    session.commit()
    page = client.get(answer.location).get_data(as_text=True)
    assert "<b>Li</b>" not in page
    refused = candidate.send(candidate.fill(name=name, phone="")).get_data(as_text=True)
    assert shown(refused)["name"] == [name]


def test_characters_that_no_page_can_hold_are_left_out(session, candidate):
    answer = candidate.apply(
        name="云\x00小\x07鹤\u202e", summary="一\x00\x1b[31m\r\n二\ud800".encode("utf-8", "replace").decode()
    )
    assert answer.status_code == 303
    assert session.scalars(select(Application.name)).all() == ["云小鹤"]
    basics = session.scalars(select(Answer.value).where(Answer.field == "basics")).one()
    assert basics["summary"] == "一[31m\n二?"


def test_line_breaks_in_one_line_become_blanks(session, candidate):
    candidate.apply(name="云\r\nBcc: x@example.com")
    assert session.scalars(select(Application.name)).all() == ["云  Bcc: x@example.com"]


def test_source_of_the_link_is_kept_and_nonsense_is_not(session, app, posting, candidate):
    body = filled(app.test_client().get(f"{candidate.address}?from=campus-2027").get_data(as_text=True), start=soon())
    candidate.send(with_file(body))
    candidate.apply(email="other@example.com", source="<script>")
    assert session.scalars(select(Application.source).order_by(Application.id)).all() == ["campus-2027", "site"]


def test_trap_is_refused_in_words(session, candidate):
    answer = candidate.apply(website="https://spam.example")
    assert answer.status_code == 422
    assert "it is there to keep out programs" in answer.get_data(as_text=True)
    assert session.scalars(select(Application)).all() == []


def test_form_key_that_is_none_of_ours_is_replaced(session, candidate):
    assert candidate.apply(form_key="' OR 1=1 --").status_code == 303
    assert len(session.scalars(select(Application.idempotency_key)).one()) >= 16


def test_changed_token_of_the_status_page_opens_nothing(client, candidate):
    address = candidate.apply().location
    assert client.get(address).status_code == 200
    for changed in (address[:-1] + ("A" if address[-1] != "A" else "B"), "/status/MQ.x", "/status/1", address + "x"):
        answer = client.get(changed)
        assert answer.status_code == 404
        assert "This link does not open an application" in answer.get_data(as_text=True)


def test_resume_that_is_far_too_large_is_said_beside_its_field_and_loses_nothing(session, candidate):
    answer = candidate.send(with_file(candidate.fill(), b"x" * 20 * 1024 * 1024))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert page.count("The file is larger than 10 MB.") >= 2
    assert f'value="{candidate.fill()["email"]}"' in page
    assert session.scalars(select(Application)).all() == []


def test_body_that_is_too_large_is_refused_in_words(client):
    answer = client.post("/sign-in", data={"email": "x" * 17 * 1024 * 1024}, headers={"Accept-Language": "en"})
    assert answer.status_code == 413
    page = answer.get_data(as_text=True)
    assert "A file may have 10 MB at most" in page
    assert "data-back" in page
