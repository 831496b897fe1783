"""What a reader of one file format gives back, and the limited processes that run one.

``attend`` is the life of a warm process: it keeps the libraries loaded and forks a child for each file, so that no file
meets what another one left behind. ``serve`` reads one file and ends, where processes cannot be forked. Limits are taken
before a byte is read. What stays open: files that the account may read, and the network where the system has no
namespaces.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO

from screening.documents.failures import BROKEN, TAKES_TOO_MUCH, TOO_MUCH_TEXT, ExtractionError

try:
    import resource
except ImportError:  # Windows has no such limits; the parent's clock still ends the child
    resource = None  # type: ignore[assignment] # the module or None

MEMORY = 1024 * 1024 * 1024  # bytes of address space; pdfium maps much and touches little
CPU_SECONDS = 20
SECONDS = 40
IDLE_SECONDS = 120
OPEN_FILES = 32
CHARACTERS = 500_000
ANSWER_BYTES = 32 * 1024 * 1024
NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000
READERS = {
    "pdf": "screening.documents.pdf.reader",
    "glance": "screening.documents.pdf.glance",
    "word": "screening.documents.word",
    "plain": "screening.documents.plain",
    "json": "screening.documents.json_text",
}
_rehearsed: set[str] = set()
REQUEST = struct.Struct(">8sQ")
"""The reader's name and the length of the file that follows."""
REPLY = struct.Struct(">Q")
"""The length of the JSON object that follows."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's text, hidden stretches as half-open ranges of its characters, the number of pages where there are any, and whether letters were recognised in pictures of pages."""

    text: str
    hidden: tuple[tuple[int, int], ...] = ()
    pages: int | None = None
    is_recognised: bool = False


Reader = Callable[[bytes], Reading]


def serve(reader: str) -> None:
    """Limit this process, read one file from standard input, and answer with one JSON object on standard output."""
    limit()
    limit_time()
    content = sys.stdin.buffer.read()
    sys.stdout.buffer.write(answer(find_reader(reader), content))


def attend() -> None:
    """Limit this process and answer requests on standard input until it closes or nothing comes for a while."""
    limit()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        ready, _, _ = select.select([source], [], [], IDLE_SECONDS)
        header = source.read(REQUEST.size) if ready else b""
        if len(header) < REQUEST.size:
            return
        name, length = REQUEST.unpack(header)
        content = source.read(length)
        if len(content) < length:
            return
        reader = find_reader(name.rstrip(b"\0").decode())
        gc.freeze()  # what is loaded is shared with the children as long as nobody touches it
        _reply(sink, _in_own_process(reader, content))


def find_reader(name: str) -> Reader:
    """Give the function that reads one format; its libraries are loaded once in a process."""
    module = import_module(READERS[name])
    if name not in _rehearsed and hasattr(module, "rehearse"):
        module.rehearse()
    _rehearsed.add(name)
    reader: Reader = module.read
    return reader


def answer(read: Reader, content: bytes) -> bytes:
    """Give the reading, or the sentence why there is none, as JSON."""
    try:
        reading = read(content)
    except ExtractionError as error:
        return _failure(str(error))
    except MemoryError:
        return _failure(TAKES_TOO_MUCH)
    except Exception:  # noqa: BLE001 - whatever a hostile file makes a library stumble over
        return _failure(BROKEN)
    if len(reading.text) > CHARACTERS:
        return _failure(TOO_MUCH_TEXT)
    return json.dumps(
        {
            "text": reading.text,
            "hidden": reading.hidden,
            "pages": reading.pages,
            "is_recognised": reading.is_recognised,
        }
    ).encode()


def limit() -> None:
    """Give up memory, writing, core dumps and, where Linux allows it, the network."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).unshare(NEW_USER_AND_NETWORK)
    if resource is None:
        return
    limits = (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY),
    )
    for kind, most in limits:
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (most, most))


def limit_time() -> None:
    """Give up more than so many seconds of a processor."""
    if resource is not None:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def _in_own_process(read: Reader, content: bytes) -> bytes:
    """Read in a child of this process; a failure when it ends without an answer, or not in time."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        _read_and_end(read, content, sink)
    os.close(sink)
    try:
        return _gathered(source, time.monotonic() + SECONDS) or _failure(TAKES_TOO_MUCH)
    finally:
        os.close(source)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _read_and_end(read: Reader, content: bytes, sink: int) -> None:
    """Answer and end, whatever happens; requests and replies of the parent are out of reach."""
    status = 1
    try:
        limit_time()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        with os.fdopen(sink, "wb") as reply:
            reply.write(answer(read, content))
        status = 0
    finally:
        os._exit(status)


def _gathered(source: int, deadline: float) -> bytes:
    """Give what a child writes until it ends; nothing when it takes too long or says too much."""
    pieces: list[bytes] = []
    size = 0
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([source], [], [], left)
        if not ready:
            break
        piece = os.read(source, 1 << 20)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > ANSWER_BYTES:
            break
    return b""


def _reply(sink: BinaryIO, body: bytes) -> None:
    sink.write(REPLY.pack(len(body)))
    sink.write(body)
    sink.flush()


def _failure(sentence: str) -> bytes:
    return json.dumps({"failure": sentence}).encode()
