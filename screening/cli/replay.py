"""Proving that an application's stored prescores are what the engine makes of the stored inputs."""

from __future__ import annotations

import click

from screening.cli.edge import make_app
from screening.extensions import db
from screening.models import Application
from screening.services.replaying import Proof, replay

WORDS = {
    Proof.SAME: "same, {size} bytes",
    Proof.DIFFERENT: "DIFFERENT: the present engine gives other bytes",
    Proof.OTHER_VERSION: "not replayed: made with another engine or lexicon than the present one",
    Proof.OTHER_INPUT: "not replayed: the stored answers or text are not those that were judged",
}


@click.command("replay")
@click.argument("application_id", type=int, metavar="APPLICATION_ID")
def command(application_id: int) -> None:
    """Compute every stored prescore of APPLICATION_ID again and compare it with what is stored, byte for byte.

    Exit status 0 when at least one run was computed again and none differs, 1 otherwise. Runs of another engine or
    lexicon version are named and left alone.
    """
    with make_app().app_context():
        if db.session.get(Application, application_id) is None:
            raise click.ClickException(f"There is no application {application_id}.")
        runs = replay(db.session, application_id=application_id)
        db.session.rollback()
    for run in runs:
        words = WORDS[run.proof].format(size=run.size)
        click.echo(
            f"prescore {run.prescore_id}, rubric v{run.rubric_version}, engine {run.engine}, lexicon {run.lexicon}: {words}"
        )
    if not runs:
        click.echo(f"Application {application_id} has no stored prescore.")
    proofs = {run.proof for run in runs}
    if Proof.SAME not in proofs or proofs & {Proof.DIFFERENT, Proof.OTHER_INPUT}:
        raise SystemExit(1)
