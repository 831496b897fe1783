"""How fast staff pages are while a company grows: ``python -m bench.pages`` measures them beside a bare page in the same run.

For each size the database is filled with that many applications to twenty postings, then ``screening serve`` with its two
web processes and two processes of ``bench.bare`` answer in turns, one request at a time. Printed are p50 and p95, what a page
costs beside the bare one, its queries, and how the p50 grows from the smallest size to the largest. Linux only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bench.databases import empty_database
from bench.reader import Reader
from bench.seeding import Company, name_of, seed
from screening.app import create_app
from screening.config import Settings, load_settings
from screening.extensions import db
from screening.models import Application, Evaluation, Interview, RubricVersion, Stage
from tests.architecture.doors import sign_in
from tests.real import databases
from tests.real.processes import ROOT, Running, environment, start, wait_for
from tests.real.site import free_port

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS, BULK, MOVES = 40, 1_000, 4
GROWTH_AIM, BARE_AIM, SEARCH_AIM, ANY_WORD_AIM, MOVE_AIM = 1.5, 4.0, 0.05, 0.5, 0.5
RARE, COMMON = "联邦学习", "python"


@dataclass(slots=True)
class Measured:
    """One page at one size: seconds of each answer, and its queries."""

    seconds: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def middle(self) -> float:
        """The p50."""
        return median(self.seconds)

    @property
    def late(self) -> float:
        """The p95."""
        return quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 1 else self.seconds[0]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument(
        "--sizes", default=",".join(map(str, SIZES)), help="numbers of applications, at most 1,000,000"
    )
    options.add_argument("--rounds", type=int, default=ROUNDS, help="requests of each page, at most 400")
    chosen = options.parse_args()
    sizes = [min(1_000_000, int(size)) for size in chosen.sizes.split(",")]
    rounds = max(2, min(400, chosen.rounds))
    found: dict[int, dict[str, Measured]] = {}
    for size in sizes:
        with (
            tempfile.TemporaryDirectory(prefix="bench-pages-") as name,
            empty_database(chosen.database, Path(name)) as url,
        ):
            found[size] = _measure(Path(name), url, size, rounds)
            _report(chosen.database, size, found[size])
    _compare(found)


def _measure(folder: Path, url: str, size: int, rounds: int) -> dict[str, Measured]:
    settings = load_settings(
        {"SCREENING_DATABASE_URL": url, "SCREENING_SECRET_KEY": "for-the-bench-only"}, instance=folder / "instance"
    )
    engine = databases.open_engine(url)
    begun = time.perf_counter()
    with Session(engine, expire_on_commit=False) as session:
        company = seed(session, applications=size, now=datetime.now(UTC))
        pages = _pages(session, company)
    engine.dispose()
    sys.stdout.write(f"{size:,} applications were stored in {time.perf_counter() - begun:.0f} s\n")
    found = {name: Measured(queries=count) for name, count in _count(settings, company, pages).items()}
    with _bare(url, folder) as bare_port, _site(settings, folder) as port:
        reader = Reader(port)
        reader.sign_in(company.admin.email)
        bare = Reader(bare_port)
        found["bare page"] = Measured(queries=1)
        for turn in range(rounds + 2):
            number = 1 + turn * 977 % size
            _time(found["bare page"], lambda number=number: bare.get(f"/{number}"), turn)
            for name, path in pages.items():
                address = path(turn)
                _time(found[name], lambda address=address: reader.get(address), turn)
        found[f"bulk move of {BULK:,}"] = _move(reader, url, company)
    return found


def _time(measured: Measured, act: Callable[[], object], turn: int) -> None:
    """Time an act; the first two turns fill caches and do not count."""
    begun = time.perf_counter()
    act()
    if turn > 1:
        measured.seconds.append(time.perf_counter() - begun)


def _pages(session: Session, company: Company) -> Mapping[str, Callable[[int], str]]:
    """Give a path for each page and turn; turns look at different postings, people and names."""
    ids = company.posting_ids
    judged = session.scalars(
        select(Interview.application_id)
        .join(Evaluation, Evaluation.interview_id == Interview.id)
        .group_by(Interview.application_id)
        .order_by(Interview.application_id)
        .limit(40)
    ).all()

    documents = select(RubricVersion.posting_id, RubricVersion.document)
    keys = {ident: [one["key"] for one in document["criteria"]][2:] for ident, document in session.execute(documents)}

    def posting(turn: int) -> str:
        return f"/staff/postings/{ids[turn % len(ids)]}"

    def someone(turn: int) -> int:
        return 1 + turn * 6151 % company.applications

    def judged_as(turn: int, *verdicts: str) -> str:
        return "&".join(f"v={key}:{one}" for key, one in zip(keys[ids[turn % len(ids)]], verdicts, strict=False))

    return {
        "overview": lambda _: "/staff/postings/",
        "today": lambda _: "/staff/",
        "pipeline": posting,
        "pipeline, second page": lambda turn: f"{posting(turn)}?after=0.5&id={someone(turn)}&seen=50",
        "pipeline, board": lambda turn: f"{posting(turn)}?view=board",
        "pipeline, filtered": lambda turn: f"{posting(turn)}?stage=screening&gates=pass&source=campus",
        "pipeline, by verdicts": lambda turn: f"{posting(turn)}?{judged_as(turn, 'met', 'not_shown')}&city=shanghai",
        "pipeline, nobody fits": lambda turn: (
            f"{posting(turn)}?{judged_as(turn, 'contradicted', 'contradicted')}&stage=all"
        ),
        "pipeline, scores, newest": lambda turn: f"{posting(turn)}?low=40&high=80&sort=newest&days=3",
        "pipeline, by name": lambda turn: f"{posting(turn)}?q={quote(name_of(someone(turn))[:2])}",
        "search, name": lambda turn: f"/staff/search?q={quote(name_of(someone(turn)))}",
        "search, two characters": lambda turn: f"/staff/search?q={quote(name_of(someone(turn))[1:])}",
        "search, rare word": lambda _: f"/staff/search?q={quote(RARE)}",
        "search, common word": lambda _: f"/staff/search?q={COMMON}",
        "application": lambda turn: f"/staff/applications/{someone(turn)}",
        "debrief": lambda turn: f"/staff/applications/{judged[turn % len(judged)]}/debrief",
    }


def _count(settings: Settings, company: Company, pages: Mapping[str, Callable[[int], str]]) -> dict[str, int]:
    """Count the queries of each page, in this process."""
    app = create_app(settings)
    client = sign_in(app, company.admin)
    counted: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            counted.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    queries = {}
    for name, path in pages.items():
        client.get(path(1))
        counted.clear()
        answer = client.get(path(1))
        assert answer.status_code == 200, (name, answer.status)
        queries[name] = len(counted)
    event.remove(engine, "before_cursor_execute", note)
    engine.dispose()
    return queries


def _move(reader: Reader, url: str, company: Company) -> Measured:
    """Move a thousand new applications of a posting into review, and the next thousand."""
    found = Measured()
    engine = databases.open_engine(url)
    posting = company.posting_ids[0]
    for _ in range(MOVES):
        with Session(engine) as session:
            ids = session.scalars(
                select(Application.id)
                .where(Application.posting_id == posting, Application.stage == Stage.APPLIED)
                .order_by(Application.id)
                .limit(BULK)
            ).all()
        if len(ids) < BULK:
            break
        body = [("csrf_token", reader.token), ("to", Stage.SCREENING.value), *(("ids", str(ident)) for ident in ids)]
        begun = time.perf_counter()
        status = reader.post(f"/staff/postings/{posting}/move", body)
        found.seconds.append(time.perf_counter() - begun)
        with Session(engine) as session:
            moved = session.scalar(
                select(func.count()).where(Application.id.in_(ids), Application.stage == Stage.SCREENING)
            )
        assert (status, moved) == (303, BULK), (status, moved)
    engine.dispose()
    return found


@contextmanager
def _site(settings: Settings, folder: Path) -> Iterator[int]:
    """Run the product, and give its port."""
    port = free_port()
    process: Running = start(folder, "serve", "--port", str(port), env=environment(settings))
    try:
        wait_for(lambda: "Screening is at" in process.output(), seconds=120, say=process.output)
        yield port
    finally:
        process.stop(60)
        process.close()


@contextmanager
def _bare(url: str, folder: Path) -> Iterator[int]:
    """Run two bare servers on one port, and give it."""
    port = free_port()
    with (folder / "bare.log").open("wb") as log:
        servers = [
            subprocess.Popen([sys.executable, "-m", "bench.bare", url, str(port)], cwd=ROOT, stdout=log, stderr=log)
            for _ in range(2)
        ]
        try:
            wait_for(lambda: _answers(port), seconds=60, say=(folder / "bare.log").read_text)
            yield port
        finally:
            for server in servers:
                server.terminate()
                server.wait(20)


def _answers(port: int) -> bool:
    try:
        return bool(Reader(port).get("/1"))
    except OSError:
        return False


def _report(database: str, size: int, found: Mapping[str, Measured]) -> None:
    bare = found["bare page"].middle
    sys.stdout.write(f"\n{database}, {size:,} applications\n")
    sys.stdout.write(f"{'page':<28}{'p50':>10}{'p95':>10}{'to bare':>9}{'queries':>9}\n")
    for name, measured in found.items():
        if measured.seconds:
            sys.stdout.write(
                f"{name:<28}{1000 * measured.middle:>8.1f}ms{1000 * measured.late:>8.1f}ms"
                f"{measured.middle / bare:>9.1f}{measured.queries or '':>9}\n"
            )
    sys.stdout.flush()


def _compare(found: Mapping[int, Mapping[str, Measured]]) -> None:
    """Print how each page grows from the smallest size to the largest, in its own time and beside the bare page."""
    small, large = found[min(found)], found[max(found)]
    if small is large:
        return
    sys.stdout.write(
        f"\nfrom {min(found):,} to {max(found):,} applications (aim: p50 grows {GROWTH_AIM:g} times at most)\n"
    )
    for name, measured in large.items():
        if measured.seconds and small[name].seconds:
            sys.stdout.write(f"{name:<28}{measured.middle / small[name].middle:>8.2f} times\n")
    sys.stdout.write(
        f"aims: overview and pipeline {BARE_AIM:g} times the bare page at most; search p95 {1000 * SEARCH_AIM:.0f} ms for names "
        f"and rare words, {1000 * ANY_WORD_AIM:.0f} ms for any; a move of {BULK:,} {1000 * MOVE_AIM:.0f} ms\n"
    )


if __name__ == "__main__":
    main()
