"""How long the figures of interviews take to count: ``python -m bench.measure`` for 10,000 and 100,000 evaluations of one posting.

The worst case is meant: all evaluations in one posting, every fact read anew. Beside the whole it prints what one more
complete panel costs, and the page, whose rows must not grow. ``--database postgresql`` starts a server of its own.
Seconds are of this machine; the ratio of seconds to evaluations is what counts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.worker import _database
from screening.models import (
    Application,
    Evaluation,
    Interview,
    Panelist,
    Person,
    Rating,
    Recommendation,
    Role,
    RubricVersion,
    Stage,
)
from screening.policy import Actor
from screening.queries.insights import Standing, insights
from screening.services.measurements import add_up_posting, measure_sets, read_anew, store_facts, store_figures
from screening.services.measuring import note_panels, repair
from tests.factories import make_posting, make_user
from tests.real import databases

SIZES = (10_000, 100_000)
PANEL, RATERS, BATCH = 3, 12, 500
FOCUS = ("r1", "r2", "r3", "r4", "b1", "b2")
ADVICE = (Recommendation.STRONG_NO, Recommendation.NO, Recommendation.YES, Recommendation.STRONG_YES)
Row = dict[str, Any]
T = TypeVar("T")


def main() -> None:
    """Measure each size in a database of its own and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    chosen = options.parse_args()
    for size in chosen.sizes:
        with (
            tempfile.TemporaryDirectory(prefix="bench-measure-") as name,
            _database(chosen.database, Path(name)) as url,
        ):
            engine = databases.open_engine(url)
            with Session(engine, expire_on_commit=False) as session:
                sys.stdout.write(f"{chosen.database}: {_measure(session, size)}\n")
                sys.stdout.flush()
            engine.dispose()


def _measure(session: Session, size: int) -> str:
    now = datetime.now(UTC)
    posting_id = _fill(session, size // PANEL, now)
    spent_before = time.process_time()
    marked = _timed(lambda: _committed(session, repair, posting_id=posting_id, now=now))
    read, turns = 0.0, 0
    while True:
        spent, more = _with_result(lambda: _read_chunk(session, posting_id, now))
        read, turns = read + spent, turns + bool(more)
        if not more:
            break
    folded = _timed(lambda: _fold(session, posting_id, now))
    spent_on_all = time.process_time() - spent_before
    together = _timed(lambda: _committed(session, measure_sets))
    one = session.scalars(select(Application.id).where(Application.posting_id == posting_id).limit(1)).one()
    noted = _timed(lambda: _committed(session, note_panels, application_id=one, now=now))
    again = _timed(lambda: (_read_chunk(session, posting_id, now), _fold(session, posting_id, now)))
    page = _timed(lambda: _page(session, posting_id))
    whole = marked + read + folded
    return (
        f"{size:,} evaluations counted anew in {whole:.1f} s, {whole / size * 1e6:.0f} µs an evaluation, "
        f"{spent_on_all:.1f} s of them of this process's processor time "
        f"(marking {marked:.1f} s, facts {read:.1f} s in {turns} transactions, figures of four periods {folded:.1f} s); "
        f"sets of postings {together:.2f} s; one more panel: {noted * 1000:.1f} ms in its own transaction, "
        f"{again:.1f} s in the worker; the page's rows {page * 1000:.1f} ms"
    )


def _read_chunk(session: Session, posting_id: int, now: datetime) -> int:
    reading = read_anew(session, posting_id=posting_id)
    store_facts(session, reading, now=now)
    session.commit()
    return len(reading.changes)


def _fold(session: Session, posting_id: int, now: datetime) -> None:
    store_figures(session, add_up_posting(session, posting_id=posting_id, now=now))
    session.commit()
    session.expunge_all()


def _page(session: Session, posting_id: int) -> None:
    reader = Actor(id=1, role=Role.RECRUITER, postings=frozenset({posting_id}))
    assert insights(session, actor=reader, posting_id=posting_id, days=90).standing is Standing.READY


def _committed(session: Session, act: Callable[..., object], **arguments: Any) -> None:
    act(session, **arguments)
    session.commit()


def _timed(act: Callable[[], object]) -> float:
    return _with_result(act)[0]


def _with_result(act: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    result = act()
    return time.perf_counter() - begun, result


def _fill(session: Session, applications: int, now: datetime) -> int:
    """Store a posting whose candidates had one interview each, evaluated by a panel of ``PANEL`` out of ``RATERS``."""
    recruiter = make_user(session)
    raters = [make_user(session, Role.INTERVIEWER, name=f"rater {number}").id for number in range(RATERS)]
    posting = make_posting(session, recruiter)
    version = session.scalars(select(RubricVersion)).one()
    keys = {one["id"]: one["key"] for one in version.document["criteria"]}
    draw = Random(417)
    numbers = iter(range(1, applications + 1))
    while batch := list(islice(numbers, BATCH)):
        rows: dict[type, list[Row]] = {
            kind: [] for kind in (Person, Application, Interview, Panelist, Evaluation, Rating)
        }
        for one in batch:
            _candidate(rows, one, posting.id, recruiter.id, version.id, raters, keys, now, draw)
        for kind, made in rows.items():
            session.execute(insert(kind), made)
    session.commit()
    return posting.id


def _candidate(
    rows: dict[type, list[Row]],
    one: int,
    posting_id: int,
    recruiter_id: int,
    version_id: int,
    raters: list[int],
    keys: dict[str, str],
    now: datetime,
    draw: Random,
) -> None:
    starts = now - timedelta(days=one % 500, hours=30)
    ends = starts + timedelta(hours=1)
    rows[Person].append({"id": one, "email_normalised": f"s{one}@example.com", "created_at": now})
    rows[Application].append(
        {
            "id": one,
            "person_id": one,
            "posting_id": posting_id,
            "form_version_id": 1,
            "idempotency_key": f"k{one}",
            "name": f"{one}",
            "email": f"s{one}@example.com",
            "phone": None,
            "locale": "zh",
            "consent_version": "1",
            "stage": Stage.INTERVIEW,
            "stage_since": now,
            "submitted_at": now,
        }
    )
    rows[Interview].append(
        {
            "id": one,
            "application_id": one,
            "rubric_version_id": version_id,
            "round": "1",
            "starts_at": starts,
            "minutes": 60,
            "ends_at": ends,
            "due_at": ends + timedelta(days=1),
            "time_zone": "Asia/Shanghai",
            "focus": list(FOCUS),
            "created_by": recruiter_id,
            "created_at": starts,
            "uid": f"u{one}",
        }
    )
    level = draw.randrange(1, 5)
    for seat, rater in enumerate(draw.sample(raters, PANEL)):
        number = one * PANEL + seat
        rows[Panelist].append({"interview_id": one, "user_id": rater})
        rows[Evaluation].append(
            {
                "id": number,
                "interview_id": one,
                "user_id": rater,
                "version": 1,
                "recommendation": ADVICE[level - 1],
                "summary": "讲得清楚。",
                "submitted_at": ends + timedelta(hours=draw.randrange(48)),
            }
        )
        rows[Rating].extend(
            {
                "evaluation_id": number,
                "criterion": ident,
                "criterion_key": keys[ident],
                "value": min(4, max(1, level + draw.choice((-1, 0, 0, 0, 1)))),
                "note": "现场写了一段。",
            }
            for ident in FOCUS
        )


if __name__ == "__main__":
    main()
