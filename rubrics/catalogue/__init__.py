"""The shipped rubrics: twenty postings as texts in this project's own words, each with its reviewed rubric.

Beside this module stand ``<slug>.txt``, the posting as one would paste it, and ``<slug>.json``, the rubric in the
codec's shape with one more object, ``document``: name, SHA-256 and number of lines of the document that the posting was
read from. ``lines`` (of criteria, duties, groups and findings) count in that document; ``span`` counts characters of the
text shipped here. Every criterion was compared with the document by a person. Seven postings have no title there, so
they have none here; ``suggested_title`` is an offer.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from rubrics.codec import load_rubric
from rubrics.model import Criterion, Rubric
from rubrics.text import Lines

__all__ = ["CatalogueEntry", "UnknownEntryError", "catalogue", "load_entry"]

_FOLDER = Path(__file__).parent


class UnknownEntryError(KeyError):
    """No shipped rubric has this slug."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One shipped posting: its text, its reviewed rubric with lines of the document, and which document that is."""

    slug: str
    text: str
    rubric: Rubric
    document_name: str
    document_sha256: str

    @property
    def rubric_of_text(self) -> Rubric:
        """The same rubric with lines of the shipped text; findings, which speak of the document, are left out."""
        starts = [0]
        for line in self.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)

        def line_at(place: int) -> int:
            return bisect_right(starts, place)

        def moved(criterion: Criterion) -> Criterion:
            lines = Lines(line_at(criterion.span.start), line_at(criterion.span.end - 1))
            return replace(criterion, lines=lines)

        def line_of(words: str) -> Lines:
            number = line_at(self.text.index(words))
            return Lines(number, number)

        criteria = tuple(moved(criterion) for criterion in self.rubric.criteria)
        grouped = {group.id: [c.lines.first for c in criteria if c.group == group.id] for group in self.rubric.groups}
        return replace(
            self.rubric,
            lines=Lines(1, self.text.rstrip("\n").count("\n") + 1),
            responsibilities=tuple(replace(duty, lines=line_of(duty.text)) for duty in self.rubric.responsibilities),
            criteria=criteria,
            groups=tuple(
                replace(group, lines=Lines(min(grouped[group.id]) - 1, min(grouped[group.id]) - 1))
                for group in self.rubric.groups
            ),
            warnings=(),
        )


@cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    """All shipped postings in the order of the document that they come from."""
    entries = (load_entry(path.stem) for path in _FOLDER.glob("*.json"))
    return tuple(sorted(entries, key=lambda entry: entry.rubric.lines))


@cache
def load_entry(slug: str) -> CatalogueEntry:
    """One shipped posting; raise UnknownEntryError for a slug that is none."""
    path = _FOLDER / f"{slug}.json"
    if path.parent != _FOLDER or not path.is_file():
        raise UnknownEntryError(slug)
    document = json.loads(path.read_text("utf-8"))
    return CatalogueEntry(
        slug=slug,
        text=path.with_suffix(".txt").read_text("utf-8"),
        rubric=load_rubric(document),
        document_name=document["document"]["name"],
        document_sha256=document["document"]["sha256"],
    )
