"""A worker process: Celery's own command on the application in the package ``worker``, which is named, not imported."""

from __future__ import annotations

import os
import sys

import click

QUEUES = "work,heartbeat"
NICE = 5


def arguments(concurrency: int, name: str | None) -> list[str]:
    """Make the command line that becomes the worker."""
    line = [sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "-A", "worker.app:celery_app"]
    line += ["--quiet", "worker", "--loglevel", "INFO", "--pool", "prefork", "--concurrency", str(concurrency)]
    line += ["--queues", QUEUES, "--without-gossip", "--without-mingle"]
    return [*line, "--hostname", f"{name}@%h"] if name else line


@click.command("worker")
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1, 64), help="Jobs at the same time.")
@click.option("--name", help="A name that tells several workers on one machine apart.")
@click.option("--give-way", is_flag=True, help="Let pages come first where both want the processor.")
def command(concurrency: int, name: str | None, give_way: bool) -> None:
    """Run a worker: prescores, mails and other work that waits.

    Any number of workers may run, on any machine that reaches the database, the broker and the folder of uploads.
    """
    if give_way and hasattr(os, "nice"):
        os.nice(NICE)
    line = arguments(concurrency, name)
    os.execv(line[0], line)  # noqa: S606 - Celery shall be this very process, so that signals reach it
