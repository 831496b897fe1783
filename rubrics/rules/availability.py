"""Availability: arrival within days, months of internship, days a week, presence on site."""

from __future__ import annotations

import re

from rubrics.model import AssessedBy, AvailabilityAsk, Category, WordsAsk
from rubrics.rules.clause import Clause, Reading

_DIGIT = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "半": 0}
_NUMBER = r"(\d{1,2}|[一二两三四五六七八九十])"
_WEEKS = re.compile(rf"{_NUMBER}\s*(?:个)?(?:周|星期)(?:之?内|以内)|within\s+{_NUMBER}\s+weeks?")
_DAYS = re.compile(rf"{_NUMBER}\s*(?:天|日)(?:之?内|以内)")
_MONTH_ARRIVAL = re.compile(rf"{_NUMBER}\s*个?月(?:之?内|以内).{{0,4}}(?:到岗|入职|到职)")
_PER_WEEK = re.compile(
    rf"(?:每周|一周|每星期|周)[^,。;]{{0,10}}?{_NUMBER}\s*(?:[-~至到]\s*\d)?\s*(?:个工作日|天|日)|{_NUMBER}\s*天\s*/\s*周|(\d)\+?\s*days?\s+(?:a|per)\s+week"
)
_WEEK = ("周", "星期", "week")
_MONTHS = re.compile(rf"{_NUMBER}\s*(?:[-~至到]\s*\d{{1,2}}\s*)?个?月|(\d{{1,2}})\+?\s*[- ]?months?")
_LENGTH_WEEKS = re.compile(r"(\d{1,2})\s*[- ]weeks?(?! notice)")
_AT_ONCE = re.compile(
    r"(?:尽快|立即|马上|随时|即刻)(?:能|可)?(?:到岗|入职|上岗)|start immediately|immediately available|available immediately"
)


def read(clause: Clause) -> tuple[Reading, ...]:
    """Tell what the clause asks of time and presence, a gate unless it is only preferred."""
    words = clause.words
    within = _within_days(words) if clause.has("read_arrival") else None
    per_week = _first(_PER_WEEK, words) if any(word in words for word in _WEEK) else None
    months = None
    if clause.has("read_months") and (
        "实习" in words
        or "intern" in words
        or within is not None
        or per_week
        or "到岗" in words
        or "连续" in words
        or "持续" in words
        or "commit" in words
        or "availab" in words
    ):
        months = _first(_MONTHS, _MONTH_ARRIVAL.sub(" ", words))
        weeks = _first(_LENGTH_WEEKS, words)
        months = months or (weeks // 4 if weeks else None)
    on_site = True if clause.has("read_on_site") and not clause.skill_terms() else None
    if within is None and per_week is None and months is None and on_site is None:
        return _in_words(clause)
    ask = AvailabilityAsk(within_days=within, months=months, days_per_week=per_week, on_site=on_site)
    return (Reading(Category.AVAILABILITY, ask, gate=not clause.bonus),)


def _in_words(clause: Clause) -> tuple[Reading, ...]:
    """Give hours, shifts and dates that no field of an application answers: a person reads them."""
    if not (clause.has("read_time") or clause.has("read_shift")) or clause.topics():
        return ()
    return (Reading(Category.AVAILABILITY, WordsAsk(clause.raw), assessed_by=AssessedBy.BOTH),)


def _within_days(words: str) -> int | None:
    month = _MONTH_ARRIVAL.search(words)
    if month:
        return 30 * _value(month[1])
    weeks = _first(_WEEKS, words)
    if weeks is not None:
        return 7 * weeks
    days = _first(_DAYS, words)
    if days is not None:
        return days
    return 7 if _AT_ONCE.search(words) else None


def _first(pattern: re.Pattern[str], words: str) -> int | None:
    match = pattern.search(words)
    return _value(next(group for group in match.groups() if group)) if match else None


def _value(text: str) -> int:
    return int(text) if text.isdigit() else _DIGIT.get(text, 1)
