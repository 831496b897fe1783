"""A recruiter's own questions: writing, doubting, ordering, copying, publishing; forms of candidates keep theirs."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from screening.models import AuditEntry, FormVersion, PostingMember, PostingState, QuestionSet, Role, RubricState
from screening.queries.careers import form_in_force
from screening.services.custom_questions import (
    MOST,
    MOST_FILES,
    CustomQuestion,
    QuestionError,
    QuestionType,
    Wording,
    copy_questions,
    custom_questions,
    new_id,
    put_question,
)
from screening.services.drafting import save_rubric
from screening.services.publishing import publish_rubric
from screening.services.rubric_edits import reword
from tests.factories import NOW, make_posting, make_rubric, make_user
from tests.recruiter.worlds import sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def write(client, browse, posting):
    """Write a question through the page; give the answer."""

    def post(address="new", *, expect=303, **fields):
        page = browse(f"/staff/postings/{posting.id}/questions/{address}")
        hidden = dict(re.findall(r'name="(csrf_token|revision)" value="([^"]*)"', page))
        data = {"type": "short", "act": "save", **hidden, **fields}
        answer = client.post(f"/staff/postings/{posting.id}/questions/{address}", data=data)
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return answer

    return post


@pytest.fixture
def press(client, browse, posting):
    """Press a button of the list."""

    def post(act, *, expect=303, **fields):
        page = browse(f"/staff/postings/{posting.id}/questions")
        hidden = dict(re.findall(r'name="(csrf_token|revision)" value="([^"]*)"', page))
        answer = client.post(f"/staff/postings/{posting.id}/questions", data={"act": act, **hidden, **fields})
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return answer

    return post


def stored(session, posting, state=RubricState.DRAFT):
    session.expire_all()
    return session.scalar(select(QuestionSet).where(QuestionSet.posting_id == posting.id, QuestionSet.state == state))


def labels(session, posting, state=RubricState.DRAFT):
    found = stored(session, posting, state)
    return [one.label.en or one.label.zh for one in custom_questions(found.questions)] if found else []


def form_token_of(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def undo_in(page):
    return re.search(r'action="(/staff/undo/[^"]+)"', page)[1]


def test_a_question_is_written_changed_and_taken_back(session, client, browse, posting, write, press):
    write(label_en="Which editor do you use?", help_en="Any will do.")
    draft = stored(session, posting)
    (question,) = custom_questions(draft.questions)
    assert (question.id, question.needed, question.for_interviewers) == (f"c{posting.id}_1", False, False)
    write(question.id, label_en="Which editor do you like?", needed="y")
    assert labels(session, posting) == ["Which editor do you like?"]
    page = browse(f"/staff/postings/{posting.id}/questions")
    client.post(undo_in(page), data=dict(re.findall(r'name="(csrf_token)" value="([^"]*)"', page)))
    assert labels(session, posting) == ["Which editor do you use?"]


def test_a_deleted_question_comes_back_by_undo_with_what_hung_on_it(session, client, browse, posting, write, press):
    write(label_en="Do you code?", type="one", options_en="Yes\nNo")
    write(label_en="In what?", when=f"c{posting.id}_1=o1")
    page = browse(f"/staff/postings/{posting.id}/questions")
    assert "Only if you answered “Do you code?” with “Yes”." in page
    press(f"remove:c{posting.id}_1")
    (left,) = custom_questions(stored(session, posting).questions)
    assert left.when is None
    page = browse(f"/staff/postings/{posting.id}/questions")
    assert "1 question that depended on it is asked of everybody now." in page
    client.post(undo_in(page), data=dict(re.findall(r'name="(csrf_token)" value="([^"]*)"', page)))
    assert labels(session, posting) == ["Do you code?", "In what?"]
    assert custom_questions(stored(session, posting).questions)[1].when is not None


def test_questions_move_up_and_down(session, posting, write, press):
    for label in ("One?", "Two?", "Three?"):
        write(label_en=label)
    press(f"up:c{posting.id}_3")
    press(f"down:c{posting.id}_1")
    press(f"up:c{posting.id}_3")
    assert labels(session, posting) == ["Three?", "One?", "Two?"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"label_en": " "}, "Write the question in at least one language."),
        ({"label_en": "Which?", "type": "one", "options_en": "Only one"}, "Write at least two answers"),
        ({"label_en": "Which?", "type": "many", "options_zh": "甲\n乙", "options_en": "A"}, "as many answers in both"),
        ({"label_en": "Which?", "type": "many", "options_en": "A\nA"}, "Two answers are the same."),
        ({"label_en": "How many?", "type": "number", "lowest": "x"}, "Enter a number such as 3 or 3.5."),
        ({"label_en": "How many?", "type": "number", "lowest": "5", "highest": "2"}, "below the lowest"),
        ({"label_en": "Phone?", "personal": "y", "for_interviewers": "y"}, "not shown to interviewers"),
        ({"label_en": "Q" * 301}, "Use at most 300 characters."),
    ],
)
def test_a_faulty_question_is_refused_with_what_was_typed(session, posting, write, fields, told):
    page = write(expect=422, **fields).get_data(as_text=True)
    assert told in page
    assert (fields["label_en"].strip() or "name") in page
    assert stored(session, posting) is None


def test_a_question_cannot_hang_on_itself_in_a_circle(session, posting, write):
    write(label_en="First?", type="one", options_en="Yes\nNo")
    write(label_en="Second?", type="one", options_en="Yes\nNo", when=f"c{posting.id}_1=o1")
    page = write(
        f"c{posting.id}_1", expect=422, label_en="First?", type="one", options_en="Yes\nNo", when=f"c{posting.id}_2=o1"
    )
    assert "depend on itself" in page.get_data(as_text=True)


def test_an_options_value_outlives_a_new_wording(session, posting, write):
    write(label_en="Which?", type="one", options_en="Red\nGreen\nBlue")
    write(f"c{posting.id}_1", label_en="Which?", type="one", options_en="Green\nBlue\nCrimson\nBlack")
    (question,) = custom_questions(stored(session, posting).questions)
    assert [(one.words.en, one.value) for one in question.options][:2] == [("Green", "o2"), ("Blue", "o3")]
    assert len({one.value for one in question.options}) == 4
    assert "o1" not in {one.value for one in question.options}


def test_a_doubt_is_told_while_writing_and_before_publishing(session, client, browse, posting, recruiter, write, press):
    page = write(expect=200, act="preview", label_en="Do you plan to have children?").get_data(as_text=True)
    assert "asks about pregnancy, children" in page
    assert "Ask whether the person can work the hours" in page
    assert stored(session, posting) is None
    write(label_en="Do you plan to have children?")
    assert "1 question in doubt" in browse(f"/staff/postings/{posting.id}/questions")
    refused = press("publish", expect=422).get_data(as_text=True)
    assert "change it, or say why it has to be asked" in refused
    assert stored(session, posting, RubricState.PUBLISHED) is None
    assert "Say why it has to be asked." in press(f"accept:c{posting.id}_1", expect=422).get_data(as_text=True)
    press(f"accept:c{posting.id}_1", **{f"reason-c{posting.id}_1": "A study about parents, by parents."})
    press("publish")
    assert labels(session, posting, RubricState.PUBLISHED) == ["Do you plan to have children?"]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "questions.accept")).one()
    assert entry.actor_id == recruiter.id
    assert entry.facts["reason"] == "A study about parents, by parents."
    assert entry.facts["topic"] == "children"


def test_other_words_raise_the_doubt_anew(session, browse, posting, write, press):
    write(label_en="Are you married?", reason="The post needs it.")
    assert "in doubt" not in browse(f"/staff/postings/{posting.id}/questions").replace("is in doubt", "")
    write(f"c{posting.id}_1", label_en="What is your marital status?")
    assert "1 question in doubt" in browse(f"/staff/postings/{posting.id}/questions")


def test_publishing_makes_a_form_that_a_new_rubric_version_carries_on(session, posting, recruiter, write, press):
    before = form_in_force(session, posting_id=posting.id)
    write(label_en="Which editor do you use?")
    assert form_in_force(session, posting_id=posting.id).id == before.id
    press("publish")
    session.expire_all()
    first = form_in_force(session, posting_id=posting.id)
    assert (first.id, first.question_set) != (before.id, before.question_set)
    assert [one["label"]["en"] for one in first.questions if one["kind"] == "custom"] == ["Which editor do you use?"]
    save_rubric(
        session,
        posting=posting,
        rubric=reword(make_rubric(), "r2", "熟悉 Rust"),
        revision=0,
        change="x",
        actor_id=recruiter.id,
        now=NOW,
    )
    publish_rubric(session, posting=posting, actor_id=recruiter.id, now=NOW)
    second = form_in_force(session, posting_id=posting.id)
    assert second.rubric_version_id != first.rubric_version_id
    assert [one for one in second.questions if one["kind"] == "custom"] == [
        one for one in first.questions if one["kind"] == "custom"
    ]
    assert session.get(FormVersion, first.id).questions == first.questions


def test_questions_of_an_unpublished_posting_wait_for_its_rubric(session, client, recruiter, browse):
    posting = make_posting(session, recruiter, slug="waiting", state=PostingState.DRAFT)
    session.query(FormVersion).filter_by(posting_id=posting.id).delete()
    address = f"/staff/postings/{posting.id}/questions"
    page = browse(f"{address}/new")
    hidden = dict(re.findall(r'name="(csrf_token|revision)" value="([^"]*)"', page))
    assert client.post(f"{address}/new", data={"type": "date", "label_en": "When?", **hidden}).status_code == 303
    page = browse(address)
    hidden = dict(re.findall(r'name="(csrf_token|revision)" value="([^"]*)"', page))
    assert client.post(address, data={"act": "publish", **hidden}).status_code == 303
    assert form_in_force(session, posting_id=posting.id) is None
    publish_rubric(session, posting=posting, actor_id=recruiter.id, now=NOW)
    asked = form_in_force(session, posting_id=posting.id).questions
    assert [one["label"]["en"] for one in asked if one["kind"] == "custom"] == ["When?"]


def test_a_save_over_somebody_elses_is_refused(session, client, browse, posting, write):
    page = browse(f"/staff/postings/{posting.id}/questions/new")
    hidden = dict(re.findall(r'name="(csrf_token|revision)" value="([^"]*)"', page))
    write(label_en="Theirs?")
    answer = client.post(
        f"/staff/postings/{posting.id}/questions/new", data={"type": "short", "label_en": "Mine?", **hidden}
    )
    assert answer.status_code == 409
    assert "Mine?" in answer.get_data(as_text=True)
    assert labels(session, posting) == ["Theirs?"]


def test_questions_are_copied_with_their_conditions(session, client, browse, recruiter, posting, write, press):
    write(label_en="Do you code?", type="one", options_en="Yes\nNo")
    write(label_en="In what?", when=f"c{posting.id}_1=o1")
    write(label_en="Where?")
    press("publish")
    other = make_posting(session, recruiter, slug="other")
    page = browse(f"/staff/postings/{other.id}/questions/copy")
    hidden = dict(re.findall(r'name="(csrf_token|revision)" value="([^"]*)"', page))
    address = f"/staff/postings/{other.id}/questions/copy"
    assert client.post(address, data=hidden).status_code == 422
    chosen = [f"c{posting.id}_1", f"c{posting.id}_2"]
    assert client.post(address, data={"question": chosen, **hidden}).status_code == 303
    copies = custom_questions(stored(session, other).questions)
    assert [one.id for one in copies] == [f"c{other.id}_1", f"c{other.id}_2"]
    assert copies[1].when.source == f"c{other.id}_1"


def test_what_one_may_not_see_cannot_be_copied(session, client, browse, recruiter, posting):
    stranger = make_user(session)
    hidden_from_us = make_posting(session, stranger, slug="secret")
    session.add(
        QuestionSet(
            posting_id=hidden_from_us.id,
            number=1,
            state=RubricState.PUBLISHED,
            accepted=[],
            changed_at=NOW,
            published_at=NOW,
            questions=[
                {
                    "id": "c9_1",
                    "name": "c9_1",
                    "kind": "custom",
                    "section": "custom",
                    "needed": False,
                    "asks": [],
                    "type": "short",
                    "label": {"zh": "", "en": "Secret?"},
                    "help": {},
                    "personal": False,
                    "for_interviewers": False,
                }
            ],
        )
    )
    session.flush()
    page = browse(f"/staff/postings/{posting.id}/questions/copy")
    assert "Secret?" not in page
    hidden = dict(re.findall(r'name="(csrf_token|revision)" value="([^"]*)"', page))
    assert (
        client.post(f"/staff/postings/{posting.id}/questions/copy", data={"question": "c9_1", **hidden}).status_code
        == 422
    )


def test_discarding_leaves_what_is_in_force(session, posting, write, press):
    write(label_en="One?")
    press("publish")
    write(label_en="Two?")
    press("discard")
    assert stored(session, posting) is None
    assert labels(session, posting, RubricState.PUBLISHED) == ["One?"]


def test_the_list_tells_what_is_new_changed_and_gone(browse, posting, write, press):
    write(label_en="Stays?")
    write(label_en="Goes?")
    press("publish")
    write(f"c{posting.id}_1", label_en="Stays so?")
    write(label_en="Comes?")
    press(f"remove:c{posting.id}_2")
    page = browse(f"/staff/postings/{posting.id}/questions")
    assert "3 unpublished changes" in page
    assert "Not asked any more once this draft is published" in page
    assert ">Added<" in page
    assert ">Changed<" in page


def test_the_preview_shows_the_questions_as_candidates_see_them(browse, posting, write):
    write(label_en="How many years?", type="number", unit_en="years", lowest="0", highest="40", needed="y")
    page = browse(f"/staff/postings/{posting.id}/questions/preview")
    assert "How many years?" in page
    assert "From 0 to 40." in page
    assert "years" in page
    assert "Everything is needed unless marked optional." in page
    asked = dict(re.findall(r"<li>([^<]+?)( <span class=\"opt\">optional</span>)?</li>", page))
    assert asked["Where can you work?"] == asked["When can you start, and for how long?"] == ""
    assert asked["Papers of yours"]


def test_a_hiring_manager_reads_and_changes_nothing(session, client, browse, posting, write, press):
    write(label_en="One?")
    manager = make_user(session, Role.HIRING_MANAGER)
    session.add(PostingMember(posting_id=posting.id, user_id=manager.id))
    session.commit()
    client.post("/sign-out", data={"csrf_token": form_token_of(browse("/staff/settings/"))})
    sign_in(client, manager)
    page = browse(f"/staff/postings/{posting.id}/questions")
    assert "One?" in page
    assert 'name="act"' not in page
    answer = client.post(
        f"/staff/postings/{posting.id}/questions", data={"act": "publish", "csrf_token": form_token_of(page)}
    )
    assert answer.status_code == 403


ODD = st.dictionaries(
    st.sampled_from(
        [
            "type",
            "label_zh",
            "label_en",
            "help_en",
            "options_zh",
            "options_en",
            "unit_en",
            "lowest",
            "highest",
            "when",
            "needed",
            "personal",
            "for_interviewers",
            "reason",
            "revision",
            "act",
        ]
    ),
    st.text(max_size=40) | st.sampled_from(["one", "many", "number", "o1\no2", "c1_1=o1", "c1_1=*", "9" * 400, "-0.0"]),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ODD)
def test_odd_bodies_break_no_page(client, browse, posting, body):
    address = f"/staff/postings/{posting.id}/questions"
    browse(address)
    assert client.post(f"{address}/new", data=body).status_code in {200, 303, 409, 422}
    assert client.post(address, data={**body, "act": body.get("act", "up:c1_1")}).status_code in {303, 400, 409, 422}
    assert client.get(address).status_code == 200
    assert client.get(f"{address}/preview").status_code == 200


def test_so_many_questions_and_files_and_no_more(session):
    def make(number, kind):
        return CustomQuestion(new_id(1, number), kind, Wording(en="Which?"))

    files = tuple(make(number, QuestionType.FILE) for number in range(MOST_FILES))
    with pytest.raises(QuestionError, match="too_many_files"):
        put_question(files, make(90, QuestionType.FILE))
    many = tuple(make(number, QuestionType.SHORT) for number in range(MOST))
    assert put_question(many, make(0, QuestionType.DATE))[0].type is QuestionType.DATE
    with pytest.raises(QuestionError, match="too_many"):
        put_question(many, make(90, QuestionType.SHORT))
    with pytest.raises(QuestionError, match="too_many_files"):
        copy_questions(files, onto=files, posting_id=2, next_number=1)
