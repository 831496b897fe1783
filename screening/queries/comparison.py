"""Two rubrics side by side: which criteria are one and the same, what was added, removed and changed, word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from rubrics.model import Criterion, Group, Responsibility, Rubric

_WORD = re.compile(r"[^\W_]+?(?=[\u2e80-\u9fff\uf900-\ufaff])|[\u2e80-\u9fff\uf900-\ufaff]|[^\W_]+|\s+|.", re.DOTALL)
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff]")
_MOST_WORDS = 800


class Kept(StrEnum):
    """Whether a piece of text stands in both, only before or only after."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and where it stands."""

    kept: Kept
    text: str


@dataclass(frozen=True, slots=True)
class ChangedCriterion:
    """A criterion of both rubrics that is not the same; ``fields`` name what differs, in the order in which a page says it."""

    before: Criterion
    after: Criterion
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeadChange:
    """What changed above the criteria: ``name`` is title, track, locations, degree_floor or order; values as texts."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two rubrics."""

    head: tuple[HeadChange, ...]
    added: tuple[Criterion, ...]
    removed: tuple[Criterion, ...]
    changed: tuple[ChangedCriterion, ...]
    groups_added: tuple[Group, ...]
    groups_removed: tuple[Group, ...]
    duties_added: tuple[Responsibility, ...]
    duties_removed: tuple[Responsibility, ...]

    @property
    def count(self) -> int:
        """How many things differ."""
        return sum(map(len, (self.head, self.added, self.removed, self.changed, self.groups_added))) + sum(
            map(len, (self.groups_removed, self.duties_added, self.duties_removed))
        )


FIELDS: tuple[tuple[str, Callable[[Criterion], object]], ...] = (
    ("id", lambda one: one.id),
    ("text", lambda one: one.text),
    ("section", lambda one: one.section),
    ("gate", lambda one: one.gate),
    ("category", lambda one: one.category),
    ("rule", lambda one: one.rule),
    ("weight", lambda one: one.weight),
    ("assessed_by", lambda one: one.assessed_by),
    ("group", lambda one: one.group),
    ("anchors", lambda one: one.anchors),
    ("place", lambda one: (one.lines, one.span)),
    ("key", lambda one: one.key),
)
"""What a criterion is made of, field by field."""


def compare(before: Rubric, after: Rubric) -> Comparison:
    """Compare two rubrics; their version numbers, slugs and findings are no part of it."""
    pairs = paired(before, after)
    matched = {old.id for old, _ in pairs}
    known = {new.id for _, new in pairs}
    return Comparison(
        head=tuple(_head(before, after, pairs)),
        added=tuple(one for one in after.criteria if one.id not in known),
        removed=tuple(one for one in before.criteria if one.id not in matched),
        changed=tuple(_changed(pairs)),
        groups_added=tuple(group for group in after.groups if group not in before.groups),
        groups_removed=tuple(group for group in before.groups if group not in after.groups),
        duties_added=tuple(duty for duty in after.responsibilities if duty not in before.responsibilities),
        duties_removed=tuple(duty for duty in before.responsibilities if duty not in after.responsibilities),
    )


def paired(before: Rubric, after: Rubric) -> tuple[tuple[Criterion, Criterion], ...]:
    """Pair the criteria that are one and the same, in the order of ``after``.

    An id with its key or its words counts first, then key and words, then the key, then the id: a requirement that
    became a bonus has another id, one that was reworded keeps it.
    """
    left = list(before.criteria)
    found: dict[str, Criterion] = {}
    for same in _SAME:
        for new in after.criteria:
            if new.id in found:
                continue
            old = next((one for one in left if same(one, new)), None)
            if old is not None:
                left.remove(old)
                found[new.id] = old
    return tuple((found[new.id], new) for new in after.criteria if new.id in found)


def word_pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two texts word by word; a Chinese character is a word. Texts of very many words are compared as a whole."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) * len(new) > _MOST_WORDS**2:
        return tuple(piece for piece in (Piece(Kept.GONE, before), Piece(Kept.NEW, after)) if piece.text)
    pieces: list[Piece] = []
    gone: list[str] = []
    fresh: list[str] = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (kind, i1, i2, j1, j2) in enumerate(steps):
        inner = 0 < place < len(steps) - 1
        same = old[i1:i2]
        if kind != "equal" or (inner and not "".join(same).strip()):  # a blank between two changes belongs to them
            gone += same
            fresh += new[j1:j2]
            continue
        if _is_half_a_word(gone, fresh, same):
            gone.append(same[0])
            fresh.append(same[0])
            same = same[1:]
        pieces += _pieces(gone, fresh)
        gone, fresh = [], []
        pieces += [Piece(Kept.SAME, "".join(same))] if same else []
    return (*pieces, *_pieces(gone, fresh))


def _is_half_a_word(gone: list[str], fresh: list[str], same: list[str]) -> bool:
    """Tell whether one Chinese character was exchanged for one, before another: 硕士 and 博士 are read as words."""
    return len(gone) == len(fresh) == 1 and all(_CHINESE.fullmatch(word) for word in (gone[0], fresh[0], same[0]))


def _pieces(gone: list[str], fresh: list[str]) -> list[Piece]:
    both = (Piece(Kept.GONE, "".join(gone)), Piece(Kept.NEW, "".join(fresh)))
    return [piece for piece in both if piece.text]


_SAME: tuple[Callable[[Criterion, Criterion], bool], ...] = (
    lambda old, new: old.id == new.id and (old.key == new.key or old.span == new.span),
    lambda old, new: old.key == new.key and old.span == new.span,
    lambda old, new: old.key == new.key,
    lambda old, new: old.id == new.id,
)


def _changed(pairs: tuple[tuple[Criterion, Criterion], ...]) -> Iterator[ChangedCriterion]:
    for old, new in pairs:
        fields = tuple(name for name, value in FIELDS if value(old) != value(new))
        if fields:
            yield ChangedCriterion(old, new, fields)


def _head(before: Rubric, after: Rubric, pairs: tuple[tuple[Criterion, Criterion], ...]) -> Iterator[HeadChange]:
    values = (
        ("title", _texts(before.title), _texts(after.title)),
        ("track", _texts(before.track), _texts(after.track)),
        ("locations", before.locations, after.locations),
        ("degree_floor", _texts(before.degree_floor), _texts(after.degree_floor)),
        ("order", *_orders(before, pairs)),
    )
    for name, old, new in values:
        if old != new:
            yield HeadChange(name, old, new)


def _orders(before: Rubric, pairs: tuple[tuple[Criterion, Criterion], ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the codes of the criteria that stayed in their section, in the old and in the new order."""
    places = {old.id: place for place, old in enumerate(before.criteria)}
    stayed = [(old, new) for old, new in pairs if old.id[:1] == new.id[:1]]
    old_order = sorted(stayed, key=lambda pair: places[pair[0].id])
    kinds = {kind: place for place, kind in enumerate("krb")}

    def codes(chosen: list[tuple[Criterion, Criterion]]) -> tuple[str, ...]:
        ordered = sorted(chosen, key=lambda pair: kinds.get(pair[1].id[:1], 1))
        return tuple(new.id.upper() for _, new in ordered)

    return codes(old_order), codes(stayed)


def _texts(value: str | None) -> tuple[str, ...]:
    return () if value is None else (str(value),)
