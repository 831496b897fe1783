"""Adding criteria from a line of the posting: the engine reads it, a person takes what is asked."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from rubrics.compiler import Passage, words_of
from rubrics.model import Rubric, Section
from rubrics.text import SourceText
from screening.extensions import db
from screening.forms.criterion import KINDS, Kind
from screening.forms.rubric import read_revision
from screening.models import Posting
from screening.policy import Permission
from screening.queries.rubric import source_of
from screening.services.drafting import RevisionError, taken_ids
from screening.services.rubric_edits import TEXT_LENGTH, EditError, letter_of
from screening.services.rubric_shaping import add_criterion, passages_of
from screening.web.access import needs
from screening.web.recruiter.rubric_acts import Work, keep, open_work
from screening.web.recruiter.rules import rule_outline
from screening.web.recruiter.words import CATEGORIES, FINDINGS, edit_problem, saved_words

blueprint = Blueprint("adding", __name__, url_prefix="/staff/postings/<int:posting_id>/rubric/add")


@blueprint.get("")
@needs(Permission.POSTING_EDIT, of=Posting)
def form(posting: Posting) -> ResponseReturnValue:
    """Show the posting's lines to choose from; with one chosen, what the engine reads in it."""
    work = open_work(posting)
    line = _line_of(work, request.args.get("line", ""))
    return _page(work, line, words=_words_of(work, line))


@blueprint.post("")
@needs(Permission.POSTING_EDIT, of=Posting)
def add(posting: Posting) -> ResponseReturnValue:
    """Add what was ticked, or read the words anew."""
    work, fields = open_work(posting), request.form
    line, words = _line_of(work, fields.get("line", "")), " ".join(fields.get("words", "").split())[:TEXT_LENGTH]
    if fields.get("act") == "read":
        return _page(work, line, words=words)
    revision = read_revision(fields)
    try:
        after, idents = _added(work, line, words, fields)
        told = ngettext("%(codes)s was added.", "%(codes)s were added.", len(idents), codes=", ".join(idents).upper())
        keep(posting, after, revision=revision, change=f"add:{idents[0]}", words=told)
    except EditError as error:
        db.session.rollback()
        return _page(work, line, words=words, typed=fields, problem=edit_problem(error.code)), 422
    except RevisionError:
        db.session.rollback()
        return _page(open_work(posting), line, words=words, typed=fields, conflict=True), 409
    return redirect(url_for("rubrics.review", posting_id=posting.id, _anchor=f"c-{idents[0]}"), 303)


def _added(work: Work, line: int | None, words: str, fields: MultiDict[str, str]) -> tuple[Rubric, list[str]]:
    if line is None or not words:
        raise EditError("line_missing")
    source = source_of(db.session, work.posting)
    taken = taken_ids(db.session, work.posting)
    rubric, idents = work.rubric, []
    for number, passage in enumerate(passages_of(source, line, words, bonus=_in_bonus(work, line))):
        if f"take-{number}" not in fields:
            continue
        rubric, ident = add_criterion(
            rubric,
            passage,
            kind=_kind(fields.get(f"kind-{number}", ""), passage),
            text=_text_of(source, passage, words),
            source=source,
            taken=taken,
        )
        idents.append(ident)
    if not idents:
        raise EditError("nothing_chosen")
    return rubric, idents


def _page(
    work: Work,
    line: int | None,
    *,
    words: str = "",
    typed: Mapping[str, str] | None = None,
    problem: str | None = None,
    conflict: bool = False,
) -> str:
    source = source_of(db.session, work.posting)
    passages = passages_of(source, line, words, bonus=_in_bonus(work, line)) if line is not None and words else ()
    read = [(passage, _text_of(source, passage, words), _letter(passage)) for passage in passages]
    return render_template(
        "recruiter/criterion_add.html",
        work=work,
        posting=work.posting,
        line=line,
        words=words,
        read=read,
        typed=typed,
        problem=problem,
        conflict=conflict,
        bonus=Section.BONUS,
        rule_outline=rule_outline,
        categories=CATEGORIES,
        findings=FINDINGS,
        saved_words=saved_words,
    )


def _text_of(source: str, passage: Passage, words: str) -> str:
    """Give a passage's words: the document's own, or those that a person typed where the document has them not."""
    own = source[passage.span.start : passage.span.end]
    return own if own in words else words


def _line_of(work: Work, text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return next((row.number for row in work.page.lines if row.number == number and row.text), None)


def _words_of(work: Work, line: int | None) -> str:
    """Give a line's words without its bullet or number."""
    if line is None:
        return ""
    source = SourceText(source_of(db.session, work.posting))
    span = words_of(source, source.line_span(line))
    return source.text[span.start : span.end]


def _in_bonus(work: Work, line: int) -> bool:
    """Tell whether the line stands among bonus lines: the nearest criterion before it, in the text, is one."""
    before = [one for one in work.rubric.criteria if not one.gate and one.lines.last <= line]
    nearest = max(before, key=lambda one: one.span.end, default=None)
    return nearest is not None and nearest.section is Section.BONUS


def _kind(chosen: str, passage: Passage) -> Kind:
    return next((kind for kind in KINDS if kind == chosen), _letter(passage))


def _letter(passage: Passage) -> Kind:
    letter = letter_of(passage.section, gate=passage.gate)
    return next(kind for kind in KINDS if kind == letter)
