"""The yardstick of ``bench.pages``: a bare Flask page with one indexed query, under the server that the product ships."""

from __future__ import annotations

import socket
import sys

from flask import Flask
from sqlalchemy import select
from waitress.server import create_server

from screening.models import Application
from tests.real import databases

THREADS = 8


def make_app(url: str) -> Flask:
    """Give the application: ``/NUMBER`` prints one application's name."""
    app = Flask("bare")
    engine = databases.open_engine(url)
    table = Application.__table__

    @app.get("/<int:number>")
    def show(number: int) -> str:
        with engine.connect() as connection:
            name = connection.execute(select(table.c.name).where(table.c.id == number)).scalar_one()
        return f"<!doctype html><title>{name}</title><h1>{name}</h1>"

    return app


def main() -> None:
    """Serve on the port of the second argument, which several such processes share, until the process is ended."""
    url, port = sys.argv[1], int(sys.argv[2])
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    create_server(make_app(url), sockets=[listener], threads=THREADS).run()


if __name__ == "__main__":
    main()
