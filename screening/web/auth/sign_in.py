"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from screening.extensions import db, limiter
from screening.forms.auth import SignInForm
from screening.forms.problems import problems
from screening.services.accounts import authenticate
from screening.services.demonstration import DEMO_PASSWORD, list_sign_ins
from screening.web.access import anyone
from screening.web.auth.next_page import safe_next
from screening.web.auth.sessions import Account
from screening.web.auth.throttle import forget_wrong, is_paused, note_wrong
from screening.web.labels import ROLES
from screening.web.toasts import toast

blueprint = Blueprint("sign_in", __name__, url_prefix="")


def _was_refused(response: Response) -> bool:
    return response.status_code == 422


@blueprint.get("/sign-in")
@anyone
def form() -> ResponseReturnValue:
    """Ask for e-mail and password."""
    if current_user.is_authenticated:
        return redirect(_next_page())
    return _page(SignInForm())


@blueprint.post("/sign-in")
@limiter.limit("60 per 15 minutes", deduct_when=_was_refused)
@anyone
def enter() -> ResponseReturnValue:
    """Open a session for the right password; refuse without telling whether the address is known."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    email, password = form.email.data or "", form.password.data or ""
    if is_paused(email):
        return _page(form, 429, paused=True)
    user = authenticate(db.session, email=email, password=password)
    if user is None:
        note_wrong(email)
        return _page(form, 422, refused=True)
    db.session.commit()
    forget_wrong(email)
    session.clear()
    login_user(Account(user), remember=form.remember.data)
    return redirect(_next_page(), 303)


@blueprint.post("/sign-out")
@anyone
def sign_out() -> ResponseReturnValue:
    """End the session on this device."""
    session.clear()
    logout_user()
    toast(_("You are signed out."))
    return redirect(url_for("sign_in.form"), 303)


def _next_page() -> str:
    return safe_next(request.args.get("next"), url_for("home.index"))


def _page(form: SignInForm, status: int = 200, *, refused: bool = False, paused: bool = False) -> tuple[str, int]:
    page = render_template(
        "auth/sign_in.html",
        form=form,
        errors=problems(form),
        refused=refused,
        paused=paused,
        demo=list_sign_ins(db.session) if current_app.config["SCREENING"].demo else (),
        demo_password=DEMO_PASSWORD,
        roles=ROLES,
        action=url_for("sign_in.enter", next=request.args.get("next")),
    )
    return page, status
