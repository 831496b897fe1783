"""Warm reading processes: kept running between files, each with its own limits, none with a secret.

A process that a file harmed, or that has ended for want of work, is replaced by a new one. Where processes cannot
be forked, every file starts a process of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from screening.documents.reading import ANSWER_BYTES, REPLY, REQUEST, SECONDS

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from screening.documents import reading; reading.{act}"
MOST_SECONDS = SECONDS + 10.0  # the process ends its child itself, this side has more patience
MOST_IDLE = 4
CAN_FORK = sys.platform == "linux"


class NoAnswerError(Exception):
    """A reading process ended or was ended without an answer."""


class CannotStartError(Exception):
    """No reading process can be started at the moment."""


class WarmProcess:
    """A running ``reading.attend``; raises CannotStartError."""

    def __init__(self) -> None:
        with _empty_folder() as folder:  # gone once the process stands in it: nothing can be written there
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                    command("attend()"),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    cwd=folder,
                    env=environment(),
                    start_new_session=True,
                )
            except OSError as error:
                raise CannotStartError from error

    def ask(self, reader: str, content: bytes, *, seconds: float) -> bytes:
        """Give the JSON answer; raise NoAnswerError, after which the process is of no more use."""
        try:
            source, sink = self._pipes()
            sink.write(REQUEST.pack(reader.encode(), len(content)))
            sink.write(content)
            sink.flush()
            deadline = time.monotonic() + seconds
            (length,) = REPLY.unpack(_exactly(source, REPLY.size, deadline))
            if length > ANSWER_BYTES:
                raise NoAnswerError
            return _exactly(source, length, deadline)
        except OSError as error:
            raise NoAnswerError from error

    @property
    def is_running(self) -> bool:
        """Tell whether the process has not ended by itself."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and whatever it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.forget()
        self._process.wait()

    def forget(self) -> None:
        """Close this side of the pipes; the process ends when nobody holds them."""
        for pipe in self._pipes():
            with contextlib.suppress(OSError):
                pipe.close()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        source, sink = self._process.stdout, self._process.stdin
        if source is None or sink is None:  # never: both are asked for above
            raise NoAnswerError
        return source, sink


class Processes:
    """The warm processes of this process that have nothing to do; as many run as are asked at the same time."""

    def __init__(self) -> None:
        self._idle: list[WarmProcess] = []
        self._lock = threading.Lock()

    def ask(self, reader: str, content: bytes, *, seconds: float) -> bytes:
        """Let a warm process read; raise NoAnswerError or CannotStartError."""
        process = self._take()
        try:
            reply = process.ask(reader, content, seconds=seconds)
        except BaseException:
            process.close()
            raise
        self._give_back(process)
        return reply

    def _take(self) -> WarmProcess:
        while True:
            with self._lock:
                process = self._idle.pop() if self._idle else None
            if process is None:
                return WarmProcess()
            if process.is_running:
                return process
            process.close()

    def _give_back(self, process: WarmProcess) -> None:
        with self._lock:
            if len(self._idle) < MOST_IDLE:
                self._idle.append(process)
                return
        process.close()

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.close()

    def forget(self) -> None:
        """Leave the processes of a parent to the parent; a forked child must not talk to them."""
        self._lock = threading.Lock()
        idle, self._idle = self._idle, []
        for process in idle:
            process.forget()


PROCESSES = Processes()
atexit.register(PROCESSES.close)
if CAN_FORK:
    os.register_at_fork(after_in_child=PROCESSES.forget)


def ask(reader: str, content: bytes, *, seconds: float = MOST_SECONDS) -> bytes:
    """Give a reader's JSON answer on a file; raise NoAnswerError or CannotStartError.

    A warm process may end between two files: then a second one is asked in the time that is left.
    """
    if not CAN_FORK:
        return _ask_once(reader, content, seconds)
    begun = time.monotonic()
    try:
        return PROCESSES.ask(reader, content, seconds=seconds)
    except NoAnswerError:
        left = seconds - (time.monotonic() - begun)
        if left <= 0:
            raise
        return PROCESSES.ask(reader, content, seconds=left)


def command(act: str) -> list[str]:
    """Give the command line of a reading process."""
    return [sys.executable, "-I", "-B", "-c", PROGRAM.format(act=act), str(ROOT)]


def environment() -> dict[str, str]:
    """Give a reading process nothing but what its system needs to start a program."""
    kept = {
        name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ
    }
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}


def _ask_once(reader: str, content: bytes, seconds: float) -> bytes:
    """Let a process read this file and end."""
    with _empty_folder() as folder:
        try:
            done = subprocess.run(  # noqa: S603 - our own program, no shell
                command(f"serve({reader!r})"),
                input=content,
                capture_output=True,
                cwd=folder,
                env=environment(),
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NoAnswerError from error
        except OSError as error:
            raise CannotStartError from error
    if done.returncode != 0:
        raise NoAnswerError
    return done.stdout


def _empty_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="reading-", ignore_cleanup_errors=True)


def _exactly(source: IO[bytes], size: int, deadline: float) -> bytes:
    """Read so many bytes before the deadline; raise NoAnswerError."""
    pieces: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while size:
            left = deadline - time.monotonic()
            piece = os.read(source.fileno(), min(size, 1 << 20)) if left > 0 and selector.select(left) else b""
            if not piece:
                raise NoAnswerError
            pieces.append(piece)
            size -= len(piece)
    return b"".join(pieces)
