"""A child that hangs is noticed by its heartbeat, one that fails at once is not started without a pause."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from screening.cli.supervision.child import Child, ChildPlan
from screening.cli.supervision.listening import AlreadyServedError, PortTakenError, listen, lock_instance
from screening.cli.supervision.logs import LogStream
from screening.cli.supervision.supervisor import ChildNotReadyError, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_child_without_a_fresh_heartbeat_counts_as_hung(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    child = Child(ChildPlan(name="worker", command=SLEEPER, heartbeat=beat, heartbeat_limit=90))
    child.start()
    try:
        states = [child.is_hung()]
        child.started_at -= 100
        states.append(child.is_hung())
        beat.touch()
        states.append(child.is_hung())
        os.utime(beat, (time.time() - 100, time.time() - 100))
        states.append(child.is_hung())
    finally:
        child.kill()
        assert child.process is not None
        assert child.process.stdout is not None
        child.process.stdout.close()

    assert states == [False, True, False, True]


def test_pauses_grow_while_a_child_keeps_failing() -> None:
    child = Child(ChildPlan(name="worker", command=["false"]))
    child.started_at = time.monotonic()

    assert [child.schedule_restart() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_child_that_cannot_start_ends_the_start_with_a_reason(capfd: pytest.CaptureFixture[str]) -> None:
    plan = ChildPlan(name="broker", command=[sys.executable, "-c", "print('no room on disk')"], is_ready=lambda: False)

    with pytest.raises(ChildNotReadyError, match="broker could not be started"):
        Supervisor([plan], LogStream()).run()

    assert "broker │ no room on disk" in capfd.readouterr().out


def test_a_folder_is_served_by_one(tmp_path: Path) -> None:
    with lock_instance(tmp_path), pytest.raises(AlreadyServedError, match=f"process {os.getpid()}"):
        lock_instance(tmp_path)
    lock_instance(tmp_path).close()


def test_a_used_port_comes_with_a_free_one() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"Port {port} on 127.0.0.1 is in use. Port \d+ is free"):
            listen("127.0.0.1", port)
