"""Venues that a text names, and their rank in the CCF list."""

from __future__ import annotations

import re

from rubrics.evidence.texts import Answer, plain_text
from rubrics.lexicon import Lexicon

RANK_ORDER = {"A": 3, "B": 2, "C": 1}


def rank_of(venues: frozenset[str], lexicon: Lexicon) -> str | None:
    """Give the best CCF rank among venues; None when none is ranked."""
    ranks = [str(lexicon.terms[venue].facts.get("rank", "")) for venue in venues if venue in lexicon.terms]
    return max((rank for rank in ranks if rank in RANK_ORDER), key=lambda rank: RANK_ORDER[rank], default=None)


def subjects_of(venues: frozenset[str], lexicon: Lexicon) -> frozenset[str]:
    """Give the subjects to which venues belong (ACL: natural language processing), as lexicon ids."""
    return frozenset(str(topic) for venue in venues for topic in lexicon.terms[venue].facts.get("about", ()))


def venues_of(answer: Answer, lexicon: Lexicon) -> frozenset[str]:
    """Give the venues that a publisher field names: by mention, by abbreviation or by its full title."""
    found = {mention.term_id for mention in lexicon.find(answer.text, frozenset({"venue"}))}
    titles = _titles(lexicon)
    core = re.sub(
        r"\b(?:19|20)\d\d\b|['’]\d\d\b|[()（）,，]|\bproceedings of (?:the )?|\bproc\.? (?:of )?", " ", answer.plain
    )
    known = titles.get(" ".join(core.split()))
    if known:
        found.add(known)
    return frozenset(found)


_TITLE_WORD = re.compile(
    r"conference|symposium|transactions|journal|proceedings|letters|workshop|meeting|advances in|international"
)


def titled_venues(plain: str, lexicon: Lexicon) -> frozenset[str]:
    """Find venues named by their full title in a plain text."""
    if _TITLE_WORD.search(plain) is None:
        return frozenset()
    return frozenset(venue for title, venue in _titles(lexicon).items() if len(title) > 20 and title in plain)


_TITLES: dict[str, dict[str, str]] = {}


def _titles(lexicon: Lexicon) -> dict[str, str]:
    """Full titles and abbreviations of all venues in plain form, worked out once for each version of the tables."""
    known = _TITLES.get(lexicon.version)
    if known is None:
        known = {}
        for term in lexicon.terms.values():
            if term.kind == "venue":
                for title in (*term.facts.get("titles", ()), term.en):
                    known.setdefault(plain_text(str(title)), term.id)
        _TITLES[lexicon.version] = known
    return known
