"""The whole product running for browser tests, as ``screening serve`` starts it on one machine."""

from __future__ import annotations

import contextlib
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from screening.config import Settings, load_settings
from tests.real import databases
from tests.real.processes import Running, environment, start, wait_for


@dataclass(frozen=True, slots=True)
class Site:
    """A running installation: ``url`` without a slash at its end; ``session()`` works on the very database it serves from."""

    url: str
    settings: Settings
    process: Running

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session beside the running processes; commit, so that they see it."""
        engine = databases.open_engine(self.settings.database_url)
        with Session(engine, expire_on_commit=False) as opened:
            yield opened
        engine.dispose()

    def clean(self) -> None:
        """Empty all tables and forget all files."""
        if self.settings.database_url.startswith("sqlite"):
            databases.clean_sqlite(self.settings.database_url)
        else:
            databases.clean_postgresql(self.settings.database_url)
        for entry in self.settings.uploads.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def free_port() -> int:
    """Find a port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start_site(folder: Path, database_url: str | None = None, *options: str) -> Site:
    """Start everything on a free port and wait until pages are served; the embedded broker is its own."""
    chosen = {"SCREENING_DATABASE_URL": database_url} if database_url else {}
    fixed = {"SCREENING_SECRET_KEY": "for-tests-only", "SCREENING_FORM_SECONDS": "0"}
    settings = load_settings({**chosen, **fixed}, instance=folder / "instance")
    port = free_port()
    process = start(folder, "serve", "--port", str(port), *options, env=environment(settings))
    wait_for(
        lambda: "Screening is at" in process.output() or process.process.poll() is not None,
        seconds=120,
        say=process.output,
    )
    if process.process.poll() is not None:
        raise AssertionError(f"the site did not start: {process.output()}")
    return Site(f"http://127.0.0.1:{port}", settings, process)


@contextlib.contextmanager
def site(folder: Path, database_url: str | None = None, *options: str) -> Iterator[Site]:
    """Run everything for the length of a block."""
    running = start_site(folder, database_url, *options)
    try:
        yield running
        running.process.stop(40)
    finally:
        running.process.close()
