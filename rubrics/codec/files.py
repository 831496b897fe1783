"""Rubrics as files for people: TOML of the schema ``screening.rubric/1``, the same bytes for the same rubric.

``load_rubric_file(dump_rubric_file(rubric)) == rubric``, and writing what was read from a written file gives its bytes again.
What is wrong with a file is told with the line on which it stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rubrics.codec.asks import check_rule
from rubrics.codec.rubric import dump_rubric, load_rubric
from rubrics.codec.rules import RubricDocumentError, load_rule
from rubrics.codec.toml import write_toml
from rubrics.findings import FindingCode
from rubrics.model import AssessedBy, Category, Degree, Rubric, Section

RUBRIC_SCHEMA = "screening.rubric/1"
_HEAD = "# A rubric: what is asked, where the posting asks for it, how it is judged.\n"
_TABLE = re.compile(r"^\s*\[\[\s*(\w+)\s*\]\]")
_KEY = re.compile(r"^\s*([\w-]+)\s*=")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")

Place = tuple[str, int, str]
"""Where something stands: the table's name ("" at the top), its number from 0, and the key ("" for its heading)."""


class RubricFileError(RubricDocumentError):
    """A file that is no rubric: ``line`` from 1, ``code`` syntax, schema, missing, unknown, wrong, twice or group, and the ``detail`` that it speaks of."""

    def __init__(self, line: int, code: str, detail: str) -> None:
        self.line = line
        self.code = code
        self.detail = detail
        super().__init__(f"line {line}: {_REASONS[code].format(detail=detail)}")


_REASONS = {
    "syntax": "this is not TOML: {detail}",
    "schema": 'a rubric file begins with schema = "' + RUBRIC_SCHEMA + '"',
    "missing": "{detail} is missing",
    "unknown": "nothing is called {detail}",
    "wrong": "{detail} cannot have this value",
    "twice": "{detail} stands twice",
    "group": "there is no group {detail}",
}


def dump_rubric_file(rubric: Rubric) -> str:
    """Write a rubric as a file."""
    shape = dump_rubric(rubric)
    for criterion in shape["criteria"]:
        criterion["rule"] = _without_nothing(criterion["rule"])
    return _HEAD + write_toml({"schema": RUBRIC_SCHEMA, **shape})


def load_rubric_file(text: str) -> Rubric:
    """Read a rubric file; raise RubricFileError with the line of what is wrong."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _syntax_error(text, str(error)) from error
    lines = lines_of_places(text)

    def refuse(place: Place, code: str, detail: str) -> RubricFileError:
        table, number, _key = place
        return RubricFileError(lines.get(place) or lines.get((table, number, "")) or 1, code, detail)

    if document.pop("schema", None) != RUBRIC_SCHEMA:
        raise refuse(("", 0, "schema"), "schema", "")
    for name in _TABLES:
        document.setdefault(name, [])
    _check_table(document, ("", 0), _TOP, refuse)
    for name, fields in _TABLES.items():
        for number, row in enumerate(document[name]):
            _check_table(row, (name, number), fields, refuse)
    _check_names(document, refuse)
    return load_rubric(document)


def lines_of_places(text: str) -> dict[Place, int]:
    """Give the line of every table heading and key of a file, as far as each stands on a line of its own."""
    places: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table, number = "", 0
    for line, words in enumerate(text.split("\n"), 1):
        if heading := _TABLE.match(words):
            table = heading[1]
            number = counts.get(table, 0)
            counts[table] = number + 1
            places.setdefault((table, number, ""), line)
        elif key := _KEY.match(words):
            places.setdefault((table, number, key[1]), line)
    return places


Refuse = Callable[[Place, str, str], RubricFileError]
Fields = Mapping[str, tuple[bool, Callable[[Any], object]]]


def _check_table(row: Any, place: tuple[str, int], fields: Fields, refuse: Refuse) -> None:
    if not isinstance(row, Mapping):
        raise refuse((*place, ""), "wrong", place[0])
    for name in row:
        if name not in fields:
            raise refuse((*place, name), "unknown", name)
    for name, (needed, check) in fields.items():
        if name not in row:
            if needed:
                raise refuse((*place, ""), "missing", name)
            continue
        try:
            check(row[name])
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise refuse((*place, name), "wrong", name) from error


def _check_names(document: Mapping[str, Any], refuse: Refuse) -> None:
    """See that ids are unlike and that groups which criteria name are there."""
    groups = {group["id"] for group in document["groups"]}
    for name in ("criteria", "groups"):
        seen: set[str] = set()
        for number, row in enumerate(document[name]):
            if row["id"] in seen:
                raise refuse((name, number, "id"), "twice", row["id"])
            seen.add(row["id"])
    for number, row in enumerate(document["criteria"]):
        if row.get("group") is not None and row["group"] not in groups:
            raise refuse(("criteria", number, "group"), "group", row["group"])


def _syntax_error(text: str, message: str) -> RubricFileError:
    found = _PLACE.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    return RubricFileError(line, "syntax", _PLACE.sub("", message))


def _without_nothing(shape: Any) -> Any:
    """Leave out what is not asked; an availability that asks nothing keeps its name."""
    if isinstance(shape, list):
        return [_without_nothing(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    said = {key: _without_nothing(value) for key, value in shape.items() if value is not None}
    return said if said or not shape or "within_days" not in shape else {"availability": {}}


def _text(value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError


def _texts(value: Any) -> None:
    if not isinstance(value, list):
        raise TypeError
    for one in value:
        _text(one)


def _four(value: Any) -> None:
    _texts(value)
    if len(value) != 4:
        raise ValueError


def _flag(value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError


def _weight(value: Any) -> None:
    if isinstance(value, bool) or not 0 <= value < float("inf"):
        raise ValueError


def _count(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError


def _pair(value: Any, least: int) -> Iterator[int]:
    first, last = value
    _count(first)
    _count(last)
    if not least <= first <= last:
        raise ValueError
    return iter((first, last))


def _lines(value: Any) -> None:
    _pair(value, 1)


def _span(value: Any) -> None:
    _pair(value, 0)


def _rule(value: Any) -> None:
    check_rule(value)
    load_rule(value)


def _rows(value: Any) -> None:
    if not isinstance(value, list):
        raise TypeError


_TOP: Fields = {
    "slug": (True, _text),
    "title": (False, _text),
    "suggested_title": (False, _text),
    "track": (False, _text),
    "lines": (True, _lines),
    "version": (False, _count),
    "locations": (False, _texts),
    "degree_floor": (False, Degree),
    "responsibilities": (False, _rows),
    "criteria": (False, _rows),
    "groups": (False, _rows),
    "warnings": (False, _rows),
}
_TABLES: Mapping[str, Fields] = {
    "responsibilities": {"lines": (True, _lines), "text": (True, _text)},
    "criteria": {
        "id": (True, _text),
        "key": (True, _text),
        "section": (True, Section),
        "category": (True, Category),
        "lines": (True, _lines),
        "span": (True, _span),
        "text": (True, _text),
        "rule": (True, _rule),
        "assessed_by": (True, AssessedBy),
        "gate": (True, _flag),
        "weight": (True, _weight),
        "group": (False, _text),
        "anchors": (False, _four),
    },
    "groups": {"id": (True, _text), "rule": (True, _text), "lines": (True, _lines)},
    "warnings": {
        "code": (True, FindingCode),
        "lines": (True, _lines),
        "message": (True, _text),
        "message_zh": (False, _text),
        "span": (False, _span),
        "criteria": (False, _texts),
    },
}
