"""Asking for new prescores of a whole posting, as after an engine update."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click
from sqlalchemy import select

from screening.cli.edge import make_app, plain_errors
from screening.extensions import db, reading_first
from screening.models import Posting, RubricState, RubricVersion
from screening.queries.progress import Progress, count_failures, rescoring_progress
from screening.services.asking import ask_for_prescores

LOOK_EVERY = 1.0


@click.command("rescore")
@click.argument("slugs", nargs=-1, metavar="[POSTING]...")
@click.option("--force", is_flag=True, help="Judge again what this engine has judged already, and compare.")
@click.option("--wait", is_flag=True, help="Stay until the worker is done, and tell how far it is.")
def command(slugs: tuple[str, ...], *, force: bool, wait: bool) -> None:
    """Ask for a prescore of every application of POSTING (all postings when none is named) by the present engine.

    What this engine and lexicon have judged already is left alone, earlier prescores stay. With --force everything is
    judged again: a changed input gives a new prescore, and the same input must give what is stored, byte for byte; where it
    does not, the application shows a failure and keeps its prescore. The worker does the work.
    """
    app = make_app()
    with app.app_context(), plain_errors():
        versions = (
            select(Posting.slug, RubricVersion.posting_id, RubricVersion.id)
            .join(RubricVersion, RubricVersion.posting_id == Posting.id)
            .where(RubricVersion.state == RubricState.PUBLISHED)
            .order_by(Posting.id)
        )
        published = {slug: (posting_id, version_id) for slug, posting_id, version_id in db.session.execute(versions)}
        for slug in slugs or published:
            if slug not in published:
                raise click.ClickException(f"No published posting has the name {slug}.")
            posting_id, version_id = published[slug]
            asked = ask_for_prescores(
                db.session,
                posting_id=posting_id,
                rubric_version_id=version_id,
                now=datetime.now(UTC),
                again=force,
            )
            click.echo(f"{slug}: {f'{asked} to judge' if asked else 'nothing to do'}")
        db.session.commit()
        if wait:
            for slug in slugs or published:
                _follow(slug, *published[slug])


def _follow(slug: str, posting_id: int, version_id: int) -> None:
    """Print each change of a posting's progress until no chunk of it waits."""
    told: Progress | None = None
    while True:
        with reading_first(db.session):
            known = rescoring_progress(db.session, posting_id=posting_id)
            failures = count_failures(db.session, rubric_version_id=version_id)
        if known is None:
            click.echo(f"{slug}: done{f', {failures} show a failure' if failures else ''}")
            return
        if known.stopped:
            click.echo(f"{slug}: stopped at {known.done} of {known.total}")
            return
        if known != told:
            click.echo(f"{slug}: {known.done} of {known.total}")
            told = known
        time.sleep(LOOK_EVERY)
