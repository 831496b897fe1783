"""Names of cities in the page's language; postings hold them as their text does."""

from __future__ import annotations

from functools import lru_cache

from rubrics.lexicon import load_lexicon
from screening.queries.cities import city_term
from screening.web.formatting import is_chinese


def city_name(name: str) -> str:
    """Give a city's name in the page's language; one that the lexicon does not know stays as it is."""
    return _named(name, "zh" if is_chinese() else "en")


@lru_cache(maxsize=1000)
def _named(name: str, language: str) -> str:
    term = city_term(name)
    return name if term is None else load_lexicon().name(term, language)
