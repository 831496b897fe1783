"""Writing the index of the search anew, as a repair or after an import."""

from __future__ import annotations

import click
from sqlalchemy import text

from screening.cli.edge import make_app, plain_errors
from screening.extensions import db
from screening.models.search import ON_SQLITE, gin_index
from screening.services import indexing


@click.command("reindex")
def command() -> None:
    """Write the words of every application anew, a chunk a transaction, and the database's index over them.

    The worker keeps the index by itself; this is for databases that were filled in another way. It may be stopped and
    started again, and people may go on working meanwhile.
    """
    app = make_app()
    with app.app_context(), plain_errors():
        total, last = 0, 0
        while True:
            count, last = indexing.index_chunk(db.session, after=last)
            db.session.commit()
            if not count:
                break
            total += count
        if db.engine.dialect.name == "sqlite":
            is_first = True
            while indexing.forget_words(db.session, is_first=is_first):
                db.session.commit()
                is_first = False
            db.session.commit()
        else:
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for table in ON_SQLITE:
                    connection.execute(text(f"REINDEX INDEX CONCURRENTLY {gin_index(table)}"))
        left = indexing.count_missing(db.session)
        db.session.rollback()
        click.echo(f"Applications looked at: {total}; still without words: {left}")
