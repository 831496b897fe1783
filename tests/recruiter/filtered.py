"""A posting whose applications differ in everything that a list is narrowed by, and what a filter finds by its definition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.prescore import Verdict
from screening.models import Application, ApplicationTag, Posting, Referral, Role, RubricVersion, Stage, Tag, User
from screening.queries.origins import SOURCES
from screening.queries.pipeline_filter import NOBODY, OTHER, PipelineFilter, Sort
from screening.queries.stage_rules import STANDARD, came_before, is_overdue
from screening.queries.standing import LETTERS
from screening.services.indexing import index_applications
from tests.factories import NOW, SAMPLE_ANSWERS, make_application, make_posting, make_user
from tests.recruiter.worlds import owe_evaluation
from tests.verdict_words import give_verdicts

CITIES = ("beijing", "shanghai", "hangzhou")
NAMES = ("云小鹤", "林小舟", "石小猴")
WORDS = ("联邦学习", "轨迹预测", "Rust")
OWED = 6


@dataclass(slots=True)
class Filtered:
    """A posting with its reader, who owes an evaluation of ``owed`` when asked to, and everything that filters can name."""

    posting: Posting
    reader: User
    panelist: User
    owner: User
    tags: tuple[int, ...]
    referral: int
    keys: tuple[str, ...]
    seats: dict[int, set[int]]
    tagged: dict[int, set[int]]
    owed: frozenset[int] = frozenset()


def make_filtered(session: Session, *, number: int, random: Random, owes: bool = False) -> Filtered:
    """Make so many applications; some wait for their score, some were scored by a version before the one in force."""
    reader, panelist, owner = make_user(session), make_user(session, Role.INTERVIEWER), make_user(session)
    posting = make_posting(session, reader, owner)
    document = session.scalars(select(RubricVersion.document).where(RubricVersion.posting_id == posting.id)).one()
    keys = tuple(one.key for one in load_rubric(document).criteria)
    tags = [Tag(name=name, key=name) for name in ("校招", "内推", "待定")]
    referral = Referral(posting_id=posting.id, code="abc", referrer="卢静山", made_by_id=reader.id, made_at=NOW)
    session.add_all([*tags, referral])
    session.flush()
    world = Filtered(
        posting, reader, panelist, owner, tuple(tag.id for tag in tags), referral.id, keys, seats={}, tagged={}
    )
    made = [_add(session, world, random) for _ in range(number)]
    if owes:
        chosen = random.sample(made, OWED)
        for one in chosen:
            owe_evaluation(session, one, reader)
            world.seats.setdefault(one.id, set()).add(reader.id)
        world.owed = frozenset(one.id for one in chosen)
    index_applications(session, application_ids=[one.id for one in made])
    session.flush()
    return world


def _add(session: Session, world: Filtered, random: Random) -> Application:
    answers = {**SAMPLE_ANSWERS, "basics": {"summary": f"我做过{random.choice(WORDS)}。"}}
    one = make_application(
        session, world.posting, name=random.choice(NAMES), stage=random.choice(list(Stage)), answers=answers
    )
    one.stage_since = NOW - timedelta(days=random.randrange(20), hours=random.randrange(3))
    one.submitted_at = one.stage_since - timedelta(days=random.randrange(3))
    one.cities = "".join(f"|{city}" for city in random.sample(CITIES, random.randrange(3)))
    one.cities += "|" if one.cities else ""
    one.source = random.choice([*SOURCES, "a fair"])
    one.referral_id = world.referral if random.random() < 0.2 else None
    one.owner_id = random.choice([None, world.owner.id, world.reader.id])
    judge(session, one, world, random)
    world.tagged[one.id] = {tag for tag in world.tags if random.random() < 0.4}
    session.add_all(
        ApplicationTag(
            application_id=one.id, tag_id=tag, posting_id=world.posting.id, added_by=world.reader.id, added_at=NOW
        )
        for tag in world.tagged[one.id]
    )
    if random.random() < 0.3:
        interview = owe_evaluation(session, one, world.panelist)
        if random.random() < 0.3:
            interview.cancelled_at = NOW
        else:
            world.seats[one.id] = {world.panelist.id}
    return one


def judge(session: Session, one: Application, world: Filtered, random: Random) -> None:
    """Give an application some result: none yet, one of the version in force, or one of the version before."""
    kind = random.random()
    if kind < 0.15:
        one.rank_score, one.gates = -1.0, None
        give_verdicts(session, one, None)
        return
    letters = "".join(random.choice([*LETTERS.values(), "-"]) for _ in world.keys)
    one.rank_score = round((random.randrange(0, 101, 10) + random.choice([0, 0.5, 0.99])) / 101, 6)
    one.gates = random.choice(["pass", "below", "unknown"])
    give_verdicts(session, one, f"{1 if kind < 0.85 else 0}:{letters}")


def some_filter(world: Filtered, random: Random) -> PipelineFilter:
    """Make a filter of a few conditions."""

    def maybe(chance, value, otherwise=None):
        return value if random.random() < chance else otherwise

    keys = random.sample(world.keys, 2)
    verdicts = [(key, random.choice(list(Verdict))) for key in keys[: maybe(0.5, random.choice([1, 2]), 0)]]
    if verdicts and random.random() < 0.7:
        verdicts += [(verdicts[0][0], verdict) for verdict in (Verdict.MET, Verdict.PARTLY, Verdict.NOT_SHOWN)]
    low, high = sorted(random.sample(range(0, 101, 10), 2))
    return PipelineFilter(
        stages=tuple(random.sample(list(Stage), random.choice([1, 3, 5, 8]))),
        gates=maybe(0.2, random.choice(["pass", "below", "unknown"]), ""),
        text=maybe(0.2, random.choice([*WORDS, *NAMES, "，", "小舟"]), ""),
        sort=random.choice(list(Sort)),
        source=maybe(0.15, random.choice([*SOURCES, OTHER, f"ref-{world.referral}", "ref-99"]), ""),
        verdicts=tuple(sorted(set(verdicts))),
        lowest=maybe(0.15, low),
        highest=maybe(0.15, high),
        cities=maybe(0.15, tuple(random.sample([*CITIES, "lhasa"], random.choice([1, 2]))), ()),
        tags=maybe(0.15, tuple(random.sample(world.tags, random.choice([1, 2]))), ()),
        waiting_since=maybe(0.15, came_before(random.randrange(15), NOW)),
        overdue_at=maybe(0.15, NOW),
        interviewer=maybe(0.1, random.choice([world.panelist.id, world.reader.id])),
        owner=maybe(0.15, random.choice([NOBODY, world.owner.id, world.reader.id])),
    )


def fits(one: Application, chosen: PipelineFilter, world: Filtered, found: set[int]) -> bool:
    """Say by definition whether an application is in a list; ``found`` are those that hold the text."""
    owed = one.id in world.owed
    points = int(one.rank_score * 101 + 1e-3)
    owner = one.owner_id or world.posting.owner_id
    shown = (
        one.stage in chosen.stages,
        not chosen.text or one.id in found,
        not chosen.source or _comes_from(one, chosen.source),
        not chosen.cities or any(f"|{city}|" in one.cities for city in chosen.cities),
        chosen.waiting_since is None or one.stage_since < chosen.waiting_since,
        chosen.overdue_at is None or is_overdue(STANDARD[one.stage], one.stage_since, chosen.overdue_at),
        chosen.interviewer is None or chosen.interviewer in world.seats.get(one.id, ()),
        chosen.owner is None or (owner is None if chosen.owner == NOBODY else owner == chosen.owner),
    )
    hidden = (
        not chosen.gates or one.gates == chosen.gates,
        all(_is_judged(one, world, key, chosen) for key, _ in chosen.verdicts),
        (chosen.lowest is None and chosen.highest is None) or one.rank_score >= 0,
        chosen.lowest is None or points >= chosen.lowest,
        chosen.highest is None or points <= chosen.highest,
        set(chosen.tags) <= world.tagged[one.id],
    )
    return all(shown) and (all(hidden) if not owed else not chosen.asks_hidden)


def in_order(applications: list[Application], chosen: PipelineFilter, owed: frozenset[int]) -> list[int]:
    """Give their ids as the list has them."""
    key = {
        Sort.RANK: lambda one: (1.0 if one.id in owed else -one.rank_score, -one.id),
        Sort.NEWEST: lambda one: (-one.submitted_at.timestamp(), -one.id),
        Sort.WAITING: lambda one: (one.stage_since, one.id),
    }[chosen.sort]
    return [one.id for one in sorted(applications, key=key)]


def _is_judged(one: Application, world: Filtered, key: str, chosen: PipelineFilter) -> bool:
    version, _, letters = (one.verdicts or ":").partition(":")
    wanted = {LETTERS[verdict] for other, verdict in chosen.verdicts if other == key}
    return version == "1" and letters[world.keys.index(key)] in wanted


def _comes_from(one: Application, source: str) -> bool:
    if source.startswith("ref-"):
        return one.referral_id == int(source.removeprefix("ref-"))
    return one.source not in SOURCES if source == OTHER else one.source == source
