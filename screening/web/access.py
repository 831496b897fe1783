"""The door of every view: who is asking, what the URL names, and whether the policy lets them.

A view carries ``@needs(...)`` or ``@anyone``; an architecture test fails for one that carries neither.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Response, abort, g, redirect, request, url_for
from flask_login import current_user

from screening.extensions import db
from screening.models import Application, BookingOffer, Bulk, Interview, Posting, ResumeFile, User
from screening.policy import Actor, Permission, Scope, allows
from screening.queries.columns import read_entity
from screening.queries.scopes import Reader, actor_of, application_at, application_scope, file_scope, interview_at

LARGEST_ID = 2**31 - 1
"""No row has a larger number; PostgreSQL refuses even to look for one."""

P = ParamSpec("P")
R = TypeVar("R")

ARGUMENTS: dict[type, str] = {
    Posting: "posting_id",
    Application: "application_id",
    Interview: "interview_id",
    ResumeFile: "file_id",
    User: "user_id",
    BookingOffer: "offer_id",
    Bulk: "bulk_id",
}


def now() -> datetime:
    """Tell the time: the edge is where it is born."""
    return datetime.now(UTC)


def reader() -> Reader | User:
    """Give what every page knows of the one who is signed in; only for views behind ``needs``."""
    return cast("Reader | User", current_user.account)


def signed_in_user() -> User:
    """Give the account of the one who is signed in, to change it; only for views behind ``needs``."""
    return db.session.get_one(User, reader().id)


def actor() -> Actor:
    """Give the one who is signed in, with their rights, read once a request."""
    if "actor" not in g:
        g.actor = current_user.actor or actor_of(db.session, reader())
    return cast("Actor", g.actor)


def may(permission: Permission, scope: Scope | None = None) -> bool:
    """Tell a template whether to offer an act; without a scope the door's own is meant."""
    known: Actor | None = g.get("actor")
    if known is None:
        if not current_user.is_authenticated:
            return False
        known = actor()
    return allows(known, permission, scope or g.get("scope"))


def anyone(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to everybody, signed in or not."""
    view.door = "anyone"  # type: ignore[attr-defined] # a mark for the architecture test
    return view


def needs(permission: Permission, *, of: type | None = None) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Let a view be entered only with ``permission`` on the object that the URL names.

    The object of the type ``of`` is loaded by its URL argument (``posting_id``, ``application_id``, ``interview_id``,
    ``file_id``, ``user_id``, ``offer_id``, ``bulk_id``) and handed to the view instead of the id, as ``posting``,
    ``application``, ``interview``, ``file``, ``user``, ``offer`` or ``bulk``.
    Not signed in: the sign-in page. Unknown object, or one without a right: 404, so that ids tell nothing; a right
    that the role lacks altogether: 403.
    """

    def decorate(view: Callable[..., R]) -> Callable[..., R]:
        @wraps(view)
        def door(**arguments: Any) -> R:
            if not current_user.is_authenticated:
                return cast("R", send_to_sign_in())
            scope = Scope()
            if of is not None:
                name = ARGUMENTS[of]
                ident = arguments.pop(name)
                found = _at_door(of, ident) if ident <= LARGEST_ID else None
                if found is None:
                    abort(404)
                thing, scope = found
                arguments[name.removesuffix("_id")] = thing
            g.scope = scope
            if not allows(actor(), permission, scope):
                abort(404 if of is not None and not _sees(scope) else 403)
            return view(**arguments)

        door.door = permission  # type: ignore[attr-defined] # a mark for the architecture test
        return door

    return decorate


def send_to_sign_in() -> Response:
    """Answer somebody who is not signed in: the sign-in page, which leads back here.

    A request that a script made is told with 401, and htmx where to go, so that no page lands inside a page.
    """
    back = request.full_path.removesuffix("?") if request.method in {"GET", "HEAD"} else None
    sign_in = url_for("sign_in.form", next=back)
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": sign_in})
    if request.accept_mimetypes.best == "application/json":
        return Response(status=401)
    return cast("Response", redirect(sign_in))


def _at_door(of: type, ident: int) -> tuple[object, Scope] | None:
    """Read what the URL names with its scope; what was read on the way stays loaded for the view and its queries."""
    if of is Application or of is Interview:
        read = application_at if of is Application else interview_at
        g.read_at_door = found = read(db.session, ident)
        return None if found is None else (found[0], found[-1])
    thing = read_entity(db.session, of, ident)
    return None if thing is None else (thing, scope_of(thing))


def scope_of(thing: object) -> Scope:
    """Read the facts that the policy needs about a loaded object."""
    match thing:
        case Posting() | Bulk():
            return Scope(posting_id=thing.id if isinstance(thing, Posting) else thing.posting_id)
        case Application():
            return application_scope(db.session, thing.id)
        case Interview():
            return application_scope(db.session, thing.application_id, interview_id=thing.id)
        case ResumeFile():
            return file_scope(db.session, thing)
        case BookingOffer():
            return application_scope(db.session, thing.application_id)
        case User():
            return Scope()
        case _:
            raise TypeError(f"no scope is known for {type(thing).__name__}")


def _sees(scope: Scope) -> bool:
    return allows(actor(), Permission.POSTING_VIEW, scope) or actor().id in scope.panel
