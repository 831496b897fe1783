"""Postings of many layouts, invented for this test: every asking line is in its sections, no other line is taken."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
from rubrics.model import Category, Section

FOLDER = Path(__file__).parent / "invented"
MARKS = {"": set(), "R": {Section.REQUIREMENT}, "B": {Section.BONUS}, "RB": {Section.REQUIREMENT, Section.BONUS}}


def documents() -> Iterator[tuple[str, str]]:
    for path in sorted(FOLDER.glob("*.txt")):
        for block in path.read_text("utf-8").split("=== ")[1:]:
            name, _, body = block.partition("\n")
            yield f"{path.stem}: {name}", body.rstrip("\n")


def read(body: str) -> tuple[str, dict[int, set[Section]], int]:
    lines = [line for line in body.split("\n") if line != "---"]
    marks = [line.partition("|") for line in lines]
    text = "\n".join(words for _, _, words in marks)
    return (
        text,
        {number: MARKS[mark] for number, (mark, _, _) in enumerate(marks, 1)},
        body.split("\n").count("---") + 1,
    )


@pytest.mark.parametrize(("name", "body"), list(documents()), ids=lambda value: value.partition("\n")[0][:60])
def test_every_line_is_in_its_sections(name, body):
    text, expected, postings = read(body)
    compiled = compile_document(text, load_lexicon()).postings
    found: dict[int, set[Section]] = {number: set() for number in expected}
    for rubric in compiled:
        for criterion in rubric.criteria:
            if criterion.category is not Category.LOCATION or expected[criterion.lines.first]:
                for line in range(criterion.lines.first, criterion.lines.last + 1):
                    found[line].add(criterion.section)
    assert found == expected
    assert len(compiled) == postings
