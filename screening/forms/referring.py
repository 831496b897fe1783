"""Making a link for somebody who refers candidates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from screening.forms.inputs import line, needed
from screening.services.referring import LONGEST_NAME


class ReferralForm(FlaskForm):
    """Who refers."""

    referrer = line(_l("Who refers candidates"), needed(_l("Enter who refers candidates.")), most=LONGEST_NAME)
