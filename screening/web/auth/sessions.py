"""The signed-in account in Flask-Login's terms; models know nothing of it."""

from __future__ import annotations

from flask_login import UserMixin

from screening.extensions import db
from screening.models import User


class Account(UserMixin):
    """A session's account; its id carries the user's session key, so a new key ends every session."""

    def __init__(self, account: User) -> None:
        self.account = account

    def get_id(self) -> str:
        """Give what the session keeps."""
        return f"{self.account.id}:{self.account.session_key}"

    @classmethod
    def load(cls, kept: str) -> Account | None:
        """Find the account of a session; None when it was closed or its key changed."""
        number, _, key = kept.partition(":")
        user = db.session.get(User, int(number)) if number.isdigit() else None
        if user is None or not user.is_active or user.session_key != key:
            return None
        return cls(user)
