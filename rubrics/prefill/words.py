"""The words by which offers are read. They stand in ``words.toml`` and not in the lexicon, because they must never change a verdict."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Give the alternatives of a group as one pattern for text in lower case and half width."""
    return re.compile("|".join(f"(?:{word})" for word in words(name)))


@cache
def words(name: str) -> tuple[str, ...]:
    """Give the words of a group; KeyError for an unknown one."""
    return tuple(_table()[name]["words"])


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = tomllib.loads(
        files("rubrics.prefill").joinpath("words.toml").read_text("utf-8")
    )
    return table
