"""How a page says what a résumé offers: a title and particulars for each thing, gathered by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from screening.forms.entries import DEGREES, LEVELS, PAPER_STATES
from screening.queries.offers import FieldOffer
from screening.web.formatting import is_chinese

CONTACT = {
    "name": _l("Name"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "link": _l("Link"),
    "summary": _l("Anything else you want to say"),
}
HEADINGS = {
    **dict.fromkeys(CONTACT, _l("About you")),
    "education": _l("Your education"),
    "skill": _l("Skills"),
    "publication": _l("Papers of yours"),
    "award": _l("Results in competitions"),
    "project": _l("Open-source work of yours"),
    "language": _l("Languages"),
    "certificate": _l("Certificates"),
}
PARTICULARS = (
    "degree",
    "area",
    "period",
    "enrolled",
    "gpa",
    "rank",
    "level",
    "publisher",
    "prize",
    "year",
    "status",
    "position",
    "url",
    "description",
)
TITLES = ("value", "institution", "name", "contest", "fluency")
UNBROKEN = "\N{NON-BREAKING HYPHEN}"
WORDS = {"degree": DEGREES, "level": LEVELS, "status": PAPER_STATES}


@dataclass(frozen=True, slots=True)
class ToldOffer:
    """An offer with its ``label`` (contact and languages), its ``title`` and what else it says."""

    offer: FieldOffer
    label: str
    title: str
    particulars: tuple[str, ...]


def told_offers(offers: Sequence[FieldOffer]) -> list[tuple[str, list[ToldOffer]]]:
    """Give (heading, offers) in the order of the offers."""
    groups: dict[str, list[ToldOffer]] = {}
    for offer in offers:
        groups.setdefault(str(HEADINGS[offer.kind]), []).append(_told(offer))
    return list(groups.items())


def _told(offer: FieldOffer) -> ToldOffer:
    option = offer.option["zh" if is_chinese() else "en"] if offer.option else ""
    title = option if offer.kind == "skill" else next(offer.values[name] for name in TITLES if name in offer.values)
    label = option if offer.kind == "language" else str(CONTACT.get(offer.kind, ""))
    said = [_particular(name, offer) for name in PARTICULARS]
    return ToldOffer(offer, label, title, tuple(str(word) for word in said if word))


def _particular(name: str, offer: FieldOffer) -> Any:
    value = offer.values.get(name, "")
    if name == "period":
        told = filter(None, (offer.values.get("start"), offer.values.get("end")))
        return " – ".join(month.replace("-", UNBROKEN) for month in told)
    if name == "enrolled":
        return _l("enrolled now") if value else ""
    if name == "position":
        return _l("author no. %(place)s", place=value) if value else ""
    return WORDS[name].get(value, value) if name in WORDS else value
