"""Whole applications labelled against the compiled criteria of the postings beside the project.

A label reads ``line beginning`` or ``line beginning@category``; the posting's own text is read from beside the project.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rubrics.codec import load_dossier
from rubrics.compiler import compile_document
from rubrics.dossier import Dossier
from rubrics.lexicon import load_lexicon
from rubrics.model import Criterion, Rubric
from rubrics.prescore import Result, Verdict
from rubrics.scoring import prescore_many
from tests.rubrics.shared import DOCUMENT

FOLDER = Path(__file__).parent / "pairs" / "postings"


@dataclass(frozen=True)
class PostingPair:
    name: str
    label: str
    verdict: Verdict
    dossier: Dossier
    result: Result | None


def read_posting_pairs(name: str) -> list[PostingPair]:
    """Give the labelled pairs of one set, judged; ``result`` is None where the compiler no longer gives the criterion."""
    rubrics, lexicon = compiled_postings(), load_lexicon()
    pairs: list[PostingPair] = []
    for number, row in enumerate(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["applications"], 1):
        answers = json.loads(row["answers"]) if "answers" in row else None
        dossier = load_dossier(answers, row.get("resume"))
        scored = {found.posting: found for found in prescore_many(rubrics, dossier, lexicon)}
        for verdict in Verdict:
            for label in row.get(verdict.value, ()):
                found = criterion_at(label)
                result = None
                if found is not None:
                    rubric, criterion = found
                    results = scored[rubric.slug].results
                    result = next(result for result in results if result.criterion == criterion.id)
                pairs.append(PostingPair(f"{name}-{number:02}", label, verdict, dossier, result))
    return pairs


@cache
def compiled_postings() -> tuple[Rubric, ...]:
    return compile_document(DOCUMENT.read_bytes().decode("utf-8"), load_lexicon()).postings


def criterion_at(label: str) -> tuple[Rubric, Criterion] | None:
    place, _, category = label.partition("@")
    line, _, beginning = place.partition(" ")
    fitting = list(_on_line(int(line), beginning, category))
    return fitting[0] if fitting else None


def _on_line(line: int, beginning: str, category: str) -> Iterator[tuple[Rubric, Criterion]]:
    for rubric in compiled_postings():
        for criterion in rubric.criteria:
            if not criterion.lines.first <= line <= criterion.lines.last:
                continue
            if criterion.text.startswith(beginning) and category in {"", criterion.category.value}:
                yield rubric, criterion
