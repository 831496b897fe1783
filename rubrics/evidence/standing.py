"""Academic standing: averages on their own scale, rank shares, honours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.study_texts import matches
from rubrics.evidence.texts import Role, entries, field_of
from rubrics.model import StandingAsk
from rubrics.prescore import Quote


def find_standing(ask: StandingAsk, reading: Reading) -> Outcome:  # noqa: C901, PLR0911 - a decision table, read from top to bottom
    """Judge grades: an average on its own scale, a rank share, or an honour."""
    marks = reading.remember("marks", lambda: tuple(_marks(reading)))
    if ask.top_share is not None:
        shares = [mark for mark in marks if mark.share is not None]
        if shares:
            best = min(shares, key=lambda mark: mark.share or 0)
            text_zh, text_en = f"排名：前 {_percent(best.share)}", f"rank: top {_percent(best.share)}"
            if (best.share or 0) <= ask.top_share + 1e-9:
                return met(text_zh, text_en, best.quote)
            return contradicted(f"{text_zh}，低于要求", f"{text_en}, below what is asked", best.quote)
    if ask.grade is not None:
        graded = [mark for mark in marks if mark.grade is not None]
        if graded:
            best = max(graded, key=lambda mark: mark.grade or 0)
            if (best.grade or 0) >= ask.grade - 1e-9:
                return met("绩点达到要求", "grade average reaches what is asked", best.quote)
            return contradicted("绩点低于要求", "grade average is below what is asked", best.quote)
    if not marks:
        return not_shown("成绩：材料里没有写", "grades: not stated")
    best = max(marks, key=lambda mark: mark.merit)
    if ask.top_share is not None or ask.grade is not None:
        if best.merit >= 2:
            return partly("写了成绩，但不是所问的指标", "grades are stated, but not the measure asked for", best.quote)
        return not_shown("成绩：没有所问的指标", "grades: the measure asked for is not stated", best.quote)
    if best.merit >= 3:
        return met("成绩优秀：有绩点、排名或荣誉为证", "good standing shown by average, rank or honour", best.quote)
    if best.merit == 2:
        return partly("成绩尚好，未到优秀", "fair standing, short of excellent", best.quote)
    return contradicted("成绩较低", "grades are low", best.quote)


_AVERAGE = re.compile(
    r"(?:gpa|绩点|平均分|均分|加权(?:平均)?(?:成绩|分)?|grade point average|average grade|成绩)[^\d\n,;。]{0,14}?(\d{1,3}(?:\.\d+)?)(?:\s*(?:/|out of|满分)\s*(\d{1,3}(?:\.\d+)?))?"
)
_PLAIN_SCORE = re.compile(r"^\s*(?:gpa\s*:?\s*)?(\d{1,3}(?:\.\d+)?)(?:\s*(?:/|out of)\s*(\d{1,3}(?:\.\d+)?))?")
_RANK = re.compile(
    r"(?:排名|rank(?:ed|ing)?|名次|专业|年级|综合|综测|成绩|班级)[^\d%\n]{0,10}(\d{1,4})\s*/\s*(\d{1,5})"
)
_BARE_RANK = re.compile(r"^\s*(?:第\s*)?(\d{1,4})\s*(?:/|of|out of)\s*(\d{1,5})")
_TOP = re.compile(r"(?:前|top)\s*(\d{1,2}(?:\.\d+)?)\s*%")
_GOOD = {4.0: (3.5, 3.0), 4.3: (3.7, 3.2), 4.5: (3.9, 3.3), 5.0: (4.2, 3.5), 10.0: (8.5, 7.5), 100.0: (85.0, 78.0)}


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement on grades: average on a 4-point scale, rank share, and its merit (3 good, 2 fair, 1 low)."""

    quote: Quote
    merit: int
    grade: float | None = None
    share: float | None = None


def _marks(reading: Reading) -> Iterator[Mark]:
    for pointer, row in entries(reading.dossier.answers, "education"):
        score, rank = field_of(row, pointer, "score", "gpa"), field_of(row, pointer, "rank")
        if score is not None:
            match = _PLAIN_SCORE.match(score.plain) or _AVERAGE.search(score.plain)
            if match is not None:
                yield from _graded(match, reading.quote_answer(score))
            yield from _ranked(score.plain, reading.quote_answer(score), bare=False)
        if rank is not None:
            yield from _ranked(rank.plain, reading.quote_answer(rank), bare=True)
    for passage in reading.passages(Role.EDUCATION, Role.SELF, Role.OTHER, Role.AWARD, Role.STATEMENT):
        yield from _marks_told(passage.source, passage.start, passage.end, passage.role, reading)


def _marks_told(source: int, start: int, end: int, role: Role, reading: Reading) -> Iterator[Mark]:
    plain = reading.sources[source].plain
    line = plain[start:end]
    studied = role is Role.EDUCATION or matches(reading, "grade", line) or "排名" in line or "rank" in line
    if studied and role is not Role.AWARD:
        german = "german" in line or "deutsch" in line
        for match in _GERMAN.finditer(plain, start, end) if german else ():
            yield _german(match, reading.quote(source, match.start(), match.end()))
            return
        for match in _AVERAGE.finditer(plain, start, end):
            yield from _graded(match, reading.quote(source, match.start(), match.end()))
        for pattern in (_RANK, _TOP):
            for match in pattern.finditer(plain, start, end):
                yield from _ranked(match.group(), reading.quote(source, match.start(), match.end()), bare=False)
    if matches(reading, "wish", line) or matches(reading, "quoted", line):
        return
    if not reading.cues.may(reading.cues.groups("honour_top", "honour_some", "grade_poor"), line):
        return
    for name, merit in (("honour_top", 3), ("honour_some", 2), ("grade_poor", 1)):
        places = reading.cues.places(name, line)
        if places:
            yield Mark(reading.quote(source, start + places[0][0], start + places[0][1]), merit)
            return


_GERMAN = re.compile(r"(?:grade|note|average|mark)[^\d\n]{0,14}([1-4][.,]\d{1,2})(?=[^\n]{0,14}(?:german|deutsch))")


def _german(match: re.Match[str], quote: Quote) -> Mark:
    """Read a German mark: 1.0 is the best, 4.0 just passed."""
    value = float(match.group(1).replace(",", "."))
    return Mark(quote, 3 if value <= 1.7 else 2 if value <= 2.5 else 1)


def _graded(match: re.Match[str], quote: Quote) -> Iterator[Mark]:
    value = float(match.group(1))
    scale = float(match.group(2)) if match.group(2) else _scale_of(value)
    known = _GOOD.get(scale)
    if scale is None or known is None or value > scale:
        return
    good, fair = known
    grade = (
        min(4.0, (value - 50) / 10)
        if scale == 100.0
        else value * 4.0 / scale
        if scale not in {4.3, 4.5}
        else min(4.0, value)
    )
    yield Mark(quote, 3 if value >= good else 2 if value >= fair else 1, grade=round(grade, 4))


def _scale_of(value: float) -> float:
    for scale in (4.0, 4.3, 4.5, 5.0, 10.0):
        if value <= scale:
            return scale
    return 100.0


def _ranked(plain: str, quote: Quote, *, bare: bool) -> Iterator[Mark]:
    match = _RANK.search(plain) or (_BARE_RANK.match(plain) if bare else None)
    share: float | None = None
    if match is not None and int(match.group(2)) > 4 and int(match.group(1)) <= int(match.group(2)):
        share = int(match.group(1)) / int(match.group(2))
    else:
        top = _TOP.search(plain)
        share = float(top.group(1)) / 100 if top is not None else None
    if share is not None:
        yield Mark(quote, 3 if share <= 0.2 else 2 if share <= 0.4 else 1, share=round(share, 6))


def _percent(share: float | None) -> str:
    return f"{round((share or 0) * 100, 1):g}%"
