"""What commands share at the edge: the application, or one clear line on why there is none."""

from __future__ import annotations

import logging

import click
from flask import Flask

from screening.app import create_app
from screening.config import ConfigError, load_settings


def make_app() -> Flask:
    """Make the application from the settings; end the command with one line when a setting cannot be used."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        return create_app(load_settings())
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
