"""Print how well the compiler tells sections, line by line, on the postings that were labelled by hand.

Run: python -m tests.rubrics.accuracy
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
from rubrics.model import Category, Section
from tests.rubrics.shared import POSTINGS

LABELS = Path(__file__).parent / "labels" / "sections.toml"


@dataclass(frozen=True)
class Score:
    """Agreement of (line, section) pairs; ``mixed`` the same for lines that ask and prefer."""

    files: int
    precision: float
    recall: float
    mixed_recall: float
    split: int
    milliseconds: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def measure(folder: str) -> Score | None:
    """Give the score on one labelled folder, None when the postings are absent."""
    wrong = missed = right = mixed = mixed_right = split = files = 0
    spent = 0.0
    lexicon = load_lexicon()
    for name, labels in _labels(folder):
        path = POSTINGS / folder / f"{name}.txt"
        if not path.exists():
            continue
        text = path.read_bytes().decode()
        begun = time.process_time()
        compilation = compile_document(text, lexicon)
        spent += time.process_time() - begun
        found = {
            (line, criterion.section)
            for rubric in compilation.postings
            for criterion in rubric.criteria
            if criterion.category is not Category.LOCATION
            for line in range(criterion.lines.first, criterion.lines.last + 1)
        }
        files += 1
        split += len(compilation.postings) != 1
        right += len(found & labels)
        wrong += len(found - labels)
        missed += len(labels - found)
        both = {
            line
            for line, section in labels
            if (line, Section.BONUS) in labels and (line, Section.REQUIREMENT) in labels
        }
        mixed += len(both)
        mixed_right += sum((line, Section.BONUS) in found and (line, Section.REQUIREMENT) in found for line in both)
        if "-v" in sys.argv and (found != labels):
            extra, lost = sorted(found - labels), sorted(labels - found)
            print(f"  {name}: extra {[(n, s.value[0]) for n, s in extra]}, missed {[(n, s.value[0]) for n, s in lost]}")  # noqa: T201  # the figures are the point
    if not files:
        return None
    return Score(
        files,
        right / max(1, right + wrong),
        right / max(1, right + missed),
        mixed_right / max(1, mixed),
        split,
        1000 * spent / files,
    )


def _labels(folder: str) -> Iterator[tuple[str, set[tuple[int, Section]]]]:
    for name, lists in tomllib.loads(LABELS.read_text())[folder].items():
        yield name, {(line, Section(section)) for section, words in lists.items() for line in _lines(words)}


def _lines(words: str) -> Iterator[int]:
    for word in words.split():
        first, _, last = word.partition("-")
        yield from range(int(first), int(last or first) + 1)


def main() -> None:
    """Print the figures of both languages."""
    for folder, floor in (("dev_zh", 0.95), ("dev_en", 0.93)):
        score = measure(folder)
        if score is None:
            print(f"{folder}: the postings are not beside the project")  # noqa: T201  # the figures are the point
            continue
        print(  # noqa: T201  # the figures are the point
            f"{folder}: section F1 {score.f1:.3f} (at least {floor}), precision {score.precision:.3f}, recall {score.recall:.3f}, "
            f"mixed lines {score.mixed_recall:.2f}, {score.files} postings, {score.split} not read as one, {score.milliseconds:.1f} ms a posting"
        )


if __name__ == "__main__":
    main()
