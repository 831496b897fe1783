"""Errors as pages: what happened, what to do, and nothing that helps an attacker."""

from __future__ import annotations

import time
from contextlib import suppress
from http import HTTPStatus

from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_limiter import RequestLimit
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from screening.extensions import db, limiter


def texts(code: int) -> tuple[str, str]:
    """Give the heading and the advice for an HTTP status."""
    table = {
        400: (_("This request could not be read"), _("Go back, reload the page and try again.")),
        403: (_("You have no right to do this"), _("Ask an admin of your company if you need it.")),
        404: (_("There is nothing at this address"), _("The link may be old or mistyped, or the role may be closed.")),
        405: (_("This address does not take this kind of request"), _("Go back and use the buttons of the page.")),
        409: (
            _("Somebody changed this in the meantime"),
            _("Reload the page to see the newest state. Nothing was overwritten."),
        ),
        413: (
            _("What you sent is too large"),
            _(
                "A file may have 10 MB at most. Your other answers are still in the form: go back and choose a smaller file."
            ),
        ),
        429: (_("Too many attempts"), _("Wait a few minutes, then try again.")),
    }
    return table.get(code, (_("Something went wrong on our side"), _("It has been recorded. Try again in a moment.")))


def register_errors(app: Flask) -> None:
    """Turn every error into a page of the product."""

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> tuple[str, int]:
        current_app.logger.info("csrf refused: %s", error.description)
        if request.path.startswith("/staff/") and not current_user.is_authenticated:
            return page(
                400,
                _("You have been signed out"),
                _("Sign in again in a new tab, then come back here and go back: what you typed is still there."),
                signed_out=True,
            )
        return page(
            400,
            _("This form has been open for too long"),
            _("Go back, reload the page and send it again. Your browser keeps what you typed."),
        )

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        if error.response is not None:
            return error.response
        kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
        heading, advice = texts(code)
        if code == HTTPStatus.TOO_MANY_REQUESTS and (limit := limiter.current_limit) is not None:
            seconds = seconds_to_wait(limit)
            advice = ngettext(
                "Wait %(num)s minute, then try again.", "Wait %(num)s minutes, then try again.", -(-seconds // 60)
            )
            kept["Retry-After"] = str(seconds)
        return *page(code, heading, advice), kept

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> tuple[str, int]:
        current_app.logger.error("unhandled error on %s", request.path, exc_info=error)
        leave_database(error)
        return page(500, *texts(InternalServerError.code or 500))


def seconds_to_wait(limit: RequestLimit) -> int:
    """Tell for how many seconds a limit that was reached still holds; the store rounds its end up, so never longer than the limit is."""
    return min(limit.limit.get_expiry(), max(1, round(limit.reset_at - time.time())))


def leave_database(error: Exception) -> None:
    """Make the error page independent of a transaction that failed, and of a database that is away."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
    if isinstance(error, SQLAlchemyError):
        g._login_user = AnonymousUserMixin()  # noqa: SLF001 - where Flask-Login keeps the one it loaded; it has no public way


def page(code: int, heading: str, advice: str, *, signed_out: bool = False) -> tuple[str, int]:
    """Render an error page; ``signed_out`` offers to sign in beside it."""
    values = {"code": code, "heading": heading, "advice": advice, "signed_out": signed_out}
    return render_template("errors/error.html", **values), code
