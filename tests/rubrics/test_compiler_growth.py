"""The compiler on any text at all: it ends, keeps every span to its own words, and its time grows with the length."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.codec import dump_compilation, dump_rubric, dump_text, load_rubric
from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
from tests.real.pace import assert_grows_linearly
from tests.rubrics.test_compiler import one, sections

LEXICON = load_lexicon()
MILLION = 1_000_000


WORDS = st.sampled_from(
    ["任职要求", "岗位职责：", "加分项", "Requirements", "Responsibilities:", "Nice to have", "1、", "2.", "(1)", "* ", "- ", "熟悉", "Python", "C++",
     "优先", "，", "；", "。", "\n", "\r\n", "（", "）", "北京市", "硕士", "及以上", "立即投递", "|", "**", "##", "论文", "ACM", "3年", "等", "或", " is a plus", ", ", "工程师", "至少两种"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(WORDS, max_size=60).map("".join),
    st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=50).map("".join),
)


@settings(max_examples=250, deadline=None)
@given(TEXTS)
def test_no_text_crashes_it_and_every_span_is_its_own_words(text):
    compilation = compile_document(text, LEXICON)
    for rubric in compilation.postings:
        assert load_rubric(dump_rubric(rubric)) == rubric
        for criterion in rubric.criteria:
            assert criterion.text == text[criterion.span.start : criterion.span.end]
            assert criterion.text.strip()
            assert rubric.lines.first <= criterion.lines.first <= criterion.lines.last <= rubric.lines.last
        for finding in rubric.warnings:
            assert 1 <= finding.lines.first <= finding.lines.last <= compilation.lines
    dump_text(dump_compilation(compilation))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["熟悉Python", "本科及以上学历", "沟通能力强", "有开源项目者优先", "了解SQL，会Excel软件"]),
        min_size=1,
        max_size=8,
    )
)
def test_no_asking_line_is_dropped(lines):
    rubric = one("工程师\n任职要求\n" + "".join(f"{number}. {line}\n" for number, line in enumerate(lines, 1)))
    assert set(sections(rubric)) == set(range(3, 3 + len(lines)))


UNITS = ["任职要求\n", "要求\n职责\n", "1、熟悉Python；", "优先，", "熟悉，", "沟通，", "(", "熟悉Go，有经验者优先。", "工程师\n北京市本科\n立即投递\n", "职责：1、", "【加分项】", "- a\n", " ", "a b, ", "🌎 北京 ", "aaaExperience with b", "地点：上海\n", "• x\n", "任职要求\n- a\n1、b\n", "Aaa bb. ", "-熟", "熟悉", " and knowledge of x", "Ideally, ", "a@b", "岗位\t要求\t"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_linearly(unit):
    assert_grows_linearly(lambda size: compile_document("任职要求\n" + unit * (size // len(unit)), LEXICON), size=4_000)


def test_a_line_of_a_million_characters_is_read_to_its_end():
    unit = "1、熟悉一种少有人用的写作方法并能独立完成每天的任务；有三年以上经验者优先；"
    compilations = []

    def work(size):
        text = "任职要求\n" + unit * (size // len(unit))
        compilations.append((text, compile_document(text, LEXICON)))

    assert_grows_linearly(work, size=MILLION // 8)
    text, compilation = max(compilations, key=lambda pair: len(pair[0]))
    (rubric,) = compilation.postings
    assert len(rubric.criteria) >= 2 * text.count(unit)
    assert all(criterion.text == text[criterion.span.start : criterion.span.end] for criterion in rubric.criteria)
    assert {(criterion.lines.first, criterion.lines.last) for criterion in rubric.criteria} == {(2, 2)}
    assert max(criterion.span.end for criterion in rubric.criteria) >= len(text.rstrip("；"))
