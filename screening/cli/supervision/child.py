"""One child process: how it is started, watched, restarted and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from screening.cli.supervision.lifeline import PARENT_VARIABLE, die_with_parent

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_AFTER = 30.0


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What to start. Times in seconds.

    ``heartbeat`` is a file that the child touches while it works; a child whose file is older than
    ``heartbeat_limit`` counts as hung. ``hidden`` are pieces of log lines that tell a user nothing. ``is_ready`` tells
    whether the child can be used; the next one starts only then. ``needs`` names children whose restart restarts this one.
    ``advice`` says what to do when it cannot be started.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()
    stop_within: float = 10
    heartbeat: Path | None = None
    heartbeat_limit: float = 90
    hidden: tuple[str, ...] = ()
    is_ready: Callable[[], bool] | None = None
    ready_within: float = 30
    needs: tuple[str, ...] = ()
    advice: str = ""


class Child:
    """A planned process and its present run. Only the supervisor's main thread may touch it."""

    def __init__(self, plan: ChildPlan) -> None:
        self.plan = plan
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.due_at = 0.0
        self._pause = FIRST_PAUSE

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor, and tie its life to ours."""
        if self.plan.heartbeat is not None:
            self.plan.heartbeat.unlink(missing_ok=True)
        self.process = subprocess.Popen(  # noqa: S603 - the commands are our own
            self.plan.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", PARENT_VARIABLE: str(os.getpid()), **self.plan.environment},
            pass_fds=self.plan.descriptors,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - the supervisor has one thread
        )
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        """Tell whether the main process is there."""
        return self.process is not None and self.process.poll() is None

    def is_hung(self) -> bool:
        """Tell whether the heartbeat stopped; a child that has just started is given the same time for the first one."""
        file = self.plan.heartbeat
        if file is None or time.monotonic() - self.started_at < self.plan.heartbeat_limit:
            return False
        try:
            return time.time() - file.stat().st_mtime > self.plan.heartbeat_limit
        except FileNotFoundError:
            return True

    def schedule_restart(self) -> float:
        """Set the time of the next start and give the pause before it; the pause doubles while starts keep failing."""
        if time.monotonic() - self.started_at > STEADY_AFTER:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self.due_at = time.monotonic() + pause
        return pause

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the main process only: Celery hangs when its pool gets the signal as well."""
        if self.process is not None and self.is_running():
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the main process and whatever it left in its session."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
