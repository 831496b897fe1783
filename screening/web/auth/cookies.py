"""Language and theme in cookies, so that they outlast a session and hold for people without an account."""

from __future__ import annotations

from flask import current_app
from werkzeug.wrappers import Response

YEAR = 365 * 24 * 3600


def keep_choice(response: Response, name: str, value: str | None) -> None:
    """Keep a choice for a year; None forgets it."""
    if value is None:
        response.delete_cookie(name, samesite="Lax")
        return
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
