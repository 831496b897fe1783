"""Templates work under ``default-src 'self'`` and hold no text of their own outside ``_()``."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, functions, place, python_files, template_files, tree_of

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)(?! type=\"application/ld\+json\">)", re.IGNORECASE),
    "inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"\son[a-z]+\s*=|\shx-on", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:|js:", re.IGNORECASE),
    "htmx trigger filter": re.compile(r"hx-trigger=\"[^\"]*\["),
    "address of another site": re.compile(r"(?:src|href|action)=\"(?:https?:)?//"),
}
JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
SILENT = re.compile(r"<(kbd|code|svg|title)\b.*?</\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
SPOKEN = re.compile(r"\s(?:aria-label|title|placeholder|alt|aria-description)=\"([^\"]*)\"")
WORD = re.compile(r"[A-Za-z]{2,}|[㐀-鿿]")
ENTITY = re.compile(r"&#?\w+;")
NAMES = {"Screening", "EN", "中文", "CSV", "Excel", "PDF", "Word", "DOCX", "TXT", "MD", "MB"}
CHINESE = re.compile(r"[㐀-鿿]")
CHINESE_IN_CODE = {
    "screening/web/formatting.py",  # dates are put together by hand, since no catalogue can do that
    "screening/queries/cities.py",  # looks cities up with and without their last character
    "screening/web/candidate/feeds.py",  # knows an internship by its title
    "screening/queries/comparison.py",  # tells Chinese characters from other letters
    "screening/forms/inputs.py",  # reads dates as people type them
    "screening/forms/answers.py",  # writes answers in the engine's words, not the page's
}
ROOMS_WITH_TEXT = ("screening/web", "screening/forms", "screening/queries")


def ids(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", template_files(), ids=ids)
def test_template_needs_no_exception_from_the_content_policy(path):
    text = JINJA.sub(" ", path.read_text("utf-8"))
    found = {name: match.group() for name, pattern in FORBIDDEN.items() if (match := pattern.search(text))}
    assert found == {}


@pytest.mark.parametrize("path", template_files(), ids=ids)
def test_template_holds_no_text_outside_gettext(path):
    text = JINJA.sub(" ", path.read_text("utf-8"))
    spoken = [said for said in SPOKEN.findall(text) if _words(said)]
    visible = _words(ENTITY.sub(" ", TAG.sub(" ", SILENT.sub(" ", text))))
    assert spoken + visible == []


@pytest.mark.parametrize("path", template_files(), ids=ids)
def test_template_holds_no_chinese_expression(path):
    inside = [piece for piece in JINJA.findall(path.read_text("utf-8")) if not piece.startswith("{#")]
    assert [piece for piece in inside if CHINESE.search(piece.replace("中文", ""))] == []


def test_python_holds_no_chinese_text():
    """What pages say in Chinese belongs to the catalogues."""
    found = [
        place(path, node)
        for path in python_files(*ROOMS_WITH_TEXT)
        if path.relative_to(ROOT).as_posix() not in CHINESE_IN_CODE
        for node in _said(tree_of(path))
        if CHINESE.search(node.value.replace("中文", ""))
    ]
    assert found == []


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text.replace("中文", "")) if word not in NAMES]


def _said(tree: ast.Module) -> list[ast.Constant]:
    """Give the string constants of a module that are not docstrings."""
    owners = [tree, *functions(tree), *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    notes = {
        id(node.value)
        for owner in owners
        for node in owner.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    notes |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes
    ]
