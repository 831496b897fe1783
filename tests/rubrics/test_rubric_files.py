"""Rubric files: the round trip is exact, and what is wrong is told with its line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.catalogue import catalogue
from rubrics.codec import RubricFileError, dump_rubric_file, load_rubric_file
from rubrics.findings import Finding
from rubrics.model import (
    AllOf,
    Anchors,
    AnyOf,
    AtLeast,
    AvailabilityAsk,
    Criterion,
    Group,
    LanguageAsk,
    PublicationAsk,
    Responsibility,
    Rubric,
    Rule,
    StandingAsk,
)
from rubrics.text import Lines, Span
from tests.factories import make_rubric

texts = st.text(max_size=30)
numbers = st.floats(0, 1e6, allow_nan=False)
lines = st.tuples(st.integers(1, 500), st.integers(0, 40)).map(lambda pair: Lines(pair[0], pair[0] + pair[1]))
spans = st.tuples(st.integers(0, 9000), st.integers(0, 300)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))
st.register_type_strategy(Lines, lines)
st.register_type_strategy(Span, spans)
whole = st.none() | st.integers(0, 400)
leaves = (
    st.builds(AvailabilityAsk, whole, whole, whole, st.none() | st.booleans())
    | st.builds(StandingAsk, st.none() | numbers, st.none() | numbers)
    | st.builds(LanguageAsk, texts, st.none() | texts, st.none() | numbers)
    | st.builds(PublicationAsk)
    | st.sampled_from([criterion.rule for criterion in make_rubric().criteria])
)


def branches(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return (
        st.builds(AnyOf, several, st.booleans())
        | st.builds(AllOf, several)
        | st.builds(AtLeast, st.integers(1, 3), several, st.booleans())
    )


rules = st.recursive(leaves, branches, max_leaves=5)
criteria = st.builds(
    Criterion,
    id=texts,
    key=texts,
    lines=lines,
    span=spans,
    text=texts,
    rule=rules,
    weight=numbers,
    group=st.none(),
    anchors=st.none() | st.builds(Anchors, st.tuples(texts, texts, texts, texts)),
)
findings = st.builds(Finding, message=texts, message_zh=texts, criteria=st.lists(texts, max_size=2).map(tuple))
rubrics = st.builds(
    Rubric,
    slug=texts,
    title=st.none() | texts,
    track=st.none() | texts,
    lines=lines,
    locations=st.lists(texts, max_size=3).map(tuple),
    responsibilities=st.lists(st.builds(Responsibility, lines, texts), max_size=2).map(tuple),
    criteria=st.lists(criteria, max_size=3, unique_by=lambda criterion: criterion.id).map(tuple),
    groups=st.lists(st.builds(Group, texts, texts, lines), max_size=2, unique_by=lambda group: group.id).map(tuple),
    warnings=st.lists(findings, max_size=2).map(tuple),
    suggested_title=st.none() | texts,
    version=st.integers(0, 99),
)


@given(rubrics)
@settings(max_examples=150, deadline=None)
def test_a_rubric_comes_back_from_its_file_and_the_file_from_the_rubric(rubric: Rubric):
    written = dump_rubric_file(rubric)
    read = load_rubric_file(written)
    assert read == rubric
    assert dump_rubric_file(read).encode() == written.encode()


def test_every_shipped_rubric_makes_the_round_trip():
    assert catalogue()
    for entry in catalogue():
        assert load_rubric_file(dump_rubric_file(entry.rubric)) == entry.rubric


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str):
    with pytest.raises(RubricFileError):
        load_rubric_file(text)


WRITTEN = dump_rubric_file(make_rubric())


def changed(before: str, after: str) -> tuple[str, int]:
    """Change the first place where a text stands; give the file and the line of the place."""
    assert before in WRITTEN
    return WRITTEN.replace(before, after, 1), WRITTEN[: WRITTEN.index(before)].count("\n") + 1


@pytest.mark.parametrize(
    ("before", "after", "code", "detail"),
    [
        ('schema = "screening.rubric/1"', 'schema = "something"', "schema", ""),
        ('category = "tool"', 'category = "tools"', "wrong", "category"),
        ('category = "tool"', "category = tool", "syntax", "Invalid value"),
        ('category = "tool"', 'kategory = "tool"', "unknown", "kategory"),
        ('rule = {degree = "master"}', 'rule = {degree = "magister"}', "wrong", "rule"),
        ('rule = {degree = "master"}', 'rule = {digree = "master"}', "wrong", "rule"),
        ('rule = {degree = "master"}', 'rule = {cities = "master"}', "wrong", "rule"),
        ("weight = 1.0", "weight = -1", "wrong", "weight"),
        ("gate = true", 'gate = "yes"', "wrong", "gate"),
        ('id = "k2"', 'id = "k1"', "twice", "k1"),
        ('group = "b"', 'group = "c"', "group", "c"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, code: str, detail: str):
    text, line = changed(before, after)
    with pytest.raises(RubricFileError) as refused:
        load_rubric_file(text)
    assert (refused.value.line, refused.value.code, refused.value.detail) == (line, code, detail)


def test_a_criterion_without_a_key_is_told_at_its_heading():
    text = WRITTEN.replace('key = "location-2"\n', "", 1)
    with pytest.raises(RubricFileError) as refused:
        load_rubric_file(text)
    assert text.split("\n")[refused.value.line - 1] == "[[criteria]]"
    assert str(refused.value) == f"line {refused.value.line}: key is missing"


def test_the_prescore_command_takes_an_exported_file(tmp_path):
    (tmp_path / "rubric.toml").write_text(WRITTEN, "utf-8")
    (tmp_path / "resume.txt").write_text("熟悉 Python，硕士在读。", "utf-8")
    command = [sys.executable, "-m", "screening.cli", "prescore", "--format", "json", "--resume", "resume.txt"]
    done = subprocess.run([*command, "--posting", "rubric.toml"], cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(done.stdout)["posting"] == "trajectory"
    (tmp_path / "rubric.toml").write_text(WRITTEN.replace("gate = true", "gate = 1", 1), "utf-8")
    broken = subprocess.run([*command, "--posting", "rubric.toml"], cwd=tmp_path, capture_output=True, check=False)
    assert broken.returncode == 2
    assert (
        b"rubric.toml: line 14: gate cannot have this value." in broken.stderr.replace(b"\r", b"")
        or b"gate cannot" in broken.stderr
    )
