"""A set of a recruiter's own questions: one of each type, personal ones and conditional ones among them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from screening.models import Posting
from screening.services.custom_questions import Condition, CustomQuestion, Option, QuestionType, Wording, new_id
from screening.services.question_sets import publish_questions, save_questions
from tests.factories import NOW, make_user

CODE, METHOD, YEARS, WORK, WHEN, DAY, CONTACT, BEIJING = range(1, 9)


def own_questions(posting: Posting) -> dict[int, CustomQuestion]:
    """Give one question of each type, by number; two hang on answers."""

    def make(number: int, kind: QuestionType, label: str, **more: object) -> CustomQuestion:
        return CustomQuestion(new_id(posting.id, number), kind, Wording(en=label), **more)

    yes_no = (Option("o1", Wording("是", "Yes")), Option("o2", Wording("否", "No")))
    days = (Option("o1", Wording("周一", "Monday")), Option("o2", Wording("周二", "Tuesday")))
    made = [
        make(
            CODE, QuestionType.ONE, "Have you worked on tracking?", options=yes_no, needed=True, for_interviewers=True
        ),
        make(
            METHOD,
            QuestionType.LONG,
            "How did you measure it?",
            needed=True,
            when=Condition(new_id(posting.id, CODE), "o1"),
        ),
        make(YEARS, QuestionType.NUMBER, "Years of Python?", unit=Wording("年", "years"), lowest=0, highest=40),
        make(WORK, QuestionType.FILE, "Portfolio"),
        make(WHEN, QuestionType.MANY, "When can you talk?", options=days, for_interviewers=True),
        make(DAY, QuestionType.DATE, "Earliest day for a talk?"),
        make(CONTACT, QuestionType.SHORT, "Whom to call in an emergency?", personal=True),
        make(
            BEIJING,
            QuestionType.SHORT,
            "How would you get to the office?",
            needed=True,
            when=Condition("cities", "北京"),
        ),
    ]
    return dict(enumerate(made, 1))


def publish(session: Session, posting: Posting, *questions: CustomQuestion) -> None:
    """Put questions in force."""
    user = make_user(session)
    draft = save_questions(session, posting=posting, questions=questions, revision=0, actor_id=user.id, now=NOW)
    publish_questions(session, posting=posting, revision=draft.revision, actor_id=user.id, now=NOW)
    session.commit()
