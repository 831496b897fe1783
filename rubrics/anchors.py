"""What ratings 1 to 4 look like, and what an interviewer may ask, for each category; the table beside this module holds the words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rubrics.model import Category, Criterion

Four = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Guide:
    """Anchors for 1, 2, 3 and 4 and suggested questions, in one language."""

    anchors: Four
    questions: tuple[str, ...]


def guide_for(criterion: Criterion, language: str) -> Guide:
    """Give a criterion's guide in ``zh`` or ``en``; its own anchors stand before those of its category."""
    guide = category_guide(criterion.category, language)
    return Guide(criterion.anchors.texts, guide.questions) if criterion.anchors is not None else guide


def category_guide(category: Category, language: str) -> Guide:
    """Give what a category's criteria start from, in ``zh`` or ``en``."""
    return _guides(language)[category]


@cache
def _guides(language: str) -> dict[Category, Guide]:
    table = tomllib.loads((files("rubrics") / "anchors.toml").read_text("utf-8"))
    guides = {}
    for category in Category:
        first, second, third, fourth = table[category.value][language]
        guides[category] = Guide((first, second, third, fourth), tuple(table[category.value][f"ask_{language}"]))
    return guides
