"""One form for several postings stores what each posting's own form would store, whatever it asks and in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from rubrics.model import (
    AllOf,
    AnyOf,
    AvailabilityAsk,
    Category,
    CertificationAsk,
    ContestAsk,
    Criterion,
    Degree,
    DegreeAsk,
    LanguageAsk,
    LocationAsk,
    OpenSourceAsk,
    PublicationAsk,
    Rubric,
    Section,
    SkillAsk,
    WordsAsk,
)
from screening.forms.answers import answers_of
from screening.forms.application import application_form
from screening.services.forming import questions_for
from screening.services.preferences import MergedForm, OwnForm, carry_over, has_tick, merge_forms
from tests.factories import make_rubric

TODAY = date(2026, 11, 24)
TERMS = ("python", "cpp", "pytorch", "tensorflow", "java", "linux")
CITIES = ("北京", "上海", "深圳", "杭州")
KEYS = ("knowledge-planning", "experience-driving", "engineering-tests")
SHAPE = make_rubric()
BASE = SHAPE.criteria[0]


def criterion(number: int, section: Section, category: Category, rule: Any, key: str = "") -> Criterion:
    return replace(
        BASE,
        id=f"{'b' if section is Section.BONUS else 'r'}{number}",
        key=key or f"{category.value}-{number}",
        section=section,
        category=category,
        rule=rule,
        gate=False,
        group=None,
        text=f"{category.value} {number}",
    )


@st.composite
def rules(draw: Any) -> tuple[Category, Any, str]:
    """Give what a criterion asks: category, rule and, for a statement, its canonical key."""
    kind = draw(st.sampled_from(["skills", "skills", "skills", "statement", "statement", "language", "once", "cities"]))
    match kind:
        case "skills":
            terms = draw(st.lists(st.sampled_from(TERMS), min_size=1, max_size=3, unique=True))
            asks = tuple(SkillAsk(term) for term in terms)
            rule = AllOf(asks) if draw(st.booleans()) else AnyOf(asks, open=draw(st.booleans()))
            category = draw(st.sampled_from([Category.PROGRAMMING_LANGUAGE, Category.TOOL]))
            return category, rule if len(asks) > 1 else asks[0], ""
        case "statement":
            key = draw(st.sampled_from(KEYS))
            return Category(key.partition("-")[0]), WordsAsk((key,)), key
        case "language":
            return Category.NATURAL_LANGUAGE, LanguageAsk(draw(st.sampled_from(["en", "ja"]))), ""
        case "cities":
            return Category.LOCATION, LocationAsk(tuple(draw(st.sets(st.sampled_from(CITIES), min_size=1)))), ""
        case _:
            rule = draw(
                st.sampled_from(
                    [
                        PublicationAsk(),
                        ContestAsk(kind="code"),
                        OpenSourceAsk(),
                        CertificationAsk("CKA"),
                        AvailabilityAsk(months=4),
                        AvailabilityAsk(within_days=14, on_site=True),
                        DegreeAsk(Degree.MASTER),
                    ]
                )
            )
            return Category.OTHER, rule, ""


@st.composite
def forms(draw: Any) -> tuple[OwnForm, ...]:
    """Give the forms of two or three postings with rubrics of their own."""
    made = []
    for place in range(draw(st.integers(2, 3))):
        sections = [Section.REQUIREMENT, Section.BONUS]
        asked = draw(st.lists(st.tuples(st.sampled_from(sections), rules()), min_size=1, max_size=6))
        criteria = tuple(
            criterion(number, section, category, rule, key)
            for number, (section, (category, rule, key)) in enumerate(
                sorted(asked, key=lambda one: one[0] is Section.BONUS)
            )
        )
        locations = tuple(draw(st.lists(st.sampled_from(CITIES), max_size=2, unique=True)))
        rubric: Rubric = replace(SHAPE, criteria=criteria, groups=(), locations=locations)
        made.append(OwnForm(f"role-{place}", "zh", questions_for(rubric), f"_{place}" if place else ""))
    return tuple(made)


@st.composite
def profiles(draw: Any) -> dict[str, Any]:
    """Give what a candidate has to say, by what it is about, whoever asks."""
    words = st.sampled_from(["", "在实验室做过一年。", "Two years, with tests.", "ok\nsecond line"])
    return {
        "terms": {term: draw(st.booleans()) for term in TERMS},
        "levels": {term: draw(st.sampled_from(["basic", "expert"])) for term in TERMS},
        "examples": {term: draw(words) for term in TERMS},
        "cities": draw(st.sets(st.sampled_from(CITIES))),
        "statements": {key: draw(words) for key in KEYS},
        "languages": {language: draw(st.sampled_from(["", "CET-6 560"])) for language in ("en", "ja")},
        "has": {
            kind: draw(st.booleans()) for kind in ("publications", "awards", "leaderboards", "projects", "certificates")
        },
        "months": draw(st.sampled_from(["3", "6"])),
        "others": {category: draw(st.booleans()) for category in ("programming_language", "tool")},
    }


ENTRIES = {
    "education": {"institution": "云溪大学", "degree": "master", "area": "计算机", "end": "2027-06"},
    "publications": {"name": "TrackNet", "publisher": "CVPR", "status": "published"},
    "awards": {"contest": "ICPC", "prize": "金奖"},
    "leaderboards": {"dataset": "nuScenes", "place": "3"},
    "projects": {"name": "tracker", "description": "修了错误"},
    "certificates": {"name": "CKA"},
}


def fill(questions: Any, profile: dict[str, Any], *forms: OwnForm) -> MultiDict[str, str]:
    """Fill in questions as the candidate would: what is true is ticked and told, whatever the form.

    What else fits a list of skills is named for that list alone; a merged question is known by its own one in ``forms``.
    """
    own = {question["id"] + form.mark: question for form in forms for question in form.questions}
    body: MultiDict[str, str] = MultiDict({"name": "云小鹤", "email": "y@example.com", "phone": "13800000123"})
    body["consent"] = "y"
    for question in questions:
        ident, kind = question["id"], question["kind"]
        said: list[tuple[str, str]] = []
        if kind in ENTRIES and profile["has"].get(kind, True):
            said = [(f"entry0-{name}", value) for name, value in ENTRIES[kind].items()]
        elif kind == "availability":
            said = [("start", "2026-12-01"), ("months", profile["months"]), ("days_per_week", "5"), ("on_site", "yes")]
        elif kind == "cities":
            can = [city["value"] for city in question["options"] if city["value"] in profile["cities"]]
            said = [("chosen", city) for city in can]
            if not can and not has_tick(question):
                body.add(f"{ident}-chosen", "-")
        elif kind == "skills":
            for number, option in enumerate(question["options"]):
                if profile["terms"][option["value"]]:
                    said.append((f"option{number}", "y"))
                    said.append((f"level{number}", profile["levels"][option["value"]]))
                    said.append((f"example{number}", profile["examples"][option["value"]]))
            terms = sorted(option["value"] for option in own.get(ident, question)["options"])
            if question["open"] and profile["others"][question["category"]]:
                said += [("other-name", f"beside {terms}"), ("other-level", "expert"), ("other-example", "")]
        elif kind == "languages":
            said = [("fluency", profile["languages"][question["language"]["value"]])]
        elif kind == "statement":
            said = [("text", profile["statements"][question["asks"][0]["key"]])]
            if question["needed"] and not said[0][1]:
                said = [("text", "无")]
        said = [(name, value) for name, value in said if value]
        for name, value in said:
            body.add(f"{ident}-{name}", value)
        if said and has_tick(question):
            body.add(f"{ident}-has", "y")
    return body


def stored(questions: Any, body: MultiDict[str, str]) -> dict[str, Any]:
    """Give the answers that a form would store."""
    form = application_form(questions, chinese=True, today=TODAY)(formdata=body)
    assert form.validate(), form.errors
    return answers_of(form, questions=questions, chinese=True, today=TODAY)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Any:
    app = Flask("forms")
    app.config.update(SECRET_KEY="for-tests-only", WTF_CSRF_ENABLED=False)
    return app


def needs_no_words(made: tuple[OwnForm, ...], profile: dict[str, Any]) -> dict[str, Any]:
    """Let a statement that one form needs be the same in all forms: nobody writes “none” in one and nothing in another."""
    needed = {
        question["asks"][0]["key"]
        for form in made
        for question in form.questions
        if question["kind"] == "statement" and question["needed"]
    }
    told = {key: text or ("无" if key in needed else "") for key, text in profile["statements"].items()}
    return {**profile, "statements": told}


@settings(max_examples=40, deadline=None)
@given(forms(), profiles())
def test_merged_form_stores_what_each_form_would(pages: Flask, made: tuple[OwnForm, ...], profile: Any) -> None:
    profile = needs_no_words(made, profile)
    merged = merge_forms(made)
    with pages.test_request_context():
        body = fill(merged.questions, profile, *made)
        assert application_form(merged.questions, chinese=True, today=TODAY)(formdata=body).validate()
        for form in made:
            alone = stored(form.questions, fill(form.questions, profile))
            together = stored(form.questions, MultiDict(merged.own_fields(form.slug, dict(body.lists()))))
            assert repr(together) == repr(alone)


@settings(max_examples=40, deadline=None)
@given(forms(), profiles(), st.randoms())
def test_roles_come_and_go_and_nothing_that_was_typed_is_lost(
    pages: Flask, made: tuple[OwnForm, ...], profile: Any, chance: Any
) -> None:
    profile = needs_no_words(made, profile)
    first = merge_forms(made)
    typed = dict(fill(first.questions, profile, *made).lists())
    now, fields = first, typed
    for _step in range(4):
        chosen = chance.sample(made, chance.randint(1, len(made)))
        following = merge_forms(sorted(chosen, key=lambda form: form.slug))
        now, fields = following, carry_over(now, following, fields)
    fields = carry_over(now, first, fields)
    with pages.test_request_context():
        for form in made:
            before = stored(form.questions, MultiDict(first.own_fields(form.slug, typed)))
            after = stored(form.questions, MultiDict(first.own_fields(form.slug, fields)))
            assert repr(after) == repr(before)


def own(slug: str, *criteria: Criterion, mark: str = "") -> OwnForm:
    return OwnForm(slug, "zh", questions_for(replace(SHAPE, criteria=criteria, groups=(), locations=("北京",))), mark)


def shown(merged: MergedForm, kind: str) -> list[dict[str, Any]]:
    return [question for question in merged.questions if question["kind"] == kind]


REQUIREMENT, BONUS = Section.REQUIREMENT, Section.BONUS


def test_single_form_stays_as_it_is():
    form = own("a", criterion(1, REQUIREMENT, Category.TOOL, SkillAsk("python")))
    assert list(merge_forms([form]).questions) == form.questions


def test_term_is_asked_once_where_it_is_required():
    first = own("a", criterion(1, BONUS, Category.TOOL, AnyOf((SkillAsk("python"), SkillAsk("java")))))
    second = own("b", criterion(1, REQUIREMENT, Category.TOOL, SkillAsk("python")), mark="_2")
    required, wished = shown(merge_forms([first, second]), "skills")
    assert ([one["value"] for one in required["options"]], required["roles"]) == (["python"], ["b", "a"])
    assert ([one["value"] for one in wished["options"]], wished["roles"]) == (["java"], ["a"])
    assert [one["value"] for one in wished["above"]] == ["python"]


def test_another_one_is_shared_by_lists_of_the_same_terms_only():
    """A list that lost a term to another form's question is still another list."""
    both, alone = (SkillAsk("python"), SkillAsk("java")), (SkillAsk("python"),)
    first = own("a", criterion(1, REQUIREMENT, Category.TOOL, SkillAsk("java")))
    second = own("b", criterion(1, REQUIREMENT, Category.TOOL, AnyOf(both, open=True)), mark="_2")
    third = own("c", criterion(1, REQUIREMENT, Category.TOOL, AnyOf(alone, open=True)), mark="_3")
    same = own("d", criterion(1, REQUIREMENT, Category.TOOL, AnyOf(both, open=True)), mark="_4")
    opened = [question for question in shown(merge_forms([first, second, third, same]), "skills") if question["open"]]
    assert [question["roles"] for question in opened] == [["b", "c", "d"], ["c"]]


def test_statement_is_asked_once_and_needed_where_one_needs_it():
    asked = criterion(1, BONUS, Category.KNOWLEDGE, WordsAsk(("x",)), "knowledge-planning")
    needed = replace(asked, id="r1", section=REQUIREMENT)
    other = replace(needed, key="knowledge-control")
    merged = merge_forms([own("a", asked), own("b", needed, mark="_2"), own("c", other, mark="_3")])
    same, alone = shown(merged, "statement")
    assert (same["roles"], same["needed"], same["section"]) == (["b", "a"], True, "requirement")
    assert alone["roles"] == ["c"]


def test_most_demanding_figures_are_needed_and_each_role_says_its_own():
    first = own("a", criterion(1, REQUIREMENT, Category.AVAILABILITY, AvailabilityAsk(within_days=30, months=3)))
    second = own(
        "b", criterion(1, REQUIREMENT, Category.AVAILABILITY, AvailabilityAsk(within_days=14, months=6)), mark="_2"
    )
    (question,) = shown(merge_forms([first, second]), "availability")
    assert question["needs"] == {"within_days": 14, "months": 6}
    assert [(one["slug"], one["months"]) for one in question["needs_of"]] == [("a", 3), ("b", 6)]


def custom(ident: str, **more: Any) -> dict[str, Any]:
    return {"id": ident, "name": ident, "kind": "custom", "section": "custom", "needed": True, "asks": [], **more}


def test_own_questions_of_a_posting_are_never_merged():
    merged = merge_forms([OwnForm("a", "zh", [custom("c1_1")]), OwnForm("b", "zh", [custom("c2_1")], "_2")])
    assert [(question["id"], question["roles"]) for question in merged.questions] == [("c1_1", ["a"]), ("c2_1", ["b"])]
    assert merged.own_fields("b", {"c1_1-answer": ["x"], "c2_1-answer": ["y"]}) == {"c2_1-answer": ["y"]}


def test_condition_speaks_of_its_own_form_only():
    """A question that hangs on what its own form does not ask is asked of everybody, as in its own form."""
    on_site = criterion(1, REQUIREMENT, Category.AVAILABILITY, AvailabilityAsk(on_site=True))
    when = {"source": "on_site", "value": "yes"}
    hanging = custom("c2_1", when=when)
    without, asked = own("b", mark="_2"), own("b", on_site, mark="_2")
    for theirs, kept in ((without, None), (asked, when)):
        form = OwnForm("b", "zh", [*theirs.questions, hanging], "_2")
        assert merge_forms([own("a", on_site), form]).questions[-1].get("when") == kept
