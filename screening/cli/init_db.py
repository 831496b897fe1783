"""Making the database, or bringing it to the present version."""

from __future__ import annotations

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from screening.cli.demo import command as load_demonstration
from screening.cli.edge import make_app
from screening.cli.migrating import BrokenReferenceError, UnknownVersionError, is_current, upgrade


@click.command("init-db")
@click.option("--demo", is_flag=True, help="Then fill it with the demonstration, if it holds no postings.")
@click.pass_context
def command(context: click.Context, *, demo: bool) -> None:
    """Make the database, or bring it to the present version. Data stay; a second call changes nothing."""
    prepare(make_app())
    if demo:
        context.invoke(load_demonstration)


def prepare(app: Flask) -> None:
    """Upgrade a database that is not up to date; end the command with one line when that fails."""
    try:
        if is_current(app):
            return
        upgrade(app)
    except (SQLAlchemyError, BrokenReferenceError, UnknownVersionError) as error:
        raise click.ClickException(f"The database could not be prepared: {str(error).splitlines()[0]}") from error
    kind = app.config["SCREENING"].database_url.partition(":")[0].partition("+")[0]
    click.echo(f"The database is ready ({kind}).")
