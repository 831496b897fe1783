"""A résumé's text as the engine reads it: offsets of evidence count characters of this output."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from screening.documents.extraction import ExtractionError, extract_text


@click.command("extract")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--hidden", is_flag=True, help="Print only the stretches that a reader of the page would not see, one a line."
)
def command(file: Path, hidden: bool) -> None:
    """Print the text of FILE, a résumé as .pdf, .docx, .txt or .md; "-" reads standard input.

    Exit status 2 with one line on standard error when the file cannot be read.
    """
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        read = extract_text(content, file_name="" if str(file) == "-" else file.name)
    except OSError as error:
        fail(f"{file}: {error.strerror or 'it cannot be read'}.")
    except ExtractionError as error:
        fail(f"{file}: {error}")
    else:
        text = "\n".join(read.text[part.start : part.end] for part in read.hidden) if hidden else read.text
        sys.stdout.buffer.write(text.encode())
        if text and not text.endswith("\n"):
            sys.stdout.buffer.write(b"\n")


def fail(line: str) -> None:
    """End the command with one line and exit status 2."""
    click.echo(line, err=True)
    raise SystemExit(2)
