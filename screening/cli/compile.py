"""A document of job postings as rubrics: JSON by the contract ``screening.compile/1``, or text for people."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from rubrics.codec import dump_compilation
from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
from rubrics.model import Compilation, Criterion, Rubric
from screening.documents.decoding import UndecodableError, decode_text

_COLOURS = {"k": "yellow", "r": "cyan", "b": "green"}


@click.command("compile")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "output",
    type=click.Choice(["json", "text"]),
    default=None,
    help="json for programs, text for people; by default text on a terminal and json otherwise.",
)
def command(file: Path, output: str | None) -> None:
    """Read FILE, a text with one job posting or many, and print the rubric of each; "-" reads standard input.

    Exit status 0 also when there are warnings; 2 with one line on standard error when the input is no text or holds no
    posting.
    """
    name = "-" if str(file) == "-" else file.name
    try:
        content = sys.stdin.buffer.read() if name == "-" else file.read_bytes()
        text = decode_text(content)
    except OSError as error:
        _fail(f"{file}: {error.strerror or 'it cannot be read'}.")
    except UndecodableError:
        _fail(f"{file}: this is not a text file.")
    compilation = compile_document(text, load_lexicon(), name=name)
    if not compilation.postings:
        _fail(f"{file}: no job posting was found in this text.")
    compilation = replace(compilation, sha256=hashlib.sha256(content).hexdigest())
    if (output or ("text" if sys.stdout.isatty() else "json")) == "json":
        written = json.dumps(dump_compilation(compilation), ensure_ascii=False, indent=2) + "\n"
        sys.stdout.buffer.write(written.encode("utf-8", "surrogatepass"))
    else:
        click.echo(_told(compilation))


def _told(compilation: Compilation) -> str:
    lines = [f"{compilation.name}: {len(compilation.postings)} posting(s), {compilation.lines} lines"]
    for rubric in compilation.postings:
        lines.extend(["", *_told_rubric(rubric)])
    return "\n".join(lines)


def _told_rubric(rubric: Rubric) -> list[str]:
    title = rubric.title or "(no title)"
    head = click.style(title, bold=True) + (f"  {rubric.track}" if rubric.track else "")
    facts = [f"lines {rubric.lines.first}–{rubric.lines.last}"]
    if rubric.locations:
        facts.append("/".join(rubric.locations))
    if rubric.degree_floor:
        facts.append(f"at least {rubric.degree_floor}")
    told = [head, "  " + " · ".join(facts)]
    told.extend(_told_criterion(criterion) for criterion in rubric.criteria)
    told.extend(
        click.style(
            f"  ! {_place(finding.lines.first, finding.lines.last)} {finding.code}: {finding.message}", fg="red"
        )
        for finding in rubric.warnings
    )
    return told


def _told_criterion(criterion: Criterion) -> str:
    mark = click.style(f"{criterion.id:>4}", fg=_COLOURS[criterion.id[0]])
    words = " ".join(criterion.text.split())
    place = _place(criterion.lines.first, criterion.lines.last)
    return f"  {mark}  {place:>9}  {criterion.category:<20}  {words}"


def _place(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _fail(line: str) -> NoReturn:
    click.echo(line, err=True)
    raise SystemExit(2)
