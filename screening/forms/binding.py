"""Fields of the application form, made once and copied for each form: a form has 170 of them and is made for every request."""

from __future__ import annotations

from typing import Any, cast

from wtforms import Field
from wtforms.csrf.core import CSRFTokenField
from wtforms.meta import DefaultMeta

MOST = 400
"""Places in which one declared field is kept bound: an entry of a school stands in as many as there are questions for it."""
KEPT = "bound_before"


class CopyingMeta(DefaultMeta):
    """Binds a field by copying what it was like when it was first bound in the same place.

    Whatever a field learns of its form, its data and its errors is set anew on each copy. Labels, flags and lists of checks
    and choices are shared, so a form replaces them and never changes them.
    """

    def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
        """Give a field that belongs to ``form``."""
        if issubclass(unbound_field.field_class, CSRFTokenField):  # it holds what makes the token
            return super().bind_field(form, unbound_field, options)
        kept: dict[tuple[str, str], Field] = vars(unbound_field).setdefault(KEPT, {})
        place = (options["prefix"], options["name"])
        first = kept.get(place)
        if first is None:
            first = cast("Field", super().bind_field(form, unbound_field, options))
            if len(kept) >= MOST:
                kept.clear()
            kept[place] = _copy(first, None)
        return _copy(first, form)


def _copy(field: Any, form: Any) -> Any:
    copy = object.__new__(type(field))
    vars(copy).update(vars(field), _form=form, meta=form.meta if form is not None else None)
    return copy
