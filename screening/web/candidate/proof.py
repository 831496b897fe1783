"""Whether this browser has shown that an application is its own: kept in the signed session for half a day.

The signed link alone tells where an application stands. Everything else wants the code from a mail, once a browser.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.models import Application
from screening.web.access import now
from screening.web.candidate.links import application_id_in, unknown_link

R = TypeVar("R")

PROOFS = "proven"
LIFE = timedelta(hours=12)
LIFE_OF_FORMS = timedelta(hours=24)
"""What was begun on a page that asked for the proof may be sent as long as the form's own key lives: nothing typed is lost."""
LIFE_OF_RETRIES = timedelta(hours=1)
MOST = 60  # a cookie holds 4 kB


def is_proven(application_id: int) -> bool:
    """Tell whether this browser may see and change everything of the application."""
    since = _proofs().get(str(application_id))
    life = LIFE if request.method in {"GET", "HEAD"} else LIFE_OF_FORMS
    return isinstance(since, int) and 0 <= now().timestamp() - since < life.total_seconds()


def remember_proof(application_id: int, *others: int) -> None:
    """Keep that this browser has just proven, or just sent, these applications."""
    moment = int(now().timestamp())
    dead = moment - LIFE_OF_FORMS.total_seconds()
    kept = {key: since for key, since in _proofs().items() if isinstance(since, int) and since > dead}
    new = [str(ident) for ident in (application_id, *others)][:MOST]
    older = [(key, since) for key, since in kept.items() if key not in new]
    session[PROOFS] = dict([*older, *((key, moment) for key in reversed(new))][-MOST:])


def remember_sending(application: Application) -> None:
    """Keep that this browser has just sent the application, also when it sends the form again because no answer came.

    A form that is sent again later, from the history of a browser that others use, opens nothing.
    """
    if now() - application.submitted_at < LIFE_OF_RETRIES:
        remember_proof(application.id)


def forget_proofs() -> None:
    """Make this browser a stranger again."""
    session.pop(PROOFS, None)


def demand_proof(token: str, application: Application) -> Response | None:
    """Give None to a browser that has proven the application, else the way to the page that asks for the code and leads back here."""
    if is_proven(application.id):
        return None
    back = request.path if request.method in {"GET", "HEAD"} else None
    return cast("Response", redirect(url_for("codes.show", token=token, next=back), 303))


def proven(view: Callable[..., R]) -> Callable[..., R | ResponseReturnValue]:
    """Let a view be entered only by a browser that has proven the application; it is handed over with its ``token`` as ``application``.

    A link that we did not sign, or whose application is gone, opens the page that says so.
    """

    @wraps(view)
    def door(*, token: str, **arguments: Any) -> R | ResponseReturnValue:
        number = application_id_in(token)
        application = db.session.get(Application, number) if number else None
        if application is None or application.erased_at is not None:
            return unknown_link()
        return demand_proof(token, application) or view(token=token, application=application, **arguments)

    door.door = "proven"  # type: ignore[attr-defined] # a mark for the architecture test
    return door


def _proofs() -> dict[str, Any]:
    kept = session.get(PROOFS)
    return kept if isinstance(kept, dict) else {}
