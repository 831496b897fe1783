"""What people type, made clean and checked: nothing is changed but characters that no page or database can hold.

Every input of the application form is text until it is stored, so that what was typed is shown again as it was typed.
"""

# ruff: noqa: ARG001 - every check has the signature that WTForms calls

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, StringField, TextAreaField
from wtforms.validators import Length, StopValidation, ValidationError

BIDI = r"\u202a-\u202e\u2066-\u2069"
NOT_IN_LINE = re.compile(rf"[\x00-\x1f\x7f-\x9f\ud800-\udfff{BIDI}]")
NOT_IN_TEXT = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{BIDI}]")
"""Control characters (Unicode's Cc), halves of characters (Cs), direction marks; a text keeps its tabs and line ends."""
EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[\w-]+\.)+[^\W_]{2,}")
PHONE = re.compile(r"\+?[\d\s().\-–/]{5,40}")
MONTH = re.compile(r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*月?)?")
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
Check = Callable[[Any, Any], None]


def clean_line(text: str | None) -> str:
    """Keep one line as typed, without control characters, direction marks and blanks around it."""
    text = text or ""
    if not text.isprintable():  # nothing printable is taken away, and most of what people type is
        text = NOT_IN_LINE.sub("", text.translate({9: " ", 10: " ", 13: " "}))
    return text.strip()


def clean_text(text: str | None) -> str:
    """Keep several lines as typed, with plain line ends, without control characters and direction marks."""
    return NOT_IN_TEXT.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def line(label: Any, *checks: Check, most: int, **render: Any) -> StringField:
    """Make a field for one line of at most ``most`` characters."""
    return StringField(label, [*checks, at_most(most)], filters=[clean_line], render_kw={"maxlength": most, **render})


def lines(label: Any, *checks: Check, most: int, **render: Any) -> TextAreaField:
    """Make a field for several lines of at most ``most`` characters."""
    return TextAreaField(label, [*checks, at_most(most)], filters=[clean_text], render_kw={"maxlength": most, **render})


def at_most(most: int) -> Length:
    """Refuse text that is longer."""
    return Length(max=most, message=_l("Use at most %(max)d characters."))


def needed(message: Any) -> Check:
    """Refuse an empty field with this message, and say nothing more about it; such fields carry the flag ``needed``."""

    def check(form: Form, field: Field) -> None:
        if not field.data:
            raise StopValidation(message)

    check.field_flags = {"needed": True}  # type: ignore[attr-defined] # where WTForms looks for flags
    return check


def is_email(form: Form, field: Field) -> None:
    """Refuse what cannot be an e-mail address."""
    if field.data and not EMAIL.fullmatch(field.data):
        raise ValidationError(_l("Enter an e-mail address such as name@example.com."))


def is_phone(form: Form, field: Field) -> None:
    """Refuse what cannot be a phone number: six to fifteen digits (ITU-T E.164)."""
    digits = sum(character.isdigit() for character in plain(field.data))
    if field.data and not (PHONE.fullmatch(plain(field.data)) and 6 <= digits <= 15):
        raise ValidationError(
            _l("Enter a phone number with 6 to 15 digits, with the country code if it is not Chinese.")
        )


def is_web_address(form: Form, field: Field) -> None:
    """Refuse what is no address of a web page."""
    if field.data and web_address(field.data) is None:
        raise ValidationError(_l("Enter a web address such as https://example.com/me."))


def whole(low: int, high: int, message: Any) -> Check:
    """Refuse what is no whole number between the two, both included."""

    def check(form: Form, field: Field) -> None:
        number = whole_number(field.data)
        if field.data and (number is None or not low <= number <= high):
            raise ValidationError(message)

    return check


def is_month(form: Form, field: Field) -> None:
    """Refuse what is no month or year between 1950 and twelve years from now."""
    if field.data and month(field.data) is None:
        raise ValidationError(_l("Enter a year and month such as 2027-06."))


def whole_number(text: str | None) -> int | None:
    """Read a whole number in any digits; None when it is none."""
    digits = plain(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None


def month(text: str | None) -> str | None:
    """Read a month as 2027-06, a year alone as 2027; None when it is neither."""
    match = MONTH.fullmatch(plain(text))
    if match is None or not 1950 <= int(match[1]) <= 2100 or (match[2] and not 1 <= int(match[2]) <= 12):
        return None
    return f"{match[1]}-{int(match[2]):02}" if match[2] else match[1]


def day(text: str | None) -> date | None:
    """Read a date; None when it is none."""
    match = DAY.fullmatch(plain(text))
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def is_day_to_come(today: date) -> Check:
    """Refuse what is no date from today to three years ahead; a day of grace is for other time zones."""

    def check(form: Form, field: Field) -> None:
        if not field.data:
            return
        chosen = day(field.data)
        if chosen is None:
            raise ValidationError(_l("Enter a date such as 2026-12-01."))
        if not today - timedelta(days=1) <= chosen <= today + timedelta(days=3 * 366):
            raise ValidationError(_l("Choose a day from today on, at most three years ahead."))

    return check


def web_address(text: str) -> str | None:
    """Read a web address, with https:// put before one that has no scheme; None when it is none."""
    address = text if SCHEME.match(text) and not re.match(r"[\w.-]+:\d+(/|$)", text) else f"https://{text}"
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - a port that is none raises
    except ValueError:
        return None
    known = parts.scheme.lower() in {"http", "https"} and "." in (parts.hostname or "")
    return address if known and not re.search(r"[\s<>\"']", address) else None


def plain(text: str | None) -> str:
    """Fold full-width digits and signs, for reading only."""
    return unicodedata.normalize("NFKC", text or "").strip()
