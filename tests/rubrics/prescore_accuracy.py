"""How right the prescorer is on the labelled pairs: ``python -m tests.rubrics.prescore_accuracy`` prints a confusion table for each set.

The sets: single rules with short texts, tuned on; whole applications to the postings beside the project, of which ``first``
to ``ninth`` were tuned on after their first look, and ``heldout`` never. What the first looks gave stands in ``FIRST_LOOKS``.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

from rubrics.prescore import Result, Verdict
from tests.rubrics.labelled import Pair, judge, read_pairs
from tests.rubrics.posting_pairs import PostingPair, read_posting_pairs
from tests.rubrics.shared import DOCUMENT

TUNED = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
HELD_OUT = ("heldout",)
FIRST_LOOKS = {
    "first": "418 pairs before any tuning: macro-F1 0.852, precision of met 0.959, met where contradicted 2",
    "second": "258 pairs after tuning on the first set only: macro-F1 0.801, precision of met 0.960, met where contradicted 1",
    "third": "100 pairs after tuning on the first two: macro-F1 0.823, precision of met 0.977, met where contradicted 1",
    "fourth": "218 pairs after tuning on the first three: macro-F1 0.833, precision of met 0.991, met where contradicted 0",
    "fifth": "224 pairs after tuning on the first four: macro-F1 0.811, precision of met 0.981, met where contradicted 1",
    "sixth": "207 pairs after tuning on the first three: macro-F1 0.682, precision of met 0.890, met where contradicted 3",
    "seventh": "76 pairs after tuning on the first three: macro-F1 0.881 (0.852 without for_interview, of which it has none), precision of met 0.972, met where contradicted 0",
    "eighth": "147 pairs after tuning on the first seven: macro-F1 0.708, precision of met 0.941, met where contradicted 0",
    "ninth": "207 pairs after tuning on the first seven: macro-F1 0.839, precision of met 0.982, met where contradicted 0",
    "heldout": "157 pairs after tuning on the first nine: macro-F1 0.875, precision of met 0.976, met where contradicted 0",
}


@dataclass(frozen=True)
class Accuracy:
    table: Counter[tuple[Verdict, Verdict]]
    wrong: tuple[tuple[str, Verdict, Verdict, str], ...]

    @property
    def count(self) -> int:
        return sum(self.table.values())

    @property
    def macro_f1(self) -> float:
        return sum(self._f1(verdict) for verdict in Verdict) / len(Verdict)

    @property
    def met_precision(self) -> float:
        given = sum(count for (_, found), count in self.table.items() if found is Verdict.MET)
        return self.table[Verdict.MET, Verdict.MET] / given if given else 1.0

    @property
    def met_where_contradicted(self) -> int:
        return self.table[Verdict.CONTRADICTED, Verdict.MET]

    def _f1(self, verdict: Verdict) -> float:
        right = self.table[verdict, verdict]
        given = sum(count for (_, found), count in self.table.items() if found is verdict)
        labelled = sum(count for (label, _), count in self.table.items() if label is verdict)
        return 2 * right / (given + labelled) if given + labelled else 1.0


def measure(pairs: list[Pair]) -> Accuracy:
    return _measured([(pair.name, pair.verdict, judge(pair.rule, pair.dossier).results[0]) for pair in pairs])


def measure_postings(pairs: list[PostingPair]) -> Accuracy:
    """Measure whole applications; pairs whose criterion the compiler no longer gives are left out."""
    judged = [(pair, pair.result) for pair in pairs if pair.result is not None]
    return _measured([(f"{pair.name} {pair.label}", pair.verdict, result) for pair, result in judged])


def main() -> None:
    _print("single rules, tuned on", measure(read_pairs()))
    if not DOCUMENT.exists():
        sys.stdout.write("the postings are not beside the project: whole applications are left out\n")
        return
    for name in (*TUNED, *HELD_OUT):
        pairs = read_posting_pairs(name)
        _print(f"whole applications, {name}, {'tuned on' if name in TUNED else 'held out'}", measure_postings(pairs))
        lost = [pair.label for pair in pairs if pair.result is None]
        if lost:
            sys.stdout.write(f"  without a criterion: {', '.join(lost)}\n")
        if name in FIRST_LOOKS:
            sys.stdout.write(f"  first look: {FIRST_LOOKS[name]}\n")


def _measured(judged: list[tuple[str, Verdict, Result]]) -> Accuracy:
    table: Counter[tuple[Verdict, Verdict]] = Counter()
    wrong: list[tuple[str, Verdict, Verdict, str]] = []
    for name, label, result in judged:
        table[label, result.verdict] += 1
        if result.verdict is not label:
            quotes = " | ".join(quote.quote for quote in result.evidence)
            wrong.append((name, label, result.verdict, f"{result.because.zh} [{quotes}]"))
    return Accuracy(table, tuple(wrong))


def _print(title: str, found: Accuracy) -> None:
    lines = [f"\n{title}", "label \\ verdict".ljust(16) + "".join(verdict.value.rjust(14) for verdict in Verdict)]
    lines += [
        label.value.ljust(16) + "".join(str(found.table[label, verdict]).rjust(14) for verdict in Verdict)
        for label in Verdict
    ]
    lines.append(
        f"pairs {found.count}   macro-F1 {found.macro_f1:.3f}   precision of met {found.met_precision:.3f}   "
        f"met where contradicted {found.met_where_contradicted}"
    )
    lines += [f"  {name}: labelled {label}, judged {verdict}: {why}" for name, label, verdict, why in found.wrong]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
