"""A row's dots, each different one drawn once a page: a list has hundreds of dots of few kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import g
from markupsafe import Markup

from screening.queries.standing import Dot

GAP = Markup('<span class="gap"></span>')


def row_of_dots(dots: Sequence[Dot], draw: Callable[[Dot], Markup]) -> Markup:
    """Join the dots as ``draw`` gives them, with a gap between floors, requirements and bonus."""
    drawn: dict[int, tuple[Dot, str, Markup]] = g.setdefault("dots", {})
    parts: list[Markup] = []
    last = None
    for dot in dots:
        known = drawn.get(id(dot))
        if known is None:
            # rows share their dots, and what is kept with its number keeps it; to compare all that a dot says takes longer
            known = drawn[id(dot)] = dot, dot.code[0], draw(dot)
        _, kind, markup = known
        if kind != last:
            if parts:
                parts.append(GAP)
            last = kind
        parts.append(markup)
    return Markup("".join(parts))  # noqa: S704 - joins markup alone
