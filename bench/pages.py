"""How fast staff pages are while a company grows: ``python -m bench.pages`` measures them beside a bare page in the same run.

For each size a database is filled with that many applications to twenty postings and the worker counts what pages only
read; then for each size ``screening serve`` with its two web processes, and two processes of ``bench.bare``, answer in turns,
one request at a time. Printed are p50 and p95, the first answer of a fresh process, what a page costs beside the bare one, its queries, and
how the p50 grows from the smallest size to the largest. Linux only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote

from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from bench.databases import empty_database
from bench.reader import Reader
from bench.seeded_rows import batch_of, name_of
from bench.seeding import Company, find_company, seed_quickly
from screening.app import create_app
from screening.config import Settings, load_settings
from screening.extensions import db, reading_first
from screening.models import Application, Evaluation, Interview, Job, JobState, RubricVersion, Stage
from screening.services import insight_counts, measuring, stage_figures
from tests.architecture.doors import sign_in
from tests.real import databases
from tests.real.processes import ROOT, Running, environment, start, wait_for
from tests.real.site import free_port

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS, WARMING, BULK, MOVES = 40, 40, 1_000, 4
PATIENCE = 1_800.0
"""Seconds that the worker is given to count everything."""
GROWTH_AIM, BARE_AIM, SEARCH_AIM, ANY_WORD_AIM, MOVE_AIM = 1.5, 4.0, 0.05, 0.5, 0.5
FEW_ENOUGH = 100_000
"""Applications up to which one types one character of a name, not two: either way about half a page or a page is found, so that sizes can be compared."""
LONGER = 1.3
"""How much longer an answer is where the table of growth says so."""
RARE, COMMON = "联邦学习", "python"


@dataclass(slots=True)
class Measured:
    """One page at one size: seconds of each answer, its queries, and characters of each answer."""

    seconds: list[float] = field(default_factory=list)
    queries: int = 0
    first: float = 0.0
    sizes: list[int] = field(default_factory=list)

    @property
    def size(self) -> float:
        """The characters that it sends, in the middle: a search that finds more at a larger size has more to show."""
        return median(self.sizes) if self.sizes else 0.0

    @property
    def middle(self) -> float:
        """The p50."""
        return median(self.seconds)

    @property
    def late(self) -> float:
        """The p95."""
        return quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 1 else self.seconds[0]


@dataclass(frozen=True, slots=True)
class Stored:
    """A database with so many applications, and what is measured of it."""

    url: str
    folder: Path
    settings: Settings
    company: Company
    pages: Mapping[str, Callable[[int], str]]
    found: dict[str, Measured]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument(
        "--sizes", default=",".join(map(str, SIZES)), help="numbers of applications, at most 1,000,000"
    )
    options.add_argument("--rounds", type=int, default=ROUNDS, help="requests of each page, at most 400")
    options.add_argument("--keep", type=Path, help="a folder where SQLite databases are kept for the next run")
    options.add_argument("--only", default="", help="the beginning of the names of the pages that are asked for")
    chosen = options.parse_args()
    sizes = sorted({min(1_000_000, int(size)) for size in chosen.sizes.split(",")})
    rounds = max(2, min(400, chosen.rounds))
    with ExitStack() as stack:
        folder = chosen.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-pages-")))
        stores = {}
        for size in sizes:
            (folder / str(size)).mkdir(parents=True, exist_ok=True)
            stores[size] = _prepare(stack, chosen.database, folder / str(size), size, chosen.only)
        _measure(stores, rounds)
        for size, store in stores.items():
            _report(chosen.database, size, store.found)
        _compare({size: store.found for size, store in stores.items()})


def _prepare(stack: ExitStack, database: str, folder: Path, size: int, only: str) -> Stored:
    """Fill a database and let the worker count what it counts at night; one that was kept is as it was."""
    kept = folder / "instance" / "screening.sqlite3"
    is_kept = database == "sqlite" and kept.exists()
    url = f"sqlite:///{kept}" if is_kept else stack.enter_context(empty_database(database, folder))
    settings = load_settings(
        {"SCREENING_DATABASE_URL": url, "SCREENING_SECRET_KEY": "for-the-bench-only"}, instance=folder / "instance"
    )
    if not is_kept:
        begun = time.perf_counter()
        seed_quickly(url, applications=size, now=datetime.now(UTC))
        _say(f"{size:,} applications were stored in {time.perf_counter() - begun:.0f} s")
    engine = databases.open_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        company = find_company(session)
        pages = {name: page for name, page in _pages(session, company).items() if name.startswith(only)}
        if not is_kept:
            _ask_to_count(session)
    begun = time.perf_counter()
    with _site(settings, folder):
        _wait_for_worker(engine)
    _say(f"the worker counted what was due of {size:,} in {time.perf_counter() - begun:.0f} s")
    engine.dispose()
    queries = _count(settings, company, pages)
    return Stored(
        url, folder, settings, company, pages, {name: Measured(queries=count) for name, count in queries.items()}
    )


def _measure(stores: Mapping[int, Stored], rounds: int) -> None:
    """Ask for each page at each size in turns, so that whatever else the machine does falls on all alike."""
    first = stores[min(stores)]
    with ExitStack() as stack:
        readers, bare = {}, {}
        for size, store in stores.items():
            bare[size] = Reader(stack.enter_context(_bare(store.url, store.folder)))
            readers[size] = Reader(stack.enter_context(_site(store.settings, store.folder)))
            readers[size].sign_in(store.company.admin.email)
            store.found["bare page"] = Measured(queries=1)
        for turn in range(rounds + WARMING):
            number = 1 + turn * 977 % first.company.applications
            for name in first.pages:
                for size, store in stores.items():
                    address = store.pages[name](turn)
                    _time(store.found[name], lambda size=size, address=address: readers[size].get(address), turn)  # type: ignore[misc]
            for (
                size,
                store,
            ) in stores.items():  # of a server of its own, which has rested as long as the pages' before it
                _time(store.found["bare page"], lambda size=size, number=number: bare[size].get(f"/{number}"), turn)  # type: ignore[misc]
        for size, store in stores.items():
            store.found[f"bulk move of {BULK:,}"] = _move(readers[size], store.url, store.company)


def _time(measured: Measured, act: Callable[[], str], turn: int) -> None:
    """Time an act; the first turns fill the caches of both processes and do not count."""
    begun = time.perf_counter()
    answer = act()
    taken = time.perf_counter() - begun
    if turn == 0:
        measured.first = taken
    if turn >= WARMING:
        measured.seconds.append(taken)
        measured.sizes.append(len(answer))


def _ask_to_count(session: Session) -> None:
    """Ask for what the worker counts each night, so that it need not begin while pages are measured."""
    now = datetime.now(UTC)
    insight_counts.ask_for_night(session, local=now, now=now)
    stage_figures.ask_for_all(session, now=now)
    measuring.ask_for_all(session, now=now)
    session.commit()


def _wait_for_worker(engine: Engine) -> None:
    """Wait until nothing is left to do."""
    left = select(func.count()).where(Job.state == JobState.WAITING, Job.due_at <= func.now())
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with Session(engine) as session, reading_first(session):
            if not session.scalar(left):
                return
        time.sleep(1)
    _say("the worker was not done in time: pages are measured while it goes on")


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

    def applicant(turn: int) -> int:
        """Give somebody who applied to the posting of the same turn: numbers go to the postings in turns."""
        place = (turn % len(ids)) or len(ids)
        return place + len(ids) * (turn * 307 % (company.applications // len(ids)))

    part = 1 if company.applications <= FEW_ENOUGH else 2

    def judged_as(turn: int, *verdicts: str) -> str:
        return "&".join(f"v={quote(key)}:{one}" for key, one in zip(keys[ids[turn % len(ids)]], verdicts, strict=False))

    return {
        "overview": lambda _: "/staff/postings/",
        "overview, refreshed": lambda _: "/staff/postings/live",
        "today": lambda _: "/staff/",
        "pipeline": posting,
        "pipeline, second page": lambda turn: f"{posting(turn)}?after=0.5&id={someone(turn)}&seen=50",
        "pipeline, board": lambda turn: f"{posting(turn)}?view=board",
        "pipeline, newest": lambda turn: f"{posting(turn)}?sort=newest",
        "pipeline, longest waiting": lambda turn: f"{posting(turn)}?sort=waiting",
        "pipeline, filtered": lambda turn: f"{posting(turn)}?stage=screening&gates=pass&source=campus",
        "pipeline, by verdicts": lambda turn: f"{posting(turn)}?{judged_as(turn, 'met', 'not_shown')}&city=shanghai",
        "pipeline, nobody fits": lambda turn: (
            f"{posting(turn)}?{judged_as(turn, 'contradicted', 'contradicted')}&stage=all"
        ),
        "pipeline, scores, newest": lambda turn: f"{posting(turn)}?low=40&high=80&sort=newest&days=3",
        "pipeline, by city": lambda turn: f"{posting(turn)}?city=shanghai",
        "pipeline, overdue": lambda turn: f"{posting(turn)}?overdue=1",
        "pipeline, by a common tag": lambda turn: (
            f"{posting(turn)}?stage=all&tag={company.tags[0]}"
        ),  # a full page at each size
        "pipeline, by a rare tag": lambda turn: f"{posting(turn)}?tag={company.tags[-1]}",
        "pipeline, by name": lambda turn: f"{posting(turn)}?q={quote(name_of(applicant(turn)))}",
        "pipeline, part of a name": lambda turn: f"{posting(turn)}?q={quote(name_of(applicant(turn))[:part])}",
        "pipeline, two characters": lambda turn: f"{posting(turn)}?q={quote(name_of(applicant(turn))[:2])}",
        "pipeline, common word": lambda turn: f"{posting(turn)}?q={COMMON}",
        "filter of a pipeline": lambda turn: f"{posting(turn)}/filter",
        "search, name": lambda turn: f"/staff/search?q={quote(name_of(someone(turn)))}",
        "search, two characters": lambda turn: f"/staff/search?q={quote(name_of(someone(turn))[1:])}",
        "search, one in 1,000": lambda turn: f"/staff/search?q={batch_of(someone(turn))}",
        "search, rare word": lambda _: f"/staff/search?q={quote(RARE)}",
        "search, common word": lambda _: f"/staff/search?q={COMMON}",
        "search, beginning": lambda _: f"/staff/search?q={COMMON[:3]}",
        "search, found by nobody": lambda turn: f"/staff/search?q=nobody{turn}",
        "application": lambda turn: f"/staff/applications/{someone(turn)}",
        "debrief": lambda turn: f"/staff/applications/{judged[turn % len(judged)]}/debrief",
        "insights": lambda _: "/staff/insights?days=0",
        "insights of a posting": lambda turn: f"{posting(turn)}/insights?days=0",
        "outbox": lambda _: "/staff/outbox/",
        "outbox, scheduled": lambda _: "/staff/outbox/?box=scheduled",
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


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _answers(port: int) -> bool:
    try:
        return bool(Reader(port).get("/1"))
    except OSError:
        return False


def _report(database: str, size: int, found: Mapping[str, Measured]) -> None:
    bare = found["bare page"].middle
    sys.stdout.write(f"\n{database}, {size:,} applications\n")
    sys.stdout.write(f"{'page':<28}{'p50':>10}{'p95':>10}{'first':>10}{'to bare':>9}{'kB':>7}{'queries':>9}\n")
    for name, measured in found.items():
        if measured.seconds:
            sys.stdout.write(
                f"{name:<28}{1000 * measured.middle:>8.1f}ms{1000 * measured.late:>8.1f}ms{1000 * measured.first:>8.1f}ms"
                f"{measured.middle / bare:>9.1f}{measured.size / 1000:>7.0f}{measured.queries or '':>9}\n"
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
            longer = measured.size / small[name].size if small[name].size else 1
            sys.stdout.write(
                f"{name:<28}{measured.middle / small[name].middle:>8.2f} times"
                f"{f'   {longer:.1f} times as much to show' if longer > LONGER else ''}\n"
            )
    sys.stdout.write(
        f"aims: overview and pipeline {BARE_AIM:g} times the bare page at most; search p95 {1000 * SEARCH_AIM:.0f} ms for names "
        f"and rare words, {1000 * ANY_WORD_AIM:.0f} ms for any; a move of {BULK:,} {1000 * MOVE_AIM:.0f} ms\n"
    )


if __name__ == "__main__":
    main()
