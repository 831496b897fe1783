"""The compiler on the 20-posting document and the development postings beside the project."""

from collections import Counter
from itertools import chain

import pytest

from rubrics.codec import dump_compilation, dump_text
from rubrics.compiler import compile_document
from rubrics.findings import FindingCode
from rubrics.lexicon import load_lexicon
from rubrics.model import AvailabilityAsk, Category, Degree, Section, rule_asks
from tests.rubrics.accuracy import measure
from tests.rubrics.line_labels import read_labels
from tests.rubrics.shared import DOCUMENT, POSTINGS, read_posting

RANGES = [
    (1, 13), (15, 35), (37, 52), (53, 68), (71, 87), (89, 110), (113, 135), (138, 155), (158, 173), (175, 191),
    (194, 216), (219, 240), (242, 261), (263, 281), (284, 297), (300, 306), (308, 325), (327, 349), (352, 373), (375, 390),
]  # fmt: skip
UNTITLED = {4, 5, 8, 9, 10, 12, 16}
TRACKS = ["算法工程", "算法研究", "算法研究", "算法研究类", "算法研究类", "算法研究类", "算法研究类", "算法研究类", "算法研究类", "技术族-实习", "技术族-实习", "技术族-实习", "技术族-实习"]  # fmt: skip

# Where the document asks (requirement) and prefers (bonus), as a careful reader marks its lines.
REQUIREMENT = [
    (11, 13), (25, 28), (46, 48), (57, 60), (75, 78), (97, 100), (123, 126), (143, 146), (162, 165), (179, 183), (204, 207),
    (224, 227), (253, 256), (273, 276), (294, 297), (302, 303), (318, 322), (337, 341), (362, 364), (385, 387),
]  # fmt: skip
BONUS = [
    (30, 35), (49, 52), (62, 68), (81, 87), (102, 110), (129, 135), (149, 155), (167, 173), (185, 191), (210, 216),
    (229, 240), (258, 261), (278, 281), (304, 306), (319, 319), (324, 325), (344, 349), (367, 373), (388, 390),
]  # fmt: skip


@pytest.fixture(scope="module")
def text():
    return read_posting(DOCUMENT)


@pytest.fixture(scope="module")
def postings(text):
    return compile_document(text, load_lexicon(), name=DOCUMENT.name).postings


def lines_of(ranges):
    return set(chain.from_iterable(range(first, last + 1) for first, last in ranges))


def taken(postings, section):
    return {
        line
        for rubric in postings
        for criterion in rubric.criteria
        if criterion.section is section
        for line in range(criterion.lines.first, criterion.lines.last + 1)
    }


def codes(rubric, code):
    return [finding for finding in rubric.warnings if finding.code is code]


def test_every_posting_has_a_careful_readers_lines(postings):
    assert [(rubric.lines.first, rubric.lines.last) for rubric in postings] == RANGES


def test_titles_are_read_and_never_invented(postings):
    assert {place for place, rubric in enumerate(postings, 1) if rubric.title is None} == UNTITLED
    assert all(codes(rubric, FindingCode.MISSING_TITLE) for rubric in postings if rubric.title is None)
    assert [rubric.track for rubric in postings if rubric.title] == TRACKS
    assert all(rubric.title.endswith(("实习生", "）", ")")) for rubric in postings if rubric.title)


def test_a_lost_title_gets_an_offer(postings):
    assert all(rubric.suggested_title is None for rubric in postings if rubric.title)
    offered = [rubric.suggested_title for rubric in postings if rubric.title is None]
    assert all(title.endswith("方向实习生") for title in offered)
    assert offered[0].startswith("多模态")


def test_cities_and_floors_come_apart(postings, text):
    assert postings[0].locations == ("北京", "上海", "深圳")
    assert postings[19].locations == ("北京", "杭州", "上海", "深圳")
    floors = Counter(rubric.degree_floor for rubric in postings)
    assert floors == {Degree.MASTER: 15, Degree.BACHELOR: 3, None: 2}
    gates = {gate.category: text[gate.span.start : gate.span.end] for gate in postings[0].criteria if gate.gate}
    assert gates == {Category.LOCATION: "北京市、上海市、深圳市", Category.DEGREE: "硕士研究生及以上"}


def test_every_asking_line_is_in_its_sections(postings):
    requirement, bonus = taken(postings, Section.REQUIREMENT), taken(postings, Section.BONUS)
    cards = {
        criterion.lines.first
        for rubric in postings
        for criterion in rubric.criteria
        if criterion.category is Category.LOCATION
    }
    assert lines_of(REQUIREMENT) | lines_of(BONUS) <= requirement | bonus
    assert requirement - cards == lines_of(REQUIREMENT)
    assert bonus == lines_of(BONUS)


def test_hidden_bonuses_are_told(postings):
    told = {finding.lines.first for rubric in postings for finding in codes(rubric, FindingCode.BONUS_IN_REQUIREMENTS)}
    assert told == {49, 50, 51, 52, 304, 305, 306, 319, 388, 389, 390}


def test_the_same_body_is_told_and_the_like_ones_kept_apart(postings):
    assert [place for place, rubric in enumerate(postings, 1) if codes(rubric, FindingCode.DUPLICATE_BODY)] == [5, 11]
    assert postings[6].responsibilities != postings[7].responsibilities


def test_one_degree_conflict_and_one_broken_numbering(postings):
    conflicts = [place for place, rubric in enumerate(postings, 1) if codes(rubric, FindingCode.DEGREE_CONFLICT)]
    broken = [place for place, rubric in enumerate(postings, 1) if codes(rubric, FindingCode.BROKEN_NUMBERING)]
    assert (conflicts, broken) == ([18], [13])
    assert postings[17].degree_floor is Degree.BACHELOR


def test_arrival_and_length_are_one_gate(postings):
    (gate,) = [criterion for criterion in postings[16].criteria if criterion.category is Category.AVAILABILITY]
    assert gate.gate
    assert gate.rule == AvailabilityAsk(within_days=14, months=3, on_site=True)


def test_the_same_statement_has_one_key(postings, text):
    keys = Counter(
        criterion.key
        for rubric in postings
        for criterion in rubric.criteria
        if criterion.category is Category.PUBLICATION and "CCF B" in criterion.text and "第一作者" not in criterion.text
    )
    assert len(keys) == 1
    assert keys.total() == 11


def test_spans_are_the_documents_own_words(postings, text):
    for rubric in postings:
        for criterion in rubric.criteria:
            assert criterion.text == text[criterion.span.start : criterion.span.end] == criterion.text.strip()
            assert rubric.lines.first <= criterion.lines.first <= criterion.lines.last <= rubric.lines.last
        ids = [criterion.id for criterion in rubric.criteria]
        assert len(ids) == len(set(ids))


def test_no_term_of_a_rule_is_unknown(postings):
    lexicon = load_lexicon()
    terms = {
        ask.term
        for rubric in postings
        for criterion in rubric.criteria
        for ask in rule_asks(criterion.rule)
        if hasattr(ask, "term")
    }
    assert terms <= set(lexicon.terms)


def test_compiling_again_gives_the_same_bytes(text):
    lexicon = load_lexicon()
    once, again = (dump_text(dump_compilation(compile_document(text, lexicon, name="d"))) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("folder", ["dev_zh", "dev_en"])
def test_every_development_posting_compiles(folder):
    paths = sorted((POSTINGS / folder).glob("*.txt"))
    if not paths:
        pytest.skip("the development postings are not beside the project")
    several = {"174_boss96b123d2", "203_jd331"}  # these two hold more than one posting
    lexicon = load_lexicon()
    for path in paths:
        compilation = compile_document(read_posting(path), lexicon)
        assert len(compilation.postings) > 1 if path.stem in several else len(compilation.postings) == 1, path.stem


@pytest.mark.parametrize(
    ("name", "sections", "mixed", "categories"),
    [("zh", 0.975, 0.9, 0.9), ("en", 0.975, 0.9, 0.88), ("document", 1.0, 1.0, 0.9)],
)
def test_lines_agree_with_labels(name, sections, mixed, categories):
    score = measure(read_labels(name))
    if not score.files:
        pytest.skip("the development postings are not beside the project")
    assert score.sections.f1 >= sections
    assert score.mixed.recall >= mixed
    assert score.categories.f1 >= categories
