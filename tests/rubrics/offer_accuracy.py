"""How right the offers of a résumé are: ``python -m tests.rubrics.offer_accuracy`` prints precision and recall by kind, and every miss.

A figure counts single values (a school, its degree, its end …). The set ``tuned`` was looked at while the reader was made, ``heldout``
was labelled before and never tuned on.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rubrics.codec import load_dossier
from rubrics.lexicon import load_lexicon
from rubrics.prefill import Kind, Offer, Wanted, find_offers

FOLDER = Path(__file__).parent / "offers"
SETS = ("tuned", "heldout")
FIRST_LOOK = "precision 0.955, recall 0.852; one of the nine wrong values was the label's mistake"
WANTED = Wanted(
    terms=frozenset(
        ("python", "cpp", "c", "java", "go", "rust", "sql", "cuda", "pytorch", "tensorflow", "linux", "docker", "git")
    ),
    languages=frozenset({"en"}),
    today="2026-11",
)
Value = tuple[Kind, str, str, str]
"""Kind, what the offer is about, the name of a value, the value."""
ABOUT = ("institution", "term", "name", "contest", "language", "value")


@dataclass(frozen=True)
class Figures:
    right: Counter[Kind]
    offered: Counter[Kind]
    labelled: Counter[Kind]
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.right.total() / max(1, self.offered.total())

    @property
    def recall(self) -> float:
        return self.right.total() / max(1, self.labelled.total())


def offers_in(text: str) -> tuple[Offer, ...]:
    return find_offers(load_dossier(None, text), WANTED, load_lexicon())


def measure(name: str) -> Figures:
    right, offered, labelled = Counter[Kind](), Counter[Kind](), Counter[Kind]()
    wrong, missed = [], []
    for resume in tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["resumes"]:
        wanted = Counter(value for row in resume["offers"] for value in _values(row))
        found = Counter(
            value
            for offer in offers_in(resume["text"])
            for value in _values({"kind": offer.kind.value, **dict(offer.values)})
        )
        for value, count in (wanted & found).items():
            right[value[0]] += count
        for values, counter in ((found, offered), (wanted, labelled)):
            for value, count in values.items():
                counter[value[0]] += count
        wrong += [f"{resume['name']}: {_told(value)}" for value in (found - wanted)]
        missed += [f"{resume['name']}: {_told(value)}" for value in (wanted - found)]
    return Figures(right, offered, labelled, tuple(wrong), tuple(missed))


def main() -> None:
    for name in SETS:
        figures = measure(name)
        lines = [f"\noffers, {name}", "kind".ljust(14) + "precision".rjust(16) + "recall".rjust(16)]
        lines += [
            kind.value.ljust(14)
            + f"{figures.right[kind]}/{figures.offered[kind]}".rjust(16)
            + f"{figures.right[kind]}/{figures.labelled[kind]}".rjust(16)
            for kind in Kind
            if figures.labelled[kind] or figures.offered[kind]
        ]
        lines.append(f"precision {figures.precision:.3f}   recall {figures.recall:.3f}")
        lines += [f"  wrong: {row}" for row in figures.wrong]
        lines += [f"  missed: {row}" for row in figures.missed]
        if name == "heldout" and FIRST_LOOK:
            lines.append(f"  first look: {FIRST_LOOK}")
        sys.stdout.write("\n".join(lines) + "\n")


def _values(row: dict[str, str]) -> list[Value]:
    about = next((row[name] for name in ABOUT if name in row), "")
    place = row.get("degree", "") if row["kind"] == "education" else ""
    about = f"{about} {place}".strip()
    return [(Kind(row["kind"]), about, name, value) for name, value in row.items() if name != "kind"]


def _told(value: Value) -> str:
    kind, about, name, told = value
    return f"{kind.value} {about}: {name} = {told}"


if __name__ == "__main__":
    main()
