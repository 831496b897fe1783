"""The written pieces that fictional applications are put together from: read once from the tables in ``texts/``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "texts"
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")

PROFILES = ("driving", "perception", "multimodal", "aigc", "language", "systems", "data", "simulation")


@dataclass(frozen=True, slots=True)
class Pair:
    """One text in Chinese and in English."""

    zh: str
    en: str

    def spoken(self, language: str) -> str:
        """Give the text in "zh" or "en"."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Piece:
    """A project or a job: its name (a company's for a job), what was done, tools, and the position held in a job."""

    name: Pair
    lines: tuple[Pair, ...]
    keywords: tuple[str, ...] = ()
    position: Pair = Pair("", "")


@dataclass(frozen=True, slots=True)
class Paper:
    """An invented paper and the real venue that it names."""

    title: str
    venue: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What people of one trade write about; ``skills`` are names with the level 0–3 of a good candidate."""

    areas: tuple[Pair, ...]
    courses: tuple[Pair, ...]
    interests: tuple[Pair, ...]
    skills: tuple[tuple[str, int], ...]
    projects: tuple[Piece, ...]
    work: tuple[Piece, ...]
    papers: tuple[Paper, ...]
    awards: tuple[Pair, ...]
    open_source: tuple[Piece, ...]


@cache
def table(name: str) -> Mapping[str, Any]:
    """Read one table of ``texts/`` by its name without the ending."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))


@cache
def profile(name: str) -> Profile:
    """Read the pieces of one trade; ``name`` is one of PROFILES."""
    raw = table(name)
    return Profile(
        areas=pairs(raw["areas"]),
        courses=pairs(raw["courses"]),
        interests=pairs(raw["interests"]),
        skills=tuple((skill, level) for skill, level in raw["skills"]),
        projects=_projects(raw["projects"]),
        work=tuple(
            Piece(Pair(*row["company"]), pairs(row["lines"]), (), Pair(*row["position"])) for row in raw["work"]
        ),
        papers=tuple(Paper(row["title"][1], row["venue"]) for row in raw["papers"]),
        awards=tuple(Pair(*row["title"]) for row in raw["awards"]),
        open_source=tuple(Piece(Pair(*row["name"]), (Pair(*row["line"]),)) for row in raw["open_source"]),
    )


@cache
def plain_projects() -> tuple[Piece, ...]:
    """Read the projects of people who have done little in any trade."""
    return _projects(table("common")["plain_projects"])


def pairs(rows: list[list[str]]) -> tuple[Pair, ...]:
    """Give rows of [Chinese, English] as pairs."""
    return tuple(Pair(*row) for row in rows)


def settle_choices(text: str, pick: int) -> str:
    """Replace each ``{a|b|c}`` by the text at ``pick``; the same pick keeps a pair's two languages in step."""

    def chosen(found: re.Match[str]) -> str:
        options = found[1].split("|")
        return options[pick % len(options)]

    return _CHOICE.sub(chosen, text)


def _projects(rows: list[dict[str, Any]]) -> tuple[Piece, ...]:
    return tuple(Piece(Pair(*row["name"]), pairs(row["lines"]), tuple(row["keywords"])) for row in rows)
