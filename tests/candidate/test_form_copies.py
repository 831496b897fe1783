"""Fields are bound once and copied: a copy is what a binding of its own would be, and shares nothing with its sisters that one form changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms.meta import DefaultMeta

from rubrics.catalogue import catalogue
from screening.forms import binding
from screening.forms.application import application_form
from screening.forms.questions import inputs
from screening.services.forming import questions_for

TODAY = date(2026, 11, 1)


@pytest.fixture
def form_class(app):
    entry = max(catalogue(), key=lambda entry: len(questions_for(entry.rubric)))
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield application_form(questions_for(entry.rubric), chinese=False, today=TODAY)


def told(form: Any) -> list[Any]:
    """Give what every input is before anything was sent."""
    return [
        (
            type(one),
            one.id,
            one.name,
            one.short_name,
            one.type,
            str(one.label.text),
            one.label.field_id,
            vars(one.flags),
            one.render_kw,
            [id(check) for check in one.validators],
            type(one.widget),
            [(choice.value, str(choice.label)) for choice in getattr(one, "choices", None) or ()],
            str(one()),
            one.errors,
            one.data,
        )
        for one in inputs(form)
        if one.name != "csrf_token"
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copied_field_is_what_a_bound_one_would_be(form_class, monkeypatch):
    form_class(formdata=None)
    copied = told(form_class(formdata=None))
    monkeypatch.setattr(binding.CopyingMeta, "bind_field", DefaultMeta.bind_field)
    bound = told(form_class(formdata=None))
    assert len(copied) > 100
    assert copied == bound


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_one_form_is_told_no_other_one_knows(form_class):
    before = told(form_class(formdata=None))
    names = [one.name for one in inputs(form_class(formdata=None))]
    filled = form_class(formdata=MultiDict(dict.fromkeys(names, "x" * 5000)))
    assert not filled.validate()
    assert sum(bool(one.errors) for one in inputs(filled)) > 50
    assert told(form_class(formdata=None)) == before
    assert {id(one._form) for one in inputs(filled)}.isdisjoint(
        id(one._form) for one in inputs(form_class(formdata=None))
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_places_that_are_kept_are_few(form_class, monkeypatch):
    monkeypatch.setattr(binding, "MOST", 2)
    before = told(form_class(formdata=None))
    for _ in range(3):
        assert told(form_class(formdata=None)) == before
