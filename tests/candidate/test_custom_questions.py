"""A recruiter's own questions in the candidate's form: conditions and bounds on the server, files, drafts, and who sees the answers."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from rubrics.codec import load_dossier
from screening.models import (
    Answer,
    Application,
    FormVersion,
    Interview,
    Panelist,
    Posting,
    PostingMember,
    ResumeFile,
    Role,
    TextState,
)
from screening.services.custom_questions import Condition, CustomQuestion, QuestionType, Wording, new_id
from screening.services.prescoring import read_case
from screening.services.question_sets import (
    publish_questions,
    save_questions,
)
from tests.candidate.asking import BEIJING, CODE, CONTACT, DAY, METHOD, WHEN, WORK, YEARS, own_questions, publish
from tests.candidate.conftest import Candidate, open_form, soon
from tests.candidate.forms import filled, inputs_of, with_file
from tests.factories import NOW, make_user
from tests.recruiter.worlds import sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def asked(session, posting):
    """Publish all questions, and give the names of their inputs by number."""
    questions = own_questions(posting)
    publish(session, posting, *questions.values())
    return {number: f"{question.id}-answer" for number, question in questions.items()}


@pytest.fixture
def answers(asked):
    """Give a sensible answer to each question but the file."""
    return {
        asked[CODE]: "o1",
        asked[METHOD]: "HOTA on our own test set.",
        asked[YEARS]: "３.5",
        asked[WHEN]: ["o1", "o2"],
        asked[DAY]: "2026-12-24",
        asked[CONTACT]: "Yun Dahe, 138 0000 0000",
        asked[BEIJING]: "By underground.",
    }


def text_file(name="作品.md", content="# 作品集\n\n轨迹预测。\n"):
    return FileStorage(io.BytesIO(content.encode()), name)


def stored_answers(session):
    session.expire_all()
    found = session.scalars(select(Answer.value).where(Answer.field == "custom")).one()
    session.commit()
    return {entry["id"]: entry for entry in found}


def nobody_applied(session):
    found = session.scalar(select(Application.id))
    session.commit()
    return found is None


def test_every_type_of_answer_is_stored_with_its_question(session, posting, candidate, asked, answers):
    sent = candidate.apply(**answers, **{asked[WORK]: text_file()})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    found = stored_answers(session)
    told = {ident.rpartition("_")[2]: (entry["value"], entry["text"]) for ident, entry in found.items()}
    assert told == {
        "1": ("o1", "Yes"),
        "2": ("HOTA on our own test set.", "HOTA on our own test set."),
        "3": (3.5, "3.5 years"),
        "4": ("作品.md", "作品.md"),
        "5": (["o1", "o2"], "Monday; Tuesday"),
        "6": ("2026-12-24", "2026-12-24"),
        "7": ("Yun Dahe, 138 0000 0000", "Yun Dahe, 138 0000 0000"),
        "8": ("By underground.", "By underground."),
    }
    assert found[new_id(posting.id, CONTACT)]["personal"] is True
    assert found[new_id(posting.id, CODE)]["label"] == {"zh": "", "en": "Have you worked on tracking?"}


@pytest.mark.parametrize(
    ("number", "value", "message"),
    [
        (CODE, "", "Choose an answer."),
        (CODE, "o9", "Choose an answer."),
        (METHOD, " ", "Answer this question."),
        (METHOD, "x" * 4001, "Use at most 4000 characters."),
        (YEARS, "many", "Enter a number such as 3 or 3.5."),
        (YEARS, "3,5", "Enter a number such as 3 or 3.5."),
        (YEARS, "41", "Enter a number of at most 40."),
        (YEARS, "-1", "Enter a number of at least 0."),
        (WHEN, ["o1", "o7"], "Choose from the answers shown."),
        (DAY, "2026-02-30", "Enter a date such as 2026-12-01."),
    ],
)
def test_a_faulty_answer_is_refused_beside_its_question_and_kept(
    session, candidate, asked, answers, number, value, message
):
    answer = candidate.apply(**{**answers, asked[number]: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in page
    assert f'href="#{asked[number]}"' in page
    assert "HOTA on our own test set." in page or number == METHOD
    assert nobody_applied(session)


def test_a_question_whose_condition_does_not_hold_is_neither_asked_nor_stored(
    session, posting, candidate, asked, answers
):
    body = {**answers, asked[CODE]: "o2", asked[METHOD]: ""}
    chosen = next(one.name for one in inputs_of(candidate.open()) if one.name.endswith("-chosen"))
    body |= {chosen: ["上海"], asked[BEIJING]: "typed before the city was changed"}
    assert candidate.apply(**body).status_code == 303
    found = stored_answers(session)
    assert new_id(posting.id, METHOD) not in found
    assert new_id(posting.id, BEIJING) not in found


def test_a_condition_that_holds_makes_the_answer_needed(candidate, asked, answers):
    answer = candidate.apply(**{**answers, asked[BEIJING]: ""})
    assert answer.status_code == 422
    assert "Answer this question." in answer.get_data(as_text=True)


def test_a_question_hangs_on_one_that_is_itself_not_asked(session, posting, candidate):
    questions = own_questions(posting)
    last = replace(questions[CONTACT], needed=True, when=Condition(new_id(posting.id, METHOD), "*"))
    publish(session, posting, questions[CODE], questions[METHOD], last)
    names = {number: f"{new_id(posting.id, number)}-answer" for number in (CODE, METHOD, CONTACT)}
    sent = candidate.apply(**{names[CODE]: "o2", names[METHOD]: "typed and hidden again", names[CONTACT]: ""})
    assert sent.status_code == 303
    assert set(stored_answers(session)) == {new_id(posting.id, CODE)}


def test_without_a_script_the_condition_stands_in_words(candidate, asked):
    page = candidate.open()
    assert "Only if you answered “Have you worked on tracking?” with “Yes”." in page
    assert "Only if you can work in Beijing." in page
    assert f'data-when="{asked[CODE]}" data-is="o1"' in page


def test_a_condition_on_what_is_not_asked_any_more_asks_everybody(session, posting, candidate):
    question = replace(own_questions(posting)[BEIJING], when=Condition("skill", "cobol"))
    publish(session, posting, question)
    page = candidate.open()
    assert "data-when" not in page
    answer = candidate.apply(**{f"{question.id}-answer": ""})
    assert answer.status_code == 422


def test_a_file_is_taken_judged_and_kept_over_a_failed_submit(session, candidate, asked, answers):
    broken = candidate.apply(**answers, **{asked[WORK]: FileStorage(io.BytesIO(b"\x7fELF" * 9), "tool.exe")})
    assert broken.status_code == 422
    assert nobody_applied(session)
    body = candidate.fill(**answers, **{asked[WORK]: text_file()})
    refused = candidate.send(with_file({**body, "email": "nobody"}))
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "作品.md" in page
    again = {name: value for name, value in body.items() if name != asked[WORK]}
    hidden = {one.name: one.value for one in inputs_of(page) if one.kind == "hidden"}
    assert candidate.send({**again, **hidden}).status_code == 303
    files = {file.field: file for file in session.scalars(select(ResumeFile))}
    assert {name: file.original_name for name, file in files.items()} == {
        "resume": "云小鹤_简历.txt",
        asked[WORK].removesuffix("-answer"): "作品.md",
    }


def test_a_file_of_a_question_is_no_resume_and_answers_are_not_scored(session, candidate, asked, answers):
    candidate.apply(**answers, **{asked[WORK]: text_file(content="精通 PyTorch 与 C++")})
    application = session.scalars(select(Application)).one()
    files = {file.field: file for file in session.scalars(select(ResumeFile))}
    portfolio = files[asked[WORK].removesuffix("-answer")]
    assert (portfolio.text_state, portfolio.text) == (TextState.READ, None)
    version = session.scalars(select(FormVersion.rubric_version_id).order_by(FormVersion.id.desc()).limit(1)).one()
    case = read_case(session, application_id=application.id, rubric_version_id=version)
    assert case.resume.file_id == files["resume"].id
    assert "custom" not in load_dossier(case.answers, None).answers


def test_who_has_begun_keeps_the_questions_of_that_time(session, posting, candidate, asked, answers):
    body = candidate.fill(**answers)
    publish_again(session, posting)
    assert candidate.send(with_file(body)).status_code == 303
    assert len(stored_answers(session)) == 7
    assert asked[CODE] not in {one.name for one in inputs_of(other_browser(candidate).open())}


def publish_again(session, posting):
    """Put another set in force: one new question."""
    user = make_user(session)
    question = CustomQuestion(new_id(posting.id, 20), QuestionType.SHORT, Wording(en="Something else?"))
    draft = save_questions(session, posting=posting, questions=[question], revision=0, actor_id=user.id, now=NOW)
    publish_questions(session, posting=posting, revision=draft.revision, actor_id=user.id, now=NOW)
    session.commit()


def other_browser(candidate):
    return type(candidate)(candidate.client.application.test_client(), candidate.address.split("/")[2])


@pytest.fixture
def sent(session, posting, candidate, asked, answers):
    """Send an application, and plan an interview of it; give the status page, application and panelist."""
    answer = candidate.apply(**answers, **{asked[WORK]: text_file()})
    application = session.scalars(select(Application)).one()
    panelist, recruiter = make_user(session, Role.INTERVIEWER), make_user(session)
    session.add(PostingMember(posting_id=posting.id, user_id=recruiter.id))
    version = session.scalars(select(FormVersion.rubric_version_id).order_by(FormVersion.id.desc()).limit(1)).one()
    interview = Interview(
        application_id=application.id,
        rubric_version_id=version,
        round="First",
        starts_at=datetime.now(UTC) + timedelta(days=1),
        minutes=45,
        ends_at=datetime.now(UTC) + timedelta(days=1, minutes=45),
        due_at=datetime.now(UTC) + timedelta(days=2, minutes=45),
        time_zone="Asia/Shanghai",
        place="",
        focus=["r2"],
        created_by=recruiter.id,
        created_at=NOW,
    )
    session.add(interview)
    session.flush()
    session.add(Panelist(interview_id=interview.id, user_id=panelist.id))
    session.commit()
    return answer.headers["Location"], application, interview, panelist, recruiter


def test_the_candidate_reads_the_answers_again(candidate, sent):
    page = candidate.client.get(sent[0]).get_data(as_text=True)
    for text in ("HOTA on our own test set.", "3.5 years", "Yun Dahe", "Monday; Tuesday", "作品.md"):
        assert text in page


def test_recruiters_see_personal_answers_apart(client, sent):
    _status, application, _interview, _panelist, recruiter = sent
    sign_in(client, recruiter)
    page = client.get(f"/staff/applications/{application.id}").get_data(as_text=True)
    assert page.index("Your own questions") < page.index("HOTA on our own") < page.index("Personal answers")
    assert page.index("Personal answers") < page.index("Yun Dahe")


def test_interviewers_see_what_is_meant_for_them_alone(session, client, posting, sent):
    _status, _application, interview, panelist, _recruiter = sent
    sign_in(client, panelist)
    page = client.get(f"/staff/interviews/{interview.id}/scorecard").get_data(as_text=True)
    assert "Have you worked on tracking?" in page
    assert "Monday; Tuesday" in page
    for hidden in ("HOTA", "3.5 years", "Yun Dahe", "作品.md", "By underground."):
        assert hidden not in page
    files = {file.field: file.id for file in session.scalars(select(ResumeFile))}
    session.commit()
    given = {name: client.get(f"/staff/applications/files/{ident}").status_code for name, ident in files.items()}
    assert given == {"resume": 200, new_id(posting.id, WORK): 404}


def test_each_role_of_one_form_gets_its_own_questions_answers_and_files(session, client, posting, asked, answers):
    other = open_form(session, "planning")
    question = CustomQuestion(new_id(other.id, 1), QuestionType.FILE, Wording(en="A drawing"), needed=True)
    hanging = CustomQuestion(
        new_id(other.id, 2), QuestionType.SHORT, Wording(en="Why us?"), when=Condition(question.id, "*")
    )
    publish(session, other, question, hanging)
    candidate = Candidate(client, posting.slug)
    page = client.get(f"{candidate.address}?also=planning").get_data(as_text=True)
    names = {one.name for one in inputs_of(page)}
    assert {asked[CODE], asked[WORK], f"{question.id}-answer", f"{hanging.id}-answer"} <= names
    body = {**filled(page, start=soon()), **answers, f"{hanging.id}-answer": "The team."}
    assert candidate.send(with_file(body)).status_code == 422
    body |= {asked[WORK]: text_file(), f"{question.id}-answer": text_file("图.md")}
    sent = candidate.send(with_file(body))
    assert sent.status_code == 303, sent.get_data(as_text=True)
    found = session.execute(
        select(Posting.slug, ResumeFile.field, ResumeFile.original_name)
        .join(Application, Application.id == ResumeFile.application_id)
        .join(Posting, Posting.id == Application.posting_id)
    )
    assert set(found.all()) == {
        (posting.slug, "resume", "云小鹤_简历.txt"),
        (posting.slug, new_id(posting.id, WORK), "作品.md"),
        ("planning", "resume", "云小鹤_简历.txt"),
        ("planning", question.id, "图.md"),
    }
    stored = select(Posting.slug, Answer.value).join(Application, Application.id == Answer.application_id)
    stored = stored.join(Posting, Posting.id == Application.posting_id).where(Answer.field == "custom")
    told = {slug: [entry["id"] for entry in value] for slug, value in session.execute(stored)}
    assert told == {
        posting.slug: [new_id(posting.id, number) for number in range(1, 9)],
        "planning": [question.id, hanging.id],
    }


def test_a_draft_keeps_its_questions_and_their_files(session, client, posting, candidate, asked, answers):
    body = {**candidate.fill(**answers), asked[WORK]: text_file()}
    saved = client.post(
        f"/roles/{posting.slug}/draft", data={**body, "act": "save"}, content_type="multipart/form-data"
    )
    assert saved.status_code == 303
    publish_again(session, posting)
    page = client.get(saved.location).get_data(as_text=True)
    kept = {one.name: one for one in inputs_of(page)}
    assert kept[asked[METHOD]].value == "HOTA on our own test set."
    assert "作品.md" in page
    sent = candidate.send(
        with_file({**{name: value for name, value in body.items() if name != asked[WORK]}, "draft_version": "1"})
    )
    assert sent.status_code == 303
    assert stored_answers(session)[new_id(posting.id, WORK)]["text"] == "作品.md"
