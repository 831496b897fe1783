"""What makes two contacts look like one human being's: an address, a number, or a name with a school, each in a comparable form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import sha256

from screening.models import Ground

DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Hosts that read an address without its dots (Google's help on dots in addresses)."""
SHORTEST_NUMBER, COMPARED_DIGITS = 7, 9
"""A number is compared by its last nine digits: country codes and trunk zeros before them are written or left out at will."""
WORD = re.compile(r"\w+")


def contact_keys(*, name: str, email: str, phone: str | None, schools: Iterable[str]) -> dict[str, Ground]:
    """Give the digests of everything comparable in a contact, each with its ground; what is empty or too short gives none.

    An address counts without what stands behind a plus sign (RFC 5233 calls it the detail); a name counts with a school
    only, its words in any order, since many people share a name.
    """
    keys = {}
    for ground, value in _values(name, email, phone, schools):
        keys[sha256(f"{ground.value}:{value}".encode()).hexdigest()] = ground
    return keys


def _values(name: str, email: str, phone: str | None, schools: Iterable[str]) -> Iterator[tuple[Ground, str]]:
    local, _, host = _plain(email).rpartition("@")
    local = local.partition("+")[0]
    if local and host:
        yield (
            Ground.EMAIL,
            f"{local.replace('.', '') if host in DOTLESS else local}@{host.replace('googlemail', 'gmail')}",
        )
    digits = "".join(str(unicodedata.digit(character)) for character in phone or "" if character.isdecimal())
    if len(digits) >= SHORTEST_NUMBER:
        yield Ground.PHONE, digits.lstrip("0")[-COMPARED_DIGITS:]
    called = " ".join(sorted(WORD.findall(_plain(name))))
    for school in schools:
        place = "".join(WORD.findall(_plain(school)))
        if called and place:
            yield Ground.NAME_SCHOOL, f"{called}@{place}"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
