"""A form's problems as a page lists them: where, what the field is called, what to put right."""

from __future__ import annotations

from flask_wtf import FlaskForm


def problems(form: FlaskForm) -> list[tuple[str, str, str]]:
    """List (field id, label, message) for every field that was refused, in the form's order."""
    return [(field.id, str(field.label.text), str(field.errors[0])) for field in form if field.errors]
