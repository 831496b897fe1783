"""One web server process: waitress, which reads slow senders into a buffer before a thread is given to them."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from screening.app import create_app
from screening.cli.supervision.lifeline import end_with_supervisor
from screening.cli.supervision.listening import PortTakenError, listen
from screening.config import ConfigError, load_settings

THREADS = 8
AT_ONCE = 128 * 1024
"""Bytes of a request that are taken from the socket in one go: a form with its file comes in few pieces."""
GRACE = 10.0
GRACE_FOR_UNREAD = 2.0
OBJECTS_BETWEEN_LOOKS = 5_000
"""A form makes thousands of objects that point to each other: looked through for garbage that often, they cost half as much."""
BEAT_EVERY = 5.0
"""Seconds between two signs of life; a supervisor waits for many times as long before it believes in a hang."""


class Stop:
    """What SIGTERM and SIGINT set; ``wake`` ends the wait of whatever serves by then."""

    def __init__(self) -> None:
        self.told = False
        self.wake: Callable[[], None] = lambda: None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, *_: object) -> None:
        self.told = True
        self.wake()


class Heartbeat:
    """A task for the request threads that touches a file: it stays old when the loop stands still or every thread is stuck."""

    def __init__(self, file: Path, dispatcher: Any) -> None:
        self._file = file
        self._dispatcher = dispatcher
        self._is_queued = False
        self._due_at = 0.0

    def offer(self) -> None:
        """Queue the task when it is due; one that still waits is not queued twice."""
        if not self._is_queued and time.monotonic() >= self._due_at:
            self._is_queued = True
            self._due_at = time.monotonic() + BEAT_EVERY
            self._dispatcher.add_task(self)

    def service(self) -> None:
        """Show life, on a request thread."""
        self._is_queued = False
        self._file.touch()

    def cancel(self) -> None:
        """Be dropped with the queue at the end."""


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--descriptor", type=int, hidden=True, help="A listening socket that the supervisor opened.")
def command(host: str, port: int, descriptor: int | None) -> None:
    """Run one web server process.

    Several may run behind a reverse proxy: no state is kept in a process. SIGTERM lets running requests finish.
    """
    stop = Stop()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    end_with_supervisor()
    try:
        listener = socket.socket(fileno=descriptor) if descriptor is not None else listen(host, port)
        app = create_app(load_settings())
    except (PortTakenError, ConfigError) as error:
        raise click.ClickException(str(error)) from error
    if descriptor is None:
        click.echo(f"Listening on http://{host}:{port}", err=True)
    serve_until_told(app, listener, stop)


def serve_until_told(app: Flask, listener: socket.socket, stop: Stop) -> None:
    """Serve ``app`` on ``listener`` until ``stop``; then accept nothing new, finish what runs, and return.

    With SCREENING_HEARTBEAT_FILE set, that file is touched while requests can be answered.
    """
    server = create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        recv_bytes=AT_ONCE,
        ident=None,
        asyncore_use_poll=True,
        channel_timeout=60,
        connection_limit=500,
        max_request_body_size=app.config["SCREENING"].form_bytes,
        clear_untrusted_proxy_headers=True,
    )
    file = os.environ.get("SCREENING_HEARTBEAT_FILE")
    heartbeat = Heartbeat(Path(file), server.task_dispatcher) if file else None
    stop.wake = server.pull_trigger
    gc.freeze()  # what all requests share is never garbage
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, 10, 10)
    while not stop.told:
        if heartbeat is not None:
            heartbeat.offer()
        wasyncore.loop(timeout=1, use_poll=True, map=server._map, count=1)  # noqa: SLF001 - waitress gives its map no other name
    _finish(server)


def _finish(server: Any) -> None:
    """Let running requests end within ``GRACE``, half-received ones within ``GRACE_FOR_UNREAD``, in seconds."""
    server.del_channel()
    server.socket.close()
    began = time.monotonic()
    while (passed := time.monotonic() - began) < GRACE:
        channels = list(server.active_channels.values())
        unread = passed < GRACE_FOR_UNREAD and any(channel.request is not None for channel in channels)
        if not unread and not any(channel.requests or channel.total_outbufs_len for channel in channels):
            break
        wasyncore.loop(timeout=0.1, use_poll=True, map=server._map, count=1)  # noqa: SLF001 - as above
    server.task_dispatcher.shutdown(timeout=1)
