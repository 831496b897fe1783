"""Why a password was refused, in words that say what to choose instead."""

from __future__ import annotations

from flask_babel import gettext as _

from screening.services.accounts import (
    PASSWORD_LENGTH,
    PASSWORD_LIMIT,
    LongPasswordError,
    PasswordError,
    ShortPasswordError,
)


def explain(error: PasswordError) -> str:
    """Give one sentence for a refused password."""
    match error:
        case ShortPasswordError():
            return _(
                "Use at least %(number)s characters. Several words in a row are easy to remember.",
                number=PASSWORD_LENGTH,
            )
        case LongPasswordError():
            return _("Use at most %(number)s characters.", number=PASSWORD_LIMIT)
        case _:
            return _("This password is easy to guess. Use other words than the e-mail address.")
