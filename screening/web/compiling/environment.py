"""The environment of templates: it keeps each template once for each language."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, MutableMapping
from functools import lru_cache
from typing import Any

from flask.templating import Environment
from flask_babel import get_locale
from flask_babel import get_translations as catalogue_in_force
from jinja2 import Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from screening.web.compiling.code import PageCode
from screening.web.compiling.texts import PutTexts

ROWS = 16_000
"""Drawn rows of lists that a process keeps for each language, of 2 to 5 kB each: 160 pages of a table and as many boards, kept as UTF-8, which is half of a string with Chinese in it."""

OWN = b"<!own>"
"""What such a template writes where a row differs from list to list; nothing that a person wrote stands on a page like that."""


class PageTemplate(Template):
    """A template whose macros are made once, if it was imported without context: no template here has globals of its own."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module() if ctx is None or self._module is None else self._module


class PageEnvironment(Environment):
    """Templates whose words are put in when they become code, for the language in force when they are asked for.

    What a process keeps so is code, which a change of the catalogues ends with the process. Without a language, outside a
    request, a template looks its words up as Jinja does.
    """

    template_class = PageTemplate
    code_generator_class = PageCode

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._language = ""
        self._spoken: dict[str, PageEnvironment] = {}
        self._ready: dict[str, Template] = {}
        self._drawn = lru_cache(ROWS)(self._draw)
        self.facts: dict[str, Callable[[], Any]] = {}
        """Functions of templates, by name, whose answer without arguments depends on the language alone."""
        self.spoken_filters: dict[str, Callable[[], Callable[..., Any]]] = {}
        """Filters, by name, that are quicker where the language is known: what makes them, called while it is in force."""

    def draw_rows(
        self, name: str, lines: Iterable[Hashable], *, icons: str, make: Callable[[Any], object] | None = None
    ) -> list[tuple[bytes, ...]]:
        """Give what the macro ``row`` of a template draws of each line, in the language in force, cut at ``OWN``; the same line is drawn once.

        Where a line is dearer than what it says, ``make`` makes it of that, when it is drawn.

        Lists are asked for all day, and few of their rows change. So the macro may use nothing but its line, icons, which lie
        at the address ``icons``, and what is the same for every request: no token, no reader, no moment, no other address
        that it makes itself; it writes ``OWN`` where such a thing goes.
        """
        locale = get_locale()
        if locale is None or self.auto_reload:
            drawn = self._draw
        else:
            drawn = (self._spoken.get(locale.language) or self._speak(locale.language))._drawn  # noqa: SLF001 - one of its own kind
        return [drawn(name, line, icons, make) for line in lines]

    def _draw(
        self,
        name: str,
        line: Hashable,
        icons: str,  # noqa: ARG002 - part of the cache's key
        make: Callable[[Any], object] | None,
    ) -> tuple[bytes, ...]:
        row: str = self.get_template(name).module.row(line if make is None else make(line))  # type: ignore[attr-defined]
        return tuple(row.encode().split(OWN))

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002 - as Jinja calls it
        if self._language:
            return self._ready.get(name) or self._make_ready(name, globals)
        locale = get_locale()
        if locale is None:
            return super()._load_template(name, globals)
        spoken = self._spoken.get(locale.language) or self._speak(locale.language)
        return spoken._load_template(name, globals)  # noqa: SLF001 - one of its own kind

    def _make_ready(self, name: str, variables: MutableMapping[str, Any] | None) -> Template:
        template = super()._load_template(name, variables)
        if not self.auto_reload:
            self._ready[name] = template
        return template

    def _speak(self, language: str) -> PageEnvironment:
        spoken = self.overlay()
        spoken._language, spoken._ready = language, {}  # noqa: SLF001 - one of its own kind
        spoken._drawn = lru_cache(ROWS)(spoken._draw)  # noqa: SLF001 - as above
        spoken.filters = {**self.filters, **{name: make() for name, make in self.spoken_filters.items()}}
        return self._spoken.setdefault(language, spoken)

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        if self._language:
            facts = {name: answer() for name, answer in self.facts.items()}
            source = PutTexts(catalogue_in_force(), facts).of(source)
            source.set_environment(self)
        return super()._generate(source, *args, **named)
