"""Everything on one machine under one supervisor: the embedded shape of the product."""

from __future__ import annotations

import functools
import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from screening.cli.supervision import valkey
from screening.cli.supervision.child import ChildPlan
from screening.cli.supervision.listening import AlreadyServedError, PortTakenError, listen, lock_instance
from screening.cli.supervision.logs import LogStream
from screening.cli.supervision.supervisor import ChildNotReadyError, Supervisor
from screening.config import ConfigError, Settings, load_settings

EXPECTED_ERRORS = (
    AlreadyServedError,
    ChildNotReadyError,
    ConfigError,
    PortTakenError,
    valkey.ValkeyMissingError,
    valkey.ValkeyNotReadyError,
)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--demo", is_flag=True, help="Fill an empty database with the demonstration and show its sign-ins.")
@click.option("--webs", default=2, show_default=True, type=click.IntRange(1, 16), help="Web server processes.")
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1, 16), help="Jobs at the same time.")
def command(host: str, port: int, demo: bool, webs: int, concurrency: int) -> None:
    """Run everything on this machine: broker, web servers, worker, relay and clock.

    Data lie in the instance folder. What dies is started again; Ctrl-C lets running requests finish and stops all of it.
    With SCREENING_BROKER_URL or SCREENING_DATABASE_URL set, the broker or database named there is used instead.
    """
    logs = LogStream()
    try:
        settings = load_settings()
        with lock_instance(settings.instance), listen(host, port) as listener:
            prepare_database(demo=demo)
            address = f"http://{host if host not in {'0.0.0.0', '::'} else '127.0.0.1'}:{listener.getsockname()[1]}"  # noqa: S104 - compared, not bound
            plans = list(plan_children(settings, listener, address, demo=demo, webs=webs, concurrency=concurrency))
            Supervisor(plans, logs, when_up=lambda: logs.say(f"Screening is at {address} — stop with Ctrl-C")).run()
    except EXPECTED_ERRORS as error:
        raise click.ClickException(str(error)) from error
    logs.say("everything has stopped")


def prepare_database(*, demo: bool) -> None:
    """Bring the database to the present version and fill it for a demonstration; both leave existing data alone."""
    line = [*program("init-db"), *(["--demo"] if demo else [])]
    if subprocess.run(line, check=False, stdin=subprocess.DEVNULL).returncode:  # noqa: S603 - our own command
        raise ChildNotReadyError("The database could not be prepared; the reason stands above")


def plan_children(
    settings: Settings, listener: socket.socket, address: str, *, demo: bool, webs: int, concurrency: int
) -> Iterator[ChildPlan]:
    """Plan the processes in the order of their start; they are stopped in the opposite order."""
    environment = {"SCREENING_INSTANCE": str(settings.instance), **({"SCREENING_DEMO": "1"} if demo else {})}
    broker = settings.embedded_socket
    if broker is not None:
        yield plan_broker(broker, settings.instance / "valkey")
    yield from plan_webs(settings, listener, webs, environment)
    yield from plan_workers(settings, concurrency, {**environment, "SCREENING_LISTENS_AT": address})


def plan_webs(
    settings: Settings, listener: socket.socket, number: int, environment: dict[str, str]
) -> Iterator[ChildPlan]:
    """Plan the web servers, which share one listening socket; pages are there before the worker has started.

    They share the socket, so a request from outside would be answered by whichever is well: each shows its own heartbeat.
    """
    descriptor = listener.fileno()
    for web in range(1, number + 1):
        beat = settings.instance / f"web-{web}.heartbeat"
        yield ChildPlan(
            name=f"web-{web}",
            command=[*program("web"), "--descriptor", str(descriptor)],
            environment={**environment, "SCREENING_HEARTBEAT_FILE": str(beat)},
            heartbeat=beat,
            descriptors=(descriptor,),
            stop_within=15,
            is_ready=functools.partial(answers, *listener.getsockname()[:2]) if web == number else None,
        )


def plan_workers(settings: Settings, concurrency: int, environment: dict[str, str]) -> Iterator[ChildPlan]:
    """Plan the worker and the relay; the worker starts again with the broker, after which it sometimes hears nothing more."""
    beats = {name: settings.instance / f"{name}.heartbeat" for name in ("worker", "relay")}
    yield ChildPlan(
        name="worker",
        command=[*program("worker"), "--give-way", "--concurrency", str(concurrency)],
        environment={**environment, "SCREENING_HEARTBEAT_FILE": str(beats["worker"])},
        heartbeat=beats["worker"],
        stop_within=20,
        needs=("broker",),
    )
    yield ChildPlan(
        name="relay",
        command=program("beat"),
        environment={**environment, "SCREENING_HEARTBEAT_FILE": str(beats["relay"])},
        heartbeat=beats["relay"],
        stop_within=5,
    )


def plan_broker(path: Path, data: Path) -> ChildPlan:
    """Plan the embedded broker."""
    try:
        valkey.prepare_folders(path, data)
    except OSError as error:
        raise ConfigError(
            f"The broker's folders {path.parent} and {data} cannot be used ({error.strerror})."
        ) from error
    return ChildPlan(
        name="broker",
        command=valkey.command(path, data),
        stop_within=10,
        hidden=("Memory overcommit must be enabled", "signal-handler"),
        is_ready=functools.partial(valkey.answers, path),
        ready_within=15,
        advice=f"If its files are damaged, remove {data}: waiting work is kept in the database and sent again.",
    )


def program(name: str) -> list[str]:
    """Make the command line of one of our own commands."""
    return [sys.executable, "-m", "screening.cli", name]


def answers(host: str, port: int) -> bool:
    """Tell whether a web server answers behind the listening socket."""
    connection = http.client.HTTPConnection("127.0.0.1" if host in {"0.0.0.0", "::"} else host, port, timeout=1)  # noqa: S104 - compared, not bound
    try:
        connection.request("HEAD", "/static/icon.svg")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        connection.close()
