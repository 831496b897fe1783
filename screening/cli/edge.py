"""What commands share at the edge: the application, or one clear line on why there is none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from screening.app import create_app
from screening.config import ConfigError, load_settings
from screening.extensions import db


def make_app() -> Flask:
    """Make the application from the settings; end the command with one line when a setting cannot be used.

    Its database connections are closed when the command ends.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        app = create_app(load_settings())
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    click.get_current_context().call_on_close(lambda: close(app))
    return app


@contextmanager
def plain_errors() -> Iterator[None]:
    """End the command with one line when the database is not in reach or has not the tables of this version."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(
            f"The database cannot be used: {reason}. Make it with: screening init-db; look with: screening doctor"
        ) from error


def close(app: Flask) -> None:
    """Close the application's database connections."""
    with app.app_context():
        db.engine.dispose()
