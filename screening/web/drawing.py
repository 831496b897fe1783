"""Rows of lists, drawn once for all that they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import repeat
from typing import Any

from flask import Response, current_app, render_template
from markupsafe import Markup

from screening.web.versions import ICONS, asset

LINES = re.compile(rb"<!lines (\d+)>")
"""Where drawn lines go; nothing that a person wrote stands on a page like that."""


def draw_rows(
    template: str,
    lines: Sequence[Hashable],
    make: Callable[[Any], object] | None = None,
    *,
    own: Iterable[tuple[str, ...]] | None = None,
) -> bytes:
    """Give what a template's macro ``row`` draws of the lines, as it is sent; see ``PageEnvironment.draw_rows`` for what such a macro may use.

    ``own`` is for each line what differs from list to list, escaped: it goes where the macro wrote ``OWN``.
    """
    rows: list[tuple[bytes, ...]] = current_app.jinja_env.draw_rows(  # type: ignore[attr-defined] # a PageEnvironment
        template, lines, icons=asset(ICONS), make=make
    )
    pieces: list[bytes] = []
    for parts, values in zip(rows, own or repeat((), len(rows)), strict=True):
        pieces.append(parts[0])
        for value, part in zip(values, parts[1:], strict=True):
            pieces += value.encode(), part
    return b"".join(pieces)


def drawn(template: str, line: Hashable = None) -> Markup:
    """Give what the macro draws of one line."""
    return Markup(draw_rows(template, [line]).decode())  # noqa: S704 - a macro escapes


def render_around(template: str, *lists: bytes, **values: Any) -> Response:
    """Render a page around lists that have been drawn, which are most of it; each stands where the template prints its ``lines[n]``."""
    page = render_template(template, lines=[Markup("<!lines %d>") % place for place in range(len(lists))], **values)
    pieces = LINES.split(page.encode())
    pieces[1::2] = [lists[int(place)] for place in pieces[1::2]]
    return Response(b"".join(pieces), mimetype="text/html")
