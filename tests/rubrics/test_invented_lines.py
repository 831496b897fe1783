"""Single lines of requirement lists, invented for this test: their sections and their categories."""

from pathlib import Path

import pytest

from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
from rubrics.model import Section

FOLDER = Path(__file__).parent / "invented"
LETTERS = {Section.REQUIREMENT: "R", Section.BONUS: "B"}


def rows(name):
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


def criteria_of(line):
    """Compile the line as the first of two items, in a posting of its own language."""
    if line.isascii():
        text = f"Engineer\n\nRequirements\n- {line}\n- Java\n"
    else:
        text = f"工程师\n\n任职要求\n1、{line}\n2、熟悉Java\n"
    (rubric,) = compile_document(text, load_lexicon()).postings
    return [criterion for criterion in rubric.criteria if criterion.lines.first == 4]


@pytest.mark.parametrize(("sections", "line"), rows("mixed.tsv"))
def test_a_line_requires_and_prefers(sections, line):
    found = {LETTERS[criterion.section] for criterion in criteria_of(line)}
    assert found == set(sections)


@pytest.mark.parametrize(("categories", "line"), rows("categories.tsv"))
def test_a_line_asks_for_its_categories(categories, line):
    assert {criterion.category.value for criterion in criteria_of(line)} == set(categories.split())
