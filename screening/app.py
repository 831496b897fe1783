"""The application factory: settings in, a Flask application with all doors out."""

from __future__ import annotations

import inspect
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, Response, g, request
from flask_login import current_user
from jinja2 import StrictUndefined

from screening.config import Settings, load_settings
from screening.extensions import alembic, babel, csrf, db, limiter, login_manager, reading, tune
from screening.models import User
from screening.policy import Permission
from screening.queries.scopes import Reader
from screening.web import BLUEPRINTS
from screening.web.access import may
from screening.web.auth.sessions import Account
from screening.web.bodies import BodyRequest
from screening.web.candidate.cities import city_name
from screening.web.compiling import PageEnvironment
from screening.web.dots import row_of_dots
from screening.web.drawing import drawn
from screening.web.errors import register_errors
from screening.web.formatting import FILTERS, SPOKEN_FILTERS, company, html_language, is_chinese
from screening.web.links import quick_links, site_root
from screening.web.navigation import navigation
from screening.web.packing import register_packing
from screening.web.scores import draw_band, draw_score
from screening.web.versions import asset, icon

PACKAGE = Path(__file__).resolve().parent
LANGUAGES = {tag: Locale(tag) for tag in ("zh", "en")}
"""Read once: Babel would read the name at each request."""
CATALOGUES = ("common", "candidate", "recruiter", "rubric", "editor", "interviewer", "admin")
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Screening(Flask):
    """Flask, with templates that are kept for each language and bodies of forms that are read quickly."""

    jinja_environment = PageEnvironment
    request_class = BodyRequest


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """Make the application; ``overrides`` are Flask configuration values, for tests."""
    settings = settings or load_settings()
    app = Screening("screening", root_path=str(PACKAGE), template_folder=_templates(), static_folder="static")
    app.config.update(_configuration(settings), **overrides)
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    register_packing(app)
    _bind_extensions(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_errors(app)
    _equip_templates(app)
    _guard_requests(app, settings)
    return app


def _templates() -> str:
    """Find the templates: beside the package in a checkout, inside it in a wheel."""
    beside = PACKAGE.parent / "templates"
    return str(beside if beside.is_dir() else PACKAGE / "templates")


def _configuration(settings: Settings) -> dict[str, Any]:
    translations = str(PACKAGE / "translations")
    return {
        "SCREENING": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_ENGINES": {"default": settings.database_url},
        "ALEMBIC": {"script_location": str(PACKAGE / "migrations")},
        "MAX_CONTENT_LENGTH": settings.request_bytes,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "REMEMBER_COOKIE_DURATION": timedelta(days=30),
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.secure_cookies,
        "WTF_CSRF_TIME_LIMIT": 24 * 3600,
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": settings.time_zone,
        "BABEL_DOMAIN": ";".join(CATALOGUES),
        "BABEL_TRANSLATION_DIRECTORIES": ";".join([translations] * len(CATALOGUES)),
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": _limit_storage(settings.broker_url),
        "RATELIMIT_SWALLOW_ERRORS": True,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_HEADERS_ENABLED": False,
        "CELERY": {"broker_url": settings.broker_url},
    }


def _limit_storage(broker_url: str) -> str:
    """Count attempts in the broker's server, so that all web processes share one count."""
    return broker_url.replace("redis+socket://", "redis+unix://")


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    app.teardown_appcontext_funcs = [  # no asynchronous session is ever opened; closing none costs a thread a request
        end for end in app.teardown_appcontext_funcs if not inspect.iscoroutinefunction(end)
    ]
    with app.app_context():
        tune(db.engine)
    alembic.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    login_manager.init_app(app)
    login_manager.login_view = "sign_in.form"
    login_manager.login_message = None
    login_manager.user_loader(Account.load)
    babel.init_app(app, locale_selector=_locale, timezone_selector=_time_zone)
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)


def _account() -> Reader | User | None:
    user = current_user._get_current_object()  # noqa: SLF001 - asked once: each look through a proxy costs as much as the rest
    return user.account if user and user.is_authenticated else None


def _locale() -> Locale:
    user = _account()
    chosen = (user.locale if user else None) or request.cookies.get("locale")
    return LANGUAGES.get(chosen or "") or LANGUAGES[request.accept_languages.best_match(LANGUAGES) or "zh"]


def _time_zone() -> str | None:
    user = _account()
    return user.time_zone if user else None


def _theme() -> str | None:
    user = _account()
    chosen = (user.theme if user else None) or request.cookies.get("theme")
    return chosen if chosen in {"light", "dark"} else None


def _equip_templates(app: Flask) -> None:
    environment = app.jinja_env
    if isinstance(environment, PageEnvironment):
        environment.facts.update(is_chinese=is_chinese, html_language=html_language)
        environment.spoken_filters.update(SPOKEN_FILTERS)
    app.jinja_env.filters.update(FILTERS, city=city_name)
    app.jinja_env.globals.update(
        may=may,
        Permission=Permission,
        company=company,
        html_language=html_language,
        is_chinese=is_chinese,
        asset=asset,
        draw_icon=icon,
        theme=_theme,
        account=_account,
        drawn=drawn,
        navigation=navigation,
        row_of_dots=row_of_dots,
        draw_band=draw_band,
        draw_score=draw_score,
        url_for=quick_links(app),
    )


def _guard_requests(app: Flask, settings: Settings) -> None:
    @app.before_request
    def note_request() -> None:
        g.reading = reading.set(request.method in {"GET", "HEAD", "OPTIONS"})
        g.site_root = site_root.set(request.environ.get("SCRIPT_NAME", ""))

    @app.teardown_request
    def forget_request(error: BaseException | None) -> None:  # noqa: ARG001 - the signature is Flask's
        if (token := g.pop("reading", None)) is not None:
            reading.reset(token)
        if (token := g.pop("site_root", None)) is not None:
            site_root.reset(token)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.secure_cookies:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        elif "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = (
                "public, max-age=31536000, immutable"  # the address changes with the content
            )
        return response
