"""The application form that a form version makes: contact, one part for each question, consent.

The résumé file is no field of it: it is kept with the draft of the form (``screening.services.application_drafts``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, FormField, HiddenField

from screening.forms.binding import CopyingMeta
from screening.forms.custom import CustomForm
from screening.forms.inputs import at_most, clean_line, is_email, is_phone, is_web_address, line, lines, needed
from screening.forms.questions import Document, QuestionForm, question_form

LINKS = 3
NO_LABEL = ""
"""Where none is given, WTForms makes one of the field's name and reads its file of translations for it at every request."""
LAST = ("summary", "consent", "contact_later", "prescore_refused")
"""Fields that stand after the questions."""


def hidden() -> HiddenField:
    """Make a field for one line that people do not see."""
    return HiddenField(NO_LABEL, filters=[clean_line])


class ApplicationForm(FlaskForm):
    """What every form asks; ``website`` is a trap that people do not see and must leave empty.

    ``draft_version`` is the version of the draft that the page knows, ``draft_writer`` marks the page among several.
    ``also`` names the roles that are applied for together, ``kept`` holds what was typed for roles that were left.
    ``opened`` is when the page was made, ``notice_shown`` the version of the privacy notice that it links to.
    """

    class Meta(CopyingMeta, FlaskForm.Meta):
        """Fields are copied."""

    form_key = hidden()
    form_version = hidden()
    draft_version = hidden()
    draft_writer = hidden()
    source = hidden()
    ref = hidden()
    also = hidden()
    kept = HiddenField(NO_LABEL)
    opened = hidden()
    notice_shown = hidden()
    website = line(_l("Leave this field empty"), most=200)

    name = line(_l("Name"), needed(_l("Enter your name.")), most=120, autocomplete="name")
    email = line(
        _l("E-mail"), needed(_l("Enter your e-mail address.")), is_email, most=254, type="email", autocomplete="email"
    )
    phone = line(_l("Phone"), needed(_l("Enter your phone number.")), is_phone, most=40, type="tel", autocomplete="tel")
    link0 = line(_l("Link"), is_web_address, most=300, inputmode="url")
    link1 = line(_l("Another link"), is_web_address, most=300, inputmode="url")
    link2 = line(_l("Another link"), is_web_address, most=300, inputmode="url")
    heard = line(_l("How did you hear about us?"), most=120)
    summary = lines(_l("Anything else you want to say"), at_most(3000), most=3000)

    consent = BooleanField(_l("Consent"), [needed(_l("Without your consent we cannot handle the application."))])
    contact_later = BooleanField(_l("You may contact me about other roles"))
    prescore_refused = BooleanField(_l("Do not prescore my application; have a person read it"))

    left: Sequence[tuple[str, str]] = ()
    """Roles that the form no longer applies for: title and why (closed, applied)."""

    def validate_website(self, field: Any) -> None:
        """Refuse what only a program fills in, in words that help a person whose browser did it."""
        if field.data:
            field.errors = [_l("Leave this field empty; it is there to keep out programs that fill in every field.")]

    def process(self, *arguments: Any, **named: Any) -> None:
        """Fill the form in, and let its conditional questions see what it answers."""
        super().process(*arguments, **named)
        for part in self.parts():
            if isinstance(part.form, CustomForm):
                part.form.whole = self

    def parts(self) -> Iterator[Any]:
        """Give the questions' parts in the form's order."""
        return (field for field in self if isinstance(field, FormField))


def application_form(questions: Sequence[Document], *, chinese: bool, today: date) -> type[ApplicationForm]:
    """Give the form class of a form version; ``today`` bounds the dates. The same questions give the same class."""
    return _form_class(json.dumps(list(questions)), chinese, today)


@lru_cache(maxsize=64)
def _form_class(written: str, chinese: bool, today: date) -> type[ApplicationForm]:
    questions = json.loads(written)
    fields = {
        question["id"]: FormField(question_form(question, chinese=chinese, today=today), NO_LABEL)
        for question in questions
    }
    return type("PostingApplicationForm", (ApplicationForm,), fields)


def problems_of(form: Form, *, above: Sequence[str] = ()) -> list[tuple[str, str, str]]:
    """List (field id, label, message) for every input that was refused, nested ones too, in the page's order."""
    found: list[tuple[str, str, str]] = []
    for field in sorted(form, key=lambda field: field.name in LAST):
        if isinstance(field, FormField):
            kind = [str(field.label.text)] if field.short_name.startswith("entry") else []
            found += problems_of(field.form, above=[*above, *kind])
        elif field.errors:
            label = form.called(field) if isinstance(form, QuestionForm) else str(field.label.text)
            found.append((field.id, " · ".join([*above, label.rstrip("?？")]), str(field.errors[0])))
    return found
