"""Counting the figures of interviews anew, as a repair or after an import."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from sqlalchemy import select

from screening.cli.edge import make_app, plain_errors
from screening.extensions import db
from screening.models import Application, Interview, Posting
from screening.services.measurements import measure_posting, measure_sets


@click.command("measure")
@click.argument("slugs", nargs=-1, metavar="[POSTING]...")
def command(slugs: tuple[str, ...]) -> None:
    """Count agreement, severity and calibration of POSTING (all postings with interviews when none is named) from the evaluations.

    The worker does the same by itself, within two minutes of every evaluation that completes a panel, and once a day.
    """
    app = make_app()
    with app.app_context(), plain_errors():
        with_interviews = select(Application.posting_id).join(Interview, Interview.application_id == Application.id)
        found = dict(
            db.session.execute(
                select(Posting.slug, Posting.id)
                .where(Posting.slug.in_(slugs) if slugs else Posting.id.in_(with_interviews))
                .order_by(Posting.id)
            ).all()
        )
        for slug in slugs:
            if slug not in found:
                raise click.ClickException(f"No posting has the name {slug}.")
        for slug, posting_id in found.items():
            counted = measure_posting(db.session, posting_id=posting_id, now=datetime.now(UTC))
            db.session.commit()
            click.echo(f"{slug}: {counted} with complete panels")
        click.echo(f"sums of several postings: {measure_sets(db.session)}")
        db.session.commit()
