"""What may stand in a rule of a file that people write: every name is known and every value is of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rubrics.codec.rules import RubricDocumentError

_TEXTS = frozenset({"term", "level", "degree", "rank", "kind", "prize", "language", "certificate", "certification"}) | {
    "trait",
    "words",
}
_LISTS = frozenset({"fields", "cities", "venues", "topics", "contests", "datasets", "kinds"})
_FLAGS = frozenset(
    {"open", "related", "enrolled", "on_site", "venues_open", "first_author", "writing_counts", "contests_open", "lead"}
)
_COUNTS = frozenset({"at_least", "within_days", "months", "days_per_week"})
_NUMBERS = frozenset({"grade", "top_share", "score"})
_OBJECTS = frozenset(
    {"publication", "contest", "leaderboard", "open_source", "experience", "engineering", "standing", "availability"}
)
_BRANCHES = frozenset({"any_of", "all_of", "of"})


def check_rule(shape: Any) -> None:
    """Raise RubricDocumentError for a name that no rule knows or a value of another kind; ``language`` is a text or an object."""
    if not isinstance(shape, Mapping):
        raise RubricDocumentError("a rule is an object")
    for name, value in shape.items():
        if name in _BRANCHES:
            if not isinstance(value, list):
                raise RubricDocumentError(f"{name} is a list of rules")
            for branch in value:
                check_rule(branch)
        elif name in _OBJECTS or (name == "language" and isinstance(value, Mapping)):
            check_rule(value)
        elif not _fits(name, value):
            raise RubricDocumentError(f"{name} cannot be {value!r}")


def _fits(name: str, value: Any) -> bool:
    if name in _TEXTS:
        return isinstance(value, str)
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if name in _FLAGS:
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return False
    return name in _NUMBERS or (name in _COUNTS and isinstance(value, int))
