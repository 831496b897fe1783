"""Arrival, length of stay, days a week and presence on site. Structured answers come first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rubrics.evidence.intentions import availability_row, clause_quote, is_past, planning_clauses
from rubrics.evidence.outcome import Outcome, contradicted, disagreement, join_all, met, not_shown
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Answer, answer_at, field_of
from rubrics.model import AvailabilityAsk
from rubrics.prescore import Quote

_NUMBER = r"(\d{1,3}|[一二两三四五六七八九十半]{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half an?)"
_UNIT = r"\s*(?:个)?\s*(天|日|周|星期|礼拜|月|年|days?|weeks?|months?|years?)"
_ARRIVE = (
    re.compile(rf"{_NUMBER}\+?{_UNIT}(?:以)?(?:之)?内[^,，。;\d]{{0,8}}?(?:到岗|入职|上岗|报到|开始)?"),
    re.compile(rf"{_NUMBER}{_UNIT}(?:以|之)?后[^,，。;]{{0,8}}?(?:到岗|入职|上岗|报到|开始|可)"),
    re.compile(rf"离职[^,，。;\d]{{0,6}}?{_NUMBER}{_UNIT}"),
    re.compile(rf"{_NUMBER}{_UNIT} after "),
    re.compile(rf"(?:到岗|入职|上岗)(?:时间)?\s*[:]?\s*{_NUMBER}{_UNIT}"),
    re.compile(rf"(?:提前|还?需要?|要)\s*{_NUMBER}{_UNIT}[^,，。;\d]{{0,8}}?(?:离职|交接|通知|辞职)"),
    re.compile(rf"(?:within|in|after) (?:about |around |roughly )?{_NUMBER}{_UNIT}(?![a-z])"),
    re.compile(rf"{_NUMBER}[- ]?{_UNIT}(?:'s?)?[' ]*notice"),
    re.compile(rf"notice(?: period)?(?: of| is| :|:)?[^,.;\d]{{0,4}}? {_NUMBER}{_UNIT}"),
)
_MONTHS = (
    re.compile(
        rf"(?:实习|时长|时间|为期|工作|连续|持续|周期|稳定|全职|线下|现场|寒假|暑假|假期|保证|全勤|留|duration|intern\w*|work|stay|commit|availab\w*|for)[^,，。;\d]{{0,18}}?{_NUMBER}\s*(?:个)?\s*(月|年|周(?!内|后|之|以内|[可能]?到岗|\s*[一二三四五六七\d]\s*天)|months?|years?|weeks?)"
    ),
    re.compile(
        rf"{_NUMBER}\s*(?:个)?[- ]?\s*(月|年|周(?!内|后|之|以内|[可能]?到岗|\s*[一二三四五六七\d]\s*天)|months?|years?|weeks?)[^,，。;\d]{{0,8}}?(?:实习|全勤|以上|起|internship|placement|or (?:more|longer))"
    ),
)
_BARE_MONTHS = re.compile(
    rf"(?:^|[,;，；|])\s*(?:可以?|能)?(?:做|干|待|来|实习)?(?:可|能|约|至少|最少|共|for|about|at least)?\s*{_NUMBER}\+?\s*(?:个)?[- ]?(月|months?|年|years?)\s*(?:以上|左右|或以上|起|及以上)?\s*(?:$|[,;，；|])"
)
_WEEK_DAYS = (
    re.compile(
        rf"(?:每周|一周|周|每星期)(?:可|能|至少|最多|只能|仅能|保证|到岗|出勤|实习|工作|可以|可到岗|能到岗)*\s*{_NUMBER}\s*(?:天|日|个工作日)"
    ),
    re.compile(rf"{_NUMBER}\+? ?(?:天|days?)\s*(?:/|per|a|each)\s*(?:周|week)"),
    re.compile(rf"{_NUMBER} ?days? (?:weekly|every week)"),
)
_ARRIVAL = ("arrive_at_once", "arrive_soon", "arrive_next_month", "start_word", "arrival_word")
_NUMERALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "半": 0.5,
}
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}
_DAYS = {
    "天": 1,
    "日": 1,
    "周": 7,
    "星期": 7,
    "礼拜": 7,
    "月": 30,
    "年": 365,
    "day": 1,
    "week": 7,
    "month": 30,
    "year": 365,
}
_MONTHS_IN = {"年": 12.0, "year": 12.0, "周": 0.25, "week": 0.25}  # people count four weeks as a month


@dataclass(frozen=True, slots=True)
class Told:
    """One figure that the application tells, with its quotation."""

    value: float
    quote: Quote


def find_availability(ask: AvailabilityAsk, reading: Reading) -> Outcome:
    """Judge each part that is asked; one part that cannot be kept contradicts the whole."""
    parts: list[Outcome] = []
    if ask.within_days is not None:
        parts.append(_arrival(ask.within_days, reading))
    if ask.months is not None:
        parts.append(_at_least(ask.months, "months", reading, ("可实习", "can stay"), ("个月", "months")))
    if ask.days_per_week is not None:
        parts.append(
            _at_least(ask.days_per_week, "days_per_week", reading, ("每周可到岗", "can come"), ("天", "days a week"))
        )
    if ask.on_site is not None:
        parts.append(_on_site(ask.on_site, reading))
    if not parts:
        return _any_availability(reading)
    return join_all(parts)


def _answered(name: str, reading: Reading) -> tuple[float | None, Answer | None]:
    row = availability_row(reading)
    answer = field_of(row, "/availability", name)
    value = row.get(name)
    if answer is None or isinstance(value, bool):
        return None, answer
    match = re.search(r"\d+(?:\.\d+)?", answer.text)
    return (float(match.group()) if match else None), answer


def _arrival(wanted: int, reading: Reading) -> Outcome:  # noqa: PLR0911 - a decision table, read from top to bottom
    value, answer = _answered("within_days", reading)
    told = reading.remember("arrival", lambda: list(_told_arrival(reading)))
    if value is not None and answer is not None:
        quote = reading.quote_answer(answer)
        opposite = next((item for item in told if (item.value <= wanted) != (value <= wanted)), None)
        if opposite is not None:
            return disagreement(
                "到岗时间：填写项与简历不一致", "arrival: answers and résumé disagree", quote, opposite.quote
            )
        if value <= wanted:
            return met(f"{value:g} 天内可到岗", f"can start within {value:g} days", quote)
        return contradicted(
            f"{value:g} 天后才能到岗，要求 {wanted} 天内", f"can start in {value:g} days, {wanted} are asked for", quote
        )
    if told:
        best = min(told, key=lambda item: item.value)
        if best.value <= wanted:
            return met("写明能按时到岗", "says that the start date can be kept", best.quote)
        return contradicted("写明的到岗时间晚于要求", "the start that is told is later than asked for", best.quote)
    start = answer_at(availability_row(reading).get("start"), "/availability/start")
    if start is not None:
        return not_shown(
            f"到岗日期为 {start.text}，是否来得及由人判断",
            f"start date {start.text}: a person compares it",
            reading.quote_answer(start),
        )
    return not_shown("到岗时间：材料里没有写", "arrival: not stated")


def _told_arrival(reading: Reading) -> Iterator[Told]:
    telling = reading.cues.groups(*_ARRIVAL)
    for source, start, end, plain, planned, wished, _ in planning_clauses(reading):
        if not wished and not reading.cues.may(telling, plain):
            continue
        match = reading.cues.first("arrive_at_once", plain)
        if match is not None:
            yield Told(0, reading.quote(source, start + match.start(), start + match.end()))
            continue
        soon = reading.cues.places("arrive_soon", plain)
        if soon:
            yield Told(7, reading.quote(source, start + soon[0][0], start + soon[0][1]))
            continue
        if planned and reading.cues.has("arrive_next_month", plain):
            yield Told(30, clause_quote(reading, source, start, end))
            continue
        if not (wished or (planned and reading.cues.has("start_word", plain))) and not reading.cues.has(
            "arrival_word", plain
        ):
            continue
        for pattern in _ARRIVE:
            found = pattern.search(plain)
            if found is not None:
                days = _number(found.group(1)) * _DAYS[_unit(found.group(2))]
                yield Told(days, clause_quote(reading, source, start, end))
                break


def _at_least(wanted: int, name: str, reading: Reading, subject: tuple[str, str], unit: tuple[str, str]) -> Outcome:
    value, answer = _answered(name, reading)
    finder = _told_months if name == "months" else _told_days
    told = reading.remember(name, lambda: list(finder(reading)))
    if value is not None and answer is not None:
        quote = reading.quote_answer(answer)
        opposite = next((item for item in told if (item.value >= wanted) != (value >= wanted)), None)
        if opposite is not None:
            return disagreement(
                f"{subject[0]}的{unit[0]}数：填写项与简历不一致",
                f"{unit[1]}: answers and résumé disagree",
                quote,
                opposite.quote,
            )
        if value >= wanted:
            return met(f"{subject[0]} {value:g} {unit[0]}", f"{subject[1]} {value:g} {unit[1]}", quote)
        return contradicted(
            f"{subject[0]} {value:g} {unit[0]}，要求至少 {wanted} {unit[0]}",
            f"{subject[1]} {value:g} {unit[1]}, at least {wanted} asked for",
            quote,
        )
    if told:
        best = max(told, key=lambda item: item.value)
        if best.value >= wanted:
            return met(
                f"写明{subject[0]} {_short(best.value)} {unit[0]}",
                f"says: {subject[1]} {_short(best.value)} {unit[1]}",
                best.quote,
            )
        return contradicted(
            f"写明只有 {_short(best.value)} {unit[0]}，要求至少 {wanted} {unit[0]}",
            f"says: {subject[1]} {_short(best.value)} {unit[1]}; at least {wanted} asked for",
            best.quote,
        )
    what = ("可实习多久", "length of stay") if name == "months" else ("每周几天", "days a week")
    return not_shown(f"{what[0]}：材料里没有写", f"{what[1]}: not stated")


def _told_months(reading: Reading) -> Iterator[Told]:
    for source, start, end, plain, planned, _, _ in planning_clauses(reading):
        if not (planned or reading.cues.has("internship_context", plain)) or is_past(plain, reading):
            continue
        for pattern in (*_MONTHS, _BARE_MONTHS) if planned else _MONTHS:
            match = pattern.search(plain)
            if (
                match is not None
                and "后" not in plain[match.end() : match.end() + 2]
                and "内" not in plain[match.end() : match.end() + 2]
            ):
                months = _number(match.group(1)) * _MONTHS_IN.get(_unit(match.group(2)), 1.0)
                yield Told(months, clause_quote(reading, source, start, end))
                break


def _told_days(reading: Reading) -> Iterator[Told]:
    for source, start, end, plain, planned, _, _ in planning_clauses(reading):
        weekly = "周" in plain or "星期" in plain or "week" in plain
        match = next((found for pattern in _WEEK_DAYS if (found := pattern.search(plain))), None) if weekly else None
        if match is not None:
            yield Told(_number(match.group(1)), clause_quote(reading, source, start, end))
        elif (
            reading.cues.has("full_time", plain)
            and (planned or reading.cues.has("internship_context", plain))
            and not is_past(plain, reading)
        ):
            yield Told(5, clause_quote(reading, source, start, end))


def _on_site(wanted: bool, reading: Reading) -> Outcome:  # noqa: PLR0911 - a decision table, read from top to bottom
    value = availability_row(reading).get("on_site")
    answer = field_of(availability_row(reading), "/availability", "on_site")
    yes, no = _told_on_site(reading)
    if isinstance(value, bool) and answer is not None:
        quote = reading.quote_answer(answer)
        opposite = no if value else yes
        if opposite:
            return disagreement(
                "现场办公：填写项与简历不一致", "on site: answers and résumé disagree", quote, opposite[0]
            )
        if value == wanted or not wanted:
            return met("可现场办公" if value else "线上办公", "on site" if value else "remote", quote)
        return contradicted("不能现场办公", "cannot be on site", quote)
    if wanted and no:
        return contradicted("写明不能现场办公", "says that being on site is not possible", no[0])
    if yes:
        return met("写明可现场办公", "says that being on site is possible", yes[0])
    if no:
        return met("写明线上办公", "says remote work", no[0])
    return not_shown("现场办公：材料里没有写", "on site: not stated")


def _told_on_site(reading: Reading) -> tuple[list[Quote], list[Quote]]:
    def find() -> tuple[list[Quote], list[Quote]]:
        yes: list[Quote] = []
        no: list[Quote] = []
        for source, start, end, plain, _, _, _ in planning_clauses(reading):
            if reading.cues.has("on_site_no", plain):
                no.append(clause_quote(reading, source, start, end))
            elif reading.cues.has("on_site_yes", plain) and not is_past(plain, reading):
                yes.append(clause_quote(reading, source, start, end))
        return yes, no

    return reading.remember("on site", find)


def _any_availability(reading: Reading) -> Outcome:
    row = availability_row(reading)
    answers = [answer for name in sorted(row) if (answer := answer_at(row.get(name), f"/availability/{name}"))]
    if answers:
        return met("写明了到岗安排", "availability is stated", reading.quote_answer(answers[0]))
    return not_shown("到岗安排：材料里没有写", "availability: not stated")


def _short(value: float) -> str:
    return f"{round(value, 1):g}"


def _number(text: str) -> float:
    if text.isdigit():
        return float(text)
    if text.startswith("half"):
        return 0.5
    if text in _WORDS:
        return float(_WORDS[text])
    if "十" in text:
        tens, _, ones = text.partition("十")
        return _NUMERALS.get(tens, 1) * 10 + _NUMERALS.get(ones, 0)
    return float(_NUMERALS.get(text[0], 0))


def _unit(text: str) -> str:
    return text.rstrip("s") if text.isascii() else text
