"""Making the database, or bringing it to the present version."""

from __future__ import annotations

import click
from sqlalchemy.exc import SQLAlchemyError

from screening.cli.edge import make_app
from screening.cli.migrating import BrokenReferenceError, is_current, upgrade


@click.command("init-db")
def command() -> None:
    """Make the database, or bring it to the present version. Data stay; a second call changes nothing."""
    app = make_app()
    url = app.config["SCREENING"].database_url
    try:
        if is_current(app):
            return
        upgrade(app)
    except (SQLAlchemyError, BrokenReferenceError) as error:
        raise click.ClickException(f"The database could not be prepared: {str(error).splitlines()[0]}") from error
    click.echo(f"The database is ready ({url.partition(':')[0].partition('+')[0]}).")
