"""Experience: of a kind (internship, project, production …), on topics, for months, in a leading part."""

from __future__ import annotations

import re

from rubrics.model import ExperienceAsk, Rule
from rubrics.rules.clause import Clause

_DIGIT = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_ENGLISH = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}
_YEARS = re.compile(
    r"(?<!\d)(?P<low>\d{1,2}|[一二两三四五六七八九十])\s*\+?\s*(?:(?:[-~–至到]|to)\s*\d{1,2}\s*\+?\s*)?\+?\s*(?:个)?(?:年|years?|yrs?)"
    r"|(?P<word>one|two|three|four|five|six|seven|eight|ten)\s*(?:\(\d+\))?\+?\s+(?:or more\s+)?years?"
)
_SPANS = ("年", "月", "year", "yr", "month")
_HALF = re.compile(r"半年")
_MONTHS = re.compile(r"(\d{1,2})\s*\+?\s*(?:个月|months?)")
_KINDS = ("internship", "project", "research", "production", "deployment", "data_set", "work")


def asks(clause: Clause) -> tuple[Rule, ...]:
    """Give the experience asked for; nothing when the words only name a skill."""
    months = months_of(clause.words)
    if months is None and not clause.has("read_experience", but="read_experience_no"):
        return ()
    kinds = tuple(kind for kind in _KINDS if clause.has(f"read_experience_{kind}"))
    return (ExperienceAsk(kinds, clause.topics(), months, lead=clause.has("read_lead")),)


def months_of(words: str) -> int | None:
    """Months of experience: 3年以上 is 36, "5+ years" is 60, 半年 is 6."""
    if not any(word in words for word in _SPANS):
        return None
    match = _YEARS.search(words)
    if match and match["low"]:
        low = match["low"]
        return 12 * (int(low) if low.isdigit() else _DIGIT[low])
    if match:
        return 12 * _ENGLISH[match["word"]]
    if _HALF.search(words):
        return 6
    found = _MONTHS.search(words)
    return int(found[1]) if found else None
