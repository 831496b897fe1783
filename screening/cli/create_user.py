"""Making an account for a member of staff."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from screening.cli.edge import make_app, plain_errors
from screening.extensions import db
from screening.models import Role
from screening.services.accounts import (
    PASSWORD_LENGTH,
    PASSWORD_LIMIT,
    EmailTakenError,
    GuessablePasswordError,
    InvalidEmailError,
    LongPasswordError,
    ShortPasswordError,
    create_user,
)

SENTENCES: dict[type[Exception], str] = {
    EmailTakenError: "There is already an account with this e-mail address.",
    InvalidEmailError: "This is not an e-mail address.",
    ShortPasswordError: f"The password needs at least {PASSWORD_LENGTH} characters.",
    LongPasswordError: f"The password may have at most {PASSWORD_LIMIT} characters.",
    GuessablePasswordError: "The password is too easy to guess: it repeats the address or has too few different characters.",
}


@click.command("create-user")
@click.argument("email")
@click.option("--name", help="Name shown to others; the address's first part when left out.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default="recruiter",
    show_default=True,
    help="What they do.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
def command(email: str, name: str | None, role: str, password_stdin: bool) -> None:
    """Make an account for a member of staff, who then signs in with EMAIL and the password."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ask_password()
    app = make_app()
    with app.app_context(), plain_errors():
        try:
            create_user(
                db.session,
                email=email,
                name=name or email.partition("@")[0],
                role=Role(role),
                password=password,
                now=datetime.now(UTC),
            )
        except tuple(SENTENCES) as error:
            raise click.ClickException(SENTENCES[type(error)]) from error
        db.session.commit()
    click.echo(f"{email} can sign in as {role.replace('_', ' ')}.")


def ask_password() -> str:
    """Ask twice on the terminal, without showing what is typed."""
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
