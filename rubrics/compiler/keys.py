"""Names that stay: a criterion's key is the same for the same statement in any posting."""

from __future__ import annotations

import hashlib
import re

from rubrics.model import Category, DegreeAsk, EnrolmentAsk, Rule
from rubrics.text import fold

_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_WORDS = re.compile(r"[a-z0-9]+")


def criterion_key(category: Category, rule: Rule, text: str) -> str:
    """Give the key shared by the same statement: spacing, width, case and punctuation do not matter."""
    match rule:
        case DegreeAsk(degree):
            return f"degree-{degree.value}"
        case EnrolmentAsk():
            return "enrolment"
        case _:
            words = _NOT_WORD.sub("", fold(text).text)
            return f"{category.value}-{_digest(words)}"


def slug_of(title: str | None, body: str, line: int, place: int) -> str:
    """Give a posting's short name: the Latin words of its title and a digest; unlike for two postings of one document."""
    latin = "-".join(_ASCII_WORDS.findall(fold(title or "").text))[:40].strip("-")
    digest = _digest("\n".join((title or "", body, str(line), str(place))))
    return f"{latin or 'posting'}-{digest[:8]}"


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:10]
