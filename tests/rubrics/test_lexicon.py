"""The lexicon's tables and its search."""

import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.lexicon import load_lexicon
from rubrics.text import fold
from tests.real.pace import assert_grows_linearly

LEXICON = load_lexicon()


def found(text, *kinds):
    return [
        (text[mention.start : mention.end], mention.term_id)
        for mention in LEXICON.find(text, frozenset(kinds) if kinds else None)
    ]


def skills(text):
    return [term for _, term in found(text, "programming_language", "tool", "knowledge", "dataset")]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("熟悉PyTorch框架", ["pytorch"]),
        ("C/C++", ["c", "cpp"]),
        ("熟悉C语言和C#", ["c", "csharp"]),
        ("强化学习 = reinforcement learning", ["reinforcement_learning", "reinforcement_learning"]),
        ("deep-learning 与 scikit learn", ["deep_learning", "scikit_learn"]),
        ("GPUs and LLMs", ["gpu", "llm"]),
        ("C端用户", []),
        ("R&D department", []),
        ("Python, R and SAS for statistics", ["python", "r_language", "sas", "statistics_topic"]),
        ("ready to go live", []),
        ("Go, Rust or Java programming", ["golang", "rust", "java"]),
        ("an inspark of joy", []),
        ("Spark 与 Hadoop", ["spark", "hadoop"]),
        ("javascript", ["javascript"]),
        ("Node.js", ["nodejs"]),
        ("量化交易", ["quant_finance"]),
        ("模型量化、剪枝", ["quantization", "pruning"]),
    ],
)
def test_finds_the_longest_spelling_with_its_context(text, terms):
    assert skills(text) == terms


@pytest.mark.parametrize(
    ("text", "cities"),
    [
        ("北京市、上海", ["city_beijing", "city_shanghai"]),
        ("北京大学", []),
        ("南京银行", []),
        ("Hong Kong", ["city_hong_kong"]),
    ],
)
def test_finds_cities_but_no_schools(text, cities):
    assert [term for _, term in found(text, "city")] == cities


def test_families_reach_over_several_steps():
    assert LEXICON.is_a("pytorch", "deep_learning_framework")
    assert LEXICON.is_a("pytorch", "machine_learning")
    assert LEXICON.is_a("field_ml", "field_cs")
    assert LEXICON.is_a("pytorch", "pytorch")
    assert not LEXICON.is_a("deep_learning_framework", "pytorch")


def test_names_in_both_languages():
    assert LEXICON.name("reinforcement_learning", "zh") == "强化学习"
    assert LEXICON.name("reinforcement_learning", "en") == "reinforcement learning"
    assert LEXICON.name("no_such_term", "en") == "no_such_term"


def test_cue_words_are_bounded():
    assert LEXICON.has_cue("level_familiar", "familiar with Go")
    assert not LEXICON.has_cue("level_familiar", "unfamiliar with Go")
    with pytest.raises(KeyError):
        LEXICON.cues("no such group")


def test_there_are_enough_terms_of_each_kind():
    kinds = Counter(term.kind for term in LEXICON.terms.values())
    assert kinds["tool"] > 400
    assert kinds["knowledge"] > 200
    assert kinds["programming_language"] > 50
    assert kinds["city"] > 350
    assert kinds["field"] > 40


def test_no_spelling_belongs_to_two_terms_of_one_kind():
    owners = {}
    for term in LEXICON.terms.values():
        for spelling in {fold(form).text for form in term.forms}:
            owners.setdefault((term.kind, spelling), set()).add(term.id)
    kinds = {"tool", "knowledge", "programming_language", "field", "degree", "trait", "certification", "language"}
    assert {key: ids for key, ids in owners.items() if len(ids) > 1 and key[0] in kinds} == {}


def test_every_parent_is_a_term():
    missing = {
        (term.id, parent) for term in LEXICON.terms.values() for parent in term.parents if parent not in LEXICON.terms
    }
    assert missing == set()


def test_the_version_names_the_tables_in_every_process():
    program = "import rubrics.lexicon.lexicon as l; print(l.load_lexicon().version)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    assert told == LEXICON.version


@given(st.text(max_size=400))
def test_mentions_lie_in_any_text(text):
    for mention in LEXICON.find(text):
        assert 0 <= mention.start < mention.end <= len(text)


def test_search_takes_linear_time():
    text = "熟悉PyTorch、C++ 与 deep learning, "
    assert_grows_linearly(lambda times: LEXICON.find(text * times), size=1_000)


def test_what_people_write_belongs_to_the_term_that_is_asked():
    wanted = tomllib.loads((Path(__file__).parent / "aliases.toml").read_text("utf-8"))
    missed = [
        (term, text)
        for term, texts in wanted.items()
        for text in texts
        if not any(LEXICON.is_a(mention.term_id, term) for mention in LEXICON.find(text))
    ]
    assert sum(map(len, wanted.values())) > 500
    assert missed == []


def test_a_name_with_its_version_is_the_name_and_a_blank_between_scripts_is_nothing():
    for text in ("pytorch2.1", "Ubuntu22.04", "CentOS7", "ResNet50"):
        assert LEXICON.find(text), text
    assert [m.term_id for m in LEXICON.find("MPC 控制")] == [m.term_id for m in LEXICON.find("MPC控制")]
    assert LEXICON.find("CARLA")
    assert not LEXICON.find("Carla")
