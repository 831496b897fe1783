"""The first plan that a rubric suggests, and who settles which criterion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.catalogue import catalogue
from rubrics.model import AssessedBy, Category, Section
from screening.models import RoundKind
from screening.services.covering import Asking, Form, cover
from screening.services.forming import questions_for
from screening.services.round_proposals import MOST, Ground, propose_rounds
from tests.factories import make_rubric

RUBRIC = make_rubric()
KINDS = [RoundKind.RESUME_REVIEW, RoundKind.PHONE, RoundKind.TECHNICAL, RoundKind.PANEL]


def with_criteria(*changes):
    """Make a rubric of copies of one criterion; each change is a dictionary of fields."""
    first = RUBRIC.criteria[3]
    return replace(
        RUBRIC,
        criteria=tuple(replace(first, id=f"r{n}", key=f"key-{n}", **change) for n, change in enumerate(changes, 1)),
    )


def falls_to(category, assessed_by=AssessedBy.APPLICATION):
    return [one.ground for one in propose_rounds(with_criteria({"category": category, "assessed_by": assessed_by}))]


def test_a_small_rubric_falls_into_four_rounds():
    assert [(one.kind, one.focus) for one in propose_rounds(RUBRIC)] == [
        (RoundKind.RESUME_REVIEW, ("publication-12", "competition-13")),
        (RoundKind.PHONE, ("location-2", "availability-9")),
        (RoundKind.TECHNICAL, ("programming_language-7", "tool-8")),
        (RoundKind.PANEL, ("trait-10",)),
    ]


@pytest.mark.parametrize(
    ("categories", "ground"),
    [
        ((Category.TRAIT, Category.NATURAL_LANGUAGE, Category.OTHER), Ground.SPOKEN),
        ((Category.AVAILABILITY, Category.LOCATION, Category.ENROLMENT), Ground.PRACTICAL),
        (
            (
                Category.PROGRAMMING_LANGUAGE,
                Category.TOOL,
                Category.KNOWLEDGE,
                Category.ENGINEERING,
                Category.EXPERIENCE,
            ),
            Ground.OWN_WORD,
        ),
        (
            (Category.PUBLICATION, Category.COMPETITION, Category.LEADERBOARD, Category.OPEN_SOURCE),
            Ground.READABLE,
        ),
        ((Category.DEGREE, Category.FIELD_OF_STUDY, Category.ACADEMIC_STANDING, Category.CERTIFICATION), None),
    ],
)
def test_every_category_falls_to_its_round(categories, ground):
    for category in categories:
        assert falls_to(category) == ([ground] if ground else [])


def test_what_only_a_conversation_shows_is_never_left_to_paper():
    for category in Category:
        for assessed_by in (AssessedBy.INTERVIEW, AssessedBy.BOTH):
            assert falls_to(category, assessed_by) not in ([], [Ground.READABLE]), category


@pytest.mark.parametrize(("number", "sizes"), [(6, [6]), (7, [4, 3]), (12, [6, 6]), (15, [6, 6])])
def test_many_skills_make_two_interviews_of_equal_size(number, sizes):
    rounds = propose_rounds(with_criteria(*[{"category": Category.TOOL}] * number))
    assert [len(one.focus) for one in rounds] == sizes
    assert [one.number for one in rounds] == ([0] if len(sizes) == 1 else [1, 2])
    assert [key for one in rounds for key in one.focus] == [f"key-{n}" for n in range(1, sum(sizes) + 1)]


def test_a_full_panel_keeps_requirements_and_the_heavier_ones():
    bonus = {"category": Category.TRAIT, "section": Section.BONUS, "weight": 5.0}
    light = {"category": Category.TRAIT, "weight": 0.5}
    heavy = {"category": Category.TRAIT, "weight": 2.0}
    (panel,) = propose_rounds(with_criteria(bonus, light, *[heavy] * 5, light))
    assert panel.focus == ("key-2", "key-3", "key-4", "key-5", "key-6", "key-7")


def test_a_rubric_without_criteria_proposes_nothing():
    assert propose_rounds(replace(RUBRIC, criteria=())) == ()


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.slug)
def test_proposals_for_real_postings_leave_no_gap_and_ask_nothing_twice(entry):
    rounds = propose_rounds(entry.rubric)
    assert rounds == propose_rounds(entry.rubric)
    keys = [key for one in rounds for key in one.focus]
    assert len(keys) == len(set(keys))
    assert all(0 < len(one.focus) <= MOST for one in rounds)
    assert [one.kind for one in rounds] == sorted((one.kind for one in rounds), key=KINDS.index)
    asked = [Asking(number, one.kind, "", one.focus) for number, one in enumerate(rounds)]
    lines = cover(entry.rubric.criteria, questions=questions_for(entry.rubric), rounds=asked)
    assert [line.criterion.id for line in lines if line.is_gap] == []


def lines_of(rubric, *rounds):
    askings = [Asking(number, kind, kind.value, keys) for number, (kind, keys) in enumerate(rounds, 1)]
    return cover(rubric.criteria, questions=questions_for(rubric), rounds=askings)


def test_without_rounds_gaps_stand_first_and_facts_are_settled_by_the_form():
    lines = lines_of(RUBRIC)
    assert [(line.criterion.id, line.form) for line in lines if line.is_gap] == [
        ("r4", Form.SILENT),
        ("r2", Form.HINTS),
        ("r3", Form.HINTS),
    ]
    assert [line.criterion.id for line in lines if not line.is_gap] == ["k1", "k2", "k3", "r1", "b1", "b2"]
    assert {line.form for line in lines if not line.is_gap} == {Form.SETTLES}


def test_the_same_criteria_that_no_form_asks_are_hinted_at_by_a_resume_only():
    lines = cover(RUBRIC.criteria, questions=(), rounds=())
    assert {line.form for line in lines} == {Form.SILENT}
    assert all(line.is_gap for line in lines)
    assert [line.criterion.section for line in lines] == [Section.REQUIREMENT] * 7 + [Section.BONUS] * 2


def test_a_round_closes_a_gap_and_reading_closes_none_that_needs_a_conversation():
    spoken = "trait-10"
    (read,) = [line for line in lines_of(RUBRIC, (RoundKind.RESUME_REVIEW, [spoken])) if line.criterion.key == spoken]
    assert (read.only_read, read.is_gap) == (True, True)
    (asked,) = [
        line
        for line in lines_of(RUBRIC, (RoundKind.RESUME_REVIEW, [spoken]), (RoundKind.PANEL, [spoken]))
        if line.criterion.key == spoken
    ]
    assert ([one.id for one in asked.rounds], asked.only_read, asked.is_gap) == ([1, 2], False, False)
    (tool,) = [
        line for line in lines_of(RUBRIC, (RoundKind.RESUME_REVIEW, ["tool-8"])) if line.criterion.key == "tool-8"
    ]
    assert not tool.is_gap


def test_a_fact_that_an_interview_shall_judge_is_settled_by_no_form():
    rubric = with_criteria({"category": Category.FIELD_OF_STUDY, "assessed_by": AssessedBy.BOTH})
    (line,) = lines_of(rubric)
    assert (line.form, line.is_gap) == (Form.HINTS, True)


@given(st.lists(st.sampled_from([criterion.key for criterion in RUBRIC.criteria]), unique=True))
def test_one_more_question_never_opens_a_gap(keys):
    before = {line.criterion.key for line in lines_of(RUBRIC) if line.is_gap}
    after = {line.criterion.key for line in lines_of(RUBRIC, (RoundKind.TECHNICAL, keys)) if line.is_gap}
    assert after == before - set(keys)
