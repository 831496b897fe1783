"""How two ordered things go together: Kendall's tau-b and Goodman and Kruskal's gamma of a table of counts, with their errors.

Source of coefficients and asymptotic standard errors: Goodman and Kruskal (1963, JASA 58:310-364), Brown and Benedetti
(1977, JASA 72:309-315), as the documentation of SAS PROC FREQ writes them out ("Measures of Association").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Table = Sequence[Sequence[int]]
"""Counts by two ordered things: rows from low to high, columns from low to high."""


@dataclass(frozen=True, slots=True)
class Association:
    """A coefficient from -1 to 1 and its asymptotic standard error."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class _Pairs:
    """For each cell how many things are concordant and discordant with it, and twice the numbers of such pairs in all."""

    agreeing: list[list[int]]
    opposing: list[list[int]]
    concordant: int
    discordant: int


def tau_b(table: Table) -> Association | None:
    """Kendall's tau-b; None where one of the two does not vary."""
    n = sum(map(sum, table))
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    across, down = n * n - sum(one * one for one in rows), n * n - sum(one * one for one in columns)
    if across == 0 or down == 0:
        return None
    pairs = _count(table)
    width = math.sqrt(across * down)
    value = (pairs.concordant - pairs.discordant) / width
    spread = 0.0
    for i, row in enumerate(table):
        for j, count in enumerate(row):
            lean = pairs.agreeing[i][j] - pairs.opposing[i][j]
            spread += count * (2 * width * lean + value * (rows[i] * down + columns[j] * across)) ** 2
    spread -= n**3 * value**2 * (across + down) ** 2
    return Association(value, math.sqrt(max(0.0, spread)) / (width * width))


def gamma(table: Table) -> Association | None:
    """Goodman and Kruskal's gamma; None where no pair differs in both things."""
    pairs = _count(table)
    all_pairs = pairs.concordant + pairs.discordant
    if all_pairs == 0:
        return None
    spread = sum(
        count * (pairs.discordant * pairs.agreeing[i][j] - pairs.concordant * pairs.opposing[i][j]) ** 2
        for i, row in enumerate(table)
        for j, count in enumerate(row)
    )
    return Association((pairs.concordant - pairs.discordant) / all_pairs, 4 * math.sqrt(spread) / all_pairs**2)


def _count(table: Table) -> _Pairs:
    height, width = range(len(table)), range(len(table[0]))
    agreeing = [[0 for _ in width] for _ in height]
    opposing = [[0 for _ in width] for _ in height]
    for i in height:
        for j in width:
            for k in height:
                for other in width:
                    side = (k - i) * (other - j)
                    if side > 0:
                        agreeing[i][j] += table[k][other]
                    elif side < 0:
                        opposing[i][j] += table[k][other]
    return _Pairs(
        agreeing,
        opposing,
        sum(table[i][j] * agreeing[i][j] for i in height for j in width),
        sum(table[i][j] * opposing[i][j] for i in height for j in width),
    )
