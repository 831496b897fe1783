"""Bringing the database to a version, up or down."""

from __future__ import annotations

import click
from sqlalchemy.exc import SQLAlchemyError

from screening.cli.edge import make_app
from screening.cli.migrating import BrokenReferenceError, UnknownVersionError, downgrade, is_current, upgrade


@click.command("migrate")
@click.option("--down", "target", metavar="REVISION", help="Go back to REVISION (-1 is one step, base is nothing).")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when the database is not up to date.")
def command(target: str | None, check: bool) -> None:
    """Bring the database to the present version, or back to an earlier one.

    Going back loses what the later version stored. Make a copy of the database first.
    """
    app = make_app()
    try:
        if check:
            raise SystemExit(0 if is_current(app) else 1)
        if target is None:
            upgrade(app)
        else:
            downgrade(app, target)
    except (SQLAlchemyError, BrokenReferenceError, UnknownVersionError) as error:
        raise click.ClickException(f"Nothing was changed: {str(error).splitlines()[0]}") from error
    click.echo("Done.")
