"""A résumé's text as the engine reads it: offsets of evidence count characters of this output."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from screening.documents.extraction import ExtractedText, ExtractionError, extract_text


@click.command("extract")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--hidden", is_flag=True, help="Print only the stretches that a reader of the page would not see, one a line."
)
def command(file: Path, hidden: bool) -> None:
    """Print the text of FILE, a résumé as .pdf, .docx, .txt, .md or .json (JSON Resume); "-" reads standard input.

    At a terminal, lines on standard error name the pages and the words that a reader would not see. Exit status 2 with one line on standard error when the file cannot be read.
    """
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        read = extract_text(content, file_name="" if str(file) == "-" else file.name)
    except OSError as error:
        fail(f"{file}: {error.strerror or 'it cannot be read'}.")
    except ExtractionError as error:
        fail(f"{file}: {error} [{error.code}]")
    else:
        passages = [read.text[part.start : part.end] for part in read.hidden]
        text = "\n".join(passages) if hidden else read.text
        sys.stdout.buffer.write(text.encode())
        if text and not text.endswith("\n"):
            sys.stdout.buffer.write(b"\n")
        if sys.stderr.isatty():
            tell(read, passages)


def tell(read: ExtractedText, passages: list[str]) -> None:
    """Say to a person at a terminal what stands out about the file."""
    if read.pages is not None:
        click.echo(f"{read.pages} page{'s' if read.pages != 1 else ''}, {len(read.text)} characters.", err=True)
    if read.is_recognised:
        click.echo("Its letters were recognised in pictures of pages; some may be wrong.", err=True)
    for passage in passages:
        words = " ".join(passage.split())
        click.echo(f"Hidden from a reader of the page: {words[:200]}{'…' if len(words) > 200 else ''}", err=True)


def fail(line: str) -> None:
    """End the command with one line and exit status 2."""
    click.echo(line, err=True)
    raise SystemExit(2)
