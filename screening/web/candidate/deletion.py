"""Asking that one's data are deleted: what goes, what stays, until when; a person carries it out."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from screening.extensions import db, limiter
from screening.models import Application, CandidateRequest, Posting, RequestKind
from screening.queries.deletions import DUE
from screening.queries.status import reference_of
from screening.services.mailing import post_mail
from screening.services.proving import ids_proven_by
from screening.services.requesting import RequestError, ask, open_request
from screening.web.access import now
from screening.web.candidate.links import private_page, status_link
from screening.web.candidate.proof import is_proven, proven
from screening.web.formatting import day, listing
from screening.web.toasts import toast

blueprint = Blueprint("deletion", __name__, url_prefix="")


@blueprint.get("/status/<token>/deletion")
@proven
def show(token: str, application: Application) -> ResponseReturnValue:
    """Tell what a deletion does, and how far one is that was asked for."""
    asked = open_request(db.session, application_id=application.id, kind=RequestKind.DELETION)
    shown = render_template(
        "candidate/deletion.html",
        token=token,
        roles=_roles(_mine(application)),
        asked=asked,
        due=asked.created_at + DUE if asked else now() + DUE,
    )
    return private_page(shown)


@blueprint.post("/status/<token>/deletion")
@limiter.limit("20 per minute")
@proven
def ask_for_deletion(token: str, application: Application) -> ResponseReturnValue:
    """Keep the request for every application that this browser has proven, and confirm it by mail; asked twice, it is one."""
    applications = _mine(application)
    try:
        made = [ask(db.session, application=one, kind=RequestKind.DELETION, text="", now=now()) for one in applications]
        _confirm(application, applications, made)
        db.session.commit()
    except RequestError:
        db.session.rollback()
        toast(_("Somebody is working on it in this very moment. Look again in a minute."))
    else:
        toast(_("We have your request. A mail confirms it."))
    return redirect(url_for("deletion.show", token=token), 303)


def _mine(application: Application) -> list[Application]:
    mine = [ident for ident in ids_proven_by(db.session, application=application) if is_proven(ident)]
    return [db.session.get_one(Application, ident) for ident in mine]


def _roles(applications: list[Application]) -> list[tuple[str, str, str]]:
    """Give number, title and language of each role."""
    postings = [(one, db.session.get_one(Posting, one.posting_id)) for one in applications]
    return [(reference_of(role.id, one.id), role.title or "", role.language) for one, role in postings]


def _confirm(application: Application, applications: list[Application], made: list[CandidateRequest]) -> None:
    """Write one mail for the whole request."""
    first = min(made, key=lambda request: request.id)
    roles = _roles(applications)
    with force_locale(application.locale):
        due, named = day(first.created_at + DUE), listing([title for _number, title, _language in roles])
    post_mail(
        db.session,
        key=f"deletion:{first.id}",
        template="deletion",
        locale=application.locale,
        to=application.email,
        fields={
            "reference": listing([number for number, _title, _language in roles]),
            "roles": named,
            "due": due,
            "link": status_link(application.id),
            "company": current_app.config["SCREENING"].company_in(application.locale),
        },
        now=now(),
        application_id=application.id,
    )
