"""The environment of templates: it keeps each template once for each language."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment
from flask_babel import get_locale
from flask_babel import get_translations as catalogue_in_force
from jinja2 import Template, nodes

from screening.web.compiling.code import PageCode, put
from screening.web.compiling.texts import PutTexts

CODES = 400
"""Templates that are kept for each language."""


class PageEnvironment(Environment):
    """Templates whose words are put in when they become code, for the language in force when they are asked for.

    What a process keeps so is code, which a change of the catalogues ends with the process. Without a language, outside a
    request, a template looks its words up as Jinja does.
    """

    code_generator_class = PageCode
    put = staticmethod(put)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._language = ""
        self._spoken: dict[str, PageEnvironment] = {}
        self.facts: dict[str, Callable[[], Any]] = {}
        """Functions of templates, by name, whose answer without arguments depends on the language alone."""

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002 - as Jinja calls it
        locale = None if self._language else get_locale()
        if locale is None:
            return super()._load_template(name, globals)
        spoken = self._spoken.get(locale.language) or self._speak(locale.language)
        return super(PageEnvironment, spoken)._load_template(name, globals)

    def _speak(self, language: str) -> PageEnvironment:
        spoken = self.overlay(cache_size=CODES)
        spoken._language = language  # noqa: SLF001 - one of its own kind
        return self._spoken.setdefault(language, spoken)

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        if self._language:
            facts = {name: answer() for name, answer in self.facts.items()}
            source = PutTexts(catalogue_in_force(), facts).of(source)
            source.set_environment(self)
        return super()._generate(source, *args, **named)
