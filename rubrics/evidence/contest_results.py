"""Prizes, places and shares that a text tells, and whose they are."""

from __future__ import annotations

import re

from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Role
from rubrics.model import PrizeFloor

_PRIZES = (
    (PrizeFloor.GOLD, "prize_gold"),
    (PrizeFloor.SILVER, "prize_silver"),
    (PrizeFloor.BRONZE, "prize_bronze"),
    (PrizeFloor.ANY_PRIZE, "prize_any"),
)
RATING = re.compile(r"(?:rating|积分|分数|最高分|峰值|max)[^\d]{0,10}(\d{3,4})|(?<!\d)(\d{4}) ?(?:分|rating)")
PLACE = re.compile(
    r"第 ?(\d{1,5}|[一二三四五六七八九十]{1,3}) ?(?:名|位)|(?:rank(?:ed|ing)?|place[d]?|排名|名次)[^\d\n]{0,8}(\d{1,5})|(\d{1,5})(?:st|nd|rd|th)(?: place)?|(\d{1,4}) ?/ ?(\d{2,6})"
)
TOP_SHARE = re.compile(r"(?:top|前) ?(\d{1,2}(?:\.\d+)?) ?%")
ROLES = (
    Role.AWARD,
    Role.WORK,
    Role.PROJECT,
    Role.EDUCATION,
    Role.SELF,
    Role.PLAN,
    Role.STATEMENT,
    Role.SKILL,
    Role.OTHER,
    Role.PUBLICATION,
)


def prize_in(plain: str, contests: frozenset[str], reading: Reading) -> PrizeFloor | None:
    """Find the best prize that a text tells; a rating, a high place or share counts as a prize where such things stand for one."""
    for prize, name in _PRIZES:
        if reading.cues.has(name, plain):
            return prize
    if any(reading.lexicon.terms[contest].facts.get("rating") for contest in contests):
        rating = RATING.search(plain)
        if rating is not None and int(next(group for group in rating.groups() if group)) >= 1900:
            return PrizeFloor.ANY_PRIZE
    share = TOP_SHARE.search(plain)
    if share is not None and float(share.group(1)) <= 10:
        return PrizeFloor.ANY_PRIZE
    place = place_in(plain)
    if place is not None and place[0] <= 10:
        return PrizeFloor.ANY_PRIZE
    return None


_NUMERALS = "零一二三四五六七八九十"


def place_in(plain: str) -> tuple[int, int | None] | None:
    """Find a place and, where it is told, of how many: 第 3 名, 12/340."""
    match = PLACE.search(plain)
    if match is None:
        return None
    total = int(match.group(5)) if match.group(5) else None
    text = next(group for group in match.groups() if group)
    if text.isdigit():
        return int(text), total
    if len(text) == 1:
        return _NUMERALS.index(text), total
    tens, _, ones = text.partition("十")
    return (_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0), total
