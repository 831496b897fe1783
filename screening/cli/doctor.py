"""Looking at an installation from outside: what works, what does not, and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import redis
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from screening.cli.edge import make_app
from screening.cli.migrating import UnknownVersionError, is_current
from screening.config import Settings
from screening.extensions import db
from screening.models import Heartbeat, Job, JobState

LEAST_FREE = 500 * 1024 * 1024
LONGEST_SILENCE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(minutes=5)
START = "Start it with: screening serve (or screening worker and screening beat)."


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found: ``advice`` is empty where all is well."""

    what: str
    says: str
    advice: str = ""


@click.command("doctor")
def command() -> None:
    """Check folder, disk, database, migrations, broker, worker, relay, waiting work and browser files.

    Each line says what was found and, where something is wrong, what to do. Exit code 1 when anything is wrong.
    """
    app = make_app()
    ill = 0
    for finding in examine(app):
        mark = click.style("wrong", fg="red") if finding.advice else click.style("ok   ", fg="green")
        click.echo(f"{mark}  {finding.what:<14} {finding.says}")
        if finding.advice:
            ill += 1
            click.echo(f"{'':<7}{'':<14} → {finding.advice}")
    if ill:
        raise SystemExit(1)


def examine(app: Flask) -> Iterator[Finding]:
    """Look at everything in the order in which one thing needs the other."""
    settings: Settings = app.config["SCREENING"]
    yield look_at_folder(settings.instance)
    database = look_at_database(app)
    yield database
    if not database.advice:
        migrations = look_at_migrations(app)
        yield migrations
    yield look_at_broker(settings)
    if not database.advice and not migrations.advice:
        with app.app_context():
            yield look_at_heartbeat("worker")
            yield look_at_heartbeat("relay")
            yield look_at_work()
    yield look_at_assets(Path(str(app.static_folder)))


def look_at_folder(folder: Path) -> Finding:
    """Look whether the instance folder takes files and has room."""
    free = shutil.disk_usage(folder).free
    says = f"{folder}, {free // 1024**2:,} MB free"
    probe = folder / "doctor.probe"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding(
            "folder", f"{folder}: {error.strerror}", "Make it writable, or set SCREENING_INSTANCE to a folder that is."
        )
    return Finding("folder", says, "" if free > LEAST_FREE else "Make room: résumés and the database grow here.")


def look_at_database(app: Flask) -> Finding:
    """Look whether the database answers."""
    with app.app_context():
        name = db.engine.dialect.name
        try:
            version = db.session.scalar(text("SELECT sqlite_version()" if name == "sqlite" else "SHOW server_version"))
        except SQLAlchemyError as error:
            first = str(getattr(error, "orig", error)).splitlines()[0]
            return Finding("database", f"{name}: {first}", "Start the database, or correct SCREENING_DATABASE_URL.")
    return Finding("database", f"{name} {version}")


def look_at_migrations(app: Flask) -> Finding:
    """Look whether the tables have the version that this code needs."""
    try:
        if is_current(app):
            return Finding("migrations", "up to date")
    except UnknownVersionError as error:
        return Finding("migrations", "not known here", str(error))
    return Finding("migrations", "the tables are not those of this version", "Run: screening migrate")


def look_at_broker(settings: Settings) -> Finding:
    """Look whether the broker answers within two seconds."""
    kind = "embedded Valkey" if settings.embedded_socket else "broker"
    url = settings.broker_url.replace("redis+socket://", "unix://")
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as connection:
            connection.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        advice = START if settings.embedded_socket else "Start the server, or correct SCREENING_BROKER_URL."
        return Finding(
            "broker", f"{kind} does not answer ({type(error).__name__}); applications are taken, work waits", advice
        )
    return Finding("broker", f"{kind} answers")


def look_at_heartbeat(name: str) -> Finding:
    """Look when a process was last alive."""
    beat = db.session.get(Heartbeat, name)
    if beat is None:
        return Finding(name, "has never run on this database", START)
    silence = datetime.now(UTC) - beat.at
    says = f"was alive {max(0, int(silence.total_seconds()))} s ago"
    return Finding(name, says, "" if silence < LONGEST_SILENCE else START)


def look_at_work() -> Finding:
    """Look for work that waits too long or was given up."""
    now = datetime.now(UTC)
    rows = db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    counts = {state: number for state, number in rows}  # noqa: C416 - rows are no pairs to the type checker
    waiting, failed = counts.get(JobState.WAITING, 0), counts.get(JobState.FAILED, 0)
    oldest = db.session.scalar(select(func.min(Job.created_at)).where(Job.state == JobState.WAITING, Job.due_at <= now))
    says = f"{waiting} waiting, {failed} given up"
    if oldest is not None and now - oldest > LONGEST_WAIT:
        return Finding("work", f"{says}; the oldest waits since {oldest:%Y-%m-%d %H:%M} UTC", START)
    if failed:
        last = db.session.scalar(
            select(Job.last_error).where(Job.state == JobState.FAILED).order_by(Job.finished_at.desc()).limit(1)
        )
        return Finding("work", says, f"Look into the worker's log; the last reason was: {last}")
    return Finding("work", says)


def look_at_assets(static: Path) -> Finding:
    """Look for the browser files that are fetched when the product is installed."""
    if (static / "vendor" / "manifest.json").exists():
        return Finding("browser files", "complete")
    return Finding("browser files", "missing", "Run: python hatch_build.py (needs npm and its registry once)")
