"""Addresses of pages as templates ask for them, a hundred times a page: made once for each page's kind, then only filled in."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, url_for
from werkzeug.routing import IntegerConverter, Map, Rule

PLAIN = "!$'()*,/:;?@"
"""What Werkzeug leaves as it is in the query of an address."""
QUICK = "quick_links"
site_root: ContextVar[str | None] = ContextVar("site_root", default=None)
"""The path below which the site of the present request lies, empty for a site of its own; None where no request is served."""
TELLING = 1_000_000_007
"""A number that no address holds by itself: where it stands, numbers go."""


def quick_links(app: Flask) -> Callable[..., str]:
    """Give a ``url_for`` for templates; it knows pages that are named by numbers alone and asks Flask for all others.

    The addresses are Flask's own, and the rare wish (``_external``, ``_anchor``, a site below a path, a value that is neither
    text nor a whole number) is Flask's to fulfil.
    """
    known: dict[str, tuple[str, tuple[str, ...]] | None] = {}

    def link(endpoint: str, **values: Any) -> str:
        if endpoint not in known:
            known[endpoint] = _pattern(app.url_map, endpoint)
        pattern = known[endpoint]
        if pattern is None or site_root.get() != "":
            return url_for(endpoint, **values)
        path, names = pattern
        for name in names:
            if type(values.get(name)) is not int:
                return url_for(endpoint, **values)
        if names:
            path %= values
        if len(values) == len(names):
            return path
        query = {key: value for key, value in values.items() if value is not None and key not in names}
        for key, value in query.items():
            if key[0] == "_" or not isinstance(value, (str, int)):
                return url_for(endpoint, **values)
        return f"{path}?{urlencode(query, safe=PLAIN)}" if query else path

    app.extensions[QUICK] = link
    return link


def quick_url_for(endpoint: str, **values: Any) -> str:
    """Give an address as templates do, for code that makes many."""
    link: Callable[..., str] = current_app.extensions[QUICK]
    return link(endpoint, **values)


def _pattern(urls: Map, endpoint: str) -> tuple[str, tuple[str, ...]] | None:
    """Give a page's path with a place for each number, and the numbers' names; None for a page of another kind."""
    rules = [*urls.iter_rules(endpoint)] if any(rule.endpoint == endpoint for rule in urls.iter_rules()) else []
    if len(rules) != 1 or not _is_plain(rules[0]):
        return None
    numbers = {name: TELLING + place for place, name in enumerate(sorted(rules[0].arguments))}
    path = urls.bind("localhost").build(endpoint, numbers).replace("%", "%%")
    for name, number in numbers.items():
        path = path.replace(str(number), f"%({name})d")
    return path, tuple(numbers)


def _is_plain(rule: Rule) -> bool:
    converters = rule._converters  # noqa: SLF001 - Werkzeug tells the kinds of a rule's arguments nowhere else
    return not rule.defaults and all(
        type(one) is IntegerConverter and not one.fixed_digits for one in converters.values()
    )
