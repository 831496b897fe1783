"""One application judged against one rubric: JSON by the contract ``screening.prescore/1``, or a table for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rubrics.codec import (
    ApplicationError,
    RubricDocumentError,
    dump_prescore,
    load_dossier,
    load_rubric,
    load_rubric_file,
)
from rubrics.dossier import Dossier, HiddenText
from rubrics.lexicon import load_lexicon
from rubrics.model import Rubric
from rubrics.prescore import Interval, Prescore, Result, Verdict
from rubrics.scoring import prescore
from screening.documents.decoding import UndecodableError, decode_text
from screening.documents.extraction import ExtractionError, extract_text

_CATALOGUE = Path(__file__).resolve().parents[2] / "rubrics" / "catalogue"
_PLAIN = {".txt", ".md", ".markdown", ".text"}
_READ = {".pdf", ".docx"}
_COLOURS = {
    Verdict.MET: "green",
    Verdict.PARTLY: "yellow",
    Verdict.NOT_SHOWN: "bright_black",
    Verdict.CONTRADICTED: "red",
    Verdict.FOR_INTERVIEW: "blue",
}
_WORDS = {
    Verdict.MET: "● met",
    Verdict.PARTLY: "◐ partly",
    Verdict.NOT_SHOWN: "○ not shown",
    Verdict.CONTRADICTED: "✕ contradicted",
    Verdict.FOR_INTERVIEW: "? interview",
}
_GATES = {"pass": "all hard floors hold", "below": "below a hard floor", "unknown": "a hard floor is not shown"}


@click.command("prescore")
@click.option(
    "--posting",
    required=True,
    metavar="RUBRIC",
    help="A compile output, a rubric file (TOML), or a shipped rubric's slug.",
)
@click.option("--slug", default=None, help="Which posting of a compile output that holds several.")
@click.option("--application", type=click.Path(path_type=Path), default=None, help="The answers, as JSON Resume.")
@click.option("--resume", type=click.Path(path_type=Path), default=None, help="The résumé: .pdf, .docx, .txt or .md.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["json", "text"]),
    default=None,
    help="json for programs, text for people; by default text on a terminal and json otherwise.",
)
def command(posting: str, slug: str | None, application: Path | None, resume: Path | None, output: str | None) -> None:
    """Judge one application against one rubric and print a verdict with quotations for each criterion.

    Exit status 0 whatever the verdicts are; 2 with one line on standard error when an input cannot be read.
    """
    if application is None and resume is None:
        _fail("Give --application, --resume or both.")
    rubric = _read_rubric(posting, slug)
    dossier = _read_dossier(application, resume)
    found = prescore(rubric, dossier, load_lexicon())
    if (output or ("text" if sys.stdout.isatty() else "json")) == "json":
        written = json.dumps(dump_prescore(found), ensure_ascii=False, indent=2) + "\n"
        sys.stdout.buffer.write(written.encode("utf-8", "surrogatepass"))
    else:
        _tell(rubric, found)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_rubric(posting: str, slug: str | None) -> Rubric:
    path = _rubric_path(posting)
    if path.suffix.lower() == ".toml":
        return _read_rubric_file(path)
    document = _read_json(path)
    shape = _posting_of(document, posting, slug)
    try:
        return load_rubric(shape)
    except RubricDocumentError as error:
        _fail(f"{posting}: {error}")


def _read_rubric_file(path: Path) -> Rubric:
    try:
        return load_rubric_file(decode_text(_read_bytes(path)))
    except UndecodableError:
        _fail(f"{path}: this is not a text file.")
    except RubricDocumentError as error:
        _fail(f"{path}: {error}.")


def _rubric_path(posting: str) -> Path:
    path = Path(posting)
    shipped = _CATALOGUE / f"{posting}.json"
    if not path.is_file() and path.name == posting and shipped.is_file():
        return shipped
    if not path.is_file():
        _fail(f"{posting}: neither a file nor the slug of a shipped rubric.")
    return path


def _posting_of(document: Any, posting: str, slug: str | None) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        _fail(f"{posting}: this is not a rubric.")
    if "postings" not in document:
        return document
    postings = [shape for shape in document["postings"] if isinstance(shape, dict)]
    if slug is not None:
        postings = [shape for shape in postings if shape.get("slug") == slug]
        if not postings:
            _fail(f"{posting}: it holds no posting with the slug {slug}.")
    if len(postings) != 1:
        _fail(f"{posting}: it holds {len(postings)} postings; name one with --slug.")
    return postings[0]


def _read_dossier(application: Path | None, resume: Path | None) -> Dossier:
    answers = None if application is None else _read_json(application)
    text, hidden = (None, ()) if resume is None else _read_resume(resume)
    try:
        return load_dossier(answers, text, hidden)
    except ApplicationError as error:
        _fail(f"{application}: {error}.")


def _read_resume(path: Path) -> tuple[str, tuple[HiddenText, ...]]:
    suffix = path.suffix.lower()
    content = _read_bytes(path)
    if suffix not in _PLAIN | _READ:
        _fail(f"{path}: a résumé is a .pdf, .docx, .txt or .md file.")
    try:
        if suffix in _PLAIN:
            return decode_text(content), ()
        extracted = extract_text(content, file_name=path.name)
    except UndecodableError:
        _fail(f"{path}: this is not a text file.")
    except ExtractionError as error:
        _fail(f"{path}: {error}")
    return extracted.text, extracted.hidden


def _read_json(path: Path) -> Any:
    try:
        return json.loads(decode_text(_read_bytes(path)))
    except (UndecodableError, ValueError, RecursionError):
        _fail(f"{path}: this is not JSON.")


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _fail(f"{path}: {error.strerror or 'it cannot be read'}.")


# --- telling ---------------------------------------------------------------------------------------------------------


def _tell(rubric: Rubric, found: Prescore) -> None:
    console = Console()
    texts = {criterion.id: " ".join(criterion.text.split()) for criterion in rubric.criteria}
    console.print(Text(rubric.title or rubric.slug, style="bold"))
    for name, interval in (("requirement", found.score.requirement), ("bonus", found.score.bonus)):
        console.print(f"  {name:<12} {_told_interval(interval)}")
    console.print(f"  {'gates':<12} {_GATES[found.score.gates.value]}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for heading in ("", "verdict", "criterion and evidence"):
        table.add_column(heading, header_style="bold", no_wrap=heading != "criterion and evidence")
    for result in found.results:
        colour = _COLOURS[result.verdict]
        table.add_row(Text(result.criterion), Text(_WORDS[result.verdict], style=colour), _told_result(texts, result))
    console.print(table)
    for flag in found.flags:
        console.print(Text(f"! {flag.code} in {flag.source}, characters {flag.start}–{flag.end}", style="magenta"))


def _told_interval(interval: Interval | None) -> str:
    if interval is None:
        return "nothing that a machine can assess"
    return f"{interval.point:.2f}  [{interval.low:.2f}–{interval.high:.2f}]"


def _told_result(texts: Mapping[str, str], result: Result) -> Text:
    told = Text(texts[result.criterion])
    told.append(f"\n{result.because.zh} / {result.because.en}", style="dim")
    for quote in result.evidence:
        told.append("\n  “", style="dim")
        told.append(" ".join(quote.quote.split()), style=_COLOURS[result.verdict])
        told.append(f"” {quote.source} {quote.start}–{quote.end}", style="dim")
    return told


def _fail(line: str) -> NoReturn:
    click.echo(line, err=True)
    raise SystemExit(2)
