"""The listening socket and the lock that keep two servers out of each other's way."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

BACKLOG = 256
PORTS_TO_TRY = 50


class PortTakenError(Exception):
    """The address cannot be listened on; the text says why and what to do."""


class AlreadyServedError(Exception):
    """Another ``screening serve`` runs on this instance folder."""


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that all web processes share; raise PortTakenError with a free port to try when it is in use."""
    try:
        return _bound(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            free = _free_port(host, port)
            hint = f" Port {free} is free: make run PORT={free} (or screening serve --port {free})." if free else ""
            raise PortTakenError(f"Port {port} on {host} is in use.{hint}") from error
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise PortTakenError(
                f"Port {port} is not open to this user; choose one above 1023, for example --port 8000."
            ) from error
        raise PortTakenError(f"{host}:{port} cannot be listened on ({error.strerror or error}).") from error


def lock_instance(folder: Path) -> IO[str]:
    """Hold the folder's lock as long as the returned file is open; raise AlreadyServedError when another process has it."""
    file = (folder / "serve.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        owner = file.read().strip()
        file.close()
        raise AlreadyServedError(
            f"Screening already serves from {folder}{f' (process {owner})' if owner else ''}. Stop it first, or set SCREENING_INSTANCE to another folder."
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _bound(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _free_port(host: str, taken: int) -> int | None:
    first = taken + 10 if taken <= 65000 else 8010
    for port in range(first, first + PORTS_TO_TRY):
        try:
            _bound(host, port).close()
        except OSError:
            continue
        return port
    return None
