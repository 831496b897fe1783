"""One web server process: waitress, which reads slow senders into a buffer before a thread is given to them."""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
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
GRACE = 10.0
GRACE_FOR_UNREAD = 2.0


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--descriptor", type=int, hidden=True, help="A listening socket that the supervisor opened.")
def command(host: str, port: int, descriptor: int | None) -> None:
    """Run one web server process.

    Several may run behind a reverse proxy: no state is kept in a process. SIGTERM lets running requests finish.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    end_with_supervisor()
    try:
        listener = socket.socket(fileno=descriptor) if descriptor is not None else listen(host, port)
        app = create_app(load_settings())
    except (PortTakenError, ConfigError) as error:
        raise click.ClickException(str(error)) from error
    if descriptor is None:
        click.echo(f"Listening on http://{host}:{port}", err=True)
    serve_until_told(app, listener)


def serve_until_told(app: Flask, listener: socket.socket) -> None:
    """Serve ``app`` on ``listener`` until SIGTERM or SIGINT; then accept nothing new, finish what runs, and return."""
    server = create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        asyncore_use_poll=True,
        channel_timeout=60,
        connection_limit=500,
        max_request_body_size=app.config["SCREENING"].request_bytes,
        clear_untrusted_proxy_headers=True,
    )
    told = threading.Event()

    def stop(*_: object) -> None:
        told.set()
        server.pull_trigger()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not told.is_set():
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
