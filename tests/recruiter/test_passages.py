"""Texts cut at their quotations: nothing is lost, every quotation is found at its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from screening.queries.answers import jump_target, piece_prefix, read_answers
from screening.queries.passages import Mark, Piece, cut, place

MARKS = st.lists(
    st.builds(Mark, st.integers(-2, 30), st.integers(-2, 30), st.sampled_from(["R1", "R2", "B1"]), st.just("met"))
)


@given(st.text(max_size=25), MARKS)
def test_pieces_together_are_the_text(text, marks):
    assert "".join(piece.text for piece in cut(text, marks, prefix="e")) == text


@given(st.text(max_size=25), MARKS)
def test_every_mark_inside_the_text_is_covered_character_for_character(text, marks):
    pieces = cut(text, marks, prefix="e")
    for mark in marks:
        if not 0 <= mark.start < mark.end <= len(text):
            continue
        position, covered, first = 0, "", None
        for piece in pieces:
            if mark.start <= position < mark.end:
                assert mark.criterion in piece.criteria
                covered += piece.text
                first = first or piece.ident
            position += len(piece.text)
        assert covered == text[mark.start : mark.end]
        assert first == place("e", mark.start)


@given(st.text(max_size=25), MARKS)
def test_names_of_pieces_are_their_own(text, marks):
    names = [piece.ident for piece in cut(text, marks, prefix="e") if piece.ident]
    assert len(names) == len(set(names))


def test_overlapping_marks_share_a_piece_under_the_shorter_ones_verdict():
    marks = [Mark(0, 4, "R1", "met"), Mark(2, 4, "K1", "contradicted")]
    assert cut("abcdef", marks, prefix="e") == (
        Piece("ab", "e-0", "met", ("R1",), ()),
        Piece("cd", "e-2", "contradicted", ("K1", "R1"), ("K1", "R1")),
        Piece("ef"),
    )


def test_answers_keep_their_pointers_and_hide_the_head():
    answers = {
        "basics": {"name": "云小鹤", "email": "x@example.com", "summary": "研究"},
        "availability": {"on_site": True, "months": 4, "cities": ["上海"]},
        "skills": [{"name": "Python"}, {"name": ""}],
    }
    sections = read_answers(answers, {"/availability/on_site": [Mark(0, 4, "K1", "met")]})
    found = {
        value.pointer: (value.kind, "".join(piece.text for piece in value.pieces))
        for section in sections
        for entry in section.entries
        for value in entry.values
    }
    assert found == {
        "/basics/summary": ("text", "研究"),
        "/skills/0/name": ("text", "Python"),
        "/availability/on_site": ("boolean", "true"),
        "/availability/months": ("number", "4"),
        "/availability/cities/0": ("text", "上海"),
    }
    assert jump_target("/availability/on_site", 0) == "a-availability-on-site-0"
    assert piece_prefix("resume") == "e"
