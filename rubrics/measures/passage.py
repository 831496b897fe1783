"""How applications pass through stages: what was reached, how long each stay lasted, how it ended, and sums of that.

A move that was taken back never happened: it and the move that took it back are left out, and the stay that it seemed to
end goes on. Stages are names; ``WAY`` is their order, in which a stage counts as reached when a later one was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from rubrics.measures.spread import Spread, hours_of

WAY = ("applied", "screening", "interview", "debrief", "offer", "hired")
ENDS = ("rejected", "withdrawn")
LONGEST_LISTS = 60
"""So many sources are told apart; what comes beyond them is counted together."""
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Move:
    """One move into a stage. ``undoes`` is the number of the move that it takes back, None for any other."""

    number: int
    to: str
    at: datetime
    reason: str | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay that has ended: in which stage, for how many seconds, when, and by which move."""

    stage: str
    seconds: float
    ended_at: datetime
    to: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of one application: the furthest stage it reached, and its completed stays in order."""

    furthest: str
    stays: tuple[Stay, ...]


@dataclass(slots=True)
class Flow:
    """Sums over the applications of a posting and a period; those of several postings are added up with ``add_flows``.

    ``reached`` counts applications by the furthest stage that they reached; ``stays`` are the completed stays of a stage;
    ``ends`` counts rejections and withdrawals by "end|stage|reason"; ``sources`` holds for each source how many came and how
    many of them reached an interview, an offer and a hire; ``points`` their prescores out of 100.
    """

    reached: Counter[str] = field(default_factory=Counter)
    stays: dict[str, Spread] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    sources: dict[str, Counter[str]] = field(default_factory=dict)
    points: dict[str, Counter[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Seats:
    """Sums over one interviewer's seats on panels: scorecards that are owed now, those submitted, and the hours they took after the interview."""

    owed: int = 0
    submitted: int = 0
    delays: Spread = field(default_factory=Counter)


def follow(moves: Iterable[Move]) -> Passage:
    """Replay an application's moves in the order in which they were made.

    >>> from datetime import datetime
    >>> day = lambda number: datetime(2026, 1, number)
    >>> made = [Move(1, "applied", day(1)), Move(2, "rejected", day(2), "other"), Move(3, "applied", day(2), undoes=2)]
    >>> follow([*made, Move(4, "interview", day(5))]).stays[0].seconds / 86400
    4.0
    """
    standing: list[Move] = []
    for move in moves:
        if move.undoes is not None and standing and standing[-1].number == move.undoes:
            standing.pop()
        else:
            standing.append(move)
    stays = tuple(
        Stay(before.to, (after.at - before.at).total_seconds(), after.at, after.to, after.reason)
        for before, after in pairwise(standing)
        if before.to not in ENDS
    )
    places = [WAY.index(move.to) for move in standing if move.to in WAY]
    return Passage(WAY[max(places, default=0)], stays)


def count_arrival(flow: Flow, passage: Passage, *, source: str, point: int | None) -> None:
    """Count an application in the period in which it came: how far it got, and where it came from."""
    flow.reached[passage.furthest] += 1
    if source not in flow.sources and len(flow.sources) >= LONGEST_LISTS:
        source = OTHERS
    row = flow.sources.setdefault(source, Counter())
    row["applied"] += 1
    for stage in ("interview", "offer", "hired"):
        row[stage] += WAY.index(passage.furthest) >= WAY.index(stage)
    if point is not None:
        flow.points.setdefault(source, Counter())[point] += 1


def count_stay(flow: Flow, stay: Stay) -> None:
    """Count a stay in the period in which it ended, and a rejection or withdrawal that ended it."""
    flow.stays.setdefault(stay.stage, Counter())[hours_of(stay.seconds)] += 1
    if stay.to in ENDS:
        flow.ends[f"{stay.to}|{stay.stage}|{stay.reason or ''}"] += 1


def add_flows(flows: Iterable[Flow]) -> Flow:
    """Add up the sums of several postings or periods."""
    whole = Flow()
    for flow in flows:
        whole.reached.update(flow.reached)
        whole.ends.update(flow.ends)
        for stage, spread in flow.stays.items():
            whole.stays.setdefault(stage, Counter()).update(spread)
        for source, row in flow.sources.items():
            whole.sources.setdefault(source, Counter()).update(row)
        for source, points in flow.points.items():
            whole.points.setdefault(source, Counter()).update(points)
    return whole


def add_seats(parts: Iterable[dict[int, Seats]]) -> dict[int, Seats]:
    """Add up the seats of interviewers over several postings or periods."""
    whole: dict[int, Seats] = {}
    for part in parts:
        for user, seats in part.items():
            sums = whole.setdefault(user, Seats())
            sums.owed += seats.owed
            sums.submitted += seats.submitted
            sums.delays.update(seats.delays)
    return whole


def funnel(flow: Flow) -> tuple[tuple[str, int], ...]:
    """Give for each stage of the way how many applications have ever reached it or a later one.

    >>> funnel(Flow(reached=Counter({"applied": 2, "offer": 1})))[:3]
    (('applied', 3), ('screening', 1), ('interview', 1))
    """
    return tuple((stage, sum(flow.reached[later] for later in WAY[place:])) for place, stage in enumerate(WAY))
