"""A row's dots, each different one drawn once a page: a list has hundreds of dots of few kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import g
from markupsafe import Markup

from screening.queries.standing import Dot

GAP = Markup('<span class="gap"></span>')


def row_of_dots(dots: Sequence[Dot], draw: Callable[[Dot], Markup]) -> Markup:
    """Join the dots as ``draw`` gives them, with a gap between floors, requirements and bonus."""
    drawn: dict[Dot, Markup] = g.setdefault("dots", {})
    parts = []
    for number, dot in enumerate(dots):
        if number and dot.code[0] != dots[number - 1].code[0]:
            parts.append(GAP)
        if dot not in drawn:
            drawn[dot] = draw(dot)
        parts.append(drawn[dot])
    return Markup("").join(parts)
