"""The hand-made labels of the measuring postings: what each line is, and what it asks for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from rubrics.model import Category, Section
from tests.rubrics.shared import POSTINGS

FOLDER = Path(__file__).parent / "labels"


class Kind(StrEnum):
    """What a careful reader calls a line; every line without a label asks for nothing."""

    REQUIREMENT = "requirement"
    BONUS = "bonus"
    BOTH = "both"
    CARD = "card"


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
    """One labelled file: where it lies, how many postings it holds, and its lines by number."""

    path: Path
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
            folder / f"{stem}.txt",
            dict(row for line in table["lines"].splitlines() for row in _rows(line)),
            table.get("postings", 1),
            table.get("held_out", False),
        )
        for stem, table in tables.items()
        if (folder / f"{stem}.txt").exists()
    ]


def _rows(line: str) -> list[tuple[int, LineLabel]]:
    numbers, kind, *categories = line.split()
    first, _, last = numbers.partition("-")
    asked = frozenset(Category(name) for name in categories if not name.endswith("?"))
    allowed = frozenset(Category(name.rstrip("?")) for name in categories)
    return [(number, LineLabel(Kind(kind), asked, allowed)) for number in range(int(first), int(last or first) + 1)]
