"""Real processes of the product for tests: each ends with its test, and with the test session in any case."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from screening.cli.supervision.lifeline import die_with_parent
from screening.config import Settings

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def environment(settings: Settings) -> dict[str, str]:
    """Give a process of the product the test's settings and nothing of an outer installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCREENING_")}
    return {
        **kept,
        "SCREENING_INSTANCE": str(settings.instance),
        "SCREENING_DATABASE_URL": settings.database_url,
        "SCREENING_BROKER_URL": settings.broker_url,
        "SCREENING_SECRET_KEY": settings.secret_key,
        "SCREENING_FORM_SECONDS": str(settings.form_seconds),
        "PYTHONUNBUFFERED": "1",
    }


@dataclass(slots=True)
class Running:
    """A process of the product with its own session; its output lies in ``log``."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End it as a crash would."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self, seconds: float = 90) -> int:
        """Ask the main process to stop and give its exit code."""
        self.process.terminate()
        return self.process.wait(seconds)

    def output(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def close(self) -> None:
        """End what is left of it and of its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def start(folder: Path, name: str, *arguments: str, env: Mapping[str, str]) -> Running:
    """Start ``screening <name>`` with its output in a file of ``folder``."""
    log = folder / f"{name}-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "screening.cli", name, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it makes one call and no lock is held
        )
    return Running(process, log)


@contextlib.contextmanager
def running(folder: Path, name: str, *arguments: str, env: Mapping[str, str]) -> Iterator[Running]:
    """Run ``screening <name>`` for the length of a block."""
    started = start(folder, name, *arguments, env=env)
    try:
        yield started
    finally:
        started.close()


def wait_for(ask: Callable[[], T], *, seconds: float = 90, say: Callable[[], str] = lambda: "") -> T:
    """Ask until the answer is true; fail with what ``say`` gives after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing happened within {seconds:.0f} s. {say()}")
        time.sleep(0.05)
    return answer
