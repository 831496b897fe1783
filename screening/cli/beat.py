"""The relay and the clock in one process; the package ``worker`` is named, not imported."""

from __future__ import annotations

import os
import sys

import click

LINE = [sys.executable, "-m", "worker.relay"]


@click.command("beat")
def command() -> None:
    """Run the relay, which hands waiting work to the workers, and the clock of recurring work.

    One is needed. A second does no harm: every job is claimed by one of them.
    """
    os.execv(LINE[0], LINE)  # noqa: S606 - the relay shall be this very process, so that signals reach it
