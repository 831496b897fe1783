"""The hand-made labels of the measuring postings: what each line is, and what it asks for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from rubrics.model import Category, Section
from tests.rubrics.shared import POSTINGS

FOLDER = Path(__file__).parent / "labels"
INVENTED = Path(__file__).parent / "invented" / "labelled"


class Kind(StrEnum):
    """What a careful reader calls a line; every line without a label asks for nothing."""

    REQUIREMENT = "requirement"
    BONUS = "bonus"
    BOTH = "both"
    CARD = "card"


KINDS = {"R": Kind.REQUIREMENT, "B": Kind.BONUS, "RB": Kind.BOTH, "C": Kind.CARD}
SECTIONS = {
    Kind.REQUIREMENT: {Section.REQUIREMENT},
    Kind.BONUS: {Section.BONUS},
    Kind.BOTH: {Section.REQUIREMENT, Section.BONUS},
    Kind.CARD: set(),
}


@dataclass(frozen=True)
class LineLabel:
    """One line: its kind, the categories that it must have and those that it may have."""

    kind: Kind
    asked: frozenset[Category]
    allowed: frozenset[Category]


@dataclass(frozen=True)
class Labelled:
    """One labelled text: its name, how many postings it holds, and its lines by number."""

    name: str
    text: str = field(repr=False)
    lines: dict[int, LineLabel] = field(repr=False)
    postings: int = 1
    held_out: bool = False

    @property
    def pairs(self) -> set[tuple[int, Section]]:
        """Every line with each section that it belongs to."""
        return {(line, section) for line, label in self.lines.items() for section in SECTIONS[label.kind]}


def read_labels(name: str) -> list[Labelled]:
    """Give the labelled files of ``zh``, ``en`` or ``document`` that lie beside the project, in order."""
    folder = POSTINGS if name == "document" else POSTINGS / f"dev_{name}"
    tables = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return [
        Labelled(
            stem,
            (folder / f"{stem}.txt").read_bytes().decode("utf-8"),
            dict(row for line in table["lines"].splitlines() for row in _rows(line)),
            table.get("postings", 1),
            table.get("held_out", False),
        )
        for stem, table in tables.items()
        if (folder / f"{stem}.txt").exists()
    ]


def read_invented(language: str) -> list[Labelled]:
    """Give the invented postings of a language, whose labels stand before each line (R experience tool?|- …)."""
    blocks = (INVENTED / f"{language}.txt").read_text("utf-8").split("=== ")[1:]
    return [_invented(block) for block in blocks]


def _invented(block: str) -> Labelled:
    name, _, body = block.rstrip("\n").partition("\n")
    rows = [line.partition("|") for line in body.split("\n")]
    labels = {
        number: _label(KINDS[mark.split()[0]], mark.split()[1:]) for number, (mark, _, _) in enumerate(rows, 1) if mark
    }
    return Labelled(name, "\n".join(words for _, _, words in rows), labels, held_out=name.endswith("held out"))


def _rows(line: str) -> list[tuple[int, LineLabel]]:
    numbers, kind, *categories = line.split()
    first, _, last = numbers.partition("-")
    label = _label(Kind(kind), categories)
    return [(number, label) for number in range(int(first), int(last or first) + 1)]


def _label(kind: Kind, categories: list[str]) -> LineLabel:
    asked = frozenset(Category(name) for name in categories if not name.endswith("?"))
    return LineLabel(kind, asked, frozenset(Category(name.rstrip("?")) for name in categories))
