"""Templates that hold a language's words draw exactly what templates that look their words up draw."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar

import pytest
from flask import Flask, render_template_string
from flask.templating import Environment
from flask_babel import force_locale, get_translations
from jinja2 import DictLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from screening.app import Screening, create_app
from screening.config import load_settings
from screening.web.drawing import render_around
from tests.architecture.sources import ROOT, template_files

SAID = {
    "plain.html": "<b>{{ _('Sign out') }}</b>",
    "value.html": "{{ _('Select %(name)s', name=name) }}|{{ name }}",
    "count.html": "{{ ngettext('%(num)s day', '%(num)s days', number) }}",
    "set.html": "{% set word = _('Sign out') %}{{ word }}{{ word|upper }}{{ '<' ~ word }}",
    "passed.html": "{% macro b(x) %}<b>{{ x }}</b>{% endmacro %}{{ b(_('Select %(name)s', name=name)) }}{{ b(_('Sign out')) }}",
    "given.html": "{{ _('%(a)s of 100%%', a=name) if number else _('Sign out') }}",
    "constants.html": "{% set x = _('Select %(name)s', name='{0}') %}{{ x }}{{ x.format('<') }}{{ _('Select %(name)s', name='<b>') }}{% set y = _('Select %(name)s', name='<') %}{{ y }}",
    "own.html": "{% for _ in ['<', 'b'] %}{{ _ }}{% endfor %}",
    "variable.html": "{% set key = 'Sign out' %}{{ _(key) }}{{ gettext(key) }}",
    "mail.txt": "{{ _('Select %(name)s', name=name) }} {{ _('Sign out') }} {{ name }}",
    "call.html": "{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}{{ _('Sign out') }}{{ name }}{% endcall %}",
    "child.html": "{% extends 'base.html' %}{% block a %}{{ super() }}{{ name }}{{ _('Sign out') }}{% endblock %}",
    "base.html": "<p>{% block a %}{{ _('Postings') }}{% endblock %}</p>{% include 'plain.html' %}{{ self.a() }}",
    "loop.html": "{% for x in [1, 2] %}{{ loop.index }}{{ ngettext('%(num)s day', '%(num)s days', x) }}{% endfor %}",
    "text.html": "{{ lone }}{{ thing }}{{ 1.5 }}{{ true }}{{ none }}{{ markup }}{{ number }}",
    "attributes.html": "{{ thing.key }}{{ thing.items is defined }}{{ thing.nothing is defined }}{{ thing.key.real }}{{ one.a.b.c }}",
    "conditions.html": "{{ 'yes' if number }}{{ 'no' if not number }}{{ ('no' if not number)|upper }}[{{ name if number }}]",
    "row.html": "{% macro row(line) %}{{ line.key }}:{{ _('Sign out') }}:{{ counted() }}{% endmacro %}",
    "around.html": "{{ name }}{% if lines is defined %}|{{ lines[1] }}|{{ lines[0] }}{% endif %}",
    "cut.html": "{% macro row(line) %}[<!own>]{{ line.key }}[<!own>]{% endmacro %}",
    "namespace.html": "{% set ns = namespace(n=0) %}{% for x in [1, 2] %}{% set ns.n = ns.n + x %}{% endfor %}{{ ns.n }}",
}


@dataclass(frozen=True)
class Line:
    """A line of a list, equal to another one that says the same."""

    key: str


ONE = SimpleNamespace(a=SimpleNamespace(b={"c": "<c>"}))
GIVEN = {
    "thing": {"key": 5},
    "one": ONE,
    "name": '<O\'Neil & "Söhne">',
    "number": 3,
    "markup": Markup("<i>"),
    "lone": "\ud800",
}


def make_pages(folder) -> Flask:
    app = create_app(load_settings({"SCREENING_SECRET_KEY": "for-tests"}, instance=folder))
    app.jinja_env.loader = DictLoader(SAID)
    return app


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Flask:
    return make_pages(tmp_path_factory.mktemp("compiling"))


@pytest.fixture(scope="module")
def pages_of_the_product(tmp_path_factory) -> Flask:
    return create_app(load_settings({"SCREENING_SECRET_KEY": "for-tests"}, instance=tmp_path_factory.mktemp("product")))


@pytest.fixture(scope="module")
def plain_pages(tmp_path_factory) -> Flask:
    """Give the application with Flask's own environment of templates."""

    class Plain(Environment):
        facts: ClassVar = {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Screening, "jinja_environment", Plain)
        return make_pages(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", SAID)
def test_a_template_with_its_words_draws_what_flask_draws(pages, plain_pages, name, language):
    drawn = []
    for app in (pages, plain_pages):
        with app.test_request_context(), force_locale(language):
            drawn.append(app.jinja_env.get_template(name).render(GIVEN))
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_stand_in_the_code_and_are_asked_for_no_more(pages, language):
    with pages.test_request_context(), force_locale(language):
        word = get_translations().ugettext("Sign out")
        environment = pages.jinja_env.get_template("plain.html").environment
        code = environment.compile(SAID["plain.html"], "plain.html", raw=True)
        assert f"<b>{word}</b>" in [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
        assert "gettext" not in code
        assert "l_0__" not in code


def test_each_language_has_its_own_words_in_one_process(pages):
    drawn = set()
    for language in ("zh", "en", "zh"):
        with pages.test_request_context(), force_locale(language):
            drawn.add((language, pages.jinja_env.get_template("count.html").render(number=1)))
    assert drawn == {("zh", "1 天"), ("en", "1 day")}


def test_strings_of_templates_follow_the_language_too(pages):
    with pages.test_request_context(), force_locale("en"):
        assert render_template_string("{{ ngettext('%(num)s day', '%(num)s days', 2) }}") == "2 days"


def test_what_is_undefined_is_still_refused(pages):
    assert pages.jinja_env.undefined is StrictUndefined
    with pages.test_request_context(), pytest.raises(UndefinedError):
        pages.jinja_env.from_string("{{ nothing }}").render()
    with pages.test_request_context(), pytest.raises(UndefinedError):
        pages.jinja_env.from_string("{{ nothing() }}").render()


def test_a_row_is_drawn_once_for_all_that_it_says_in_each_language(pages):
    environment, drawn = pages.jinja_env, {}
    times = iter(range(100))
    environment.globals["counted"] = lambda: next(times)
    one, other = Line("<a>"), Line("b")
    for language in ("zh", "en"):
        with pages.test_request_context(), force_locale(language):
            word = get_translations().ugettext("Sign out")
            drawn[language] = environment.draw_rows("row.html", [one, other, Line("<a>"), one], icons="/icons.svg")
            first, second, same, again = drawn[language]
            assert first == same == again != second
            assert first[0].startswith(f"&lt;a&gt;:{word}:".encode())
    assert drawn["zh"] != drawn["en"]
    assert next(times) == 4, "two lines in two languages"
    with pages.test_request_context(), force_locale("en"):
        assert environment.draw_rows("row.html", [one], icons="/below/icons.svg") != drawn["en"][:1]


def test_a_row_is_cut_where_a_list_has_its_own_to_say_and_nowhere_else(pages):
    with pages.test_request_context(), force_locale("en"):
        drawn = pages.jinja_env.draw_rows("cut.html", [Line("a <!own> b")], icons="/icons.svg")
    assert drawn == [(b"[", b"]a &lt;!own&gt; b[", b"]")]


def test_lists_go_where_the_page_has_a_place_for_them_and_nowhere_that_a_person_names(pages):
    with pages.test_request_context(), force_locale("en"):
        answer = render_around("around.html", b"<i>first <!lines 1></i>", b"second", name="<!lines 0>")
    assert answer.get_data() == b"&lt;!lines 0&gt;|second|<i>first <!lines 1></i>"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_products_templates_become_code_and_hardly_any_looks_words_up(pages_of_the_product, language):
    looking = []
    for path in template_files():
        name = path.relative_to(ROOT / "templates").as_posix()
        with pages_of_the_product.test_request_context(), force_locale(language):
            environment = pages_of_the_product.jinja_env.get_template(name).environment
            code = environment.compile(path.read_text("utf-8"), name, raw=True)
        if re.search(r"resolve\('(_|ngettext)'\)", code):
            looking.append(name)
    assert len(looking) < len(template_files()) / 20, looking
