"""What happened to each application, and when: moves, interviews, evaluations, decisions, as plain data without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from screening.models import Stage
from screening.services.demonstration.office_hours import MINUTES, Diary, rising, some_time
from screening.services.demonstration.plan import SEED, Applicant

PATHS = {
    Stage.APPLIED: (),
    Stage.SCREENING: (Stage.SCREENING,),
    Stage.INTERVIEW: (Stage.SCREENING, Stage.INTERVIEW),
    Stage.DEBRIEF: (Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF),
    Stage.OFFER: (Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER),
    Stage.HIRED: (Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER, Stage.HIRED),
}
# Days in the present stage: within what the product calls punctual, and now and then beyond it.
STAYS = {
    Stage.APPLIED: ((0.1, 2.6), (4, 9)),
    Stage.SCREENING: ((0.2, 4.5), (6, 12)),
    Stage.INTERVIEW: ((1, 9), (11, 16)),
    Stage.DEBRIEF: ((0.2, 2.6), (4, 7)),
    Stage.OFFER: ((0.5, 6), (8, 11)),
    Stage.HIRED: ((1, 12), (1, 12)),
    Stage.REJECTED: ((0.5, 20), (0.5, 20)),
    Stage.WITHDRAWN: ((0.5, 15), (0.5, 15)),
}
STRICTNESS = {"wenqu@example.com": 0.3, "xu@example.com": -0.15, "he@example.com": 0.0, "zian@example.com": 0.0}


@dataclass(frozen=True, slots=True)
class Sitting:
    """One interviewer's part in an interview: when the evaluation was sent, or None, and whether a draft waits."""

    email: str
    submitted_at: datetime | None
    has_draft: bool
    strictness: float


@dataclass(frozen=True, slots=True)
class PlannedInterview:
    """One round: ``sittings`` hold the panel; ``disagree`` makes the second interviewer see one criterion quite differently."""

    round: int
    planned_at: datetime
    starts_at: datetime
    sittings: tuple[Sitting, ...]
    disagree: bool


@dataclass(frozen=True, slots=True)
class Story:
    """An application's whole history: ``moves`` are (time, stage) in order after the submission."""

    applicant: Applicant
    submitted_at: datetime
    moves: tuple[tuple[datetime, Stage], ...]
    interviews: tuple[PlannedInterview, ...]
    remarked_at: datetime | None


def tell_stories(applicants: Iterable[Applicant], interviewers: tuple[str, ...], now: datetime) -> tuple[Story, ...]:
    """Tell all histories, the same for the same cast and moment; no interviewer sits in two places at once."""
    random = Random(SEED + 1)
    diary = Diary(interviewers)
    return tuple(_story(random, applicant, diary, now) for applicant in applicants)


def _story(random: Random, applicant: Applicant, diary: Diary, now: datetime) -> Story:
    path = _path(random, applicant.stage)
    stay = random.uniform(*STAYS[applicant.stage][random.random() < 0.2])
    ages = [stay]
    for stage in reversed(path):
        ages.append(
            ages[-1]
            + (
                random.uniform(5, 10)
                if stage is Stage.DEBRIEF or _after_interview(path, stage)
                else random.uniform(0.6, 3)
            )
        )
    times = rising([some_time(random, now, age) for age in reversed(ages)], now)
    submitted_at, moved = times[0], times[1:]
    moves = tuple(zip(moved, path, strict=True))
    interviews = tuple(_interviews(random, applicant, moves, diary, now))
    remarked = moved[0] + timedelta(minutes=30) if moved and random.random() < 0.3 else None
    return Story(applicant, submitted_at, moves, interviews, remarked if remarked and remarked < now else None)


def _path(random: Random, stage: Stage) -> tuple[Stage, ...]:
    if stage is Stage.REJECTED:
        begun = random.choices((Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF), (5, 3, 2))[0]
        return (*PATHS[begun], stage)
    if stage is Stage.WITHDRAWN:
        begun = random.choice((Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW))
        return (*PATHS[begun], stage)
    return PATHS[stage]


def _after_interview(path: tuple[Stage, ...], stage: Stage) -> bool:
    place = path.index(stage)
    return place > 0 and path[place - 1] is Stage.INTERVIEW


def _interviews(
    random: Random, applicant: Applicant, moves: tuple[tuple[datetime, Stage], ...], diary: Diary, now: datetime
) -> Iterable[PlannedInterview]:
    stages = [stage for _, stage in moves]
    if Stage.INTERVIEW not in stages:
        return
    begun = moves[stages.index(Stage.INTERVIEW)][0]
    place = stages.index(Stage.INTERVIEW) + 1
    ended = moves[place][0] if place < len(moves) else None
    if ended is None:
        yield from _rounds_under_way(random, begun, diary, now)
    elif applicant.stage is not Stage.WITHDRAWN:
        owes = applicant.stage is Stage.DEBRIEF and random.random() < 0.3
        yield from _finished_rounds(random, begun, ended, diary, now, owes=owes)


def _rounds_under_way(random: Random, begun: datetime, diary: Diary, now: datetime) -> Iterable[PlannedInterview]:
    """Plan a first round that is over or to come; where it is over and judged, sometimes a second one is planned."""
    panel = diary.panel(random)
    planned = begun + timedelta(minutes=random.randint(5, 90))
    held = None
    if now - begun > timedelta(days=4) and random.random() < 0.75:
        day = now - timedelta(days=random.uniform(0.5, 6))
        held = diary.book(random, panel, day, after=planned, before=now - timedelta(minutes=20))
    if held is None:
        known = max(begun + timedelta(minutes=1), min(planned, now - timedelta(minutes=5)))
        yield from _to_come(random, 0, known, panel, diary, now, within=8)
        return
    sent = random.choices((2, 1, 0), (5, 3, 2))[0]
    yield _interview(random, 0, planned, held, panel, now, sent=sent)
    if sent == len(panel) and random.random() < 0.6:
        known = now - timedelta(minutes=random.randint(5, 120))
        yield from _to_come(random, 1, known, diary.panel(random, absent=panel), diary, now, within=4)


def _to_come(
    random: Random, number: int, known: datetime, panel: tuple[str, str], diary: Diary, now: datetime, *, within: float
) -> Iterable[PlannedInterview]:
    start = diary.book(random, panel, now + timedelta(days=random.uniform(0, within)), after=now, before=None)
    if start is not None:
        yield _interview(random, number, known, start, panel, now, sent=0)


def _finished_rounds(
    random: Random, begun: datetime, ended: datetime, diary: Diary, now: datetime, *, owes: bool
) -> Iterable[PlannedInterview]:
    """Plan one or two rounds between the move to interviews and the next move."""
    rounds = 2 if ended - begun > timedelta(days=4) else 1
    panel: tuple[str, ...] = ()
    planned = begun + timedelta(minutes=random.randint(5, 90))
    for number in range(rounds):
        day = begun + (ended - begun) * (number + 0.7) / rounds
        seats = diary.panel(random, absent=panel)
        start = diary.book(random, seats, day, after=planned, before=ended - timedelta(hours=2))
        if start is None:
            return
        sent = 1 if owes and number == rounds - 1 else 2
        yield _interview(random, number, planned, start, seats, now if sent == 1 else ended, sent=sent)
        panel = seats
        planned = start + timedelta(minutes=MINUTES + 30)


def _interview(
    random: Random,
    number: int,
    planned: datetime,
    start: datetime,
    panel: tuple[str, str],
    until: datetime,
    *,
    sent: int,
) -> PlannedInterview:
    """Let evaluations come between the end of the interview and ``until``, most of them on the same day."""
    ready = start + timedelta(minutes=MINUTES + 5)
    sittings = []
    for place, email in enumerate(panel):
        has_sent = place < sent
        delay = random.uniform(0.05, 0.7)
        at = ready + min((until - ready) * delay, timedelta(hours=60) * delay**2) if has_sent else None
        draft = not has_sent and ready < until and random.random() < 0.5
        sittings.append(Sitting(email, at, draft, STRICTNESS.get(email, 0.0)))
    return PlannedInterview(number, planned, start, tuple(sittings), random.random() < 0.35)
