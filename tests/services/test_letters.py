"""Letters: filled strictly or not at all, written once, and never shaped by what a candidate typed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import Job, Mail, MailState
from screening.services.letters import (
    LONGEST_TEXT,
    PLACEHOLDERS,
    LetterError,
    ProblemCode,
    check,
    fill,
    fill_for_staff,
    require_letter,
    tidy,
    unfill,
    write_letter,
)
from screening.services.mailing import greeting_name
from tests.factories import make_application, make_posting

VALUES = {
    "name": "云小鹤",
    "posting": "轨迹预测",
    "company": "远山智能",
    "status_link": "https://example.com/status/IjEi.abc",
    "recruiter": "石小猴",
    "stage": "面试",
}


def test_every_placeholder_is_filled_and_braces_can_be_written() -> None:
    text = "".join(f"{{{name}}};" for name in PLACEHOLDERS) + "{{x}} {{{name}}}"
    assert check(text) == ()
    assert fill(text, VALUES) == "".join(f"{VALUES[name]};" for name in PLACEHOLDERS) + "{x} {云小鹤}"


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "suggestion"),
    [
        ("{nmae}", ProblemCode.UNKNOWN, 1, 1, "name"),
        ("Hello\n\n  {Name},", ProblemCode.UNKNOWN, 3, 3, "name"),
        ("{ posting }", ProblemCode.UNKNOWN, 1, 1, "posting"),
        ("{job title}", ProblemCode.UNKNOWN, 1, 1, "posting"),
        ("你好{姓名}：", ProblemCode.UNKNOWN, 1, 3, "name"),
        ("{salary}", ProblemCode.UNKNOWN, 1, 1, ""),
        ("{}", ProblemCode.EMPTY, 1, 1, ""),
        ("at the end {", ProblemCode.OPEN, 1, 12, ""),
        ("{stage and no end\n}", ProblemCode.OPEN, 1, 1, "stage"),
        ("a } alone", ProblemCode.STRAY, 1, 3, ""),
        ("{{name}}", ProblemCode.DOUBLED, 1, 1, "name"),
        ("｛name｝", ProblemCode.WIDE, 1, 1, "name"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(
    text: str, code: ProblemCode, line: int, column: int, suggestion: str
) -> None:
    problem = check(text)[0]
    assert (problem.code, problem.line, problem.column, problem.suggestion) == (code, line, column, suggestion)
    with pytest.raises(LetterError, match="placeholder"):
        fill(text, VALUES)


@given(st.text(alphabet="{}ab name_status\nlik｛｝", max_size=40))
def test_a_text_without_problems_can_always_be_filled_and_one_with_never(text: str) -> None:
    if check(text):
        with pytest.raises(LetterError):
            fill(text, VALUES)
    else:
        fill(text, VALUES)


@given(st.text(max_size=40))
def test_what_a_candidate_typed_is_never_read_as_a_placeholder(typed: str) -> None:
    values = {**VALUES, "name": typed}
    filled = fill("<{name}>", values)
    assert filled.startswith("<")
    assert filled.endswith(">")
    assert "\n" not in filled
    assert VALUES["status_link"] not in filled


def test_a_name_that_looks_like_a_placeholder_stands_as_it_was_typed() -> None:
    assert fill("{name}", {**VALUES, "name": "{status_link}"}) == "{status_link}"
    assert greeting_name("{status_link}") == ""


def test_staff_read_a_letter_without_the_candidates_own_link() -> None:
    shown = fill_for_staff("{name}: {status_link} {{x}}", {**VALUES, "posting": "{a}"})
    assert shown == "云小鹤: {status_link} {{x}}"
    assert fill(shown, VALUES) == f"云小鹤: {VALUES['status_link']} {{x}}"


def test_a_written_letter_can_be_edited_and_is_the_same_again() -> None:
    written = fill("{name} {{x}} {status_link}", VALUES)
    edited = unfill(written, {"status_link": VALUES["status_link"]})
    assert VALUES["status_link"] not in edited
    assert fill(edited, VALUES) == written


def test_a_text_is_stored_plain() -> None:
    assert tidy("  a \r\nb\x00\u202ec\r\n\r\n") == "a\nbc"


def test_a_letter_needs_words_and_has_a_length() -> None:
    for subject, text, code in (
        ("", "a", "subject_missing"),
        ("a", "", "text_missing"),
        ("a" * 201, "a", "subject_long"),
        ("a", "a" * (LONGEST_TEXT + 1), "text_long"),
        ("{nme}", "a", "placeholder"),
    ):
        with pytest.raises(LetterError) as caught:
            require_letter(subject, text)
        assert caught.value.code == code


def test_a_letter_is_one_mail_with_its_author_and_waits(session: Session, now: datetime) -> None:
    posting = make_posting(session)
    application = make_application(session, posting)
    due = now + timedelta(minutes=10)
    mails = [
        write_letter(
            session,
            application=application,
            posting=posting,
            subject="Zwei\r\nBcc: x@example.org",
            text=f"Text {number}",
            author_id=None,
            due_at=due,
            key="letter:test:1",
            now=now,
        )
        for number in range(2)
    ]
    session.commit()
    assert mails[0].id == mails[1].id
    mail = mails[0]
    assert (mail.template, mail.state, mail.due_at, mail.to_address) == (
        "letter",
        MailState.WAITING,
        due,
        application.email,
    )
    assert (mail.subject, mail.text) == ("Zwei Bcc: x@example.org", "Text 0\n")
    assert session.scalar(select(func.count()).select_from(Mail)) == 1
    assert session.scalars(select(Job.due_at).where(Job.name == "send_mail")).all() == [due]


def test_nobody_writes_to_somebody_who_is_erased(session: Session, now: datetime) -> None:
    posting = make_posting(session)
    application = make_application(session, posting)
    application.erased_at = now
    with pytest.raises(LetterError, match="no_address"):
        write_letter(
            session,
            application=application,
            posting=posting,
            subject="a",
            text="b",
            author_id=None,
            due_at=now,
            key="letter:test:2",
            now=now,
        )
    other = make_posting(session, slug="other")
    with pytest.raises(ValueError, match="is not that of application"):
        write_letter(
            session,
            application=application,
            posting=other,
            subject="a",
            text="b",
            author_id=None,
            due_at=now,
            key="letter:test:3",
            now=now,
        )
