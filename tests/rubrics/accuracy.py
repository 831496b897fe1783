"""Print how well the compiler reads postings, line by line, against labels made by hand.

Run: python -m tests.rubrics.accuracy [-v]
With -v each disagreement is told, but for the postings that are held out: no rule may be made by looking at those.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rubrics.compiler import compile_document
from rubrics.lexicon import Lexicon, load_lexicon
from rubrics.model import Category, Rubric, Section
from tests.rubrics.line_labels import Kind, Labelled, read_invented, read_labels

RUNS = 3


@dataclass
class Tally:
    """Right, wrong and missed ones of anything that can be counted."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, right: int, wrong: int, missed: int) -> None:
        """Count some more."""
        self.right += right
        self.wrong += wrong
        self.missed += missed

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


@dataclass
class Score:
    """Agreement of (line, section) pairs, of lines that ask and prefer, and of (line, category) pairs."""

    files: int = 0
    sections: Tally = field(default_factory=Tally)
    mixed: Tally = field(default_factory=Tally)
    categories: Tally = field(default_factory=Tally)
    split: int = 0
    milliseconds: float = 0.0


def measure(labelled: Iterable[Labelled], *, tell: bool = False) -> Score:
    """Give the score on labelled files; ``tell`` prints each disagreement on those that are not held out."""
    score = Score()
    lexicon = load_lexicon()
    spent = 0.0
    for file in labelled:
        seconds, postings = _compiled(file.text, lexicon)
        spent += seconds
        score.files += 1
        score.split += len(postings) != file.postings
        _judge_sections(score, file, postings)
        _judge_categories(score, file, postings)
        if tell and not file.held_out:
            for told in _disagreements(file, postings, file.text.splitlines()):
                print(told)  # noqa: T201  # the figures are the point
    score.milliseconds = 1000 * spent / max(1, score.files)
    return score


def _compiled(text: str, lexicon: Lexicon) -> tuple[float, tuple[Rubric, ...]]:
    best = float("inf")
    postings: tuple[Rubric, ...] = ()
    for _ in range(RUNS):
        begun = time.process_time()
        postings = compile_document(text, lexicon).postings
        best = min(best, time.process_time() - begun)
    return best, postings


def _found(file: Labelled, postings: tuple[Rubric, ...]) -> Iterator[tuple[int, Section, Category]]:
    """Every line with the section and the category of what was read on it, but for cards and places beside titles."""
    for rubric in postings:
        for criterion in rubric.criteria:
            for line in range(criterion.lines.first, criterion.lines.last + 1):
                label = file.lines.get(line)
                if label is None and criterion.category is Category.LOCATION:
                    continue
                if label is None or label.kind is not Kind.CARD:
                    yield line, criterion.section, criterion.category


def _judge_sections(score: Score, file: Labelled, postings: tuple[Rubric, ...]) -> None:
    found = {(line, section) for line, section, _ in _found(file, postings)}
    score.sections.add(len(found & file.pairs), len(found - file.pairs), len(file.pairs - found))
    for line, label in file.lines.items():
        if label.kind is Kind.BOTH:
            right = all((line, section) in found for section in Section)
            score.mixed.add(right, 0, not right)


def _judge_categories(score: Score, file: Labelled, postings: tuple[Rubric, ...]) -> None:
    found = {(line, category) for line, _, category in _found(file, postings)}
    for line, label in file.lines.items():
        if label.kind is not Kind.CARD:
            read = {category for other, category in found if other == line}
            score.categories.add(len(read & label.asked), len(read - label.allowed), len(label.asked - read))


def _disagreements(file: Labelled, postings: tuple[Rubric, ...], texts: list[str]) -> Iterator[str]:
    found = list(_found(file, postings))
    if len(postings) != file.postings:
        yield f"{file.name}: {len(postings)} postings instead of {file.postings}"
    for line in sorted({line for line, _, _ in found} | set(file.lines)):
        label = file.lines.get(line)
        if label is not None and label.kind is Kind.CARD:
            continue
        read = {section for other, section, _ in found if other == line}
        wanted = {section for other, section in file.pairs if other == line}
        kinds = {category for other, _, category in found if other == line}
        asked, allowed = (label.asked, label.allowed) if label else (frozenset(), frozenset(kinds))
        if read == wanted and asked <= kinds <= allowed:
            continue
        told = "" if read == wanted else f" {sorted(read)} instead of {sorted(wanted)}"
        told += "".join(f" +{category}" for category in sorted(kinds - allowed))
        told += "".join(f" -{category}" for category in sorted(asked - kinds))
        yield f"{file.name[:9]}:{line}{told} | {texts[line - 1].strip()[:150]}"


def _line(name: str, score: Score) -> str:
    return (
        f"{name:<29} {score.files:>3} files  sections F1 {score.sections.f1:.3f} (P {score.sections.precision:.3f} R {score.sections.recall:.3f})  "
        f"mixed {score.mixed.recall:.2f} of {score.mixed.right + score.mixed.missed:>3}  categories F1 {score.categories.f1:.3f} "
        f"(P {score.categories.precision:.3f} R {score.categories.recall:.3f})  wrongly split {score.split}  {score.milliseconds:.1f} ms a file"
    )


def main() -> None:
    """Print the figures of both languages, with the held-out postings on a line of their own, and of the document."""
    tell = "-v" in sys.argv
    for name in ("zh", "en", "document", "zh invented", "en invented"):
        files = read_invented(name[:2]) if name.endswith("invented") else read_labels(name)
        if not files:
            print(f"{name}: the postings are not beside the project")  # noqa: T201  # the figures are the point
            continue
        print(_line(name, measure((file for file in files if not file.held_out), tell=tell)))  # noqa: T201  # the figures are the point
        held_out = [file for file in files if file.held_out]
        if held_out:
            print(_line(f"{name}, never tuned on", measure(held_out)))  # noqa: T201  # the figures are the point


if __name__ == "__main__":
    main()
