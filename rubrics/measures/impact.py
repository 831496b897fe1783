"""Adverse impact: whether groups are selected at different rates, how sure that is, and which groups may be shown at all.

Rates of two groups are compared by their ratio with Katz's interval on its logarithm (Katz, Baptista, Azen and Pike, 1978,
Biometrics 34:469-474) and by Fisher's exact test, two-sided by the sum of all tables with the same margins that are no more
probable than the one found (Fisher, 1935; so do R's ``fisher.test`` and SciPy's ``fisher_exact``). A ratio below 0.80 is what the
Uniform Guidelines on Employee Selection Procedures (29 CFR 1607.4 D) tell to look into: no proof, and no test.

Small groups: nothing is said of fewer than ``LEAST`` people, neither directly nor by subtraction. ``shown_groups`` says
which may be shown; ``impact_of`` makes tables of nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rubrics.measures.intervals import Estimate, Z, share_of

LEAST = 20
"""Fewer people than this are not shown."""
FOUR_FIFTHS = 0.8
EXACT_UNTIL = 20_000
"""Tables of more people are summed in floating point, to nine digits: their integers would have hundreds of thousands of digits."""
TIE = 1e-7
"""Probabilities in floating point that differ by less than this share are the same."""


@dataclass(frozen=True, slots=True)
class Group:
    """People who gave one answer: how many there are, and how many of them reached each outcome.

    An outcome that does not apply to all of them has its own number of people in ``bases``.
    """

    n: int = 0
    reached: Mapping[str, int] = field(default_factory=dict)
    bases: Mapping[str, int] = field(default_factory=dict)

    def base(self, outcome: str) -> int:
        """Give of how many people the outcome is counted."""
        return self.bases.get(outcome, self.n)


@dataclass(frozen=True, slots=True)
class Compared:
    """One group's rate of an outcome, beside the group with the highest rate; ``ratio`` and ``p`` are None for that group itself."""

    answer: str
    n: int
    reached: int
    rate: Estimate
    ratio: Estimate | None = None
    p: float | None = None

    @property
    def is_low(self) -> bool:
        """Whether its rate is less than four fifths of the highest."""
        return self.ratio is not None and self.ratio.value is not None and self.ratio.value < FOUR_FIFTHS

    @property
    def is_clear(self) -> bool:
        """Whether so large a difference comes by chance in fewer than one of twenty such comparisons."""
        return self.p is not None and self.p < 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """A comparison of groups in one outcome; without rows it cannot be shown."""

    name: str
    rows: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """One question's table: the answers that may be shown, the outcomes, and whether groups are left out for being small."""

    question: str
    answers: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    hides: bool


def ratio_of(part: int, whole: int, best_part: int, best_whole: int) -> Estimate:
    """Give the ratio of two rates with Katz's 95% interval; n is all people in both groups.

    Where nobody of a group was selected, half a person is added to both numerators for the interval (Pettigrew, Gart and
    Thomas, 1986, Biometrika 73:425-435), and the ratio itself stays 0. Without any selected in the best group there is none.
    """
    n = whole + best_whole
    if not whole or not best_part:
        return Estimate(n)
    value = part / whole / (best_part / best_whole)
    add = 0 if part else 0.5
    ratio = (part + add) / (whole + add) / ((best_part + add) / (best_whole + add))
    spread = 1 / (part + add) - 1 / (whole + add) + 1 / (best_part + add) - 1 / (best_whole + add)
    reach = Z * math.sqrt(max(0.0, spread))
    low = ratio * math.exp(-reach) if part else 0.0
    return Estimate(n, round(value, 4), round(low, 4), round(ratio * math.exp(reach), 4))


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Give the two-sided p of Fisher's exact test for the table [[a, b], [c, d]], computed in whole numbers.

    >>> round(fisher(3, 1, 1, 3), 4)  # Fisher's lady tasting tea
    0.4857
    """
    rows, column = (a + b, c + d), a + c
    first, last = max(0, column - rows[1]), min(column, rows[0])
    if sum(rows) > EXACT_UNTIL:
        return _fisher_in_floats(rows, column, a, range(first, last + 1))
    weight = math.comb(rows[0], first) * math.comb(rows[1], column - first)
    weights = [weight]
    for x in range(first, last):
        weight = weight * (rows[0] - x) * (column - x) // ((x + 1) * (rows[1] - column + x + 1))
        weights.append(weight)
    found = weights[a - first]
    extreme = sum(one for one in weights if one <= found)
    scale = 10**12
    return extreme * scale // sum(weights) / scale


def _fisher_in_floats(rows: tuple[int, int], column: int, a: int, places: range) -> float:
    """Sum the same weights relative to the largest, in logarithms."""
    ends = math.lgamma(rows[0] + 1) + math.lgamma(rows[1] + 1)
    logs = [
        ends
        - math.lgamma(x + 1)
        - math.lgamma(rows[0] - x + 1)
        - math.lgamma(column - x + 1)
        - math.lgamma(rows[1] - column + x + 1)
        for x in places
    ]
    top, found = max(logs), logs[a - places.start]
    extreme = math.fsum(math.exp(one - top) for one in logs if one <= found + TIE)
    return min(1.0, extreme / math.fsum(math.exp(one - top) for one in logs))


def shown_groups(sizes: Mapping[str, int], *, unsaid: int, least: int = LEAST) -> tuple[str, ...]:
    """Say which groups may be shown, so that what is left after subtracting them is nobody or at least ``least`` people.

    ``unsaid`` is how many preferred not to say; they are never shown. When the small groups and they are too few together,
    the smallest of the others is left out as well, until whoever knows a total learns nothing of a small group from it
    (complementary suppression; Hundepool and others, Statistical Disclosure Control, 2012, chapter 4). One group alone
    compares with nothing and is left out.

    >>> shown_groups({"a": 60, "b": 100, "c": 3}, unsaid=30)
    ('a', 'b')
    >>> shown_groups({"a": 60, "b": 100, "c": 3, "d": 40}, unsaid=2)
    ('a', 'b')
    """
    shown = {answer for answer, n in sizes.items() if n >= least}
    rest = unsaid + sum(n for answer, n in sizes.items() if answer not in shown)
    hides = any(n and answer not in shown for answer, n in sizes.items())
    while hides and rest < least and shown:
        smallest = min(shown, key=lambda answer: (sizes[answer], answer))
        shown.remove(smallest)
        rest += sizes[smallest]
    return tuple(answer for answer in sizes if answer in shown) if len(shown) > 1 else ()


def impact_of(
    question: str, groups: Mapping[str, Group], *, unsaid: int, outcomes: Sequence[str], least: int = LEAST
) -> Impact:
    """Compare the groups that may be shown in each outcome.

    An outcome is left out while fewer than ``least`` of the people shown have reached it, or have not: what happened to a
    handful would tell who they are.
    """
    answers = shown_groups({answer: group.n for answer, group in groups.items()}, unsaid=unsaid, least=least)
    compared = tuple(Outcome(name, _compare(name, {one: groups[one] for one in answers}, least)) for name in outcomes)
    return Impact(
        question, answers, compared, hides=any(group.n and one not in answers for one, group in groups.items())
    )


def _compare(outcome: str, groups: Mapping[str, Group], least: int) -> tuple[Compared, ...]:
    parts = {answer: (group.reached.get(outcome, 0), group.base(outcome)) for answer, group in groups.items()}
    parts = {answer: part for answer, part in parts.items() if part[1] >= least}
    reached, whole = sum(part[0] for part in parts.values()), sum(part[1] for part in parts.values())
    if len(parts) < 2 or reached < least or whole - reached < least:
        return ()
    best = max(parts, key=lambda answer: (parts[answer][0] / parts[answer][1], parts[answer][1], answer))
    top, best_whole = parts[best]
    return tuple(
        Compared(
            answer,
            n,
            part,
            share_of(part, n, least=least),
            None if answer == best else ratio_of(part, n, top, best_whole),
            None if answer == best else round(fisher(part, n - part, top, best_whole - top), 4),
        )
        for answer, (part, n) in parts.items()
    )


def add_groups(parts: Sequence[Mapping[str, Group]]) -> dict[str, Group]:
    """Add up the groups of several postings."""
    whole: dict[str, Group] = {}
    for part in parts:
        for answer, group in part.items():
            known = whole.get(answer, Group())
            whole[answer] = Group(known.n + group.n, _sum(known.reached, group.reached), _sum(known.bases, group.bases))
    return whole


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
