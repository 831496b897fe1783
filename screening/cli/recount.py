"""Counting anew how many applications stand in each stage, as a repair or after an import."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from sqlalchemy import select

from screening.cli.edge import make_app, plain_errors
from screening.extensions import db
from screening.models import Posting
from screening.services.stage_counts import mend_counts
from screening.services.stage_figures import read_times, store_times


@click.command("recount")
@click.argument("slugs", nargs=-1, metavar="[POSTING]...")
def command(slugs: tuple[str, ...]) -> None:
    """Compare the stage counters of POSTING (of all when none is named) with its applications and set right what is wrong.

    Says each counter that was wrong. The worker does the same once a day. People may go on working meanwhile.
    """
    app = make_app()
    with app.app_context(), plain_errors():
        wanted = select(Posting.slug, Posting.id).order_by(Posting.id)
        found = dict(db.session.execute(wanted.where(Posting.slug.in_(slugs)) if slugs else wanted).all())
        for slug in slugs:
            if slug not in found:
                raise click.ClickException(f"No posting has the name {slug}.")
        mended = 0
        for slug, posting_id in found.items():
            now = datetime.now(UTC)
            wrong = mend_counts(db.session, posting_id=posting_id, now=now)
            store_times(db.session, read_times(db.session, posting_id=posting_id), now=now)
            db.session.commit()
            mended += len(wrong)
            for drift in wrong:
                since = f" since {drift.day}" if drift.day else ""
                click.echo(f"{slug}: {drift.stage.value}{since}: said {drift.counted}, is {drift.real}")
        click.echo(f"Postings looked at: {len(found)}; counters mended: {mended}")
