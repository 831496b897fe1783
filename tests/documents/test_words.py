"""The words of the search: names of two and three characters, marks that belong to a word, and texts of any kind."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.documents.words import MOST_WORDS, Sought, document_words, excerpt, fold, wanted

ANY = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)


def words_of(text: str) -> list[str]:
    """Give the words of a text, without the posting."""
    return document_words(posting_id=7, name="", texts=[text])[1:]


def finds(typed: str, *, name: str = "", text: str = "", in_names: bool = False) -> bool:
    """Search as a database would: rows of words, and beginnings."""
    joined = " ".join(["", *document_words(posting_id=7, name=name, texts=[text]), ""])

    def stands(sought: Sought) -> bool:
        row = " " + " ".join(sought.words) + ("" if sought.is_beginning else " ")
        return row in joined

    groups = wanted(typed, in_names=in_names)
    return bool(groups) and all(any(stands(sought) for sought in group) for group in groups)


def test_runs_are_pairs_with_their_last_character():
    assert words_of("云小鹤") == ["云小", "小鹤", "鹤"]
    assert words_of("云") == ["云"]
    assert document_words(posting_id=7, name="云小", texts=[]) == ["_p7", "_n云小", "_n小", "云小", "小"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C++/C# 与 .NET", ["c_a_a", "c_b", "与", "_cnet", "net"]),
        ("Node.js, Notepad++", ["node_cjs", "node", "js", "notepad_a_a", "notepad"]),
        ("Ｐｙｔｈｏｎ3．8。", ["python3_c8", "python3", "8"]),
        ("snake_case end.", ["snake", "case", "end"]),
        ("熟悉Python开发", ["熟悉", "悉", "python", "开发", "发"]),
        ("买买提·阿依", ["买买", "买提", "提", "阿依", "依"]),
        ("……！？ _", []),
    ],
)
def test_words_keep_their_marks(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize("typed", ["云", "小", "鹤", "云小", "小鹤", "云小鹤", " 云小鹤 "])
def test_any_part_of_a_chinese_name_finds_it(typed):
    assert finds(typed, name="云小鹤")
    assert finds(typed, name="云小鹤", in_names=True)


@pytest.mark.parametrize("typed", ["云鹤", "小云", "鹤云小", "云小小鹤", "云小鹤 李", "云小鹤python", "", "。"])
def test_other_names_do_not(typed):
    assert not finds(typed, name="云小鹤", text="小舟")


def test_pairs_must_stand_side_by_side_and_in_one_run():
    assert not finds("云小鹤", text="云小，小鹤")
    assert not finds("云小鹤", text="小鹤云小")


def test_a_single_character_is_looked_for_in_names_only():
    assert not finds("的", text="我的简历")
    assert finds("java 云", name="云小鹤", text="java")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("xiao", True),
        ("xiaohe yu", True),
        ("xi yun", False),
        ("yun xi", True),
        ("XIAOHE", True),
        ("xiaohe.yun@example.com", True),
        ("iaohe", False),
        ("pyt", True),
        ("py", False),
        ("c++", True),
        ("c", False),
    ],
)
def test_the_last_word_may_be_a_beginning(typed, found):
    assert finds(typed, name="Yun Xiaohe", text="python c++ xiaohe.yun") is found


@given(before=ANY, run=st.text("云小鹤舟林安", min_size=2, max_size=5), after=ANY)
def test_whatever_stands_around_a_run_it_is_found(before, run, after):
    assert finds(run, text=f"{before}{run}{after}")


@given(text=ANY)
def test_words_are_safe_for_every_query_language(text):
    for word in [*words_of(text), *(word for group in wanted(text) for sought in group for word in sought.words)]:
        assert re.fullmatch(r"[\w\u0080-\U0010ffff]+", word)


@given(text=ANY)
def test_every_word_of_a_text_finds_it(text):
    for piece in fold(text).split():
        if wanted(piece) and not any(sought.words[0].startswith("_n") for group in wanted(piece) for sought in group):
            assert finds(f"{piece} zzz", text=f"{text} zzz") or "@" in piece, piece


def test_a_very_long_text_is_cut():
    assert len(words_of(" ".join(map(str, range(2 * MOST_WORDS))))) == MOST_WORDS - 1


def test_an_excerpt_shows_the_candidates_own_words():
    found = excerpt("我用Ｐｙｔｈｏｎ\n写管线，用 Java 写后端。" + "长" * 60, "PYTHON")
    assert found is not None
    assert (found.before, found.found, found.after[:6]) == ("我用", "Ｐｙｔｈｏｎ", " 写管线，用")
    assert found.after.endswith("…")
    assert excerpt("javascript", "java c") is None
    assert excerpt("javascript", "java").found == "java"
    assert excerpt("训练联邦学习模型", "联邦学习").found == "联邦学习"


@given(text=ANY, typed=ANY)
def test_an_excerpt_is_a_part_of_the_text(text, typed):
    found = excerpt(text, typed)
    assert found is None or found.found in text
