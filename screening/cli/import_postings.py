"""Reading postings from a document into the database, as drafts that people settle and publish."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import BinaryIO

import click
from sqlalchemy import select

from screening.cli.edge import make_app, plain_errors
from screening.documents.decoding import UndecodableError, decode_text
from screening.extensions import db
from screening.models import Posting, User
from screening.services.publishing import DocumentError, import_postings

SENTENCES = {
    "empty": "The document is empty.",
    "binary": "The document is not a text.",
    "too_large": "The document has more than a million characters.",
    "no_posting": "No job posting was found in the document.",
}


class UnreadableError(click.ClickException):
    """The document cannot be imported; exit status 2, as in ``screening compile``."""

    exit_code = 2


@click.command("import-postings")
@click.argument("file", type=click.File("rb"))
@click.option("--owner", metavar="EMAIL", help="The member of staff who gets the rights on the postings.")
def command(file: BinaryIO, owner: str | None) -> None:
    """Read job postings from FILE (- is standard input) and store their rubric drafts.

    The text may be Chinese, English or both and hold one posting or many. The same text twice is stored once.
    """
    path = getattr(file, "name", "<stdin>")
    name = "pasted" if path == "<stdin>" else path.rpartition("/")[2]
    app = make_app()
    with app.app_context(), plain_errors():
        actor_id = find_owner(owner) if owner else None
        try:
            document = import_postings(
                db.session, name=name, text=decode_text(file.read()), actor_id=actor_id, now=datetime.now(UTC)
            )
        except (DocumentError, UndecodableError) as error:
            raise UnreadableError(SENTENCES.get(getattr(error, "code", "binary"), SENTENCES["binary"])) from error
        db.session.commit()
        rows = db.session.scalars(
            select(Posting).where(Posting.document_id == document.id).order_by(Posting.first_line)
        )
        for posting in rows:
            click.echo(
                f"{posting.first_line:>5}–{posting.last_line:<5} {posting.slug}  {posting.title or '(no title)'}"
            )


def find_owner(email: str) -> int:
    """Give the id of the account; end the command when there is none."""
    found = db.session.scalar(select(User.id).where(User.email == email.lower()))
    if found is None:
        raise click.ClickException(
            f"There is no account with the address {email}. Make one with: screening create-user {email}"
        )
    return found
