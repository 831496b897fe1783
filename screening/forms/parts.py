"""What every question of an application form is: a part of the form with a document, asked or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from wtforms import Field, Form, FormField

from screening.forms.binding import CopyingMeta
from screening.forms.entries import FILL_IN

Document = Mapping[str, Any]


class QuestionForm(Form):
    """A question; with a tick box ``has`` it is only asked when the box is ticked, and what stands in it otherwise does not count."""

    Meta = CopyingMeta
    question: ClassVar[Document] = {}

    @property
    def is_asked(self) -> bool:
        """Tell whether the fields count."""
        return "has" not in self or bool(self["has"].data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields that count; a ticked question without an answer is refused."""
        if not self.is_asked:
            return True
        if "has" in self and self.is_blank:
            field = next(field for field in inputs(self) if field.short_name != "has")
            field.errors = [FILL_IN]
            return False
        return super().validate(extra_validators)

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing but the tick was filled in."""
        return not any(field.data for field in inputs(self) if field.short_name != "has")

    def called(self, field: Field) -> str:
        """Say what a field is called away from its question."""
        return str(field.label.text)


def inputs(form: Form) -> Iterator[Field]:
    """Give every input of a form, those of nested parts too."""
    for field in form:
        if isinstance(field, FormField):
            yield from inputs(field.form)
        else:
            yield field
