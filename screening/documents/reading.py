"""What a reader of one file format gives back, and the child process that runs one.

The child takes its own limits before it reads a byte, so that nothing has to run between fork and exec in a threaded
parent. What stays open: files that the account may read, and the network where the system has no namespaces.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

from screening.documents.failures import TOO_MUCH_TEXT, ExtractionError

try:
    import resource
except ImportError:  # Windows has no such limits; the parent's clock still ends the child
    resource = None  # type: ignore[assignment] # the module or None

MEMORY = 1024 * 1024 * 1024  # bytes of address space; pdfium maps much and touches little
CPU_SECONDS = 20
OPEN_FILES = 32
CHARACTERS = 500_000
NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's text, hidden stretches as half-open ranges of its characters, and the number of pages where there are any."""

    text: str
    hidden: tuple[tuple[int, int], ...] = ()
    pages: int | None = None


Reader = Callable[[bytes], Reading]


def serve(read: Reader) -> None:
    """Limit this process, read one file from standard input with ``read``, and answer with one JSON object."""
    limit()
    content = sys.stdin.buffer.read()
    sys.stdout.buffer.write(json.dumps(answer(read, content)).encode())


def answer(read: Reader, content: bytes) -> dict[str, object]:
    """Give the reading, or the sentence why there is none."""
    try:
        reading = read(content)
    except ExtractionError as error:
        return {"failure": str(error)}
    if len(reading.text) > CHARACTERS:
        return {"failure": TOO_MUCH_TEXT}
    return {"text": reading.text, "hidden": reading.hidden, "pages": reading.pages}


def limit() -> None:
    """Give up memory, time, writing, core dumps and, where Linux allows it, the network."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).unshare(NEW_USER_AND_NETWORK)
    if resource is None:
        return
    limits = (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY),
    )
    for kind, most in limits:
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (most, most))
