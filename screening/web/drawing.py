"""Rows of lists, drawn once for all that they say."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from flask import current_app
from markupsafe import Markup

from screening.web.versions import ICONS, asset


def draw_rows(template: str, lines: Iterable[Hashable], make: Callable[[Any], object] | None = None) -> list[Markup]:
    """Give what a template's macro ``row`` draws of each line; see ``PageEnvironment.draw_rows`` for what such a macro may use."""
    rows: list[Markup] = current_app.jinja_env.draw_rows(  # type: ignore[attr-defined] # a PageEnvironment
        template, lines, icons=asset(ICONS), make=make
    )
    return rows


def drawn(template: str, line: Hashable = None) -> Markup:
    """Give what the macro draws of one line."""
    return draw_rows(template, [line])[0]
