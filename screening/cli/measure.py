"""Counting the figures of interviews and of pipelines anew, as a repair or after an import."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from sqlalchemy import select

from screening.cli.edge import make_app, plain_errors
from screening.extensions import db
from screening.models import Posting, PostingState
from screening.services.insight_counts import add_everything, count_posting, store_everything
from screening.services.measurements import measure_posting, measure_sets


@click.command("measure")
@click.argument("slugs", nargs=-1, metavar="[POSTING]...")
def command(slugs: tuple[str, ...]) -> None:
    """Count agreement, severity and calibration of POSTING (all postings when none is named) from the evaluations, and the pipeline from its moves.

    The worker does the same by itself: evaluations within two minutes of every one that completes a panel, and once a day;
    pipelines once a night.
    """
    app = make_app()
    with app.app_context(), plain_errors():
        listed = Posting.slug.in_(slugs) if slugs else Posting.state != PostingState.DRAFT
        found = dict(db.session.execute(select(Posting.slug, Posting.id).where(listed).order_by(Posting.id)).all())
        for slug in slugs:
            if slug not in found:
                raise click.ClickException(f"No posting has the name {slug}.")
        for slug, posting_id in found.items():
            counted = measure_posting(db.session, posting_id=posting_id, now=datetime.now(UTC))
            db.session.commit()
            count_posting(db.session, posting_id=posting_id, now=datetime.now(UTC))
            db.session.commit()
            click.echo(f"{slug}: {counted} with complete panels, pipeline counted")
        click.echo(f"sums of several postings: {measure_sets(db.session)}")
        store_everything(db.session, add_everything(db.session), now=datetime.now(UTC))
        db.session.commit()
