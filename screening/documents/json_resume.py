"""JSON Resume (jsonresume.org, schema 1.0): read strictly, checked field by field, each fault with its line and its path.

A document is a résumé of its own: nothing in it is dropped but characters that no page or database can hold. An empty
text and null say that there is nothing, as exporters write them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from screening.documents.failures import NOT_JSON_RESUME, ExtractionError

CHARACTERS = 300_000
DEPTH = 20
MOST_PROBLEMS = 20
_TEXT, _DATE, _EMAIL, _ADDRESS, _TEXTS, _NUMBER = "text", "date", "email", "address", "texts", "number"
_ENTRIES: Mapping[str, Mapping[str, str]] = {
    "work": dict.fromkeys(("name", "location", "description", "position", "summary"), _TEXT),
    "volunteer": dict.fromkeys(("organization", "position", "summary"), _TEXT),
    "education": dict.fromkeys(("institution", "area", "studyType", "score"), _TEXT) | {"courses": _TEXTS},
    "awards": dict.fromkeys(("title", "awarder", "summary"), _TEXT) | {"date": _DATE},
    "certificates": dict.fromkeys(("name", "issuer"), _TEXT) | {"date": _DATE},
    "publications": dict.fromkeys(("name", "publisher", "summary"), _TEXT) | {"releaseDate": _DATE},
    "skills": dict.fromkeys(("name", "level"), _TEXT) | {"keywords": _TEXTS},
    "languages": dict.fromkeys(("language", "fluency"), _TEXT),
    "interests": {"name": _TEXT, "keywords": _TEXTS},
    "references": dict.fromkeys(("name", "reference"), _TEXT),
    "projects": dict.fromkeys(("name", "description", "entity", "type"), _TEXT) | {"keywords": _TEXTS, "roles": _TEXTS},
}
_EVERYWHERE = {"url": _ADDRESS, "startDate": _DATE, "endDate": _DATE, "highlights": _TEXTS}
_BASICS = dict.fromkeys(("name", "label", "phone", "summary"), _TEXT) | {"email": _EMAIL, "url": _ADDRESS}
_PROFILE = {"network": _TEXT, "username": _TEXT, "url": _ADDRESS}
_LOCATION = dict.fromkeys(("address", "postalCode", "city", "countryCode", "region"), _TEXT)
SECTIONS = ("basics", *_ENTRIES)
DATE = re.compile(r"[12]\d{3}(?:-[01]\d(?:-[0-3]\d)?)?")
EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{2,}")
ADDRESS = re.compile(r"(?i)(?:https?://)?[^\s/<>\"']+\.[^\s<>\"']{2,}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_UNHOLDABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault: ``code`` is syntax, object, sections, entries, depth, text, texts, date, email or address; ``line`` counts from 1, ``path`` reads like education[0].endDate."""

    code: str
    line: int
    path: str = ""


class JsonResumeError(ExtractionError):
    """A file that is no JSON Resume document; ``problems`` say where, in the order of the file, ``MOST_PROBLEMS`` at most."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)[:MOST_PROBLEMS]
        super().__init__(NOT_JSON_RESUME)


def read_json_resume(text: str) -> dict[str, Any]:
    """Give the document; raise JsonResumeError with what is wrong with it."""
    if len(text) > CHARACTERS:
        raise JsonResumeError([Problem("long", 1)])
    try:
        document = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise JsonResumeError([Problem("syntax", error.lineno)]) from error
    except (RecursionError, ValueError) as error:
        raise JsonResumeError([Problem("depth" if isinstance(error, RecursionError) else "syntax", 1)]) from error
    if not isinstance(document, dict):
        raise JsonResumeError([Problem("object", 1)])
    if _is_deeper(document, DEPTH):
        raise JsonResumeError([Problem("depth", 1)])
    lines = lines_of(text)
    problems = [Problem(code, lines.get(pointer, 1), _path(pointer)) for code, pointer in _problems(document)]
    if not problems and not any(document.get(section) for section in SECTIONS):
        problems = [Problem("sections", 1)]
    if problems:
        raise JsonResumeError(sorted(problems, key=lambda problem: problem.line))
    cleaned: dict[str, Any] = _clean(document)
    return cleaned


def lines_of(text: str) -> dict[str, int]:
    """Give the line, from 1, of each value of a valid JSON text by its JSON Pointer."""
    lines: dict[str, int] = {}
    stack: list[tuple[str, int | None]] = []  # where we are: the pointer above, the place in a list (None in an object)
    key, line, last = "", 1, 0
    expects_key = False
    for match in _TOKEN.finditer(text):
        line, last = line + text.count("\n", last, match.start()), match.start()
        piece = match.group()
        if piece in "]}":
            stack.pop()
            expects_key = False
        elif piece == ",":
            if stack and stack[-1][1] is not None:
                stack[-1] = stack[-1][0], stack[-1][1] + 1
            else:
                expects_key = True
        elif piece == ":":
            expects_key = False
        elif expects_key:
            key = json.loads(piece)
        else:
            pointer = ""
            if stack:
                above, place = stack[-1]
                pointer = f"{above}/{key if place is None else place}"
            lines[pointer] = line
            if piece in "[{":
                stack.append((pointer, 0 if piece == "[" else None))
                expects_key = piece == "{"
    return lines


def _problems(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give (code, JSON Pointer) of every field that the schema knows and that is not as it says; unknown fields may be anything."""
    basics = document.get("basics")
    if basics is not None and not isinstance(basics, dict):
        yield "object", "/basics"
    elif basics:
        yield from _fields(basics, _BASICS, "/basics")
        yield from _rows(basics.get("profiles"), _PROFILE, "/basics/profiles")
        location = basics.get("location")
        if isinstance(location, dict):
            yield from _fields(location, _LOCATION, "/basics/location")
        elif location:
            yield "object", "/basics/location"
    for section, fields in _ENTRIES.items():
        yield from _rows(document.get(section), {**_EVERYWHERE, **fields}, f"/{section}")


def _rows(rows: Any, fields: Mapping[str, str], pointer: str) -> Iterator[tuple[str, str]]:
    if not rows:
        return
    if not isinstance(rows, list):
        yield "entries", pointer
        return
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            yield "object", f"{pointer}/{place}"
        else:
            yield from _fields(row, fields, f"{pointer}/{place}")


def _fields(row: Mapping[str, Any], fields: Mapping[str, str], pointer: str) -> Iterator[tuple[str, str]]:
    for name, kind in fields.items():
        value = row.get(name)
        if value is None or value == "":
            continue
        if kind == _TEXTS:
            if not isinstance(value, list):
                yield "texts", f"{pointer}/{name}"
            else:
                yield from (
                    ("text", f"{pointer}/{name}/{place}")
                    for place, item in enumerate(value)
                    if not isinstance(item, str)
                )
        elif not isinstance(value, str):
            yield "text", f"{pointer}/{name}"
        elif (pattern := _PATTERNS.get(kind)) is not None and not pattern.fullmatch(value.strip()):
            yield kind, f"{pointer}/{name}"


_PATTERNS = {_DATE: DATE, _EMAIL: EMAIL, _ADDRESS: ADDRESS}


def _path(pointer: str) -> str:
    """Write /education/0/endDate as education[0].endDate."""
    steps = pointer.split("/")[1:]
    return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in steps).removeprefix(".")


def _is_deeper(node: Any, most: int) -> bool:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return most < 0 or any(_is_deeper(child, most - 1) for child in children)


def _clean(node: Any) -> Any:
    """Take characters out that no page or database can hold."""
    if isinstance(node, str):
        return _UNHOLDABLE.sub("", node)
    if isinstance(node, dict):
        return {_clean(key): _clean(value) for key, value in node.items()}
    return [_clean(item) for item in node] if isinstance(node, list) else node


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
