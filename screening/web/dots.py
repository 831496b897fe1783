"""A row's dots, each different one drawn once: a list has hundreds of dots of few kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from screening.queries.standing import Dot
from screening.web.versions import ICONS, asset

GAP = Markup('<span class="gap"></span>')
KEPT, MACROS = 20_000, 8
"""Drawn dots of a macro, and macros, one for each language and address of the icons, of which a process keeps them at most."""
_drawn: dict[tuple[Callable[[Dot], Markup], str], dict[int, tuple[Dot, str, Markup]]] = {}


def row_of_dots(dots: Sequence[Dot], draw: Callable[[Dot], Markup]) -> Markup:
    """Join the dots as ``draw`` gives them, with a gap between floors, requirements and bonus."""
    drawn = _drawn_by(draw)
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


def _drawn_by(draw: Callable[[Dot], Markup]) -> dict[int, tuple[Dot, str, Markup]]:
    """Give what this macro, which is of one language, has drawn already."""
    of = draw, asset(ICONS)
    known = _drawn.get(of)
    if known is None or len(known) > KEPT:
        if len(_drawn) >= MACROS:
            _drawn.clear()
        known = _drawn[of] = {}
    return known
