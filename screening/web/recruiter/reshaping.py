"""One criterion becomes several, several become one, or they count together."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from rubrics.model import AnyOf, Criterion, Rubric
from screening.extensions import db
from screening.forms.rubric import read_revision
from screening.models import Posting
from screening.policy import Permission
from screening.queries.rubric import source_of
from screening.services.drafting import RevisionError, taken_ids
from screening.services.rubric_edits import EditError, criterion_of
from screening.services.rubric_shaping import (
    Piece,
    group_criteria,
    join_criteria,
    pieces_of,
    split_criterion,
    suggested_parts,
)
from screening.web.access import needs
from screening.web.recruiter.rubric_acts import Work, keep, open_work
from screening.web.recruiter.rules import rule_outline
from screening.web.recruiter.words import CATEGORIES, FINDINGS, edit_problem, saved_words

blueprint = Blueprint("reshaping", __name__, url_prefix="/staff/postings/<int:posting_id>/rubric/criteria/<ident>")


@dataclass(frozen=True, slots=True)
class Joining:
    """What the join form says: the other criteria, and any, all or group."""

    others: tuple[str, ...]
    how: str


@blueprint.get("/split")
@needs(Permission.POSTING_EDIT, of=Posting)
def split_form(posting: Posting, ident: str) -> ResponseReturnValue:
    """Offer the parts that a criterion may be split into, each as the engine reads it alone."""
    work = open_work(posting)
    criterion = work.criterion_or_404(ident)
    parts = suggested_parts(criterion) or (criterion.text,)
    return _split_page(work, criterion, parts, together=_may_group(criterion) and isinstance(criterion.rule, AnyOf))


@blueprint.post("/split")
@needs(Permission.POSTING_EDIT, of=Posting)
def split(posting: Posting, ident: str) -> ResponseReturnValue:
    """Split the criterion, or show how its parts read."""
    work = open_work(posting)
    parts = tuple(part.strip() for part in request.form.get("parts", "").splitlines() if part.strip())
    together, revision = "together" in request.form, read_revision(request.form)
    criterion = work.criterion(ident)
    if criterion is None or work.page.revision != revision:
        return _split_page(work, criterion, parts, together=together, conflict=True), 409
    if request.form.get("act") == "preview":
        return _split_page(work, criterion, parts, together=together)
    try:
        after = split_criterion(
            work.rubric,
            ident,
            parts,
            together=together,
            source=source_of(db.session, posting),
            taken=taken_ids(db.session, posting),
        )
        words = ngettext(
            "%(code)s is %(num)s criterion now.", "%(code)s is %(num)s criteria now.", len(parts), code=ident.upper()
        )
        keep(posting, after, revision=revision, change=f"split:{ident}", words=words)
    except EditError as error:
        db.session.rollback()
        problem = edit_problem(error.code)
        return _split_page(work, criterion, parts, together=together, problem=problem), 422
    except RevisionError:
        db.session.rollback()
        return _split_page(open_work(posting), criterion, parts, together=together, conflict=True), 409
    return redirect(
        url_for("rubrics.review", posting_id=posting.id, _anchor=f"c-{_first_new(work.rubric, after)}"), 303
    )


@blueprint.get("/join")
@needs(Permission.POSTING_EDIT, of=Posting)
def join_form(posting: Posting, ident: str) -> ResponseReturnValue:
    """Offer the criteria of the same section that may become one with this one."""
    work = open_work(posting)
    work.criterion_or_404(ident)
    return _join_page(work, ident, Joining((), "any"))


@blueprint.post("/join")
@needs(Permission.POSTING_EDIT, of=Posting)
def join(posting: Posting, ident: str) -> ResponseReturnValue:
    """Join the criteria, let them count together, or show what they would be."""
    work, revision = open_work(posting), read_revision(request.form)
    wanted = Joining(tuple(request.form.getlist("with")), request.form.get("how", "any"))
    if work.criterion(ident) is None or work.page.revision != revision:
        return _join_page(work, ident, wanted, conflict=True), 409
    if request.form.get("act") == "preview":
        return _join_page(work, ident, wanted)
    try:
        after, fresh = _joined(work, ident, wanted)
        if wanted.how == "group":
            change, words = f"group:{ident}", _("These criteria count together now.")
        else:
            change, words = f"join:{fresh}", _("Joined to %(code)s.", code=fresh.upper())
        keep(posting, after, revision=revision, change=change, words=words)
    except EditError as error:
        db.session.rollback()
        return _join_page(work, ident, wanted, problem=edit_problem(error.code)), 422
    except RevisionError:
        db.session.rollback()
        return _join_page(open_work(posting), ident, wanted, conflict=True), 409
    return redirect(url_for("rubrics.review", posting_id=posting.id, _anchor=f"c-{fresh}"), 303)


def _joined(work: Work, ident: str, wanted: Joining) -> tuple[Rubric, str]:
    idents = [ident, *wanted.others]
    if wanted.how == "group":
        return group_criteria(work.rubric, idents), ident
    return join_criteria(
        work.rubric,
        idents,
        how="all" if wanted.how == "all" else "any",
        source=source_of(db.session, work.posting),
        taken=taken_ids(db.session, work.posting),
    )


def _split_page(
    work: Work,
    criterion: Criterion | None,
    parts: tuple[str, ...],
    *,
    together: bool,
    problem: str | None = None,
    conflict: bool = False,
) -> str:
    pieces: tuple[Piece, ...] = ()
    if criterion is not None:
        pieces = pieces_of(criterion, parts[:12], source_of(db.session, work.posting))
    return render_template(
        "recruiter/criterion_split.html",
        criterion=criterion,
        parts=parts,
        pieces=pieces,
        together=together,
        may_group=criterion is not None and _may_group(criterion),
        problem=problem,
        conflict=conflict,
        **_known(work),
    )


def _join_page(work: Work, ident: str, wanted: Joining, *, problem: str | None = None, conflict: bool = False) -> str:
    criterion = work.criterion(ident)
    offered = tuple(
        one
        for one in work.rubric.criteria
        if criterion is not None and one.id != ident and (one.section, one.gate) == (criterion.section, criterion.gate)
    )
    wanted = Joining(tuple(one.id for one in offered if one.id in wanted.others), wanted.how)
    made: Criterion | None = None
    if criterion is not None and wanted.others and wanted.how != "group":
        after, fresh = _joined(work, ident, wanted)
        made = criterion_of(after, fresh)
    return render_template(
        "recruiter/criterion_join.html",
        criterion=criterion,
        offered=offered,
        wanted=wanted,
        made=made,
        problem=problem,
        conflict=conflict,
        **_known(work),
    )


def _known(work: Work) -> dict[str, object]:
    return {
        "work": work,
        "posting": work.posting,
        "rule_outline": rule_outline,
        "categories": CATEGORIES,
        "findings": FINDINGS,
        "saved_words": saved_words,
    }


def _may_group(criterion: Criterion) -> bool:
    return not criterion.gate


def _first_new(before: Rubric, after: Rubric) -> str:
    known = {criterion.id for criterion in before.criteria}
    return next(criterion.id for criterion in after.criteria if criterion.id not in known)
