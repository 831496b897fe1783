"""From a rubric to a form: everything that can be asked is asked once, in order, in words, and comes back as the engine reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from rubrics.catalogue import catalogue
from rubrics.codec import load_dossier
from rubrics.lexicon import load_lexicon
from rubrics.model import (
    AllOf,
    AnyOf,
    AssessedBy,
    AtLeast,
    AvailabilityAsk,
    Category,
    CertificationAsk,
    ContestAsk,
    Criterion,
    Degree,
    DegreeAsk,
    EngineeringAsk,
    EnrolmentAsk,
    ExperienceAsk,
    FieldAsk,
    LanguageAsk,
    LeaderboardAsk,
    Level,
    LocationAsk,
    OpenSourceAsk,
    PublicationAsk,
    Section,
    SkillAsk,
    StandingAsk,
    TraitAsk,
    VenueRank,
    WordsAsk,
)
from rubrics.scoring import prescore
from screening.app import create_app
from screening.config import load_settings
from screening.forms.answers import WRITERS, answers_of
from screening.forms.application import application_form
from screening.models import FormVersion, Posting
from screening.services.forming import questions_for
from screening.services.preferences import OwnForm, merge_forms
from screening.services.questions import SHORT, shortened
from screening.web.candidate.form_page import form_values
from screening.web.candidate.roles import ChosenRole, ChosenRoles
from screening.web.candidate.uploads import Upload
from tests.candidate.forms import filled
from tests.factories import make_rubric

TODAY = date(2026, 11, 24)
RUBRICS = {entry.slug: entry.rubric_of_text for entry in catalogue()}
SIMPLE = {
    Category.DEGREE,
    Category.LOCATION,
    Category.AVAILABILITY,
    Category.PROGRAMMING_LANGUAGE,
    Category.PUBLICATION,
}
ASKS = (
    SkillAsk("python"),
    SkillAsk("cpp", Level.EXPERT),
    SkillAsk("pytorch"),
    SkillAsk("deep_learning"),
    SkillAsk("a term that no lexicon has"),
    DegreeAsk(Degree.MASTER),
    FieldAsk(("field_cs",)),
    EnrolmentAsk(),
    StandingAsk(),
    AvailabilityAsk(14, 3, 4, True),
    AvailabilityAsk(None, None, None, None),
    LocationAsk(("北京", "Nowhere-on-Sea")),
    PublicationAsk(rank=VenueRank.A),
    ContestAsk(kind="code"),
    LeaderboardAsk(),
    OpenSourceAsk(),
    LanguageAsk("english"),
    CertificationAsk("any certificate"),
    ExperienceAsk(("internship",)),
    EngineeringAsk(),
    WordsAsk(("速度",)),
    TraitAsk("teamwork"),
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Make an application for rendering only; its database is never opened."""
    instance = tmp_path_factory.mktemp("rendering")
    environment = {"SCREENING_SECRET_KEY": "for-tests-only", "SCREENING_MOST_ROLES": "1"}
    settings = load_settings(environment, instance=instance)
    return create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)


def criterion(number: int, rule: object, section: Section, text: str) -> Criterion:
    first = make_rubric().criteria[0]
    return replace(
        first,
        id=f"x{number}",
        key=f"x-{number}",
        rule=rule,
        section=section,
        text=text,
        category=Category.OTHER,
        gate=False,
    )


leaf = st.sampled_from(ASKS)
rules = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda some: AllOf(tuple(some))),
        st.tuples(st.lists(inner, min_size=1, max_size=3), st.booleans()).map(
            lambda pair: AnyOf(tuple(pair[0]), open=pair[1])
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: AtLeast(1, tuple(some))),
    ),
    max_leaves=5,
)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200)
odd = st.lists(
    st.tuples(rules, st.sampled_from(Section), words, st.sampled_from(Category), st.sampled_from(AssessedBy)),
    max_size=7,
).map(
    lambda rows: replace(
        make_rubric(),
        locations=(),
        groups=(),
        criteria=tuple(
            replace(criterion(number, rule, section, text), category=category, assessed_by=judge)
            for number, (rule, section, text, category, judge) in enumerate(rows)
        ),
    )
)


def asked(questions: list[dict]) -> set[str]:
    return {ask["criterion"] for question in questions for ask in question["asks"]}


def expected(rubric) -> set[str]:
    return {one.id for one in rubric.criteria if one.assessed_by is not AssessedBy.INTERVIEW and _is_askable(one.rule)}


def _is_askable(rule) -> bool:
    match rule:
        case AllOf(rules) | AnyOf(rules) | AtLeast(rules=rules):
            return any(map(_is_askable, rules))
        case TraitAsk():
            return False
        case _:
            return True


def check(rubric) -> list[dict]:
    questions = questions_for(rubric)
    assert asked(questions) == expected(rubric)
    assert [question["id"] for question in questions] == [f"q{number}" for number in range(1, len(questions) + 1)]
    assert {question["kind"] for question in questions} <= set(WRITERS)
    assert questions == questions_for(rubric)
    sections = [question["section"] for question in questions]
    assert sections == sorted(sections, key=["requirement", "bonus"].index)
    options = [
        option["value"] for question in questions if question["kind"] == "skills" for option in question["options"]
    ]
    assert len(options) == len(set(options))
    single = [
        question["kind"] for question in questions if question["kind"] not in {"skills", "statement", "languages"}
    ]
    assert len(single) == len(set(single))
    return questions


@pytest.mark.parametrize("slug", RUBRICS)
def test_everything_of_a_shipped_rubric_is_asked_once_and_in_order(slug):
    questions = check(RUBRICS[slug])
    assert [question["kind"] for question in questions][:2] == ["education", "availability"]
    assert all(len(ask["text"]) <= SHORT for question in questions for ask in question["asks"])


@tries(max_examples=150, deadline=None)
@given(odd)
def test_everything_of_an_odd_rubric_is_asked_once_and_in_order(rubric):
    check(rubric)


@pytest.mark.parametrize("slug", RUBRICS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_filled_form_of_a_shipped_rubric_meets_what_is_simple(pages, slug, language):
    rubric = RUBRICS[slug]
    document = answers(pages, rubric, language)
    assert set(document) >= {"basics", "education", "availability"}
    results = prescore(rubric, load_dossier(document, None, ()), load_lexicon()).results
    verdicts = {result.criterion: result.verdict.value for result in results}
    simple = {
        one.id: verdicts[one.id]
        for one in rubric.criteria
        if one.category in SIMPLE and one.section is Section.REQUIREMENT
    }
    assert simple == dict.fromkeys(simple, "met")
    required = [verdicts[one.id] for one in rubric.criteria if one.section is Section.REQUIREMENT]
    assert "contradicted" not in required


@tries(max_examples=60, deadline=None)
@given(rubric=odd)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_form_of_an_odd_rubric_is_shown_and_its_answers_are_read(pages, language, rubric):
    document = answers(pages, rubric, language)
    load_dossier(document, None, ())
    statements = {entry["criterion"] for entry in document.get("statements", [])}
    questions = questions_for(rubric)
    assert statements == asked([question for question in questions if question["kind"] == "statement"])
    wanted = {
        option["zh" if language == "zh" else "en"]
        for question in questions
        if question["kind"] == "skills"
        for option in question["options"]
    }
    assert wanted <= {entry["name"] for entry in document.get("skills", [])}


def answers(pages: Flask, rubric, language: str) -> dict:
    """Show a rubric's form, fill it in as it is shown, and read the answers."""
    questions = questions_for(rubric)
    chinese = language == "zh"
    made = application_form(questions, chinese=chinese, today=TODAY)
    render = pages.jinja_env.get_template("candidate/apply.html").render
    with pages.test_request_context("/roles/x/apply", headers={"Accept-Language": language}):
        pages.preprocess_request()
        empty = made(formdata=None)
        posting = Posting(id=1, slug="x", title=rubric.title or "", language="zh")
        version = FormVersion(id=1, posting_id=1, questions=questions)
        merged = merge_forms([OwnForm("x", "zh-Hans", questions)])
        chosen = ChosenRoles(posting, (ChosenRole(posting, version),), (), merged)
        page = render(**form_values(posting, chosen, empty, Upload()), **pages_context(pages))
        body = filled(page)
        form = made(formdata=MultiDict(body))
        assert form.validate(), form.errors
        return answers_of(form, questions=questions, chinese=chinese, today=TODAY)


def pages_context(pages: Flask) -> dict:
    context: dict = {}
    pages.update_template_context(context)
    return context


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("1、熟悉 Python；", "熟悉 Python"),
        ("• Knows C++.", "Knows C++"),
        ("3D 图形学", "3D 图形学"),
        ("熟悉。", "熟悉"),
        ("甲" * 200, "甲" * (SHORT - 1) + "…"),
        ("乙" * 60 + "，" + "甲" * 60, "乙" * 60 + "…"),
    ],
)
def test_words_of_a_criterion_are_shortened_at_a_stop(text, short):
    assert shortened(text) == short


def test_a_language_with_many_libraries_is_still_a_language_to_tick():
    lexicon = load_lexicon()
    members = [term for term in lexicon.terms.values() if "python" in term.parents]
    assert len(members) >= 5
    skills = [question for question in questions_for(RUBRICS["end-to-end-driving"]) if question["kind"] == "skills"]
    assert [option["value"] for option in skills[0]["options"]] == ["cpp", "python"]
    assert not skills[0]["open"]
