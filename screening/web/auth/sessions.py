"""The signed-in account in Flask-Login's terms; models know nothing of it."""

from __future__ import annotations

from flask_login import UserMixin

from screening.extensions import db
from screening.models import User
from screening.policy import Actor
from screening.queries.scopes import Reader, account_of


class Account(UserMixin):
    """A session's account; its id carries the user's session key, so a new key ends every session."""

    def __init__(
        self, account: Reader | User, actor: Actor | None = None, deletions: int | None = None, stuck: int = 0
    ) -> None:
        self.account = account
        self.actor = actor
        self.deletions = deletions
        self.stuck = stuck

    def get_id(self) -> str:
        """Give what the session keeps."""
        return f"{self.account.id}:{self.account.session_key}"

    @classmethod
    def load(cls, kept: str) -> Account | None:
        """Find the account of a session; None when it was closed or its key changed."""
        number, _, key = kept.partition(":")
        found = account_of(db.session, int(number)) if number.isdigit() else None
        if found is None or not found[0].is_active or found[0].session_key != key:
            return None
        return cls(*found)
