"""What a posting leaves in doubt is told, and each doubt that is about words stands on its words."""

from rubrics.compiler import compile_document
from rubrics.findings import FindingCode
from rubrics.lexicon import load_lexicon
from tests.rubrics.test_compiler import one

TEXT = "北京市硕士\n职责\n1. 负责排产\n任职要求\n1. 本科及以上学历\n3. 责任心强\n4. 熟悉SQL，有Go经验者优先\n5. 男性优先\n6. 精通Zorblax\n"


def told():
    (rubric,) = compile_document(TEXT, load_lexicon()).postings
    return {
        finding.code: TEXT[finding.span.start : finding.span.end] if finding.span else None
        for finding in rubric.warnings
    }


def test_each_warning_stands_on_its_words():
    found = told()
    assert found[FindingCode.BROKEN_NUMBERING] == "责任心强"
    assert found[FindingCode.NOT_SCREENABLE] == "责任心强"
    assert found[FindingCode.UNLAWFUL_QUESTION] == "男性优先"
    assert found[FindingCode.UNPARSED_LINE] == "精通Zorblax"
    assert found[FindingCode.DEGREE_CONFLICT] == "本科及以上学历"
    assert FindingCode.MISSING_TITLE in found
    assert FindingCode.BONUS_IN_REQUIREMENTS in found


def test_the_same_body_twice_is_told_on_both():
    twice = "前端工程师\n职责\n1. 写页面\n任职要求\n1. 熟悉Vue\n\n后端工程师\n职责\n1. 写页面\n任职要求\n1. 熟悉Vue\n"
    postings = compile_document(twice, load_lexicon()).postings
    assert [FindingCode.DUPLICATE_BODY in {finding.code for finding in rubric.warnings} for rubric in postings] == [
        True,
        True,
    ]


def codes(rubric):
    return {finding.code for finding in rubric.warnings}


def test_unlawful_questions_weigh_nothing():
    rubric = one("出纳\n任职要求\n1. 限女性，未婚\n2. 熟悉Excel软件\n")
    assert FindingCode.UNLAWFUL_QUESTION in codes(rubric)
    assert [criterion.weight for criterion in rubric.criteria if criterion.lines.first == 3] == [0.0]


def test_a_card_and_a_body_may_disagree():
    rubric = one("工程师\n北京市硕士研究生及以上\n立即投递\n任职要求\n本科及以上学历\n")
    assert FindingCode.DEGREE_CONFLICT in codes(rubric)
    assert rubric.degree_floor == "bachelor"


def test_a_jump_in_numbers_is_told():
    assert FindingCode.BROKEN_NUMBERING in codes(one("工程师\n任职要求\n1. 熟悉SQL\n3. 熟悉Go语言\n"))
    assert FindingCode.BROKEN_NUMBERING not in codes(one("工程师\n任职要求\n1. 熟悉SQL\n2. 熟悉Go语言\n"))
