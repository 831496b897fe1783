"""Making a staff account and changing what it may do."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2
from wtforms.validators import DataRequired, Length

from screening.forms.auth import strip
from screening.models import Role

ROLE_WORDS = {
    Role.INTERVIEWER: _l("Interviewer"),
    Role.RECRUITER: _l("Recruiter"),
    Role.HIRING_MANAGER: _l("Hiring manager"),
    Role.ADMIN: _l("Admin"),
}


def role_field() -> SelectField:
    """Make a choice of one role."""
    return SelectField(
        _l("Role"),
        choices=[SelectChoice(value=role.value, label=label) for role, label in ROLE_WORDS.items()],
        validators=[DataRequired(_l("Choose a role."))],
        validate_choice=True,
    )


class UserForm(FlaskForm):
    """A new account; without a password a start password is made."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Enter the name.")), Length(max=120, message=_l("Use at most 120 characters."))],
        filters=[strip],
    )
    email = EmailField(_l("E-mail"), [DataRequired(_l("Enter the e-mail address."))], filters=[strip])
    role = role_field()
    password = PasswordField(_l("Start password"))


class RoleForm(FlaskForm):
    """Another role for an account."""

    role = role_field()


class ResetForm(FlaskForm):
    """A new password for somebody; without one a start password is made."""

    password = PasswordField(_l("Start password"))


class RightsForm(FlaskForm):
    """The postings on which somebody has rights."""

    postings = SelectMultipleField(_l("Postings"), coerce=int, validate_choice=False)
