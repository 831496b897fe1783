"""Every labelled pair on its own, every quotation at its place, and the small rules that pairs do not reach."""

from __future__ import annotations

import json
import re

import pytest

from rubrics.codec import dump_prescore, load_dossier
from rubrics.evidence.cues import Cues
from rubrics.evidence.starters import telling_letters
from rubrics.lexicon import load_lexicon
from rubrics.model import (
    AnyOf,
    AvailabilityAsk,
    Degree,
    DegreeAsk,
    EnrolmentAsk,
    Level,
    PublicationAsk,
    SkillAsk,
    VenueRank,
)
from rubrics.prescore import Prescore, Verdict
from tests.rubrics.labelled import Pair, judge, read_pairs
from tests.rubrics.prescore_accuracy import measure

PAIRS = read_pairs()


def text_at(dossier, source):
    if source == "resume":
        return dossier.resume
    value = dossier.answers
    for part in source.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value if isinstance(value, str) else json.dumps(value)


def assert_quotes_stand(found: Prescore, dossier):
    for result in found.results:
        assert result.because.zh
        assert result.because.en
        if result.verdict in {Verdict.MET, Verdict.PARTLY, Verdict.CONTRADICTED}:
            assert result.evidence
        for quote in result.evidence:
            assert quote.quote
            assert text_at(dossier, quote.source)[quote.start : quote.end] == quote.quote


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_labelled_pair(pair: Pair):
    found = judge(pair.rule, pair.dossier)
    assert found.results[0].verdict is pair.verdict, dump_prescore(found)
    assert_quotes_stand(found, pair.dossier)


def test_there_are_enough_pairs_over_all_verdicts():
    assert len(PAIRS) >= 120
    assert {pair.verdict for pair in PAIRS} == set(Verdict)
    accuracy = measure(PAIRS)
    assert accuracy.macro_f1 >= 0.8
    assert accuracy.met_precision >= 0.95
    assert accuracy.met_where_contradicted == 0


def test_degree_in_progress_says_so():
    found = judge(DegreeAsk(Degree.MASTER), load_dossier(None, "教育背景\n2024.09-至今 云溪大学 计算机技术 硕士"))
    assert found.results[0].because.zh == "硕士在读"
    assert found.results[0].because.en == "master's degree, in progress"


@pytest.mark.parametrize(
    ("availability", "verdict"),
    [({"start": "2026-12-01"}, Verdict.MET), ({"start": "2027-09-01"}, Verdict.CONTRADICTED), ({}, Verdict.PARTLY)],
)
def test_enrolment_is_judged_by_the_applications_own_dates(availability, verdict):
    answers = {"education": [{"studyType": "硕士", "endDate": "2027-06"}], "availability": availability}
    assert judge(EnrolmentAsk(), load_dossier(answers, None)).results[0].verdict is verdict


def test_numbers_are_quoted_as_json_writes_them():
    answers = {"publications": [{"name": "Cloud Atlas", "publisher": "ICLR 2025", "authorPosition": 1}]}
    dossier = load_dossier(answers, None)
    found = judge(PublicationAsk(rank=VenueRank.A, first_author=True), dossier)
    assert {quote.source: quote.quote for quote in found.results[0].evidence} == {
        "/publications/0/publisher": "ICLR 2025",
        "/publications/0/authorPosition": "1",
    }


@pytest.mark.parametrize("alias", ["强化学习", "reinforcement learning", "PPO", "深度强化学习"])
def test_aliases_are_one_topic(alias):
    found = judge(SkillAsk("reinforcement_learning"), load_dossier(None, f"项目经历\n- 使用 {alias} 训练控制策略"))
    assert found.results[0].verdict is Verdict.MET


@pytest.mark.parametrize("wide", ["Ｐｙｔｈｏｎ", "PYTHON", "python"])
def test_width_and_case_do_not_matter_and_quotes_stay_as_given(wide):
    dossier = load_dossier(None, f"技能\n熟练掌握　{wide}")
    found = judge(SkillAsk("python"), dossier)
    assert found.results[0].verdict is Verdict.MET
    assert wide in found.results[0].evidence[0].quote
    assert_quotes_stand(found, dossier)


def test_patterns_run_only_where_they_may_match_and_miss_nothing():
    lexicon = load_lexicon()
    cues = Cues(lexicon)
    texts = [(pair.dossier.resume or "").lower() for pair in PAIRS]
    lines = [line for text in texts for line in text.splitlines()]
    for name in lexicon.cue_patterns:
        pattern = re.compile("|".join(f"(?:{word})" for word in lexicon.cues(name)))
        for line in lines:
            assert cues.has(name, line) == (pattern.search(line) is not None), (name, line)
            assert cues.places(name, line) == tuple(match.span() for match in pattern.finditer(line)), (name, line)


def test_letters_that_tell_of_a_pattern():
    assert telling_letters(r"a?bc") == {"bc"}
    assert telling_letters(r".b") == {"b"}
    assert telling_letters(r".b?") is None
    assert telling_letters(r"[\d.]+ ?stars") == {" sta", "star"}
    assert telling_letters(r"(?:\d{1,3}|some) ?(?:stars|forks)?") is not None


def test_wrapped_lines_read_on():
    resume = (
        "石小猴\n个人情况如下\n本人在云溪大学读研期间一直在做图像分割相关的研究，平时写代码主要的语言以\n"
        "Python 为主，偶尔也写一点脚本处理数据，但是到目前为止还没有使用过\nC++ 以及 Rust 这两种语言，今后视工作需要而定\n完"
    )
    dossier = load_dossier(None, resume)
    python, cpp = judge(SkillAsk("python"), dossier), judge(SkillAsk("cpp"), dossier)
    assert python.results[0].verdict is Verdict.MET
    assert cpp.results[0].verdict is Verdict.CONTRADICTED
    assert_quotes_stand(python, dossier)
    assert_quotes_stand(cpp, dossier)


def test_reasons_that_are_alike_are_told_together():
    rule = AnyOf((SkillAsk("cpp"), SkillAsk("python")))
    because = judge(rule, load_dossier(None, "爱好：围棋")).results[0].because
    assert because.zh == "C++、Python：材料里没有提到"
    assert because.en == "C++, Python: not mentioned"


def test_a_claimed_level_is_named_beside_the_one_that_is_asked_for():
    found = judge(SkillAsk("cpp", Level.PROFICIENT), load_dossier(None, "技能\n熟悉 C++")).results[0]
    assert found.because.zh == "C++：自述「熟悉」，要求「熟练」"
    assert found.because.en == "C++: stated as familiar; asked for: proficient"


def test_twelve_weeks_are_three_months():
    ask = AvailabilityAsk(months=3)
    found = judge(ask, load_dossier(None, "AVAILABILITY\nI can stay for at least 12 weeks.")).results[0]
    assert found.verdict is Verdict.MET
    assert found.because.en == "says: can stay 3 months"
