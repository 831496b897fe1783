"""Writing TOML: the few shapes that a rubric file has, always in the same way; reading is the standard library's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def write_toml(document: Mapping[str, Any]) -> str:
    """Write a document: plain keys first, then one ``[[table]]`` for each object of a list of objects; None stays out.

    ``tomllib.loads(write_toml(d))`` gives ``d`` without its None values and empty lists of objects.
    """
    tables = {key: value for key, value in document.items() if _is_table_list(value)}
    lines = [f"{key} = {_value(value)}" for key, value in _said(document) if key not in tables]
    for name, rows in tables.items():
        for row in rows:
            lines += ["", f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in _said(row))]
    return "\n".join(lines) + "\n"


def _is_table_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _said(document: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return ((key, value) for key, value in document.items() if value is not None)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{"".join(_escaped(character) for character in value)}"'
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(_value(one) for one in value)}]"
        case Mapping():
            return f"{{{', '.join(f'{key} = {_value(inner)}' for key, inner in _said(value))}}}"
        case _:
            raise TypeError(f"a rubric file holds no {type(value).__name__}")


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\u{ord(character):04X}" if character < " " or character == "\x7f" else character
