"""Signing in, one's own profile, one's own password."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2
from wtforms.validators import AnyOf, DataRequired, EqualTo, Length

LOCALES = {"": _l("Same as the browser"), "zh": "中文", "en": "English"}
THEMES = {"": _l("Same as the system"), "light": _l("Light"), "dark": _l("Dark")}


def strip(text: str | None) -> str | None:
    """Take the spaces around a typed text away."""
    return text.strip() if text else text


def choices(words: dict[str, str]) -> list[SelectChoice]:
    """Make the options of a select."""
    return [SelectChoice(value=value, label=label) for value, label in words.items()]


class SignInForm(FlaskForm):
    """E-mail and password."""

    email = EmailField(_l("E-mail"), [DataRequired(_l("Enter your e-mail address."))], filters=[strip])
    password = PasswordField(_l("Password"), [DataRequired(_l("Enter your password."))])
    remember = BooleanField(_l("Keep me signed in on this device"))


class ProfileForm(FlaskForm):
    """Name, language, theme and time zone of one's own account."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Enter your name.")), Length(max=120, message=_l("Use at most 120 characters."))],
        filters=[strip],
    )
    locale = SelectField(_l("Language"), choices=choices(LOCALES), validators=[AnyOf(list(LOCALES))])
    theme = SelectField(_l("Theme"), choices=choices(THEMES), validators=[AnyOf(list(THEMES))])
    time_zone = StringField(_l("Time zone"), filters=[strip])

    def validate_time_zone(self, field: StringField) -> None:
        """Refuse a zone that is not one of the IANA names; none means the company's."""
        if field.data and field.data not in available_timezones():
            raise ValidationError(_l("Choose a time zone from the list, such as Asia/Shanghai."))


class PasswordForm(FlaskForm):
    """The current password, and a new one twice."""

    current = PasswordField(_l("Current password"), [DataRequired(_l("Enter your current password."))])
    password = PasswordField(_l("New password"), [DataRequired(_l("Enter a new password."))])
    again = PasswordField(
        _l("New password again"), [EqualTo("password", message=_l("The two new passwords are not the same."))]
    )
