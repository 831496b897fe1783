"""How many applications a second the shipped server takes: ``python -m bench.submit`` posts complete forms with résumés.

Eight clients send what a browser sends (multipart, a text or a PDF file, every field filled in, a form of their own with its
key and token), each application with a phone number of its own and from a loopback address of its own, as from people at
home, so the limits on attempts stand as they are. The server is ``screening serve`` with its two web processes, worker, relay
and broker, on a free port of this machine. Measured in turns with 2,000 and with 100,000 stored applications, and with a mail
server that is down; with 2,000 also for either kind of file alone. A rate is worth as much as the machine is idle; processor
time for each application tells more: the web processes' with their readers', and what the clients take beside them.
Linux only: elsewhere 127.0.0.2 is no address.
"""

from __future__ import annotations

import argparse
import http.client
import io
import re
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median, quantiles

import psutil
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from bench.stored_applications import mark_done, store_applications
from rubrics.catalogue import catalogue
from rubrics.codec import digest, dump_rubric
from screening.config import load_settings
from screening.models import Application, FormVersion, Posting, ResumeFile, RubricVersion
from screening.services.forming import questions_for
from tests.candidate.forms import RESUME, filled
from tests.documents.files import make_pdf, show
from tests.factories import make_posting
from tests.real import databases
from tests.real.postgresql import start_postgresql
from tests.real.processes import Running, environment, start, wait_for
from tests.real.site import free_port

CLIENTS, SECONDS, TURNS, PAUSE = 8, 8.0, 3, 6.0
FEW, MANY = 2_000, 100_000
AIM, SPREAD = 100.0, 0.2
KEY, MAIL, PHONE, AGE = "k" * 32, "measured@example.com", "138 0000 0123", 5.0
WARM = 3.0
"""Seconds of posting before anything is measured: templates and statements are made, the worker has started."""
BORDER = "a-border-that-stands-in-no-value"
DEAD_MAIL_SERVER = "smtp://127.0.0.1:9"
PDF = make_pdf(
    *[
        "\n".join(
            show(f"{line} trajectory prediction, PyTorch, C++, two years of work", y=780 - 14 * line, size=9)
            for line in range(45)
        )
    ]
    * 2
)
TEXT = (RESUME * 12).encode()


@dataclass(slots=True)
class Turn:
    """What one measured stretch gave: how many were taken in how many seconds, each answer's seconds, what went wrong.

    ``cost`` and ``clients`` are milliseconds of a processor for each application, of the web processes and of the clients.
    """

    taken: int
    seconds: float
    waits: list[float]
    errors: Counter[str]
    cost: float
    clients: float

    @property
    def rate(self) -> float:
        """Applications a second."""
        return self.taken / self.seconds


@dataclass(slots=True)
class Case:
    """What is measured of an installation: ``files`` are the kinds that are sent in turn, 0 a text, 1 a PDF."""

    name: str
    port: int
    process: Running
    slug: str
    url: str
    numbers: Iterator[int]
    files: tuple[int, ...] = (0, 1)
    turns: list[Turn] = field(default_factory=list)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--seconds", type=float, default=SECONDS, help="length of a turn, at most 60")
    options.add_argument("--turns", type=int, default=TURNS, help="turns of each case, at most 10")
    options.add_argument(
        "--many", type=int, default=MANY, help="stored applications of the second case, at most 200,000"
    )
    options.add_argument("--profile", action="store_true", help="only the first case")
    chosen = options.parse_args()
    seconds, turns = min(60.0, chosen.seconds), max(1, min(10, chosen.turns))
    cases_wanted = [(FEW, None), (min(200_000, chosen.many), None), (FEW, DEAD_MAIL_SERVER)]
    with tempfile.TemporaryDirectory(prefix="bench-submit-") as name, _databases(chosen.database, Path(name)) as make:
        cases: list[Case] = []
        try:
            for stored, mail in cases_wanted[: 1 if chosen.profile else 3]:
                case = _start(Path(name) / str(len(cases)), make(str(len(cases))), stored, mail)
                cases.append(case)
                if len(cases) == 1:
                    cases += [
                        replace(case, name=f"{case.name}, {kind} only", files=(place,), turns=[])
                        for place, kind in enumerate(("text", "PDF"))
                    ]
            for case in cases:
                _measure(case, WARM)
            for _ in range(turns):
                for case in cases:
                    case.turns.append(_measure(case, seconds))
                    time.sleep(1)
        finally:
            for case in cases:
                case.process.stop(40)
                case.process.close()
        _report(chosen.database, cases)


def _report(database: str, cases: Sequence[Case]) -> None:
    write = sys.stdout.write
    write(
        f"{database}: {CLIENTS} clients, two web processes, form of {max(len(questions_for(entry.rubric)) for entry in catalogue())} questions, text and PDF in turn\n"
    )
    write(f"{'case':<44}{'a second':>10}{'median':>9}{'95 %':>9}{'errors':>8}{'CPU ms':>8}{'clients':>9}\n")
    for case in cases:
        waits = sorted(wait for turn in case.turns for wait in turn.waits)
        errors = sum((turn.errors for turn in case.turns), Counter[str]())
        write(
            f"{case.name:<44}{median(turn.rate for turn in case.turns):>10.1f}{1000 * median(waits):>7.0f}ms"
            f"{1000 * quantiles(waits, n=20)[-1]:>7.0f}ms{sum(errors.values()):>8}"
            f"{median(turn.cost for turn in case.turns):>8.1f}{median(turn.clients for turn in case.turns):>9.2f}\n"
        )
        for said, times in errors.most_common(5):
            write(f"    {times} times: {said}\n")
        write(f"    turns: {', '.join(f'{turn.rate:.0f}' for turn in case.turns)} a second\n")
    first = cases[0]
    for case in [one for one in cases if one.process is not first.process]:
        ratios = [turn.rate / base.rate for turn, base in zip(case.turns, first.turns, strict=True)]
        write(f"{case.name} to {first.name}: {median(ratios):.2f} (aim {1 - SPREAD:g} to {1 + SPREAD:g})\n")
    write(f"aim: {AIM:g} a second, no error\n")


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """Give a maker of empty databases by name."""
    if kind == "sqlite":
        template = databases.make_sqlite_template(folder / "template.sqlite3")
        yield lambda name: databases.copy_sqlite(template, folder / name / "instance")
        return
    server = start_postgresql()
    try:

        def make(name: str) -> str:
            url = databases.make_postgresql_database(server, f"bench{name}")
            engine = databases.open_engine(url)
            databases.make_tables(engine)
            engine.dispose()
            return url

        yield make
    finally:
        server.close()


def _start(folder: Path, url: str, stored: int, mail: str | None) -> Case:
    folder.mkdir(exist_ok=True)
    engine = databases.open_engine(url)
    with Session(engine, expire_on_commit=False) as session:
        posting = _fill(session, stored)
    engine.dispose()
    settings = load_settings(
        {"SCREENING_DATABASE_URL": url, "SCREENING_SECRET_KEY": "for-the-bench-only"}, instance=folder / "instance"
    )
    env = {**environment(settings), **({"SCREENING_SMTP_URL": mail} if mail else {})}
    port = free_port()
    process = start(folder, "serve", "--port", str(port), env=env)
    wait_for(lambda: "Screening is at" in process.output(), seconds=120, say=process.output)
    name = f"{stored:,} stored" + (", mail server down" if mail else "")
    return Case(name, port, process, posting.slug, url, count(1))


def _fill(session: Session, stored: int) -> Posting:
    """Make the postings whose forms ask what the shipped rubrics ask, and the stored applications."""
    entries = sorted(catalogue(), key=lambda entry: -len(questions_for(entry.rubric)))[:5]
    postings = [make_posting(session, slug=f"measured-{number}") for number in range(len(entries))]
    for posting, entry in zip(postings, entries, strict=True):
        version = session.scalars(select(RubricVersion).where(RubricVersion.posting_id == posting.id)).one()
        version.document = dump_rubric(entry.rubric)
        version.digest = digest(version.document)
        form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
        form.questions = questions_for(entry.rubric)
    session.commit()
    forms = [
        session.scalars(select(FormVersion.id).where(FormVersion.posting_id == posting.id)).one()
        for posting in postings
    ]
    store_applications(
        session, count=stored, posting_ids=[posting.id for posting in postings], forms=forms, now=datetime.now(UTC)
    )
    return postings[0]


def _measure(case: Case, seconds: float) -> Turn:
    """Let the clients post for so long, one application after the other each."""
    before = _stored(case)
    sender = _Sender(case)
    spent, own, begun = _spent(case), time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = list(pool.map(lambda _: sender.post_until(begun + seconds), range(CLIENTS)))
    taken, own, cost = time.perf_counter() - begun, time.process_time() - own, _spent(case) - spent
    waits = [wait for part, _ in parts for wait in part]
    errors = sum((part for _, part in parts), Counter[str]())
    missing = len(waits) - (_stored(case) - before)
    if missing:
        errors[f"acknowledged and not stored: {missing}"] += abs(missing)
    engine = databases.open_engine(case.url)
    with Session(engine) as session:
        mark_done(session)
    engine.dispose()
    each = 1000 / max(1, len(waits))
    return Turn(len(waits), taken, waits, errors, each * cost, each * own)


class _Sender:
    """A form that was opened once, and its copies with keys, addresses and files of their own."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._path = f"/roles/{case.slug}/apply"
        connection = http.client.HTTPConnection("127.0.0.1", case.port, timeout=60)
        connection.request("GET", self._path, headers={"Accept-Language": "zh"})
        answer = connection.getresponse()
        self._cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        page = answer.read().decode()
        connection.close()
        body = filled(page, start=(datetime.now(UTC) + timedelta(days=7)).date().isoformat())
        body |= {"form_key": KEY, "email": MAIL, "phone": PHONE}
        self._bodies = [
            encode_multipart({**body, "resume": FileStorage(io.BytesIO(content), name)}, boundary=BORDER)[1]
            for content, name in ((TEXT, "云小鹤_简历.txt"), (PDF, "简历.pdf"))
        ]
        time.sleep(AGE)

    def post_until(self, deadline: float) -> tuple[list[float], Counter[str]]:
        """Post until the deadline; give each answer's seconds, and what was answered instead of a status page."""
        waits: list[float] = []
        errors: Counter[str] = Counter()
        while time.perf_counter() < deadline:
            number = next(self._case.numbers)
            request = self._request(number)
            begun = time.perf_counter()
            try:
                said = self._send(number, request)
            except OSError as error:
                said = repr(error)
            if said:
                errors[said] += 1
            else:
                waits.append(time.perf_counter() - begun)
        return waits, errors

    def _request(self, number: int) -> bytes:
        files = self._case.files
        body = self._bodies[files[number % len(files)]].replace(KEY.encode(), f"{number:032}".encode())
        body = body.replace(MAIL.encode(), f"m{number}@example.com".encode())
        body = body.replace(PHONE.encode(), f"138{number:08}".encode())
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1:{self._case.port}\r\nCookie: {self._cookie}\r\n"
            f"Accept-Language: zh\r\nContent-Type: multipart/form-data; boundary={BORDER}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body

    def _send(self, number: int, request: bytes) -> str:
        """Send from an address of its own; give what is wrong with the answer."""
        with socket.socket() as line:
            line.settimeout(60)
            line.bind((f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{1 + number % 250}", 0))
            line.connect(("127.0.0.1", self._case.port))
            line.sendall(request)
            answer = b""
            while piece := line.recv(65536):
                answer += piece
        if re.match(rb"HTTP/1\.1 303 ", answer) and b"\r\nLocation: /status/" in answer:
            return ""
        return answer[:200].decode("utf-8", "replace").partition("\r\n")[0] or "no answer"


def _stored(case: Case) -> int:
    engine = databases.open_engine(case.url)
    with Session(engine) as session:
        applications = (
            session.scalar(
                select(func.count()).select_from(Application).where(Application.email.like("m%@example.com"))
            )
            or 0
        )
        files = session.scalar(select(func.count()).select_from(ResumeFile)) or 0
    engine.dispose()
    return min(applications, files)


def _spent(case: Case) -> float:
    """Give the processor time in seconds of the web processes, with the readers that they started."""
    spent = 0.0
    for child in psutil.Process(case.process.process.pid).children(recursive=True):
        try:
            words, times = child.cmdline(), child.cpu_times()
        except psutil.Error:  # it has just ended
            continue
        if "web" in words or any("attend" in word for word in words):
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


if __name__ == "__main__":
    main()
