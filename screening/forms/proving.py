"""What somebody types to show that an application is theirs: the code from the mail, or the address that it was sent with."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import ValidationError

from screening.forms.inputs import is_email, line, needed
from screening.services.proving import DIGITS

SPACES = re.compile(r"[\s\-–·]")


def bare_digits(typed: str | None) -> str:
    """Give a code as it was mailed: full-width digits, blanks and hyphens come from keyboards and copying."""
    return SPACES.sub("", unicodedata.normalize("NFKC", typed or ""))


def is_code(form: Any, field: Any) -> None:  # noqa: ARG001 - the signature is WTForms'
    """Refuse what cannot be a code, before it costs a try."""
    if field.data and not (len(field.data) == DIGITS and field.data.isascii() and field.data.isdigit()):
        raise ValidationError(_l("The code has six digits, such as 012345."))


class CodeForm(FlaskForm):
    """The code from the mail."""

    code = StringField(
        _l("Code from the mail"), [needed(_l("Type the code from the mail.")), is_code], filters=[bare_digits]
    )


class LostLinkForm(FlaskForm):
    """The address that one applied with."""

    email = line(_l("E-mail"), needed(_l("Enter your e-mail address.")), is_email, most=254)
