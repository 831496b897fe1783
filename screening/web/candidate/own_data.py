"""The candidate's own data to take away: as JSON for programs, as PDF for people, and the files as they came."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, current_app, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.documents.sheet import write_sheet
from screening.documents.storage import read_file
from screening.extensions import db, limiter
from screening.models import Application, ResumeFile
from screening.queries.own_data import read_own_data
from screening.queries.status import reference_of
from screening.services.proving import ids_proven_by
from screening.services.voluntary import own_answers
from screening.web.access import LARGEST_ID, now
from screening.web.candidate.data_words import FIELDS, blocks
from screening.web.candidate.proof import is_proven, proven
from screening.web.formatting import company, html_language

blueprint = Blueprint("own_data", __name__, url_prefix="")


@blueprint.get("/status/<token>/data/json")
@limiter.limit("10 per minute; 100 per hour")
@proven
def as_json(token: str, application: Application) -> ResponseReturnValue:  # noqa: ARG001 - the door's
    """Hand out everything as JSON; ``fields`` says what each name means."""
    document = {**_document(application), "fields": {name: str(words) for name, words in FIELDS.items()}}
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return _attachment(text.encode(), f"{_name(application)}.json", "application/json")


@blueprint.get("/status/<token>/data/pdf")
@limiter.limit("10 per minute; 100 per hour")
@proven
def as_pdf(token: str, application: Application) -> ResponseReturnValue:  # noqa: ARG001 - the door's
    """Hand out the same as a PDF in the page's language; its text can be selected."""
    document = _document(application)
    db.session.rollback()  # writing takes a second, in which nobody should wait for this transaction
    title = _("My data")
    made = write_sheet(
        blocks(document),
        title=title,
        language=html_language(),
        foot=f"{company()} · {title}",
        made_at=now(),
    )
    return _attachment(made, f"{_name(application)}.pdf", "application/pdf")


@blueprint.get("/status/<token>/files/<int:file_id>")
@limiter.limit("30 per minute")
@proven
def file(token: str, application: Application, file_id: int) -> ResponseReturnValue:  # noqa: ARG001 - the door's
    """Hand out one of the application's files under the name that it came with."""
    found = db.session.get(ResumeFile, file_id) if file_id <= LARGEST_ID else None
    if found is None or found.application_id != application.id:
        abort(404)
    try:
        content = read_file(current_app.config["SCREENING"].uploads, found.storage_key)
    except (FileNotFoundError, ValueError):
        abort(404)
    name = "".join(mark for mark in found.original_name if mark.isprintable() and mark not in '\\/"')
    return _attachment(content, name or "file", "application/octet-stream")


def _document(application: Application) -> dict[str, Any]:
    """Read the applications that this browser has proven: after a code all at the address, after sending the one that was sent."""
    mine = [ident for ident in ids_proven_by(db.session, application=application) if is_proven(ident)]
    document = read_own_data(db.session, application_ids=mine, now=now())
    key = current_app.config["SCREENING"].voluntary_key
    for told, ident in zip(document["applications"], sorted(mine, reverse=True), strict=True):
        told["voluntary"] = own_answers(db.session, key=key, application_id=ident)
    return document


def _name(application: Application) -> str:
    return f"screening-{reference_of(application.posting_id, application.id)}"


def _attachment(content: bytes, name: str, media_type: str) -> Response:
    response = send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
