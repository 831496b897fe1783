"""What a résumé offers to fill a form with: ``find_offers`` reads contact, studies, skills and achievements, each with its quotation.

Offers are for the candidate to confirm and never touch a score. What is unsure is not offered, hidden text never.
"""

from __future__ import annotations

from rubrics.dossier import Dossier
from rubrics.evidence import Reading
from rubrics.lexicon import Lexicon
from rubrics.prefill.achievements import certificate_offers, contest_offers, paper_offers
from rubrics.prefill.answers import answered_offers
from rubrics.prefill.contact import contact_offers
from rubrics.prefill.offers import Kind, Offer, Wanted, is_visible
from rubrics.prefill.skills import language_offers, skill_offers
from rubrics.prefill.studies import study_offers
from rubrics.prefill.surface import surface_of

__all__ = ["Kind", "Offer", "Wanted", "find_offers"]


def find_offers(dossier: Dossier, wanted: Wanted, lexicon: Lexicon) -> tuple[Offer, ...]:
    """Read what an application offers, in the order of ``Kind`` and of its text; the same input gives the same offers.

    ``dossier`` holds a résumé's text or a JSON Resume document. ``wanted`` names the skills and languages that the form asks for.
    """
    reading = Reading(dossier, lexicon)
    surface = surface_of(reading)
    found = [
        *answered_offers(reading, wanted),
        *contact_offers(surface),
        *study_offers(surface, wanted),
        *skill_offers(reading, wanted),
        *paper_offers(surface),
        *contest_offers(surface),
        *language_offers(reading, wanted),
        *certificate_offers(reading),
    ]
    order = list(Kind)
    kept: dict[object, Offer] = {}
    for offer in found:
        if is_visible(offer, dossier):
            kept.setdefault((offer.kind, offer.values), offer)
    return tuple(sorted(kept.values(), key=lambda offer: order.index(offer.kind)))
