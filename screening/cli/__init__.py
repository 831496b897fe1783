"""The command line: each command is a module that is imported only when it is asked for.

So ``compile`` and ``prescore`` load neither the web framework nor the database and start in under half a second.
"""

from __future__ import annotations

from importlib import import_module

import click

# name -> what the list of commands says; the module is screening.cli.<name with underscores>, its command ``command``.
COMMANDS = {
    "serve": "Run everything on this machine: broker, web, worker and relay under one supervisor.",
    "compile": "Read a document of job postings and print the rubric of each.",
    "prescore": "Judge one application against a rubric and print the verdicts with their quotations.",
    "extract": "Print the text of a résumé as the engine reads it.",
    "init-db": "Make the database, or bring it to the present version.",
    "migrate": "Bring the database to a version, up or down.",
    "import-postings": "Read postings from a document and store their rubric drafts.",
    "create-user": "Make an account for a member of staff.",
    "demo": "Fill an empty database with the 20 postings and fictional applications.",
    "rescore": "Ask for new prescores of all applications of a posting.",
    "replay": "Compute an application's stored prescores again and compare them byte for byte.",
    "measure": "Count the figures of interviews and of pipelines anew.",
    "reindex": "Write the index of the search anew.",
    "recount": "Compare the counters of stages with the applications and set right what is wrong.",
    "web": "Run one web server process.",
    "worker": "Run a worker: prescores, mails and other work that waits.",
    "beat": "Run the relay, which hands waiting work to the workers, and the clock of recurring work.",
    "doctor": "Check database, migrations, broker, worker and disk, and say what to do.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported by name; click documents the pattern under "lazily loading subcommands"."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Give the commands in the order of the table, the everyday ones first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the signature is click's
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        found = import_module(f"screening.cli.{cmd_name.replace('-', '_')}").command
        if not isinstance(found, click.Command):
            raise TypeError(f"screening.cli.{cmd_name} holds no command")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the signature is click's
        """List the commands from the table, so that ``--help`` imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="screening")
def main() -> None:
    """Screening: job postings become rubrics, applications are pre-scored with evidence, people decide.

    Settings come from SCREENING_* variables and from config.toml in the instance folder (SCREENING_INSTANCE, by default
    ./instance). Start with: screening serve --demo
    """
