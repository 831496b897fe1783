"""Starts the children in order, watches them, and stops them in the opposite order."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from screening.cli.supervision.child import Child, ChildPlan
from screening.cli.supervision.logs import LogStream

LOOK_EVERY = 0.25
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildNotReadyError(Exception):
    """A child could not be brought up at the start."""


class Supervisor:
    """One parent for all children; ``run`` returns when SIGINT or SIGTERM was received and every child has ended."""

    def __init__(
        self, plans: Sequence[ChildPlan], logs: LogStream, *, when_up: Callable[[], None] = lambda: None
    ) -> None:
        self._when_up = when_up
        self._children = [Child(plan) for plan in plans]
        self._logs = logs
        self._told_to_stop = False
        self._impatient = False

    def run(self) -> None:
        """Start everything, keep it running, stop it when told to; raise ChildNotReadyError when the start fails."""
        with self._listening_for_signals():
            try:
                for child in self._children:
                    if not self._told_to_stop:
                        self._start(child)
                if not self._told_to_stop:
                    self._when_up()
                while not self._told_to_stop:
                    self._logs.forward(LOOK_EVERY)
                    self._look_after_children()
            finally:
                self._stop_all()

    @contextlib.contextmanager
    def _listening_for_signals(self) -> Iterator[None]:
        """Note signals that ask to stop, wake the loop by them, and leave the process as it was found."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self._logs.wake_on(reader)
        earlier_writer = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        earlier = {number: signal.signal(number, self._stop_on_signal) for number in SIGNALS}
        try:
            yield
        finally:
            signal.set_wakeup_fd(earlier_writer)
            for number, handler in earlier.items():
                signal.signal(number, handler)
            self._logs.forget(reader)
            os.close(reader)
            os.close(writer)

    def _stop_on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature is signal's
        self._impatient = self._told_to_stop
        self._told_to_stop = True

    def _start(self, child: Child) -> None:
        child.start()
        if child.process is not None and child.process.stdout is not None:
            self._logs.follow(child.plan.name, child.process.stdout, child.plan.hidden)
        if child.plan.is_ready is not None:
            self._wait_until_ready(child, child.plan.is_ready)

    def _wait_until_ready(self, child: Child, is_ready: Callable[[], bool]) -> None:
        while not self._told_to_stop and not is_ready():
            self._logs.forward(0.05)
            if not child.is_running():
                self._logs.forward(0.2)
                raise ChildNotReadyError(f"{child.plan.name} could not be started. {child.plan.advice}".strip())
            if time.monotonic() - child.started_at > child.plan.ready_within:
                raise ChildNotReadyError(f"{child.plan.name} was not ready within {child.plan.ready_within:.0f} s")

    def _look_after_children(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.is_running():
                if child.is_hung():
                    self._logs.say(
                        f"{child.plan.name} has shown no sign of life for {child.plan.heartbeat_limit:.0f} s and is started again"
                    )
                    child.kill()
            elif child.due_at == 0.0:
                self._note_end(child)
            elif child.due_at <= now:
                child.due_at = 0.0
                self._restart(child)

    def _note_end(self, child: Child) -> None:
        code = child.process.returncode if child.process is not None else 0
        child.kill()  # what it left in its session
        pause = child.schedule_restart()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        self._logs.say(f"{child.plan.name} {how}; it starts again in {pause:.1f} s")

    def _restart(self, child: Child) -> None:
        try:
            self._start(child)
        except ChildNotReadyError as error:
            self._logs.say(str(error))
            child.kill()
            return
        for other in self._children:
            if child.plan.name in other.plan.needs and other.is_running():
                self._logs.say(f"{other.plan.name} starts again, because {child.plan.name} did")
                other.ask_to_stop()

    def _stop_all(self) -> None:
        started = [child for child in reversed(self._children) if child.process is not None]
        for child in started:
            self._stop(child)
        self._logs.forward(0.05)

    def _stop(self, child: Child) -> None:
        child.ask_to_stop()
        deadline = time.monotonic() + child.plan.stop_within
        while child.is_running() and time.monotonic() < deadline and not self._impatient:
            self._logs.forward(0.05)
        if child.is_running():
            self._logs.say(f"{child.plan.name} did not stop in time and is ended")
        child.kill()
