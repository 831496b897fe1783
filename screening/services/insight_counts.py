"""Counting pipelines in the worker: what pages of insights only read. Every definition of a figure stands here.

- Funnel: applications that came in the period, by the furthest stage that they have ever reached; who reached a later stage
  has reached the earlier ones. Moves that were taken back never happened (``rubrics.measures.passage``).
- Time in stage: stays that ended in the period, in whole hours; stays that go on are in no figure.
- Sources: the same applications as the funnel's, by referral or by the source that the link named.
- Reasons: rejections and withdrawals of the period, by reason and by the stage that they ended.
- Load: seats of interviews that ended in the period. What is owed is counted as of now, except of candidates whom a recruiter
  or an admin has yet to judge, for these read the load and would learn from it who has submitted before them; what was
  submitted, and after how long, only where nobody owes an evaluation of the candidate any more (decision 028).

A posting is read in chunks of applications in the order in which they came, with one range of an index and two lookups a
chunk, so that memory does not grow with the posting; sums that are not finished are kept in a row of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, delete, func, or_, select, tuple_
from sqlalchemy.orm import Session

from rubrics.codec import dump_flow, dump_seats, load_flow, load_seats
from rubrics.measures.passage import Flow, Move, Seats, add_flows, add_seats, count_arrival, count_stay, follow
from rubrics.measures.spread import hours_of
from screening import queue
from screening.models import (
    Application,
    Evaluation,
    InsightFigure,
    Interview,
    Panelist,
    Posting,
    PostingMember,
    PostingState,
    Role,
    RoundKind,
    StageMove,
    User,
)
from screening.models.base import JsonObject

PERIODS = (30, 90, 365, 0)
"""Lengths in days that figures are kept for, the shortest first; 0 is all time."""
CHUNK = 800
FLOW, LOAD = "flow", "load"
EVERYTHING = "all"
REFERRAL = "referral"
READERS = frozenset({Role.RECRUITER, Role.ADMIN})
"""Who may read figures of named interviewers."""
FIRST_MINUTES = timedelta(hours=2)
"""The night's count begins so long after midnight."""


@dataclass(slots=True)
class Count:
    """A posting that is being counted: sums by period, each without the shorter ones, and where the count has got to."""

    posting_id: int
    now: datetime
    flows: dict[int, Flow] = field(default_factory=lambda: {days: Flow() for days in PERIODS})
    seats: dict[int, dict[int, Seats]] = field(default_factory=lambda: {days: {} for days in PERIODS})
    place: tuple[datetime, int] | None = None
    is_done: bool = False

    def period(self, at: datetime) -> int:
        """Give the shortest period that a moment lies in."""
        return next(days for days in PERIODS if not days or at >= self.now - timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Tour:
    """Whose postings a job counts, one after the other: one (``posting_id``), those that a reader has, or with reader 0 all."""

    reader_id: int
    posting_id: int = 0

    @property
    def name(self) -> str:
        """Name the tour in the keys of its jobs."""
        return f"posting:{self.posting_id}" if self.posting_id else f"reader:{self.reader_id}"


def ask_for_night(session: Session, *, local: datetime, now: datetime) -> bool:
    """Ask once a night for all figures, however often it is called; ``local`` is the present on the company's clock."""
    return ask_for_count(session, tour=Tour(0), run=f"{local - FIRST_MINUTES:%Y-%m-%d}", now=now)


def ask_for_count(session: Session, *, tour: Tour, run: str, now: datetime, is_awaited: bool = False) -> bool:
    """Ask for a count of a tour; the same ``run`` is asked for once."""
    return queue.enqueue(
        session,
        queue.COUNT_INSIGHTS,
        key=job_key(tour, run),
        now=now,
        is_awaited=is_awaited,
        reader_id=tour.reader_id,
        only_id=tour.posting_id,
        after=0,
        done=0,
        of=len(postings_of(session, tour)),
    )


def job_key(tour: Tour, run: str) -> str:
    """Give the key of a tour's job."""
    return f"insights:{tour.name}:{run}"


def postings_of(session: Session, tour: Tour, *, after: int = 0) -> list[int]:
    """Read the numbers of the postings that a tour still has to count."""
    asked = select(Posting.id).where(Posting.id > after, Posting.state != PostingState.DRAFT).order_by(Posting.id)
    if tour.posting_id:
        asked = asked.where(Posting.id == tour.posting_id)
    elif tour.reader_id:
        mine = select(PostingMember.posting_id).where(PostingMember.user_id == tour.reader_id)
        asked = asked.where(Posting.id.in_(mine))
    return list(session.scalars(asked))


def begin_count(session: Session, *, posting_id: int, job_id: int, now: datetime) -> Count:
    """Begin to count a posting, or go on where the job's last turn has stopped."""
    kept = session.get(InsightFigure, (f"posting:{posting_id}", _part(job_id), 0))
    return _load(posting_id, kept.document) if kept else Count(posting_id, now)


def count_chunk(session: Session, count: Count, *, most: int = CHUNK) -> None:
    """Count the next ``most`` applications."""
    rows = session.execute(_arrivals(count, most)).all()
    ids = [row.id for row in rows]
    moves = _moves(session, ids)
    for row in rows:
        passage = follow(moves.get(row.id, ()))
        source = REFERRAL if row.referral_id is not None else row.source
        point = round(row.rank_score * 100) if row.rank_score >= 0 else None
        count_arrival(count.flows[count.period(row.submitted_at)], passage, source=source, point=point)
        for stay in passage.stays:
            count_stay(count.flows[count.period(stay.ended_at)], stay)
    _count_seats(session, count, ids)
    if len(rows) < most:
        count.is_done = True
    else:
        count.place = rows[-1].submitted_at, rows[-1].id


def store_part(session: Session, count: Count, *, job_id: int) -> None:
    """Keep the sums of a posting that is not finished."""
    place = [count.place[0].isoformat(), count.place[1]] if count.place else None
    document = {
        "now": count.now.isoformat(),
        "place": place,
        "flows": {str(days): dump_flow(flow) for days, flow in count.flows.items()},
        "seats": {str(days): dump_seats(seats) for days, seats in count.seats.items()},
    }
    _put(session, f"posting:{count.posting_id}", _part(job_id), 0, document, count.now)


def store_count(session: Session, count: Count, *, job_id: int) -> None:
    """Store a posting's figures of all periods in the place of the earlier ones."""
    scope = f"posting:{count.posting_id}"
    for days, flow, seats in _cumulated(count):
        _put(session, scope, FLOW, days, dump_flow(flow), count.now)
        _put(session, scope, LOAD, days, dump_seats(seats), count.now)
    session.execute(
        delete(InsightFigure).where(InsightFigure.scope == scope, InsightFigure.kind == _part(job_id)),
        execution_options={"synchronize_session": False},
    )


def add_everything(session: Session) -> list[InsightFigure]:
    """Add the figures of all postings up, a period and a posting at a time; as old as the oldest of them."""
    made = []
    for days in PERIODS:
        flow, seats, oldest = Flow(), dict[int, Seats](), None
        for row in session.scalars(_of_postings(days)).yield_per(50):
            oldest = min(oldest or row.computed_at, row.computed_at)
            if row.kind == FLOW:
                flow = add_flows((flow, load_flow(row.document)))
            else:
                seats = add_seats((seats, load_seats(row.document)))
        if oldest is not None:
            made += [
                InsightFigure(scope=EVERYTHING, kind=FLOW, days=days, document=dump_flow(flow), computed_at=oldest),
                InsightFigure(scope=EVERYTHING, kind=LOAD, days=days, document=dump_seats(seats), computed_at=oldest),
            ]
        session.expunge_all()
    return made


def store_everything(session: Session, figures: Sequence[InsightFigure], *, now: datetime) -> None:
    """Store the sums of all postings, and clear away parts that no job goes on with."""
    for row in figures:
        _put(session, row.scope, row.kind, row.days, row.document, row.computed_at)
    unfinished = or_(InsightFigure.kind.like("part %"), InsightFigure.kind.like("raw %"))
    left = unfinished & (InsightFigure.computed_at < now - timedelta(days=1))
    session.execute(delete(InsightFigure).where(left), execution_options={"synchronize_session": False})


def count_posting(session: Session, *, posting_id: int, now: datetime) -> None:
    """Count a posting, all in one transaction; for the command line and the demonstration."""
    count = Count(posting_id, now)
    while not count.is_done:
        count_chunk(session, count)
    store_count(session, count, job_id=0)


def _arrivals(count: Count, most: int) -> Select[int, datetime, str, int | None, float]:
    asked = select(
        Application.id,
        Application.submitted_at,
        Application.source,
        Application.referral_id,
        Application.rank_score,
    ).where(Application.posting_id == count.posting_id)
    if count.place is not None:
        asked = asked.where(tuple_(Application.submitted_at, Application.id) > tuple_(*count.place))
    return asked.order_by(Application.submitted_at, Application.id).limit(most)


def _moves(session: Session, ids: Sequence[int]) -> dict[int, list[Move]]:
    rows = session.execute(
        select(
            StageMove.application_id,
            StageMove.id,
            StageMove.to_stage,
            StageMove.at,
            StageMove.reason,
            StageMove.undoes,
        )
        .where(StageMove.application_id.in_(ids))
        .order_by(StageMove.application_id, StageMove.id)
    )
    found: dict[int, list[Move]] = {}
    for ident, number, to, at, reason, undoes in rows:
        found.setdefault(ident, []).append(Move(number, to.value, at, reason, undoes))
    return found


def _count_seats(session: Session, count: Count, ids: Sequence[int]) -> None:
    """Count the seats of these applications' interviews that have ended."""
    rows = session.execute(
        select(
            Interview.application_id,
            Interview.kind,
            Interview.ends_at,
            Panelist.user_id,
            Panelist.abstained_at,
            func.min(Evaluation.submitted_at),
            User.role,
        )
        .join(Panelist, Panelist.interview_id == Interview.id)
        .join(User, User.id == Panelist.user_id)
        .outerjoin(Evaluation, and_(Evaluation.interview_id == Interview.id, Evaluation.user_id == Panelist.user_id))
        .where(Interview.application_id.in_(ids), Interview.cancelled_at.is_(None))
        .group_by(
            Interview.application_id,
            Interview.id,
            Interview.kind,
            Interview.ends_at,
            Panelist.user_id,
            Panelist.abstained_at,
            User.role,
        )
    ).all()
    open_ones = {row[0] for row in rows if row[4] is None and row[5] is None}
    with_readers = {row[0] for row in rows if row[4] is None and row[5] is None and row[6] in READERS}
    for application_id, kind, ends_at, user_id, abstained_at, submitted_at, _role in rows:
        if ends_at > count.now:
            continue
        seats = count.seats[count.period(ends_at)].setdefault(user_id, Seats())
        if submitted_at is None:
            seats.owed += abstained_at is None and application_id not in with_readers
        elif application_id not in open_ones and kind is not RoundKind.RESUME_REVIEW:
            seats.submitted += 1
            seats.delays[hours_of((submitted_at - ends_at).total_seconds())] += 1


def _cumulated(count: Count) -> Iterable[tuple[int, Flow, dict[int, Seats]]]:
    """Give each period with the shorter ones in it; what is owed is owed now, whatever the period."""
    flow, seats = Flow(), dict[int, Seats]()
    owed = Counter({user: one.owed for user, one in add_seats(count.seats.values()).items()})
    for days in PERIODS:
        flow = add_flows((flow, count.flows[days]))
        seats = add_seats((seats, count.seats[days]))
        told = {user: Seats(owed[user], one.submitted, one.delays) for user, one in seats.items()}
        told |= {user: Seats(number) for user, number in owed.items() if number and user not in told}
        yield days, flow, {user: one for user, one in told.items() if one.owed or one.submitted}


def _of_postings(days: int) -> Select[InsightFigure]:
    return (
        select(InsightFigure)
        .where(InsightFigure.scope.like("posting:%"), InsightFigure.kind.in_((FLOW, LOAD)), InsightFigure.days == days)
        .order_by(InsightFigure.scope, InsightFigure.kind)
    )


def _load(posting_id: int, document: JsonObject) -> Count:
    place = document["place"]
    return Count(
        posting_id,
        datetime.fromisoformat(document["now"]),
        {int(days): load_flow(flow) for days, flow in document["flows"].items()},
        {int(days): load_seats(seats) for days, seats in document["seats"].items()},
        (datetime.fromisoformat(place[0]), place[1]) if place else None,
    )


def _part(job_id: int) -> str:
    return f"part {job_id}"


def _put(session: Session, scope: str, kind: str, days: int, document: JsonObject, at: datetime) -> None:
    session.merge(InsightFigure(scope=scope, kind=kind, days=days, document=document, computed_at=at))
    session.flush()
