"""From a pasted document to rubric drafts."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.importing import ImportForm, UploadError
from screening.forms.problems import problems
from screening.models import PostingState
from screening.policy import Permission
from screening.queries.imports import documents, import_page
from screening.services.publishing import DocumentError, import_postings
from screening.web.access import actor, needs, now
from screening.web.formatting import moment
from screening.web.recruiter.words import FINDINGS
from screening.web.toasts import toast

blueprint = Blueprint("imports", __name__, url_prefix="/staff/imports")


@blueprint.get("/")
@needs(Permission.POSTING_IMPORT)
def form() -> ResponseReturnValue:
    """Offer to paste a text or to choose a file."""
    return _form_page(ImportForm()), 200


@blueprint.post("/")
@needs(Permission.POSTING_IMPORT)
def submit() -> ResponseReturnValue:
    """Compile the document; the same document again shows what it came to the first time."""
    form = ImportForm()
    field = form.file if form.upload else form.text
    at = now()
    try:
        name, text = form.read()
        document = import_postings(db.session, name=name or _pasted_name(), text=text, actor_id=actor().id, now=at)
    except (DocumentError, UploadError) as error:
        field.errors = [explain(error.code)]
        return _form_page(form), 422
    if document.imported_at != at:
        toast(_("This document was imported on %(day)s already. Nothing was added.", day=moment(document.imported_at)))
    db.session.commit()
    return redirect(url_for("imports.review", document_id=document.id), 303)


@blueprint.get("/<int:document_id>")
@needs(Permission.POSTING_IMPORT)
def review(document_id: int) -> ResponseReturnValue:
    """Show the document's postings with their findings."""
    page = import_page(db.session, document_id=document_id, actor=actor())
    if page is None:
        abort(404)
    doubtful = [posting for posting in page.postings if posting.findings]
    return render_template(
        "recruiter/import_review.html", page=page, doubtful=doubtful, findings=FINDINGS, PostingState=PostingState
    )


def explain(code: str) -> str:
    """Say why a document was not imported and what to do."""
    return {
        "empty": _("Paste the text of the postings, or choose a file."),
        "binary": _(
            "This is not a text file. Save it as plain text (UTF-8 or GB18030), or copy its text into the field."
        ),
        "too_large": _("This is larger than 1 million characters. Split it into several documents."),
        "no_posting": _(
            "No posting was found in this text. A posting needs a heading such as Requirements with lines below it."
        ),
    }[code]


def _pasted_name() -> str:
    return _("Pasted text, %(moment)s", moment=moment(now()))


def _form_page(form: ImportForm) -> str:
    who = actor()
    return render_template(
        "recruiter/import.html", form=form, errors=problems(form), documents=documents(db.session, actor=who)
    )
