"""Counting voluntary answers against what became of applications: the only place where the two meet, and only as sums.

Tables are made for each posting, for the postings that somebody reads together, and for all. What may not be shown is left
out here and reaches no page (``rubrics.measures.impact``). Three ways to learn of a few people from several tables are shut:

- subtracting what is shown from a total: complementary suppression within a table, and no total of answers anywhere;
- subtracting the tables of single postings from a sum: a group that is hidden in some of the postings enters the sum only
  when it has enough people in at least two of them, else the sum is of those that are shown;
- subtracting yesterday's table from today's: a table stays as it is until ``LEAST`` people or steps of theirs are new;
  and there are no tables of shorter periods.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.codec import dump_impact, load_impact
from rubrics.measures.impact import LEAST, Group, Impact, add_groups, impact_of
from rubrics.measures.passage import WAY, Move, follow
from screening import queue
from screening.models import (
    Application,
    InsightFigure,
    PostingMember,
    Role,
    StageMove,
    User,
    VoluntaryAnswer,
)
from screening.models.base import JsonObject
from screening.queries.measured_scopes import EVERYTHING, SEVERAL, scope_of
from screening.services.voluntary import QUESTIONS, UNSAID, token_of

IMPACT = "impact"
ABOVE = "above"
OUTCOMES = (ABOVE, "interview", "offer", "hired")
"""A prescore above the posting's median, and stages that were reached."""
CHUNK = 800

Counts = dict[str, dict[str, Group]]
"""Groups by question and answer, ``UNSAID`` among them."""


@dataclass(slots=True)
class Sums:
    """What has been counted so far: raw counts by posting, which never leave the worker, and the last application looked at.

    A count's key is "question|answer|furthest stage|score", the score + above the posting's median, - not above, 0 without one.
    """

    after: int = 0
    postings: dict[int, Counter[str]] = field(default_factory=dict)
    medians: dict[int, float | None] = field(default_factory=dict)
    is_done: bool = False


def ask_for_impact(session: Session, *, run: str, now: datetime) -> None:
    """Ask for the voluntary answers to be counted."""
    queue.enqueue(session, queue.COUNT_VOLUNTARY, key=f"voluntary:{run}", now=now)


def begin_sums(session: Session, *, job_id: int) -> Sums:
    """Begin, or go on where the job's last turn has stopped."""
    kept = session.get(InsightFigure, (EVERYTHING, _part(job_id), 0))
    if kept is None:
        return Sums()
    document = kept.document
    return Sums(
        document["after"],
        {int(posting): Counter(counts) for posting, counts in document["postings"].items()},
        {int(posting): median for posting, median in document["medians"].items()},
    )


def sum_chunk(session: Session, sums: Sums, *, key: bytes, most: int = CHUNK) -> None:
    """Look at the next ``most`` applications for answers of theirs."""
    rows = session.execute(
        select(Application.id, Application.posting_id, Application.rank_score)
        .where(Application.id > sums.after)
        .order_by(Application.id)
        .limit(most)
    ).all()
    tokens = {token_of(key, row.id): row for row in rows}
    found: dict[int, dict[str, str]] = {}
    for token, question, answer in session.execute(
        select(VoluntaryAnswer.token, VoluntaryAnswer.question, VoluntaryAnswer.answer).where(
            VoluntaryAnswer.token.in_(tokens)
        )
    ):
        found.setdefault(tokens[token].id, {})[question] = answer
    furthest = _furthest(session, found)
    for row in rows:
        if row.id in found:
            score = _score(row.rank_score, _median(session, sums, row.posting_id))
            counts = sums.postings.setdefault(row.posting_id, Counter())
            counts.update(
                f"{question}|{answer}|{furthest[row.id]}|{score}" for question, answer in found[row.id].items()
            )
    sums.is_done = len(rows) < most
    sums.after = rows[-1].id if rows else sums.after


def store_sums(session: Session, sums: Sums, *, job_id: int, now: datetime) -> None:
    """Keep raw counts that are not finished; no page reads rows of this kind."""
    document = {
        "after": sums.after,
        "postings": {str(posting): counts for posting, counts in sums.postings.items()},
        "medians": {str(posting): median for posting, median in sums.medians.items()},
    }
    session.merge(
        InsightFigure(scope=EVERYTHING, kind=_part(job_id), days=0, document=document, computed_at=now),
    )
    session.flush()


def publish_tables(session: Session, sums: Sums, *, job_id: int, now: datetime) -> None:
    """Store the tables of every scope that has enough news, and forget the raw counts."""
    found = {posting: _groups(counts) for posting, counts in sorted(sums.postings.items())}
    single = {posting: _publish(session, scope_of([posting]), counts, {}, now) for posting, counts in found.items()}
    for scope, postings in _sets(session, found).items():
        mine = {posting: found[posting] for posting in postings}
        counts, left_out = _added(mine, {posting: single[posting] for posting in postings})
        _publish(session, scope, counts, left_out, now)
    kept = session.get(InsightFigure, (EVERYTHING, _part(job_id), 0))
    if kept is not None:
        session.delete(kept)
    session.flush()


def count_answers(session: Session, *, key: bytes, now: datetime) -> None:
    """Count all answers in one transaction; for the command line and the demonstration."""
    sums = Sums()
    while not sums.is_done:
        sum_chunk(session, sums, key=key)
    publish_tables(session, sums, job_id=0, now=now)


def _publish(
    session: Session, scope: str, counts: Counts, left_out: Mapping[str, int], now: datetime
) -> Sequence[Impact]:
    """Store a scope's tables unless too little is new; give those that stand."""
    kept = session.get(InsightFigure, (scope, IMPACT, 0))
    news = _news(counts)
    if kept is not None and abs(news - kept.document["news"]) < LEAST:
        return [load_impact(table) for table in kept.document["tables"]]
    tables = []
    for question, choices in QUESTIONS.items():
        groups = counts.get(question, {})
        known = {answer: groups[answer] for answer in choices if answer in groups}
        unsaid = groups.get(UNSAID, Group()).n + left_out.get(question, 0)
        tables.append(impact_of(question, known, unsaid=unsaid, outcomes=OUTCOMES))
    document: JsonObject = {"tables": [dump_impact(table) for table in tables], "news": news}
    session.merge(InsightFigure(scope=scope, kind=IMPACT, days=0, document=document, computed_at=now))
    session.flush()
    return tables


def _news(counts: Counts) -> int:
    """Count people and what they reached, once a person: a table is made anew when this has changed enough."""
    groups = next((counts[question].values() for question in QUESTIONS if question in counts), ())
    return sum(group.n + sum(group.reached.get(name, 0) for name in OUTCOMES if name != ABOVE) for group in groups)


def _added(postings: Mapping[int, Counts], single: Mapping[int, Sequence[Impact]]) -> tuple[Counts, dict[str, int]]:
    """Add the counts of postings up as far as no hidden group can be told by subtraction; give also how many people are left out of each question."""
    whole: Counts = {}
    left_out: dict[str, int] = {}
    for question in QUESTIONS:
        shown = {
            posting: {answer for table in tables if table.question == question for answer in table.answers}
            for posting, tables in single.items()
        }
        answers = {answer for counts in postings.values() for answer in counts.get(question, {})}
        for answer in sorted(answers):
            parts = {
                posting: counts[question][answer]
                for posting, counts in postings.items()
                if counts.get(question, {}).get(answer, Group()).n
            }
            hidden = {posting for posting in parts if answer not in shown[posting]}
            people = sum(parts[posting].n for posting in hidden)
            if answer != UNSAID and hidden and (people < LEAST or len(hidden) < SEVERAL):
                left_out[question] = left_out.get(question, 0) + people
                parts = {posting: part for posting, part in parts.items() if posting not in hidden}
            if parts:
                whole.setdefault(question, {}).update(add_groups([{answer: part} for part in parts.values()]))
    return whole, left_out


def _sets(session: Session, counted: Collection[int]) -> dict[str, list[int]]:
    """Give the scopes of several postings that recruiters read together, and of all for admins."""
    mine: dict[int, list[int]] = {}
    rows = session.execute(
        select(PostingMember.user_id, PostingMember.posting_id)
        .join(User, User.id == PostingMember.user_id)
        .where(User.is_active, User.role == Role.RECRUITER)
        .order_by(PostingMember.user_id, PostingMember.posting_id)
    )
    for user_id, posting_id in rows:
        if posting_id in counted:
            mine.setdefault(user_id, []).append(posting_id)
    sets = {scope_of(postings): postings for postings in mine.values() if len(postings) >= SEVERAL}
    return {**sets, EVERYTHING: sorted(counted)} if counted else sets


def _furthest(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Give the furthest stage that each of these applications has reached."""
    wanted = list(ids)
    moves: dict[int, list[Move]] = {ident: [] for ident in wanted}
    rows = session.execute(
        select(StageMove.application_id, StageMove.id, StageMove.to_stage, StageMove.at, StageMove.undoes)
        .where(StageMove.application_id.in_(wanted))
        .order_by(StageMove.application_id, StageMove.id)
    )
    for ident, number, to, at, undoes in rows:
        moves[ident].append(Move(number, to.value, at, None, undoes))
    return {ident: follow(made).furthest for ident, made in moves.items()}


def _score(point: float, median: float | None) -> str:
    if point < 0 or median is None:
        return "0"
    return "+" if point > median else "-"


def _groups(counts: Mapping[str, int]) -> Counts:
    """Make groups of a posting's raw counts."""
    parts: dict[str, dict[str, list[Group]]] = {}
    for key, n in counts.items():
        question, answer, furthest, score = key.split("|")
        reached = {stage: n * (WAY.index(furthest) >= WAY.index(stage)) for stage in OUTCOMES if stage != ABOVE}
        bases = {ABOVE: n * (score != "0"), **dict.fromkeys(reached, n)}
        parts.setdefault(question, {}).setdefault(answer, []).append(
            Group(n, {ABOVE: n * (score == "+"), **reached}, bases)
        )
    return {
        question: {
            answer: add_groups([{answer: one} for one in groups])[answer] for answer, groups in by_answer.items()
        }
        for question, by_answer in parts.items()
    }


def _median(session: Session, sums: Sums, posting_id: int) -> float | None:
    """Find the median of a posting's prescores, by the index that ranks them; None where nobody is scored."""
    if posting_id not in sums.medians:
        scored = (Application.posting_id == posting_id) & (Application.rank_score >= 0)
        n = session.scalar(select(func.count()).where(scored)) or 0
        middle = (
            select(Application.rank_score)
            .where(scored)
            .order_by(Application.rank_score)
            .offset((n - 1) // 2 if n else 0)
            .limit(2 - n % 2)
        )
        points = session.scalars(middle).all()
        sums.medians[posting_id] = sum(points) / len(points) if points else None
    return sums.medians[posting_id]


def _part(job_id: int) -> str:
    return f"raw {job_id}"
