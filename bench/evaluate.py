"""What it costs to submit an evaluation: ``python -m bench.evaluate`` posts scorecards beside a bare insert in the same run.

One web process of the product serves both: the scorecard's form, signed in and with its token, and a route without either
that inserts one row and commits. The two are posted in turns, one at a time, each evaluation of an interview of its own.
Printed are p50 and p95, the ratio of the p50, and the queries of one request.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bench.databases import empty_database
from bench.reader import Reader
from screening.app import create_app
from screening.cli.supervision.listening import listen
from screening.cli.web import Stop, serve_until_told
from screening.config import load_settings
from screening.extensions import csrf, db
from screening.models import ApplicationNote, Interview, Panelist, Role, RubricVersion, Stage, User
from screening.web.access import anyone
from tests.architecture.doors import sign_in
from tests.factories import make_application, make_posting, make_user
from tests.real import databases
from tests.real.processes import ROOT, environment, wait_for
from tests.real.site import free_port

ROUNDS, WARM, AIM = 300, 10, 4.0
FOCUS = ("r1", "r2", "r3", "r4", "b1", "b2")
EMAIL = "measured@example.com"
NOTE = "问到了预测模块的取舍，讲清了为什么放弃第一种方案，失败的实验也能分析原因。" * 4


def main() -> None:
    """Measure and print; with ``--serve`` be the server instead."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--rounds", type=int, default=ROUNDS, help="evaluations to post, at most 5,000")
    options.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve_until_told(make_app(), listen("127.0.0.1", chosen.serve), Stop())
        return
    rounds = max(20, min(5_000, chosen.rounds))
    with (
        tempfile.TemporaryDirectory(prefix="bench-evaluate-") as name,
        empty_database(chosen.database, Path(name)) as url,
    ):
        _measure(chosen.database, Path(name), url, rounds)


def make_app() -> Flask:
    """Give the product's application with one route more: ``/bare`` inserts one row, asks nobody who they are, and redirects."""
    app = create_app(load_settings())

    @app.post("/bare")
    @csrf.exempt
    @anyone
    def bare() -> tuple[str, int, dict[str, str]]:
        db.session.add(ApplicationNote(application_id=1, author_id=1, text=NOTE, at=datetime.now(UTC)))
        db.session.commit()
        return "", 303, {"Location": "/"}

    return app


def _measure(kind: str, folder: Path, url: str, rounds: int) -> None:
    settings = load_settings(
        {"SCREENING_DATABASE_URL": url, "SCREENING_SECRET_KEY": "for-the-bench-only"}, instance=folder / "instance"
    )
    engine = databases.open_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        interviews = _seat(session, rounds + WARM + 2)
    engine.dispose()
    seconds: dict[str, list[float]] = {"bare insert": [], "evaluation": []}
    with _server(environment(settings), folder) as port:
        reader, bare = Reader(port), Reader(port)
        reader.sign_in(EMAIL)
        for turn, interview in enumerate(interviews[2:]):
            form = [("csrf_token", reader.token), *FORM]
            for name, browser, path, body in (
                ("bare insert", bare, "/bare", [("note", NOTE)]),
                ("evaluation", reader, _path(interview), form),
            ):
                begun = time.perf_counter()
                status = browser.post(path, body)
                if turn >= WARM:
                    seconds[name].append(time.perf_counter() - begun)
                assert status == 303, (name, status)
    queries = _count(environment(settings), interviews[:2])
    write = sys.stdout.write
    write(f"{kind}: {rounds} evaluations of {len(FOCUS)} criteria, one at a time, one web process\n")
    write(f"{'':<14}{'p50':>10}{'p95':>10}{'queries':>9}\n")
    for name, found in seconds.items():
        write(
            f"{name:<14}{1000 * median(found):>8.1f}ms{1000 * quantiles(found, n=20)[-1]:>8.1f}ms{queries[name]:>9}\n"
        )
    ratio = median(seconds["evaluation"]) / median(seconds["bare insert"])
    write(f"an evaluation costs {ratio:.2f} bare inserts (aim: at most {AIM:g})\n")


FORM = [
    *((f"rating-{ident}", str(1 + place % 4)) for place, ident in enumerate(FOCUS)),
    *((f"note-{ident}", NOTE) for ident in FOCUS),
    ("recommendation", "yes"),
    ("summary", NOTE),
]


def _path(interview: int) -> str:
    return f"/staff/interviews/{interview}/scorecard"


def _seat(session: Session, number: int) -> list[int]:
    """Make so many held interviews with one interviewer and a colleague who submits nothing, of ten candidates."""
    now = datetime.now(UTC)
    interviewer = make_user(session, Role.INTERVIEWER, email=EMAIL)
    colleague = make_user(session, Role.INTERVIEWER)
    posting = make_posting(session, planner := make_user(session))
    version = session.query(RubricVersion).one()
    made = []
    for place in range(number):
        if place % 10 == 0:
            application = make_application(session, posting, stage=Stage.INTERVIEW)
        starts_at = now - timedelta(hours=5, minutes=place)
        interview = Interview(
            application_id=application.id,
            rubric_version_id=version.id,
            round="1",
            starts_at=starts_at,
            minutes=45,
            ends_at=starts_at + timedelta(minutes=45),
            due_at=starts_at + timedelta(days=1),
            time_zone="Asia/Shanghai",
            focus=list(FOCUS),
            created_by=planner.id,
            created_at=now,
        )
        session.add(interview)
        session.flush()
        session.add_all(Panelist(interview_id=interview.id, user_id=one.id) for one in (interviewer, colleague))
        made.append(interview.id)
    session.commit()
    return made


def _count(env: dict[str, str], interviews: list[int]) -> dict[str, int]:
    """Count the statements of one request each, in this process, on its second time."""
    app = create_app(load_settings(env), WTF_CSRF_ENABLED=False)
    counted: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            counted.append(statement)

    with app.app_context():
        engine = db.engine
        client = sign_in(app, db.session.scalars(select(User).where(User.email == EMAIL)).one())
        db.session.rollback()
    event.listen(engine, "before_cursor_execute", note)
    for interview in interviews:
        counted.clear()
        answer = client.post(_path(interview), data=dict(FORM))
        assert answer.status_code == 303, answer.status
    engine.dispose()
    return {"bare insert": 1, "evaluation": len(counted)}


@contextmanager
def _server(env: dict[str, str], folder: Path) -> Iterator[int]:
    """Run the one web process, and give its port."""
    port = free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        line = [sys.executable, "-m", "bench.evaluate", "--serve", str(port)]
        server = subprocess.Popen(line, cwd=ROOT, env=env, stdout=output, stderr=output)
        try:
            wait_for(_answering(port), seconds=60, say=log.read_text)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def _answering(port: int) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            return bool(Reader(port).get("/sign-in"))
        except OSError:
            return False

    return ask


if __name__ == "__main__":
    main()
