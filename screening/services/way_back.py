"""What every way back keeps to: it is open for ten minutes, and needs the right that the act itself needs."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from screening.policy import Actor, Permission, Scope, allows
from screening.queries.scopes import application_scope

WINDOW = timedelta(minutes=10)


class UndoError(Exception):
    """A step that cannot be taken back: ``code`` is unknown, expired, used, changed, applied, told, running or forbidden."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def require(actor: Actor, permission: Permission, *, posting_id: int | None = None) -> None:
    """Raise UndoError ``forbidden`` unless the actor has the right, on the posting where one is named."""
    if not allows(actor, permission, Scope(posting_id=posting_id)):
        raise UndoError("forbidden")


def require_on_application(session: Session, permission: Permission, actor: Actor, *, application_id: int) -> None:
    """Raise UndoError ``forbidden`` unless the actor has the right on the application, blindness included."""
    if not allows(actor, permission, application_scope(session, application_id)):
        raise UndoError("forbidden")
