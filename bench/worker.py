"""How fast a posting is judged anew: ``python -m bench.worker`` sends stored applications through two worker processes and a real broker.

Beside it, in the same run and on the same machine, the bare engine in two processes, before and after: ``prescore`` of the same
applications in memory, nothing read and nothing stored. The ratio tells what queue, database and ranking cost. Processor time
for an application stands beside it, because other work on the machine slows both by different amounts. Everything is made on the
fly in a temporary folder; the broker is a private socket, ``--database postgresql`` starts a server of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import SimpleQueue, get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import psutil
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from bench.databases import empty_database
from bench.prescore import _applications
from rubrics.catalogue import catalogue
from rubrics.codec import digest, dump_rubric
from rubrics.lexicon import load_lexicon
from rubrics.scoring import prescore
from screening.config import load_settings
from screening.extensions import reading
from screening.models import (
    Answer,
    Application,
    FormVersion,
    Person,
    PrescoreFailure,
    ResumeFile,
    RubricVersion,
    StoredPrescore,
    TextState,
)
from screening.services.asking import ask_for_prescores
from tests.factories import make_posting
from tests.real import databases
from tests.real.broker import start_broker
from tests.real.processes import Running, environment, running, wait_for

COUNT, LOOP, BATCH, PROCESSES = 10_000, 1_000, 100, 2
SECONDS = 600.0
AIM, SHARE = 400.0, 0.9


@dataclass(frozen=True, slots=True)
class Speed:
    """Applications a second of all processes together, and milliseconds of processor time for one application."""

    rate: float
    cost: float


def main() -> None:
    """Measure and print; ends after ``SECONDS`` in any case."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=COUNT, help="stored applications, at most 20,000")
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = options.parse_args()
    count = max(BATCH, min(20_000, chosen.count))
    with (
        tempfile.TemporaryDirectory(prefix="bench-worker-") as name,
        empty_database(chosen.database, Path(name)) as url,
    ):
        engine = databases.open_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            version_id = _fill(session, count)
        before = _bare()
        through = _through_workers(engine, version_id, count, Path(name), url)
        after = _bare()
        engine.dispose()
    bare = Speed((before.rate + after.rate) / 2, (before.cost + after.cost) / 2)
    sys.stdout.write(
        f"{chosen.database}: {count} applications through two worker processes: {through.rate:.0f} a second (aim {AIM:g}); "
        f"the bare engine in two processes {before.rate:.0f} before and {after.rate:.0f} after; "
        f"ratio {through.rate / bare.rate:.2f} (aim {SHARE:g})\n"
        f"processor time for an application: {through.cost:.2f} ms in the worker processes, {bare.cost:.2f} ms in the bare "
        f"engine; ratio {bare.cost / through.cost:.2f} (aim {SHARE:g})\n"
    )


def _fill(session: Session, count: int) -> int:
    """Store a posting with the first shipped rubric and applications of the demonstration, over and over; give the rubric version."""
    posting = make_posting(session)
    version = session.scalars(select(RubricVersion)).one()
    version.document = dump_rubric(catalogue()[0].rubric)
    version.digest = digest(version.document)
    form = session.scalars(select(FormVersion.id)).one()
    now = datetime.now(UTC)
    dossiers = _applications()[1]
    for first in range(1, count + 1, BATCH):
        ids = range(first, min(first + BATCH, count + 1))
        session.execute(
            insert(Person), [{"id": one, "email_normalised": f"{one}@example.com", "created_at": now} for one in ids]
        )
        session.execute(insert(Application), [_application(one, posting.id, form, now) for one in ids])
        pairs = [(one, dossiers[one % len(dossiers)]) for one in ids]
        session.execute(
            insert(Answer),
            [
                {"application_id": one, "field": field, "value": value}
                for one, dossier in pairs
                for field, value in dossier.answers.items()
            ],
        )
        session.execute(insert(ResumeFile), [_file(one, dossier.resume or "", now) for one, dossier in pairs])
    session.commit()
    return version.id


def _application(ident: int, posting_id: int, form_id: int, now: datetime) -> dict[str, object]:
    return {
        "id": ident,
        "person_id": ident,
        "posting_id": posting_id,
        "form_version_id": form_id,
        "idempotency_key": f"bench-{ident}",
        "name": "云小鹤",
        "email": f"{ident}@example.com",
        "locale": "zh",
        "consent_version": "1",
        "stage_since": now,
        "submitted_at": now,
    }


def _file(ident: int, text: str, now: datetime) -> dict[str, object]:
    return {
        "application_id": ident,
        "original_name": "resume.txt",
        "media_type": "text/plain",
        "size": len(text),
        "sha256": "0" * 64,
        "storage_key": f"bench-{ident}",
        "text_state": TextState.READ,
        "text": text,
        "uploaded_at": now,
    }


def _bare() -> Speed:
    """Judge applications in ``PROCESSES`` processes that do nothing else."""
    context = get_context("spawn")
    start, costs = context.Barrier(PROCESSES + 1), context.SimpleQueue()
    processes = [context.Process(target=_judge, args=(start, costs), daemon=True) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    start.wait(60)
    begun = time.perf_counter()
    spent = sum(costs.get() for _ in processes)
    taken = time.perf_counter() - begun
    for process in processes:
        process.join(10)
    return Speed(PROCESSES * LOOP / taken, 1000 * spent / (PROCESSES * LOOP))


def _judge(start: Barrier, costs: SimpleQueue[float]) -> None:
    """Judge ``LOOP`` applications when all are ready; put the processor time in seconds."""
    lexicon, rubric = load_lexicon(), catalogue()[0].rubric
    dossiers = _applications()[1]
    for dossier in dossiers[:20]:
        prescore(rubric, dossier, lexicon)
    start.wait(60)
    begun = time.process_time()
    for one in range(LOOP):
        prescore(rubric, dossiers[one % len(dossiers)], lexicon)
    costs.put(time.process_time() - begun)


def _through_workers(engine: Engine, version_id: int, count: int, folder: Path, url: str) -> Speed:
    """Ask for the whole posting and wait until all is stored."""
    broker = start_broker()
    chosen = {
        "SCREENING_DATABASE_URL": url,
        "SCREENING_BROKER_URL": broker.url,
        "SCREENING_SECRET_KEY": "for-the-bench-only",
    }
    env = environment(load_settings(chosen, instance=folder / "instance"))
    try:
        with (
            running(folder, "worker", "--concurrency", str(PROCESSES), env=env) as worker,
            running(folder, "beat", env=env),
        ):
            wait_for(lambda: "ready" in worker.output(), seconds=60, say=worker.output)
            spent, begun = _spent(worker), time.perf_counter()
            with Session(engine) as session:
                ask_for_prescores(session, posting_id=1, rubric_version_id=version_id, now=datetime.now(UTC))
                session.commit()
            wait_for(lambda: _settled(engine) >= count, seconds=SECONDS, say=worker.output)
            taken = time.perf_counter() - begun
            return Speed(count / taken, 1000 * (_spent(worker) - spent) / count)
    finally:
        broker.close()


def _settled(engine: Engine) -> int:
    """Count the runs; a failure ends the bench."""
    token = reading.set(True)
    try:
        with Session(engine) as session:
            if failure := session.scalar(select(PrescoreFailure.message).limit(1)):
                raise RuntimeError(failure)
            return session.scalar(select(func.count()).select_from(StoredPrescore)) or 0
    finally:
        reading.reset(token)


def _spent(worker: Running) -> float:
    """Give the processor time in seconds of the worker's pool processes."""
    times = [child.cpu_times() for child in psutil.Process(worker.process.pid).children()]
    return sum(one.user + one.system for one in times)


if __name__ == "__main__":
    main()
