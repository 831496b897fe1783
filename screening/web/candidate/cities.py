"""Names of cities in the page's language; postings hold them as their text does."""

from __future__ import annotations

from functools import lru_cache

from rubrics.lexicon import load_lexicon
from screening.web.formatting import is_chinese

CITY = frozenset({"city"})


def city_name(name: str) -> str:
    """Give a city's name in the page's language; one that the lexicon does not know stays as it is."""
    return _named(name, "zh" if is_chinese() else "en")


@lru_cache(maxsize=1000)
def _named(name: str, language: str) -> str:
    lexicon = load_lexicon()
    found = lexicon.find(name, CITY) or lexicon.find(f"{name}市", CITY)
    return lexicon.name(found[0].term_id, language) if found else name
