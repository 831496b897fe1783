"""What the answers say to a criterion and what they leave open: from the form and the answers, nothing judged."""

from __future__ import annotations

import pytest

from screening.queries.left_open import LeftOpen, left_open
from screening.services.forming import questions_for
from tests.factories import SAMPLE_ANSWERS, make_rubric

RUBRIC = make_rubric()
QUESTIONS = questions_for(RUBRIC)


def ask(ident: str, **answers: object) -> LeftOpen:
    criterion = next(one for one in RUBRIC.criteria if one.id == ident)
    return left_open(criterion, QUESTIONS, {**SAMPLE_ANSWERS, **answers})


def words(found: LeftOpen) -> dict[str, list[list[str]]]:
    return {
        part.section: [
            ["".join(piece.text for piece in value.pieces) for value in entry.values] for entry in part.entries
        ]
        for part in found.said
    }


def test_what_was_chosen_is_said_and_what_was_offered_beside_it_is_named():
    found = ask("r2")

    assert words(found) == {"skills": [["Python", "熟练", "用 Python 重写实验室的数据管线。"]]}
    assert (found.asked, found.empty, found.unticked) == (True, (), (("C++", "C++"),))


def test_a_tool_that_the_candidate_named_stands_under_the_open_question():
    skills = [*SAMPLE_ANSWERS["skills"], {"name": "JAX", "level": "了解"}]

    assert [entry[0] for entry in words(ask("r3", skills=skills))["skills"]] == ["PyTorch", "JAX"]
    assert "JAX" not in str(words(ask("r2", skills=skills)))


@pytest.mark.parametrize(("ident", "kind"), [("b1", "publications"), ("b2", "awards")])
def test_a_question_without_an_answer_is_left_empty(ident, kind):
    assert ask(ident) == LeftOpen(asked=True, empty=(kind,))


def test_what_only_an_interview_can_show_was_not_asked():
    assert ask("r4") == LeftOpen(asked=False)


def test_cities_and_time_are_two_questions_of_one_section():
    time = {"start": "2026-12-01", "within_days": 7, "cities": ["上海"]}

    assert words(ask("k2", availability=time)) == {"availability": [["上海"]]}
    assert words(ask("k3", availability=time)) == {"availability": [["2026-12-01"]]}
    assert ask("k3", availability=time).blank == ("months",)
    assert ask("k3", availability={"cities": ["上海"]}) == LeftOpen(asked=True, empty=("availability",))


def test_a_place_in_a_list_is_no_competition():
    awards = [{"title": "nuScenes 榜单 3", "leaderboard": "nuScenes", "prize": "3"}]

    assert ask("b2", awards=awards).empty == ("awards",)
    assert words(ask("b2", awards=[{"title": "ACM 银牌", "contest": "ACM", "prize": "银牌"}])) == {
        "awards": [["ACM 银牌", "ACM", "银牌"]]
    }


@pytest.mark.parametrize("answers", [{}, {"skills": "x", "availability": [], "education": [None, 3]}])
def test_answers_of_another_shape_say_nothing(answers):
    for criterion in RUBRIC.criteria:
        assert left_open(criterion, QUESTIONS, answers).said == ()
