"""How right the prescorer is on the labelled pairs: ``python -m tests.rubrics.prescore_accuracy`` prints the confusion table."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

from rubrics.prescore import Verdict
from tests.rubrics.labelled import Pair, judge, read_pairs


@dataclass(frozen=True)
class Accuracy:
    table: Counter[tuple[Verdict, Verdict]]
    wrong: tuple[tuple[Pair, Verdict, str], ...]

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
    table: Counter[tuple[Verdict, Verdict]] = Counter()
    wrong: list[tuple[Pair, Verdict, str]] = []
    for pair in pairs:
        result = judge(pair.rule, pair.dossier).results[0]
        table[pair.verdict, result.verdict] += 1
        if result.verdict is not pair.verdict:
            quotes = " | ".join(quote.quote for quote in result.evidence)
            wrong.append((pair, result.verdict, f"{result.because.zh} [{quotes}]"))
    return Accuracy(table, tuple(wrong))


def main() -> None:
    pairs = read_pairs()
    found = measure(pairs)
    lines = ["label \\ verdict".ljust(16) + "".join(verdict.value.rjust(14) for verdict in Verdict)]
    lines += [
        label.value.ljust(16) + "".join(str(found.table[label, verdict]).rjust(14) for verdict in Verdict)
        for label in Verdict
    ]
    lines.append(
        f"pairs {len(pairs)}   macro-F1 {found.macro_f1:.3f}   precision of met {found.met_precision:.3f}   "
        f"met where contradicted {found.met_where_contradicted}"
    )
    lines += [f"  {pair.name}: labelled {pair.verdict}, judged {verdict}: {why}" for pair, verdict, why in found.wrong]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
