"""A member of staff's own account."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user

from screening.extensions import db
from screening.forms.auth import PasswordForm, ProfileForm
from screening.forms.problems import problems
from screening.policy import Permission
from screening.services.accounts import PasswordError, WrongPasswordError, change_password, change_profile
from screening.web.access import needs, now, signed_in_user
from screening.web.auth.calendar import feed_address
from screening.web.auth.cookies import keep_choice
from screening.web.auth.passwords import explain
from screening.web.auth.sessions import Account
from screening.web.toasts import toast

blueprint = Blueprint("settings", __name__, url_prefix="/staff/settings")


@blueprint.get("/")
@needs(Permission.STAFF)
def form() -> ResponseReturnValue:
    """Show one's own profile and the password form."""
    return _page(_profile(), PasswordForm())


@blueprint.post("/")
@needs(Permission.STAFF)
def save() -> ResponseReturnValue:
    """Keep name, language, theme and time zone."""
    profile = _profile()
    if not profile.validate_on_submit():
        return _page(profile, PasswordForm(formdata=None), 422)
    change_profile(
        db.session,
        user=signed_in_user(),
        name=profile.name.data or "",
        locale=profile.locale.data or None,
        theme=profile.theme.data or None,
        time_zone=profile.time_zone.data or None,
    )
    db.session.commit()
    toast(_("Your settings are saved."))
    response = redirect(url_for("settings.form"), 303)
    keep_choice(response, "locale", profile.locale.data or None)
    keep_choice(response, "theme", profile.theme.data or None)
    return response


@blueprint.post("/password")
@needs(Permission.STAFF)
def password() -> ResponseReturnValue:
    """Change one's own password: every other session of the account ends."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(_profile(empty=True), form, 422)
    user = signed_in_user()
    try:
        change_password(
            db.session, user=user, current=form.current.data or "", password=form.password.data or "", now=now()
        )
    except WrongPasswordError:
        form.current.errors = [_("This is not your current password.")]
        return _page(_profile(empty=True), form, 422)
    except PasswordError as error:
        form.password.errors = [explain(error)]
        return _page(_profile(empty=True), form, 422)
    db.session.commit()
    remembered = "remember_token" in request.cookies
    session.clear()
    login_user(Account(user), remember=remembered)
    toast(_("Your password is changed. Other devices are signed out."))
    return redirect(url_for("settings.form"), 303)


def _profile(*, empty: bool = False) -> ProfileForm:
    user = signed_in_user()
    kept = {
        "name": user.name,
        "locale": user.locale or "",
        "theme": user.theme or "",
        "time_zone": user.time_zone or "",
    }
    return ProfileForm(formdata=None, data=kept) if empty else ProfileForm(data=kept)


def _page(profile: ProfileForm, password: PasswordForm, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "auth/settings.html",
        profile=profile,
        password=password,
        errors=problems(profile) + problems(password),
        zones=sorted(
            zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
        ),
        company_zone=current_app.config["SCREENING"].time_zone,
        user=signed_in_user(),
        feed=feed_address(signed_in_user()),
    )
    return page, status
