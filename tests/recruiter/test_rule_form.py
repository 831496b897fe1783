"""The rule form: what is stored comes back unchanged, what is typed becomes a rule or a problem at its field."""

from __future__ import annotations

import json

import pytest
from werkzeug.datastructures import MultiDict

from rubrics.codec import load_rubric
from rubrics.model import (
    AllOf,
    AnyOf,
    AtLeast,
    AvailabilityAsk,
    CertificationAsk,
    ContestAsk,
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
    PrizeFloor,
    PublicationAsk,
    SkillAsk,
    StandingAsk,
    TraitAsk,
    VenueRank,
    WordsAsk,
)
from screening.forms.rule_building import build_rule, term_names
from screening.forms.rule_nodes import node_of, part_added, part_dropped, path_of, read_node
from tests.architecture.sources import ROOT

EVERY = AllOf(
    (
        AnyOf((SkillAsk("cpp", Level.EXPERT), SkillAsk("a_term_of_another_time")), open=True),
        AtLeast(2, (DegreeAsk(Degree.MASTER), EnrolmentAsk(), TraitAsk("trait_teamwork"))),
        FieldAsk(("field_cs", "field_automation"), related=True),
        LocationAsk(("北京", "上海")),
        AvailabilityAsk(14, 3, 5, on_site=True),
        PublicationAsk(VenueRank.B, ("cvpr",), False, True, ("deep_learning",), True),
        ContestAsk(("icpc", "ccpc"), "code", False, PrizeFloor.SILVER),
        LeaderboardAsk(),
        OpenSourceAsk(("pytorch",)),
        EngineeringAsk(("pytorch",)),
        ExperienceAsk(("work", "data_set"), ("pytorch",), 12, True),
        StandingAsk(3.5, 0.1),
        LanguageAsk("en", "cet6", 500),
        CertificationAsk("cma"),
        WordsAsk("读过《三体》，并能复述"),
    )
)


def sent(node, path="0"):
    """Give the fields that a browser sends for a tree that nobody touched, empty boxes included."""
    fields = [(f"rule-{path}-kind", node.kind), (f"rule-{path}-was", node.kind), (f"rule-{path}-topics", "")]
    fields += [(f"rule-{path}-{name}", text) for name, texts in node.values.items() for text in texts]
    for place, part in enumerate(node.parts):
        fields += sent(part, f"{path}.{place}")
    return fields


def changed(rule, **fields):
    """Read the form of a rule with some fields typed over: ``rule_0_1_term`` for ``rule-0.1-term``."""
    named = {}
    for name, text in fields.items():
        _, *path, field = name.split("__")
        named[f"rule-{'.'.join(path)}-{field}"] = text
    kept = [(name, text) for name, text in sent(node_of(rule, "zh")) if name not in named]
    return read_node(MultiDict([*kept, *((name, text) for name, text in named.items() if text is not None)]))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rule_that_nobody_touched_stays_what_it_is(language):
    stored = [EVERY]
    for path in sorted((ROOT / "rubrics" / "catalogue").glob("*.json")):
        stored += [criterion.rule for criterion in load_rubric(json.loads(path.read_text("utf-8"))).criteria]
    for rule in stored:
        node = node_of(rule, language)
        read = read_node(MultiDict(sent(node)))
        assert read == node
        assert build_rule(read, language=language, stored=rule).rule == rule


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"r__0__kind": "degree", "r__0__degree": "bachelor"}, DegreeAsk(Degree.BACHELOR)),
        ({"r__0__term": "ｐｙｔｈｏｎ３"}, SkillAsk("python", Level.EXPERT)),
        ({"r__0__term": "C plus plus", "r__0__level": None}, SkillAsk("cpp")),
        (
            {"r__0__kind": "location", "r__0__cities": "北京市，Shanghai; 火星"},
            LocationAsk(("北京", "Shanghai", "火星")),
        ),
        ({"r__0__kind": "availability", "r__0__within_days": "１４"}, AvailabilityAsk(14)),
        ({"r__0__kind": "standing", "r__0__top_share": "12.5"}, StandingAsk(None, 0.125)),
        ({"r__0__kind": "words", "r__0__words": " a \n b "}, WordsAsk("a b")),
        ({"r__0__kind": "publication", "r__0__rank": "Z"}, PublicationAsk(venues_open=False)),
    ],
)
def test_what_is_typed_becomes_a_rule(fields, rule):
    built = build_rule(changed(SkillAsk("cpp", Level.EXPERT), **fields), language="zh")
    assert (built.rule, built.problems) == (rule, [])


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"r__0__term": "Pyhton"}, ("rule-0-term", "term_unknown", ("Python",))),
        ({"r__0__term": " "}, ("rule-0-term", "term_missing", ())),
        ({"r__0__kind": "degree"}, ("rule-0-degree", "choice_missing", ())),
        ({"r__0__kind": "availability"}, ("rule-0-within_days", "nothing_asked", ())),
        ({"r__0__kind": "availability", "r__0__months": "1.5"}, ("rule-0-months", "number_range", ())),
        ({"r__0__kind": "standing", "r__0__grade": "nan"}, ("rule-0-grade", "number_range", ())),
        ({"r__0__kind": "trait", "r__0__trait": "beauty"}, ("rule-0-trait", "choice_missing", ())),
        ({"r__0__kind": "words"}, ("rule-0-words", "words_missing", ())),
        ({"r__0__kind": "location", "r__0__cities": " ， "}, ("rule-0-cities", "term_missing", ())),
    ],
)
def test_what_is_wrong_is_said_at_its_field(fields, problem):
    built = build_rule(changed(SkillAsk("cpp"), **fields), language="zh")
    assert built.rule is None
    assert [(one.field, one.code, one.near) for one in built.problems] == [problem]


def test_a_tree_grows_and_shrinks_without_losing_what_was_typed():
    node = changed(SkillAsk("cpp"), r__0__term="半个词")
    grown = part_added(node, path_of("0"))
    assert (grown.kind, [part.first("term") for part in grown.parts]) == ("any", ["半个词", ""])
    third = part_added(grown, path_of("0"))
    assert len(third.parts) == 3
    nested = part_added(third, path_of("0.1"))
    assert [part.kind for part in nested.parts] == ["skill", "any", "skill"]
    assert part_dropped(part_dropped(nested, path_of("0.1")), path_of("0.1")) == node
    assert part_dropped(node, path_of("0")) == node
    assert part_added(node, path_of("0.7.x")) == part_added(node, ())
    some = changed(AnyOf((SkillAsk("cpp"), SkillAsk("python"))), r__0__kind="some", r__0__count="2")
    assert build_rule(some, language="zh").rule == AtLeast(2, (SkillAsk("cpp"), SkillAsk("python")))
    alone = changed(AnyOf((SkillAsk("cpp"), DegreeAsk(Degree.MASTER))), r__0__kind="degree")
    assert build_rule(alone, language="zh").rule == DegreeAsk(Degree.MASTER)


def test_nonsense_of_any_depth_is_read_within_bounds():
    deep = MultiDict((f"rule-{'.'.join(['0'] * depth)}-kind", "any") for depth in range(1, 60))
    assert build_rule(read_node(deep), language="en").problems
    wide = MultiDict([("rule-0-kind", "any"), *((f"rule-0.{place}-kind", "enrolment") for place in range(500))])
    assert len(read_node(wide).parts) < 200
    assert build_rule(read_node(MultiDict()), language="en").problems[0].code == "words_missing"


def test_names_are_suggested_in_the_language_of_the_page():
    assert "深度学习" in term_names("term", "zh")
    assert "deep learning" in term_names("term", "en")
    assert "北京" in term_names("cities", "zh")
