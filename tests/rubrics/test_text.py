"""Source texts, folding and plain forms: no offset is ever lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.text import Lines, SourceText, Span, fold, normalised, plain

UNICODE = st.text(st.characters(codec=None), max_size=300)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\r\nb\rc\n", ["a", "b", "c"]),
        ("\n\n", ["", ""]),
        ("a\n\nb", ["a", "", "b"]),
    ],
)
def test_lines_end_at_any_line_end(text, lines):
    source = SourceText(text)
    assert [source.line(number) for number in range(1, source.line_count + 1)] == lines


def test_a_span_names_its_lines():
    source = SourceText("ab\ncd\nef")
    assert source.lines_of(Span(1, 4)) == Lines(1, 2)
    assert source.lines_of(Span(3, 5)) == Lines(2, 2)
    assert source.lines_of(Span(6, 6)) == Lines(3, 3)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＰｙＴｏｒｃｈ", "pytorch"),
        ("⼈⼯智能", "人工智能"),
        ("⻋辆⻓", "车辆长"),
        ("a \t\n b", "a b"),
        ("①", "1"),
        ("ﬁne", "fine"),
    ],
)
def test_fold_makes_look_alikes_equal(text, folded):
    assert fold(text).text == folded


def test_fold_keeps_places_of_characters_that_grow():
    text = "ﬁ  C++"
    found = fold(text)
    start = found.text.index("c++")
    assert text[found.span(start, start + 3).start : found.span(start, start + 3).end] == "C++"


def test_plain_settles_bullets_and_escapes_in_place():
    assert plain("\uf06c 熟悉（Ａ）") == "• 熟悉(A)"
    assert plain("6\\. 精通") == "6 . 精通"
    assert normalised(" Ａ\u3000 b ") == "A b"


@given(UNICODE)
def test_plain_keeps_every_offset(text):
    assert len(plain(text)) == len(text)


@given(UNICODE)
def test_folded_spans_lie_in_the_text(text):
    found = fold(text)
    for place in range(len(found.text)):
        span = found.span(place, place + 1)
        assert 0 <= span.start < span.end <= len(text)


@given(UNICODE)
def test_lines_cover_the_text_in_order(text):
    source = SourceText(text)
    spans = [source.line_span(number) for number in range(1, source.line_count + 1)]
    assert all(one.end <= two.start for one, two in pairwise(spans))
    assert all("\n" not in source.line(number) for number in range(1, source.line_count + 1))
