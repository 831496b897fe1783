"""How right the offers of a résumé are: ``python -m tests.rubrics.offer_accuracy`` prints precision and recall by kind, and every miss.

A figure counts single values (a school, its degree, its end …). The set ``tuned`` was looked at while the reader was made; the
others were labelled before it had seen them, and only then looked at. What the first looks gave stands in ``FIRST_LOOKS``.
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
SETS = ("tuned", "first", "second", "heldout")
FIRST_LOOKS = {
    "first": "precision 0.955, recall 0.852; one of the nine wrong values was the label's mistake",
    "second": "precision 0.913, recall 0.795",
    "heldout": "precision 0.959, recall 0.816",
}
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
        wanted = _values(resume["offers"])
        found = _values([{"kind": offer.kind.value, **dict(offer.values)} for offer in offers_in(resume["text"])])
        for values, counter in ((wanted & found, right), (found, offered), (wanted, labelled)):
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
        if name in FIRST_LOOKS:
            lines.append(f"  first look: {FIRST_LOOKS[name]}")
        sys.stdout.write("\n".join(lines) + "\n")


def _values(rows: list[dict[str, str]]) -> Counter[Value]:
    """Give the single values; of two studies at one school the later one comes first in labels and offers."""
    values = Counter[Value]()
    seen = Counter[str]()
    for row in rows:
        about = next((row[name] for name in ABOUT if name in row), "")
        if row["kind"] == "education":
            seen[about] += 1
            about = f"{about} {seen[about]}"
        values.update((Kind(row["kind"]), about, name, value) for name, value in row.items() if name != "kind")
    return values


def _told(value: Value) -> str:
    kind, about, name, told = value
    return f"{kind.value} {about}: {name} = {told}"


if __name__ == "__main__":
    main()
