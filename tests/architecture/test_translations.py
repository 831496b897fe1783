"""Every text of every page exists in Chinese, once, with the same places to fill."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import lru_cache

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask_babel import Domain

from screening.app import CATALOGUES
from tests.architecture.sources import ROOT, calls, place, python_files, template_files, tree_of

CHINESE = ROOT / "screening" / "translations" / "zh" / "LC_MESSAGES"
PLACE = re.compile(r"%\((\w+)\)s")
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
}


def test_every_catalogue_of_the_application_is_there():
    assert sorted(path.stem for path in CHINESE.glob("*.po")) == sorted(CATALOGUES)


def test_every_text_exists_in_chinese():
    assert sorted(f"{msgid!r} in {where}" for msgid, where in used().items() if msgid not in translated()) == []


def test_every_text_stands_in_one_catalogue():
    assert {msgid: [name for name, _ in found] for msgid, found in translated().items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", CATALOGUES)
def test_catalogue_is_complete_and_fills_the_same_places(name):
    wrong = []
    for message in messages(name):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = _strings(message)
        wanted = set(PLACE.findall(originals[-1]))
        if not all(texts) or message.fuzzy or any(set(PLACE.findall(text)) != wanted for text in texts):
            wrong.append(message.id)
    assert wrong == []


def test_every_text_of_a_template_is_a_format():
    """Jinja fills the places of every text, so that a percent sign of its own has to be doubled."""
    anything = defaultdict(str)
    wrong = []
    for msgid, where in used().items():
        texts = [msgid, *(text for _, message in translated().get(msgid, []) for text in _strings(message))]
        if where.startswith("templates/") and not all(_can_be_filled(text, anything) for text in texts):
            wrong.append((where, msgid))
    assert wrong == []


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _can_be_filled(text: str, values: dict[str, str]) -> bool:
    try:
        return bool(text % values) or not text
    except (ValueError, TypeError):
        return False


def test_texts_are_literals():
    """A text that is put together at run time is in no catalogue."""
    computed = [
        place(path, call)
        for path in python_files("screening/web", "screening/forms")
        for call in calls(tree_of(path))
        if isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
        if not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert computed == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_catalogues_merge_in_the_application(app, tmp_path):
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for name in CATALOGUES:
        with (CHINESE / f"{name}.po").open("rb") as source, (folder / f"{name}.mo").open("wb") as target:
            write_mo(target, read_po(source, locale="zh"))
    domain = Domain([str(tmp_path)] * len(CATALOGUES), app.config["BABEL_DOMAIN"])
    singular = [message for name in CATALOGUES for message in messages(name) if isinstance(message.id, str)]
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        wrong = [message.id for message in singular if domain.gettext(message.id) != message.string]
    assert wrong == []


@lru_cache(maxsize=16)
def messages(name: str) -> tuple[Message, ...]:
    with (CHINESE / f"{name}.po").open("rb") as file:
        return tuple(message for message in read_po(file, locale="zh") if message.id)


@lru_cache(maxsize=1)
def translated() -> dict[str, list[tuple[str, Message]]]:
    found: dict[str, list[tuple[str, Message]]] = defaultdict(list)
    for name in CATALOGUES:
        for message in messages(name):
            found[message.id if isinstance(message.id, str) else message.id[0]].append((name, message))
    return found


@lru_cache(maxsize=1)
def used() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in template_files():
        found |= _extracted(path, "jinja2.ext:babel_extract", {"trim_blocks": "true", "lstrip_blocks": "true"})
    for path in python_files("screening", "worker"):
        found |= _extracted(path, "python", {})
    return found


def _extracted(path, method, options):
    where = path.relative_to(ROOT).as_posix()
    with path.open("rb") as file:
        rows = list(extract(method, file, keywords=KEYWORDS, options=options))
    return {
        (texts if isinstance(texts, str) else texts[0]): f"{where}:{line}" for line, texts, _comments, _context in rows
    }
