"""Contests and leaderboards: named ones or a kind, and the least prize that counts."""

from __future__ import annotations

from rubrics.model import ContestAsk, LeaderboardAsk, PrizeFloor, Rule
from rubrics.rules.clause import Clause

_PRIZES = (
    ("read_gold", PrizeFloor.GOLD),
    ("read_silver", PrizeFloor.SILVER),
    ("read_bronze", PrizeFloor.BRONZE),
)


def asks(clause: Clause) -> tuple[Rule, ...]:
    """Contest results and leaderboard places, in the order contest, leaderboard."""
    found: list[Rule] = []
    contests = clause.terms("contest")
    if clause.has("read_contest") or any(not term.facts.get("generic") for _, term in contests):
        named = tuple(term.id for _, term in contests if not term.facts.get("generic"))
        found.append(
            ContestAsk(named, _kind(clause, [term.facts.get("contest") for _, term in contests]), prize=_prize(clause))
        )
    if clause.has("read_leaderboard"):
        found.append(LeaderboardAsk(tuple(term.id for _, term in clause.terms("dataset") if term.id != "dataset")))
    return tuple(found)


def _kind(clause: Clause, named: list[object]) -> str:
    for kind in ("hpc", "ml", "code"):
        if clause.has(f"read_contest_{kind}"):
            return kind
    kinds = {kind for kind in named if isinstance(kind, str)}
    return kinds.pop() if len(kinds) == 1 else "any"


def _prize(clause: Clause) -> PrizeFloor:
    named = [prize for group, prize in _PRIZES if clause.has(group)]
    if named:
        return min(named)
    prize_words = ("奖", "award", "medal", "prize", "成绩", "荣誉", "won", "名次")
    if clause.has("read_participation") and not any(word in clause.words for word in prize_words):
        return PrizeFloor.PARTICIPATION
    if any(word in clause.words for word in prize_words):
        return PrizeFloor.ANY_PRIZE
    return PrizeFloor.PARTICIPATION
