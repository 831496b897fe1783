"""An offer: values for one part of a form and the words that they were read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from rubrics.dossier import Dossier
from rubrics.evidence.texts import RESUME, hidden_stretches
from rubrics.prescore import Quote


class Kind(StrEnum):
    """Which part of a form an offer is for."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    SUMMARY = "summary"
    EDUCATION = "education"
    SKILL = "skill"
    PUBLICATION = "publication"
    AWARD = "award"
    PROJECT = "project"
    LANGUAGE = "language"
    CERTIFICATE = "certificate"


class Offer(NamedTuple):
    """Values by name, in the form's own words, with at least one exact quotation.

    Names: ``value`` for contact and summary; ``institution degree area start end enrolled gpa rank`` for a study; ``term level`` for a
    skill; ``name publisher year status position url`` for a paper; ``contest prize year`` for an award; ``name url description``
    for a project; ``language fluency`` for a language; ``name year`` for a certificate. Months are written 2027-06 or 2027.
    """

    kind: Kind
    values: tuple[tuple[str, str], ...]
    quotes: tuple[Quote, ...]

    def value(self, name: str) -> str:
        """Give one value; empty when it is not offered."""
        return dict(self.values).get(name, "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks for: lexicon ids of its skill options, codes of its languages; ``today`` (2026-11) tells studies in progress from ended ones."""

    terms: frozenset[str] = field(default_factory=frozenset)
    languages: frozenset[str] = field(default_factory=frozenset)
    today: str = ""


def offer(kind: Kind, quotes: tuple[Quote, ...], **values: str | None) -> Offer:
    """Make an offer of the values that there are."""
    return Offer(kind, tuple((name, value) for name, value in values.items() if value), tuple(dict.fromkeys(quotes)))


def is_visible(found: Offer, dossier: Dossier) -> bool:
    """Whether no quotation holds a character that a reader of the page would not see."""
    hidden = hidden_stretches(dossier)
    return not any(
        start < quote.end and quote.start < end
        for quote in found.quotes
        if quote.source == RESUME
        for start, end in hidden
    )
