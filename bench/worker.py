"""How fast a posting is judged anew: ``python -m bench.worker`` sends stored applications through two worker processes and a real broker.

Beside it, in the same run and on the same machine, a bare loop in one process: prescore and insert, a hundred to a statement. The
ratio tells what queue, transactions and ranking cost. Everything is made on the fly in a temporary folder; the broker is a private socket.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bench.prescore import _applications
from rubrics.catalogue import catalogue
from rubrics.codec import digest, dump_prescore, dump_rubric, load_rubric
from rubrics.lexicon import load_lexicon
from rubrics.model import Rubric
from rubrics.scoring import prescore
from screening.config import load_settings
from screening.extensions import reading
from screening.models import (
    Answer,
    Application,
    FormVersion,
    Person,
    ResumeFile,
    RubricVersion,
    StoredPrescore,
    TextState,
)
from screening.services.prescoring import ask_for_prescores
from tests.factories import make_posting
from tests.real import databases
from tests.real.broker import start_broker
from tests.real.processes import environment, running, wait_for

COUNT, LOOP, BATCH = 10_000, 1_000, 100
SECONDS = 300.0
AIM = 400.0


def main() -> None:
    """Measure and print; ends after ``SECONDS`` in any case."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=COUNT, help="stored applications, at most 20,000")
    count = max(BATCH, min(20_000, options.parse_args().count))
    with tempfile.TemporaryDirectory(prefix="bench-worker-") as name:
        folder = Path(name)
        url = databases.copy_sqlite(databases.make_sqlite_template(folder / "template.sqlite3"), folder / "instance")
        engine = databases.open_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            version_id = _fill(session, count)
            bare = _loop(session, version_id, min(LOOP, count))
            through = _through_workers(session, version_id, count, folder, url)
        engine.dispose()
    sys.stdout.write(
        f"{count} applications through two worker processes: {through:.0f} a second (aim {AIM:g}); bare loop in one process "
        f"{bare:.0f} a second; ratio {through / bare:.2f}, where 2 would be no cost at all on two free cores\n"
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


def _loop(session: Session, version_id: int, count: int) -> float:
    """Read, prescore and insert in this process, nothing else; the rows are rolled back. Gives applications a second."""
    lexicon, rubric = load_lexicon(), _rubric(session, version_id)
    dossiers = _applications()[1]
    for dossier in dossiers[:20]:
        prescore(rubric, dossier, lexicon)
    begun = time.perf_counter()
    for first in range(0, count, BATCH):
        results = [prescore(rubric, dossiers[one % len(dossiers)], lexicon) for one in range(first, first + BATCH)]
        rows = [
            {
                "application_id": first + place + 1,
                "rubric_version_id": version_id,
                "engine_version": result.engine,
                "lexicon_version": result.lexicon,
                "input_sha256": result.input_sha256,
                "result": dump_prescore(result),
                "created_at": datetime.now(UTC),
            }
            for place, result in enumerate(results)
        ]
        session.execute(insert(StoredPrescore), rows)
    taken = time.perf_counter() - begun
    session.rollback()
    return count / taken


def _rubric(session: Session, version_id: int) -> Rubric:
    rubric = load_rubric(session.get_one(RubricVersion, version_id).document)
    session.rollback()
    return rubric


def _through_workers(session: Session, version_id: int, count: int, folder: Path, url: str) -> float:
    """Ask for the whole posting and wait until all is stored; gives applications a second."""
    broker = start_broker()
    chosen = {
        "SCREENING_DATABASE_URL": url,
        "SCREENING_BROKER_URL": broker.url,
        "SCREENING_SECRET_KEY": "for-the-bench-only",
    }
    settings = load_settings(chosen, instance=folder / "instance")
    env = environment(settings)

    def stored() -> int:
        token = reading.set(True)
        found = session.scalar(select(func.count()).select_from(StoredPrescore)) or 0
        session.rollback()
        reading.reset(token)
        return found

    try:
        with running(folder, "worker", "--concurrency", "2", env=env) as worker, running(folder, "beat", env=env):
            wait_for(lambda: "ready" in worker.output(), seconds=60, say=worker.output)
            begun = time.perf_counter()
            ask_for_prescores(session, posting_id=1, rubric_version_id=version_id, now=datetime.now(UTC))
            session.commit()
            wait_for(lambda: stored() >= count, seconds=SECONDS, say=worker.output)
            return count / (time.perf_counter() - begun)
    finally:
        broker.close()


if __name__ == "__main__":
    main()
