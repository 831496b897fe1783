"""Edits of a rubric as pure functions: adding, joining, splitting, ordering; provenance and findings follow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rubrics.codec import dump_rubric, load_rubric
from rubrics.findings import Finding, FindingCode
from rubrics.model import (
    AllOf,
    AnyOf,
    AssessedBy,
    Category,
    Degree,
    DegreeAsk,
    Level,
    LocationAsk,
    Section,
    SkillAsk,
    TraitAsk,
    WordsAsk,
)
from rubrics.text import Lines, SourceText, Span
from screening.services.rubric_edits import CriterionEdit, EditError, criterion_of, edit_criterion, id_after, remove
from screening.services.rubric_shaping import (
    add_criterion,
    group_criteria,
    join_criteria,
    leave_group,
    move_criterion,
    passages_of,
    put_back,
    reorder_criteria,
    split_criterion,
    suggested_parts,
)
from tests.factories import LINES, TEXT, make_rubric


@pytest.fixture
def rubric():
    doubt = Finding(FindingCode.NOT_SCREENABLE, Lines(7, 7), "doubt", "存疑", criteria=("r2",))
    return replace(make_rubric(), warnings=(doubt,))


def ids(rubric):
    return " ".join(criterion.id for criterion in rubric.criteria)


def told(rubric, ident):
    """Give the words of the document that a criterion names as its source."""
    span = criterion_of(rubric, ident).span
    return TEXT[span.start : span.end]


def edit_of(rubric, ident, **changes):
    one = criterion_of(rubric, ident)
    anchors = one.anchors.texts if one.anchors else None
    edit = CriterionEdit(one.text, one.id[0], one.category, one.assessed_by, one.weight, one.rule, anchors)
    return replace(edit, **changes)


def test_every_edit_at_once_is_stored_and_read_back(rubric):
    edit = edit_of(
        rubric,
        "r2",
        text=" Python 或 Rust ",
        kind="b",
        category=Category.TOOL,
        assessed_by=AssessedBy.BOTH,
        weight=2.5,
        rule=AnyOf((SkillAsk("python"), SkillAsk("rust")), open=True),
        anchors=("不会", "看过", "会用", "讲清楚取舍"),
    )
    after = edit_criterion(rubric, "r2", edit, taken={"b7"})
    ident = id_after(rubric, after, "r2")
    one = criterion_of(after, ident)
    assert ident == "b8"
    assert (one.text, one.section, one.category, one.weight) == ("Python 或 Rust", Section.BONUS, Category.TOOL, 2.5)
    assert one.rule == AnyOf((SkillAsk("python"), SkillAsk("rust")), open=True)
    assert one.anchors.texts[3] == "讲清楚取舍"
    assert one.key == criterion_of(rubric, "r2").key
    assert after.warnings[0].criteria == ("b8",)
    assert load_rubric(dump_rubric(after)) == after
    assert edit_criterion(after, "b8", edit_of(after, "b8", anchors=None)).criteria[-1].anchors is None
    assert edit_criterion(rubric, "r2", edit_of(rubric, "r2")) == rubric


def test_a_floor_that_is_changed_is_the_posting_s_floor(rubric):
    after = edit_criterion(rubric, "k1", edit_of(rubric, "k1", rule=DegreeAsk(Degree.BACHELOR)))
    assert after.degree_floor is Degree.BACHELOR
    after = edit_criterion(after, "k2", edit_of(after, "k2", rule=LocationAsk(("深圳",))))
    assert after.locations == ("深圳",)
    assert edit_criterion(rubric, "k2", edit_of(rubric, "k2", text="两地")).locations == ("北京", "上海")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " "}, "text_missing"),
        ({"weight": 6.0}, "weight_range"),
        ({"anchors": ("a", "b", " ", "d")}, "anchor_missing"),
        ({"kind": "k", "assessed_by": AssessedBy.INTERVIEW}, "gate_interview"),
        ({"kind": "k", "rule": TraitAsk("trait_teamwork")}, "gate_interview"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(rubric, changes, code):
    with pytest.raises(EditError) as refused:
        edit_criterion(rubric, "r2", edit_of(rubric, "r2", **changes))
    assert (refused.value.code, refused.value.criterion) == (code, "r2")


def test_a_line_is_read_by_the_engine_and_added_with_its_words(rubric):
    (passage,) = passages_of(TEXT, 4, "", bonus=False)
    after, ident = add_criterion(rubric, passage, kind="r", text="训练轨迹预测模型", source=TEXT, taken={"r9"})
    assert ident == "r10"
    assert told(after, ident) == "训练轨迹预测模型"
    assert criterion_of(after, ident).lines == Lines(4, 4)
    own = passages_of(TEXT, 7, "精通 PyTorch", bonus=True)[0]
    assert (own.rule, own.section) == (SkillAsk("pytorch", Level.EXPERT), Section.BONUS)
    added, ident = add_criterion(rubric, own, kind="b", text="精通 PyTorch", source=TEXT)
    assert told(added, ident) == LINES[6]
    both = passages_of("硕士及以上，博士优先", 1, "", bonus=False)
    assert [(one.section, one.gate) for one in both] == [(Section.REQUIREMENT, True), (Section.BONUS, False)]
    assert passages_of("——", 1, "", bonus=False) == ()


def test_what_was_removed_comes_back_in_its_place_with_its_group(rubric):
    gone = remove(remove(rubric, "r2"), "b1")
    back = put_back(gone, criterion_of(rubric, "r2"))
    assert put_back(back, criterion_of(rubric, "b1"), rubric.groups[0]) == rubric
    bare = remove(remove(rubric, "b2"), "b1")
    assert bare.groups == ()
    assert put_back(bare, criterion_of(rubric, "b1"), rubric.groups[0]).groups == rubric.groups
    with pytest.raises(EditError):
        put_back(rubric, criterion_of(rubric, "r2"))


def test_criteria_are_joined_and_split_and_findings_follow(rubric):
    joined, ident = join_criteria(rubric, ["r3", "r2"], how="any", source=TEXT, taken={"r4"})
    one = criterion_of(joined, ident)
    assert [branch.term for branch in one.rule.rules] == ["cpp", "python", "pytorch", "tensorflow"]
    assert one.rule.open
    assert told(joined, ident) == "\n".join(LINES[6:8])
    assert joined.warnings[0].criteria == (ident,)
    assert ids(joined) == f"k1 k2 k3 r1 {ident} r4 b1 b2"
    every, ident = join_criteria(rubric, ["r2", "r3"], how="all", source=TEXT)
    assert isinstance(criterion_of(every, ident).rule, AllOf)

    words = suggested_parts(criterion_of(rubric, "r2"))
    assert words == ("C++", "Python")
    parted = split_criterion(rubric, "r2", words, together=True, source=TEXT)
    assert ids(parted) == "k1 k2 k3 r1 r5 r6 r3 r4 b1 b2"
    assert [told(parted, ident) for ident in ("r5", "r6")] == ["C++", "Python"]
    assert [criterion_of(parted, ident).rule for ident in ("r5", "r6")] == [SkillAsk("cpp"), SkillAsk("python")]
    assert {criterion_of(parted, ident).group for ident in ("r5", "r6")} == {"r"}
    assert parted.warnings[0].criteria == ("r5", "r6")
    assert suggested_parts(criterion_of(rubric, "k1")) == ()
    clauses = suggested_parts(criterion_of(rubric, "k3"))
    assert clauses == ("两周内到岗", "至少实习 3 个月")
    floors = split_criterion(rubric, "k3", clauses, together=False, source=TEXT)
    assert [criterion_of(floors, ident).rule.months for ident in ("k4", "k5")] == [None, 3]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda rubric: join_criteria(rubric, ["r1"], how="any", source=TEXT), "join_few"),
        (lambda rubric: join_criteria(rubric, ["r1", "b1"], how="any", source=TEXT), "join_sections"),
        (lambda rubric: join_criteria(rubric, ["r1", "r77"], how="any", source=TEXT), "criterion_unknown"),
        (lambda rubric: group_criteria(rubric, ["k1", "k2"]), "group_gate"),
        (lambda rubric: split_criterion(rubric, "r1", ["a", " "], together=False, source=TEXT), "split_one"),
        (lambda rubric: split_criterion(rubric, "r1", ["a"] * 13, together=False, source=TEXT), "split_many"),
        (lambda rubric: split_criterion(rubric, "k3", ["a", "b"], together=True, source=TEXT), "group_gate"),
        (lambda rubric: reorder_criteria(rubric, ["r1", "r2"]), "criterion_unknown"),
        (lambda rubric: reorder_criteria(rubric, []), "criterion_unknown"),
    ],
)
def test_shapes_that_cannot_be_are_refused(rubric, act, code):
    with pytest.raises(EditError) as refused:
        act(rubric)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "act",
    [
        lambda rubric: edit_criterion(rubric, "r2", edit_of(rubric, "r2", text="别的字", kind="b")),
        lambda rubric: remove(rubric, "r2"),
        lambda rubric: put_back(remove(rubric, "r2"), criterion_of(rubric, "r2")),
        lambda rubric: join_criteria(rubric, ["r2", "r3"], how="any", source=TEXT)[0],
        lambda rubric: split_criterion(rubric, "r2", ["C++", "Python"], together=True, source=TEXT),
        lambda rubric: group_criteria(rubric, ["r2", "r3"]),
        lambda rubric: move_criterion(rubric, "r2", 1),
    ],
)
def test_findings_stay_at_their_position_and_on_their_words(rubric, act):
    """Answers to findings are stored by position."""
    first = Finding(FindingCode.DEGREE_CONFLICT, Lines(2, 2), "first", "一", Span(11, 19), ("k1",))
    last = Finding(FindingCode.UNPARSED_LINE, Lines(10, 10), "last", "三", Span(90, 100), ("r4",))
    rubric = replace(rubric, warnings=(first, *rubric.warnings, last))
    after = act(rubric).warnings
    assert [replace(one, criteria=()) for one in after] == [replace(one, criteria=()) for one in rubric.warnings]
    assert (after[0], after[2]) == (first, last)


def test_criteria_change_their_order_within_their_kind(rubric):
    assert ids(move_criterion(rubric, "r3", -1)) == "k1 k2 k3 r1 r3 r2 r4 b1 b2"
    assert move_criterion(rubric, "r1", -1) == rubric
    assert ids(reorder_criteria(rubric, ["r4", "r3", "r2", "r1"])) == "k1 k2 k3 r4 r3 r2 r1 b1 b2"


def test_criteria_count_together_and_alone_again(rubric):
    together = group_criteria(rubric, ["r2", "r3"])
    assert {one.group for one in together.criteria if one.id in {"r2", "r3"}} == {"r"}
    assert [group.lines for group in together.groups] == [Lines(11, 11), Lines(7, 8)]
    alone = leave_group(leave_group(together, "r2"), "r3")
    assert alone == rubric
    taken_in = group_criteria(leave_group(rubric, "b1"), ["b1", "b2"])
    assert criterion_of(taken_in, "b1").group == "b"


def test_words_of_nobody_s_understanding_stay_with_a_person(rubric):
    edit = edit_of(rubric, "r2", rule=WordsAsk("读过《三体》"), assessed_by=AssessedBy.APPLICATION)
    assert criterion_of(edit_criterion(rubric, "r2", edit), "r2").assessed_by is AssessedBy.BOTH
    assert SourceText(TEXT).line_count == len(LINES)
