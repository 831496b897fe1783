"""Language and theme, for everybody."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from screening.extensions import db
from screening.forms.auth import LOCALES, THEMES
from screening.web.access import anyone, signed_in_user
from screening.web.auth.cookies import keep_choice
from screening.web.auth.next_page import safe_next

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


@blueprint.post("/")
@anyone
def change() -> ResponseReturnValue:
    """Keep a language or a theme: in the account when signed in, and in a cookie."""
    chosen = {
        name: value
        for name, allowed in (("locale", LOCALES), ("theme", THEMES))
        if (value := request.form.get(name)) and value in allowed
    }
    if current_user.is_authenticated:
        user = signed_in_user()
        for name, value in chosen.items():
            setattr(user, name, value)
        db.session.commit()
    response: Response = redirect(safe_next(request.form.get("next"), url_for("careers.index")), 303)
    if "HX-Request" in request.headers:
        response = Response(status=204)
    for name, value in chosen.items():
        keep_choice(response, name, value)
    return response
