"""Proving that an application's stored prescores are what the engine makes of the stored inputs."""

from __future__ import annotations

import click

from rubrics.lexicon import load_lexicon
from rubrics.scoring import ENGINE_VERSION
from screening.cli.edge import make_app, plain_errors
from screening.extensions import db
from screening.models import Application, Posting
from screening.services.replaying import Proof, Replay, replay


@click.command("replay")
@click.argument("application_id", type=click.IntRange(1, 2**31 - 1), metavar="APPLICATION")
def command(application_id: int) -> None:
    """Compute every stored prescore of APPLICATION, a number, again and compare it with what is stored, byte for byte.

    Nothing is changed. Exit status 0 when at least one prescore was proven and none differs, 1 otherwise. Prescores of
    another engine or lexicon version are named with what to do, and do not count.
    """
    with make_app().app_context(), plain_errors():
        application = db.session.get(Application, application_id)
        if application is None:
            raise click.ClickException(
                f"There is no application {application_id}. Its number stands at the end of its page's address."
            )
        slug = db.session.get_one(Posting, application.posting_id).slug
        runs = replay(db.session, application_id=application_id)
        db.session.rollback()
    for run in runs:
        click.echo(_told(run, slug))
    if not runs:
        click.echo(f"Application {application_id} has no stored prescore. To have it judged: screening rescore {slug}")
    proofs = [run.proof for run in runs]
    click.echo(
        f"{proofs.count(Proof.SAME)} of {len(proofs)} proven with engine {ENGINE_VERSION}, lexicon {load_lexicon().version}"
    )
    if Proof.SAME not in proofs or Proof.DIFFERENT in proofs or Proof.OTHER_INPUT in proofs:
        raise SystemExit(1)


def _told(run: Replay, slug: str) -> str:
    """Say in a few lines what replaying a run showed and what can be done."""
    lines = [f"prescore {run.prescore_id}, rubric v{run.rubric_version}, engine {run.engine}, lexicon {run.lexicon}"]
    match run.proof:
        case Proof.SAME:
            lines.append(f"same: all {run.size} bytes, SHA-256 {run.sha256}")
        case Proof.DIFFERENT:
            lines.append("DIFFERENT: this engine makes other bytes of the same input")
            lines += [f"  {one}" for one in run.differences]
        case Proof.OTHER_VERSION:
            lines.append("not replayed: made by another engine or lexicon than this installation has")
            lines.append("to prove it, run this command with the release that made it, on a copy of the database")
            lines.append(f"to judge by this engine, which keeps the old prescore: screening rescore {slug}")
        case Proof.OTHER_INPUT:
            lines.append(
                "not replayed: the stored answers or the text of the file are no longer those that were judged"
            )
            lines.append(f"to judge what is stored now, which keeps the old prescore: screening rescore --force {slug}")
    return "\n  ".join(lines)
