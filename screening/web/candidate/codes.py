"""The ways in by mail: the code that opens everything of an application, and the link for those who lost theirs."""

from __future__ import annotations

import re
from math import ceil

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db, limiter
from screening.forms.problems import problems
from screening.forms.proving import CodeForm, LostLinkForm
from screening.models import Application
from screening.services.lost_links import ask_for_links
from screening.services.proving import (
    TooManyCodesError,
    Tried,
    has_live_code,
    ids_proven_by,
    mail_code,
    try_code,
)
from screening.web.access import anyone, now
from screening.web.candidate.links import application_id_in, masked, private_page, unknown_link
from screening.web.candidate.proof import forget_proofs, is_proven, remember_proof
from screening.web.toasts import toast

blueprint = Blueprint("codes", __name__, url_prefix="")


@blueprint.get("/status/<token>/code")
@anyone
def show(token: str) -> ResponseReturnValue:
    """Ask for the code that was mailed, or offer to mail one."""
    application = _application(token)
    if application is None:
        return unknown_link()
    if is_proven(application.id):
        return redirect(_next(token))
    return _page(token, application, CodeForm(formdata=None))


@blueprint.post("/status/<token>/code/mail")
@limiter.limit("20 per minute")
@anyone
def mail(token: str) -> ResponseReturnValue:
    """Mail a new code to the address that the application was sent with."""
    application = _application(token)
    if application is None:
        return unknown_link()
    try:
        mail_code(db.session, application=application, settings=current_app.config["SCREENING"], now=now())
        db.session.commit()
    except TooManyCodesError as error:
        db.session.rollback()
        minutes = ceil((error.again_at - now()).total_seconds() / 60)
        return _page(token, application, CodeForm(formdata=None), 429, minutes=max(1, minutes))
    toast(_("A code is on its way to you."))
    return redirect(url_for("codes.show", token=token, next=request.args.get("next")), 303)


@blueprint.post("/status/<token>/code")
@limiter.limit("20 per minute")
@anyone
def enter(token: str) -> ResponseReturnValue:
    """Take the code; the right one opens all applications of the person at this address."""
    application = _application(token)
    if application is None:
        return unknown_link()
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(token, application, form, 422)
    tried = try_code(
        db.session,
        application_id=application.id,
        typed=form.code.data or "",
        settings=current_app.config["SCREENING"],
        now=now(),
    )
    db.session.commit()
    if tried is Tried.RIGHT:
        remember_proof(application.id, *ids_proven_by(db.session, application=application))
        return redirect(_next(token), 303)
    form.code.errors = [
        _("This is not the code from the newest mail. Check the six digits.")
        if tried is Tried.WRONG
        else _("No code works any more. Ask for a new one.")
    ]
    return _page(token, application, form, 422)


@blueprint.post("/status/<token>/leave")
@anyone
def leave(token: str) -> ResponseReturnValue:
    """Make this browser forget the proof, as on a computer that others use."""
    forget_proofs()
    toast(_("Your data is closed; this browser asks for a code again."))
    return redirect(url_for("status.show", token=token), 303)


@blueprint.get("/status")
@anyone
def lost() -> ResponseReturnValue:
    """Ask those who lost their link for the address that they applied with."""
    return _lost_page(LostLinkForm(formdata=None))


@blueprint.post("/status")
@limiter.limit("10 per 15 minutes; 30 per hour")
@anyone
def find() -> ResponseReturnValue:
    """Let the worker mail the links, if there are any: the answer is the same, and takes as long, whoever has applied."""
    form = LostLinkForm()
    if not form.validate_on_submit():
        return _lost_page(form, 422)
    base = current_app.config["SCREENING"].public_url or request.host_url
    ask_for_links(db.session, email=form.email.data or "", base=base, now=now())
    db.session.commit()
    return redirect(url_for("codes.lost", asked=1), 303)


def _lost_page(form: LostLinkForm, status: int = 200) -> tuple[str, int]:
    asked = "asked" in request.args
    demo = current_app.config["SCREENING"].demo
    page = render_template("candidate/lost_link.html", form=form, errors=problems(form), asked=asked, demo=demo)
    return page, status


def _application(token: str) -> Application | None:
    number = application_id_in(token)
    application = db.session.get(Application, number) if number else None
    return application if application is not None and application.erased_at is None else None


def _next(token: str) -> str:
    """Give the page that asked for the code, which lies below the status page; else the status page."""
    home = url_for("status.show", token=token)
    wanted = request.args.get("next", "")
    return wanted if re.fullmatch(re.escape(home) + r"/[a-z-]+(?:/[\w-]+)?", wanted, re.ASCII) else home


def _page(
    token: str, application: Application, form: CodeForm, status: int = 200, *, minutes: int | None = None
) -> ResponseReturnValue:
    """Render the page; ``minutes`` until the next code may be asked for."""
    shown = render_template(
        "candidate/code.html",
        form=form,
        errors=problems(form),
        token=token,
        back=request.args.get("next"),
        masked=masked(application.email),
        is_live=has_live_code(db.session, application_id=application.id, now=now()),
        minutes=minutes,
        demo=current_app.config["SCREENING"].demo,
    )
    return private_page(shown), status
