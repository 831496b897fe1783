"""Which questions the check of forms doubts, over lists of our own.

``questions.tsv`` and ``questions_fresh.tsv`` were looked at while the patterns were written. ``questions_held_out.tsv`` was
written after that and measured once before any change: precision 0.94, recall 0.82. What it taught went into the table;
then ``questions_second.tsv`` was written and measured once: precision 0.90, recall 0.86. What that taught is in the table
by now, so that the figures below say that nothing was unlearnt, and the two above what to expect of new wordings.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.fairness import Concern, Topic, check_question
from rubrics.lexicon.tables import read_tables
from rubrics.text import Span

FOLDER = Path(__file__).parent
LISTS = ("questions", "questions_fresh", "questions_held_out", "questions_second")
FAIR = "-"


def read_list(name: str) -> list[tuple[str, str]]:
    rows = (FOLDER / f"{name}.tsv").read_text("utf-8").splitlines()
    return [(topic, text) for topic, text in (row.split("\t") for row in rows)]


@pytest.mark.parametrize("name", LISTS)
def test_doubts_find_unfair_questions_and_spare_the_others(name):
    rows = read_list(name)
    doubted = [(topic, text) for topic, text in rows if check_question(text)]
    right = sum(topic != FAIR for topic, _ in doubted)
    unfair = sum(topic != FAIR for topic, _ in rows)
    precision, recall = right / len(doubted), right / unfair
    sys.stdout.write(
        f"{name}: {unfair} unfair, {len(rows) - unfair} fair, precision {precision:.3f}, recall {recall:.3f}\n"
    )
    assert precision >= 0.97, [text for topic, text in doubted if topic == FAIR]
    assert recall >= 0.97, [text for topic, text in rows if topic != FAIR and (topic, text) not in doubted]


def test_a_doubt_names_its_topic():
    rows = [(topic, text) for name in LISTS for topic, text in read_list(name) if topic != FAIR]
    named = sum(Topic(topic) in {concern.topic for concern in check_question(text)} for topic, text in rows)
    assert named / len(rows) >= 0.95


def test_every_list_holds_each_topic():
    topics = {topic for topic, _ in read_list("questions")}
    assert topics - {FAIR} == {topic.value for topic in Topic}


def test_a_doubt_points_at_the_words_as_typed():
    assert check_question("先看项目。　您的　婚姻状况？") == (Concern(Topic.MARRIAGE, Span(9, 13)),)
    assert check_question("ARE YOU  Pregnant?")[0].topic is Topic.CHILDREN


def test_words_that_postings_must_not_ask_for_are_doubted_in_forms_too():
    spared = {
        "native speaker only",
        "岁以下",
        "周岁以下",
        "岁以内",
        "years old",
    }  # only with a figure or a wording around them
    words = [word for word in read_tables().cues["read_unlawful"] if word not in spared]
    assert [word for word in words if not check_question(word)] == []


@given(st.text(max_size=300))
def test_any_text_is_read_and_spans_lie_inside_it(text):
    for concern in check_question(text):
        assert 0 <= concern.span.start < concern.span.end <= len(text)


@given(
    st.sampled_from([text for name in LISTS for _, text in read_list(name)]),
    st.sampled_from(["", "  ", "请回答：", "Please answer. "]),
)
def test_what_stands_before_a_question_hides_no_doubt(text, before):
    topics = {concern.topic for concern in check_question(text)}
    assert topics <= {concern.topic for concern in check_question(before + text)}


def test_long_texts_are_read_quickly():
    assert check_question("你是" * 2000 + "how many " * 1000) == ()
