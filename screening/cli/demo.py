"""Filling an empty database with the demonstration, and telling how to sign in to it."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from sqlalchemy.exc import SQLAlchemyError

from screening.cli.edge import make_app
from screening.extensions import db
from screening.services.demonstration import DEMO_PASSWORD, list_sign_ins, load_demo

ROLES = {
    "admin": "admin",
    "recruiter": "recruiter",
    "hiring_manager": "hiring manager",
    "interviewer": "interviewer",
}


@click.command("demo")
@click.option(
    "--password", default=DEMO_PASSWORD, show_default=True, help="Password of all sign-ins of the demonstration."
)
def command(password: str) -> None:
    """Fill an empty database with 20 postings, 200 fictional applications, interviews and decisions.

    A database that holds postings already is left as it is. Run "screening init-db" first; "screening serve --demo"
    does both.
    """
    app = make_app()
    settings = app.config["SCREENING"]
    with app.app_context():
        try:
            is_new = load_demo(
                db.session,
                now=datetime.now(UTC),
                password=password,
                uploads=settings.uploads,
                voluntary_key=settings.voluntary_key,
            )
            db.session.commit()
            sign_ins = list_sign_ins(db.session)
        except SQLAlchemyError as error:
            reason = str(error).splitlines()[0]
            raise click.ClickException(
                f"The demonstration could not be stored: {reason}. Run: screening init-db"
            ) from error
        finally:
            db.session.close()
    if not sign_ins:
        click.echo("The database holds postings already; the demonstration was not added.")
        return
    if is_new:
        click.echo(f"The demonstration is loaded. Every sign-in has the password {password}")
    else:
        click.echo(f"The demonstration is there already; its data were kept. Its password, unless changed: {password}")
    for sign_in in sign_ins:
        click.echo(f"  {sign_in.email:<20} {ROLES[sign_in.role]:<15} {sign_in.name}")
