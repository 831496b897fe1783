"""The shipped rubrics: complete, faithful to the document they were read from, and not copied from it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from rubrics import catalogue as shipped
from rubrics.catalogue import UnknownEntryError, catalogue, load_entry
from rubrics.codec import dump_rubric, dump_text, load_rubric
from rubrics.compiler import compile_document
from rubrics.findings import FindingCode
from rubrics.lexicon import load_lexicon
from rubrics.model import AllOf, AnyOf, AtLeast, Section
from tests.conftest import shared_path

SLUGS = [entry.slug for entry in catalogue()]
SECTIONS = {  # requirements (hard floors among them) and bonus, as counted by hand
    "multimodal-evaluation": (7, 0),
    "end-to-end-driving": (8, 9),
    "driving-simulation": (7, 4),
    "multimodal-foundation-model": (7, 7),
    "multimodal-large-model": (6, 7),
    "driving-agi": (8, 12),
    "world-model": (8, 7),
    "aigc": (7, 7),
    "llm-platform": (7, 7),
    "nlp-large-model": (7, 7),
    "multimodal-research": (7, 7),
    "perception-engineering": (9, 12),
    "driving-systems": (9, 5),
    "model-deployment": (9, 5),
    "multimodal-data": (9, 0),
    "llm-training-framework": (4, 3),
    "dialogue-nlp": (11, 2),
    "irdc-vision": (8, 7),
    "perception-research": (7, 7),
    "mig-vision": (7, 3),
}
DOCUMENT = ("postings", "000_c7e80b1734e66fbd.txt")
LONGEST_RUN = 12  # Chinese characters in a row that a shipped line may share with the document
BUTTONS = {"立即投递", "收藏", "分享", ""}


def path_of(slug, ending):
    return Path(shipped.__file__).with_name(f"{slug}.{ending}")


def asks(rule):
    match rule:
        case AllOf(rules) | AnyOf(rules) | AtLeast(rules=rules):
            return [ask for branch in rules for ask in asks(branch)]
        case _:
            return [rule]


def test_twenty_postings_load_in_the_order_of_the_document():
    assert len(SLUGS) == 20
    assert list(SECTIONS) == SLUGS
    assert sum(entry.rubric.title is None for entry in catalogue()) == 7
    assert all((entry.rubric.title is None) == (entry.rubric.suggested_title is not None) for entry in catalogue())


@pytest.mark.parametrize("slug", ["", "nothing", "../catalogue/aigc", "aigc.json"])
def test_unknown_slug_is_refused(slug):
    with pytest.raises(UnknownEntryError):
        load_entry(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_sections_hold_what_was_counted(slug):
    criteria = load_entry(slug).rubric.criteria
    counted = tuple(sum(criterion.section is section for criterion in criteria) for section in Section)
    assert counted == SECTIONS[slug]
    assert len({criterion.id for criterion in criteria}) == len(criteria)
    assert all(criterion.gate == criterion.id.startswith("k") for criterion in criteria)
    assert all((criterion.section is Section.BONUS) == criterion.id.startswith("b") for criterion in criteria)


@pytest.mark.parametrize("slug", SLUGS)
def test_file_is_what_the_codec_writes(slug):
    written = path_of(slug, "json").read_text("utf-8")
    document = json.loads(written)
    assert dump_text({"document": document["document"]} | dump_rubric(load_rubric(document))) == written


@pytest.mark.parametrize("slug", SLUGS)
def test_spans_quote_the_shipped_text(slug):
    entry = load_entry(slug)
    for criterion in entry.rubric.criteria:
        assert entry.text[criterion.span.start : criterion.span.end] == criterion.text
    lines = entry.text.split("\n")
    own = entry.rubric_of_text
    for criterion in own.criteria:
        assert criterion.text in lines[criterion.lines.first - 1]
    assert [duty.text in lines[duty.lines.first - 1] for duty in own.responsibilities] == [True] * len(
        own.responsibilities
    )
    assert all("一项或多项" in lines[group.lines.first - 1] for group in own.groups)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_term_is_in_the_lexicon(slug):
    known = load_lexicon().terms
    for criterion in load_entry(slug).rubric.criteria:
        for ask in asks(criterion.rule):
            named = [getattr(ask, "term", None), getattr(ask, "trait", None)]
            for several in ("topics", "fields", "contests", "venues", "datasets"):
                named.extend(getattr(ask, several, ()))
            assert [term for term in named if term is not None and term not in known] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_compiler_reads_the_shipped_text_as_reviewed(slug):
    """The two agree on title, cities, floor, and on which lines ask for what; how a line is split is the reviewer's word."""
    entry = load_entry(slug)
    (compiled,) = compile_document(entry.text, load_lexicon(), name=slug).postings
    own = entry.rubric_of_text
    for name in ("title", "track", "locations", "degree_floor"):
        assert getattr(compiled, name) == getattr(own, name)
    assert {duty.lines for duty in compiled.responsibilities} == {duty.lines for duty in own.responsibilities}
    assert {(c.lines.last, c.section) for c in compiled.criteria} == {(c.lines.last, c.section) for c in own.criteria}
    assert [(group.rule, group.lines) for group in compiled.groups] == [
        (group.rule, group.lines) for group in own.groups
    ]


def test_same_statement_has_the_same_key():
    keys = [criterion.key for entry in catalogue() for criterion in entry.rubric.criteria]
    assert keys.count("publication-ccf-b") == 11
    rules = {}
    for entry in catalogue():
        for criterion in entry.rubric.criteria:
            rules.setdefault((criterion.key, criterion.text), set()).add(criterion.rule)
    assert [key for key, found in rules.items() if len(found) > 1] == []


def test_findings_of_the_document_are_kept():
    found = {
        code: [entry.slug for entry in catalogue() for w in entry.rubric.warnings if w.code is code]
        for code in FindingCode
    }
    assert len(found[FindingCode.MISSING_TITLE]) == 7
    assert found[FindingCode.DEGREE_CONFLICT] == ["irdc-vision"]
    assert found[FindingCode.DUPLICATE_BODY] == ["multimodal-large-model", "multimodal-research"]
    assert found[FindingCode.BROKEN_NUMBERING] == ["driving-systems"]
    assert len(found[FindingCode.BONUS_IN_REQUIREMENTS]) == 4 + 3 + 1 + 3


@pytest.mark.shared
def test_line_numbers_fit_the_document():
    content = shared_path(*DOCUMENT).read_bytes()
    lines = content.decode().split("\n")
    headings = re.compile(r"^\W*(工作职责|任职要求|(额外)?加分项|具有以下经历者优先)")
    for entry in catalogue():
        rubric = entry.rubric
        assert entry.document_sha256 == hashlib.sha256(content).hexdigest()
        said = {
            number
            for number in range(rubric.lines.first, rubric.lines.last + 1)
            if lines[number - 1].strip() not in BUTTONS and not headings.match(lines[number - 1])
        }
        head = {rubric.lines.first} if rubric.title is not None else set()
        used = {criterion.lines.first for criterion in rubric.criteria} | {
            duty.lines.first for duty in rubric.responsibilities
        }
        assert said - head == used, entry.slug
        latin = re.compile(r"[A-Za-z][A-Za-z0-9+#]*")
        for criterion in rubric.criteria:
            line = lines[criterion.lines.first - 1].lower().replace("-", "")
            for word in latin.findall(criterion.text):
                assert word.lower() in line, (entry.slug, criterion.id, word)


@pytest.mark.shared
def test_no_sentence_of_the_document_is_copied():
    """Compared without punctuation and Latin letters, line by line; titles are facts and stand as they are."""

    def chinese(text):
        return re.sub(r"[^\u4e00-\u9fff]", "", text)

    size = LONGEST_RUN + 1
    original = [chinese(line) for line in shared_path(*DOCUMENT).read_text("utf-8").split("\n")]
    known = {line[start : start + size] for line in original for start in range(len(line) - size + 1)}
    for entry in catalogue():
        lines = entry.text.split("\n")[1 if entry.rubric.title else 0 :]
        texts = [*lines, *(criterion.text for criterion in entry.rubric.criteria)]
        copied = [
            line[start : start + size]
            for line in map(chinese, texts)
            for start in range(len(line) - size + 1)
            if line[start : start + size] in known
        ]
        assert copied == [], entry.slug
