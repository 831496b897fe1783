"""The cities that a candidate can work in, as ``Application.cities`` keeps them: keys between bars, so that one is found by its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from rubrics.lexicon import load_lexicon

AVAILABILITY = "availability"
CITY = frozenset({"city"})
TERM = "city_"
BAR = "|"
LONGEST, LONGEST_KEY = 300, 40


def stored_cities(answers: Mapping[str, Any]) -> str:
    """Write the cities of an application's answers for ``Application.cities``: ``|beijing|shanghai|``, empty without any.

    ``answers`` holds JSON Resume sections. What would not fit is left out, the last cities first.
    """
    availability = answers.get(AVAILABILITY)
    named = availability.get("cities") if isinstance(availability, Mapping) else None
    texts = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    stored = ""
    for key in city_keys(texts):
        longer = f"{stored or BAR}{key}{BAR}"
        if len(longer) > LONGEST:
            break
        stored = longer
    return stored


def city_keys(names: Iterable[str]) -> tuple[str, ...]:
    """Give the keys of cities as texts name them, each once, in their order."""
    return tuple(dict.fromkeys(key for name in names if (key := city_key(name))))


def keys_in(stored: str) -> tuple[str, ...]:
    """Give the keys that ``stored_cities`` wrote."""
    return tuple(key for key in stored.split(BAR) if key)


def city_term(name: str) -> str | None:
    """Find the lexicon's term for a city, whose name may lack its 市."""
    lexicon = load_lexicon()
    found = lexicon.find(name, CITY) or lexicon.find(f"{name}市", CITY)
    return found[0].term_id if found else None


@lru_cache(maxsize=4000)
def city_key(name: str) -> str:
    """Give a city's key: the lexicon's, whatever the language and with or without 市; its folded name where it is unknown."""
    term = city_term(name)
    if term is not None:
        return term.removeprefix(TERM)
    return unicodedata.normalize("NFKC", name).casefold().replace(BAR, " ").strip()[:LONGEST_KEY].strip()


def city_called(key: str, language: str) -> str:
    """Name a city by its key in "zh" or "en"; one that the lexicon does not know stays as it is."""
    lexicon = load_lexicon()
    term = f"{TERM}{key}"
    return lexicon.name(term, language) if term in lexicon.terms else key
