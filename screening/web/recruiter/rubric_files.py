"""A rubric's versions as files: out as an attachment, in with the differences shown first, then as a new save of the draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rubrics.codec import dump_rubric_file
from screening.extensions import db
from screening.forms.rubric import read_revision
from screening.forms.rubric_file import RubricUploadError, read_confirmed, read_upload
from screening.models import Posting
from screening.policy import Permission
from screening.queries.comparison import compare
from screening.queries.pipeline import head
from screening.services.drafting import RevisionError
from screening.services.exchanging import (
    RubricFileRefusedError,
    import_rubric_file,
    read_rubric_file,
    version_numbered,
)
from screening.services.file_checks import FileProblem
from screening.services.undoing import Act, remember
from screening.web.access import LARGEST_ID, actor, needs, now
from screening.web.recruiter.comparing import shown_comparison
from screening.web.recruiter.words import FINDINGS
from screening.web.toasts import toast

blueprint = Blueprint("rubric_files", __name__, url_prefix="/staff/postings")

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_SHOWN_LINE = 160


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A problem as the page lists it: its line, the words of that line, and what is wrong."""

    line: int
    words: str
    message: str


@blueprint.get("/<int:posting_id>/rubric/file/<int:number>")
@needs(Permission.POSTING_VIEW, of=Posting)
def download(posting: Posting, number: int) -> ResponseReturnValue:
    """Give a version as a file."""
    rubric = version_numbered(db.session, posting=posting, number=number) if number <= LARGEST_ID else None
    if rubric is None:
        abort(404)
    name = _NOT_IN_NAMES.sub("-", rubric.title or rubric.slug)[:80].strip(" .-") or rubric.slug
    return send_file(
        BytesIO(dump_rubric_file(rubric).encode()),
        mimetype="application/toml",
        as_attachment=True,
        download_name=f"{name}-v{number}.toml",
    )


@blueprint.get("/<int:posting_id>/rubric/import")
@needs(Permission.POSTING_EDIT, of=Posting)
def choose(posting: Posting) -> ResponseReturnValue:
    """Offer to choose a file."""
    return _form(posting)


@blueprint.post("/<int:posting_id>/rubric/import")
@needs(Permission.POSTING_EDIT, of=Posting)
def look(posting: Posting) -> ResponseReturnValue:
    """Show what the chosen file would change; nothing is stored."""
    try:
        name, text = read_upload(request.files)
    except RubricUploadError as error:
        return _form(posting, problem=explain_upload(error.code)), 422
    return _differences(posting, name, text)


@blueprint.post("/<int:posting_id>/rubric/import/confirm")
@needs(Permission.POSTING_EDIT, of=Posting)
def confirm(posting: Posting) -> ResponseReturnValue:
    """Make the file the next save of the draft, with the way back; a draft that was changed meanwhile is compared anew."""
    who, at = actor().id, now()
    try:
        name, text = read_confirmed(request.form)
    except RubricUploadError as error:
        return _form(posting, problem=explain_upload(error.code)), 422
    revision = read_revision(request.form)
    try:
        draft = import_rubric_file(db.session, posting=posting, text=text, revision=revision, actor_id=who, now=at)
    except (RubricFileRefusedError, RevisionError) as error:
        db.session.rollback()
        return _differences(posting, name, text, conflict=isinstance(error, RevisionError))
    if draft is None:
        db.session.rollback()
        toast(_("Nothing was changed."))
    else:
        token = remember(db.session, actor_id=who, act=Act.RUBRIC, now=at, version=draft.id, revision=draft.revision)
        db.session.commit()
        toast(_("The draft is what the file says."), undo=token)
    return redirect(url_for("rubrics.review", posting_id=posting.id), 303)


def explain_upload(code: str) -> str:
    """Say why a file was not read."""
    return {
        "none": _("Choose a rubric file first."),
        "empty": _("The file is empty."),
        "binary": _("This is not a text file. A rubric file ends in .toml; download one to see its form."),
        "too_large": _("A rubric file has 400 kB at most."),
    }[code]


def explain_problem(problem: FileProblem, posting: Posting) -> str:
    """Say what is wrong on a line of a file, and how to put it right where that is not plain."""
    detail = problem.detail
    return {
        "syntax": _("This is not TOML: %(detail)s.", detail=detail),
        "schema": _('A rubric file begins with schema = "screening.rubric/1".'),
        "missing": _("“%(detail)s” is missing.", detail=detail),
        "unknown": _("Nothing is called “%(detail)s”.", detail=detail),
        "wrong": _("“%(detail)s” cannot have this value.", detail=detail),
        "twice": _("“%(detail)s” stands twice.", detail=detail),
        "group": _("There is no group “%(detail)s”.", detail=detail),
        "posting": _(
            "This is the rubric of another posting, “%(detail)s”; this one is “%(slug)s”. Its lines belong to another text.",
            detail=detail,
            slug=posting.slug,
        ),
        "range": _("This posting stands on lines %(detail)s of its document.", detail=detail),
        "lines": _("Line %(detail)s is none of this posting’s.", detail=detail),
        "span": _("Characters %(detail)s do not stand on the lines that are named.", detail=detail),
        "term": _("The lexicon has no term “%(detail)s”.", detail=detail),
        "id": _("An id begins with k for a knock-out, r for a requirement, b for a bonus: %(detail)s.", detail=detail),
        "reused": _(
            "“%(detail)s” was another criterion in an earlier version. Give it a number that was never used.",
            detail=detail,
        ),
        "gate": _("A knock-out is a requirement that the application can show: “%(detail)s”.", detail=detail),
        "weight": _("A weight is a number from 0 to 5."),
        "long": _("“%(detail)s” is too long.", detail=detail),
        "empty": _("“%(detail)s” is empty.", detail=detail),
        "group_rule": _("A group has the rule “any”, not “%(detail)s”.", detail=detail),
        "many": _("A rubric has %(detail)s criteria at most.", detail=detail),
    }[problem.code]


def _form(posting: Posting, *, problem: str = "", name: str = "", problems: Sequence[ShownProblem] = ()) -> str:
    return render_template(
        "recruiter/rubric_import.html",
        posting=posting,
        head=head(db.session, posting=posting),
        problem=problem,
        name=name,
        problems=problems,
    )


def _differences(posting: Posting, name: str, text: str, *, conflict: bool = False) -> ResponseReturnValue:
    """Show what a file would change, or what is wrong with it."""
    try:
        read = read_rubric_file(db.session, posting=posting, text=text)
    except RubricFileRefusedError as error:
        lines = text.split("\n")
        shown = [
            ShownProblem(one.line, lines[one.line - 1 : one.line][0][:_SHOWN_LINE], explain_problem(one, posting))
            for one in error.problems
        ]
        return _form(posting, name=name, problems=shown), 422
    found = compare(read.before, read.after)
    page = render_template(
        "recruiter/rubric_import_differences.html",
        posting=posting,
        head=head(db.session, posting=posting),
        name=name,
        text=text,
        read=read,
        shown=shown_comparison(found, before=read.before, after=read.after, language=posting.language),
        conflict=conflict,
        findings=FINDINGS,
    )
    return page, 409 if conflict else 200
