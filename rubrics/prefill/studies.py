"""Schools with degree, field and dates, gathered line by line into studies; what could belong to two studies belongs to none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rubrics.evidence.dates import spans_in
from rubrics.evidence.degrees import DEGREE_CUES, Study, studies_of
from rubrics.evidence.texts import RESUME, Passage, Role
from rubrics.model import Degree
from rubrics.prefill.dates import Told, months_told, written_span
from rubrics.prefill.offers import Kind, Offer, Wanted, offer
from rubrics.prefill.surface import Surface
from rubrics.prefill.words import pattern

STUDIES = 3
FAR = 4
"""More empty lines than this part two things."""
LONGEST_NAME = 120
_SEGMENTS = re.compile(r"[^\n;；]+")
_BULLET = re.compile(r"\s*[*·•●■◆▪►>+–—-]\s")
_PIECES = re.compile(r"[\t|,，、;；。/()（）\[\]·•:：]|\s{2,}|\s[-–—]\s|\s(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s")
_IN = re.compile(r"\bin\s*$")
_CAPITALISED = re.compile(r"[A-Z][A-Za-z&-]+(?: (?:[A-Z][A-Za-z&-]+|and|of|for|&)){0,5}")
_ONE_WORD = re.compile(r"[\u4e00-\u9fff]{2,14}")


@dataclass(slots=True)
class _Line:
    """What one line tells: places are the résumé's own."""

    start: int
    end: int
    school: str = ""
    degree: Degree | None = None
    area: str = ""
    span: Told | None = None
    end_told: str = ""
    is_current: bool = False
    is_bullet: bool = False
    is_promised: bool = False
    is_in_part: bool = True

    @property
    def tells(self) -> bool:
        return bool(self.school or self.degree or self.span or self.area or self.end_told)


@dataclass(slots=True)
class _Record:
    lines: list[_Line] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return any(getattr(line, name) for line in self.lines)

    def first(self, name: str) -> _Line | None:
        return next((line for line in self.lines if getattr(line, name)), None)

    def takes(self, line: _Line) -> bool:
        """Whether a line can go on with this study: nothing in it is told already."""
        told = [name for name in ("school", "degree", "span") if getattr(line, name)]
        return not any(self.has(name) for name in told) and not (line.area and self.has("area") and not told)


def study_offers(surface: Surface, wanted: Wanted) -> Iterator[Offer]:
    """Offer the studies, those in progress and the latest first, at most as many as a form has room for."""
    found = [
        made
        for record in _records(surface)
        if (made := _offered(record, surface, wanted)) is not None and made.value("institution")
    ]
    ranked = sorted(found, key=lambda item: (item.value("enrolled"), item.value("end") or ""), reverse=True)
    yield from ranked[:STUDIES]


def _records(surface: Surface) -> Iterator[_Record]:
    """Gather lines into studies; after a line of something else, lines belong to nobody until a school is named."""
    record, is_lost = _Record(), False
    for line in _lines(surface):
        if line is None:
            yield record
            record, is_lost = _Record(), True
            continue
        if is_lost and not line.school:
            continue
        is_lost = False
        if not record.takes(line) or not line.is_in_part:
            yield record
            record = _Record()
        if line.tells:
            record.lines.append(line)
    yield record


def _lines(surface: Surface) -> Iterator[_Line | None]:
    """Give the lines that may tell of studies; None where something else begins.

    Outside the part on education a line has to name school and degree; a bullet inside it is a detail unless it opens a study.
    """
    studies = [study for study in studies_of(surface.reading) if study.quote.source == RESUME]
    last: Passage | None = None
    for passage in surface.passages:
        if passage.role not in {Role.EDUCATION, Role.OTHER, Role.SELF}:
            continue
        if last is not None and surface.plain.count("\n", last.end, passage.start) > FAR:
            yield None
        last = passage
        is_in_part = passage.role is Role.EDUCATION
        for match in _SEGMENTS.finditer(surface.text, passage.start, passage.end):
            line = _read(match.start(), match.end(), studies, surface)
            if line is None:
                yield None
                continue
            line.is_in_part = is_in_part
            opens = bool(line.school and (line.degree or (line.span and is_in_part)))
            if opens or (is_in_part and not line.is_bullet):
                yield line


def _read(start: int, end: int, studies: list[Study], surface: Surface) -> _Line | None:
    """Read one line; None when it tells of something else than an own, whole study."""
    others = pattern("studies_with").search(surface.plain, start, end)
    end = others.start() if others is not None and others.start() > start else end
    text, plain, cues = surface.text[start:end], surface.plain[start:end], surface.reading.cues
    for piece in pattern("minor_piece").finditer(plain):
        text, plain = (_blanked(one, *piece.span()) for one in (text, plain))
    if pattern("not_a_study").search(plain) or cues.has("degree_planned", plain):
        return None
    line = _Line(start, end, is_bullet=_BULLET.match(text) is not None)
    told = [study for study in studies if study.quote.start < end and start < study.quote.end]
    places = {degree: cues.places(name, plain) for degree, name in DEGREE_CUES} if told else {}
    own = [degree for degree, found in places.items() if found]
    if len(own) > 1:
        return None
    line.is_promised = any(study.admitted for study in told)
    spans = list(spans_in(plain))
    if len(spans) > 1:
        return None
    taken: list[tuple[int, int]] = []
    if spans:
        _, last, first, stop = spans[0]
        line.span, line.is_current = written_span(plain[first:stop], is_open=last is None), last is None
        taken.append((first, stop))
    line.end_told = _end_told(plain, taken)
    if own:
        line.degree = own[0]
        line.is_current = line.is_current or any(cues.has(name, plain) for name in ("enrolled", "graduating"))
        taken += [_with_lead(plain, *place) for place in places[own[0]]]
    school = _school(text, plain)
    if school is not None:
        line.school = text[school[0] : school[1]].strip()
        taken.append(school)
    if own or school or surface.role_at(start) is Role.EDUCATION:
        line.area = _area(text, plain, taken, surface)
    return line


def _blanked(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"


def _with_lead(plain: str, start: int, end: int) -> tuple[int, int]:
    lead = pattern("degree_lead").search(plain[:start])
    return (lead.start() if lead else start), end


def _school(text: str, plain: str) -> tuple[int, int] | None:
    """Find the only school of a line; a department is none."""
    found = [*_chinese_schools(plain), *_english_schools(text)]
    universities = [place for place in found if not _is_college(plain[place[0] : place[1]])]
    places = universities or found
    names = {plain[start:end] for start, end in places}
    if len(places) == 2 and plain[places[0][0]].isascii() != plain[places[1][0]].isascii():
        between = plain[min(end for _, end in places) : max(start for start, _ in places)]
        if not between.strip(" (（|/·"):  # one school in two languages
            places, names = [min(places)], {plain[slice(*min(places))]}
    if len(names) != 1 or places[0][1] - places[0][0] > LONGEST_NAME:
        return None
    start, end = places[0]
    return None if _is_negligible(plain[start:end]) else (start, end)


def _is_college(name: str) -> bool:
    return name.endswith("学院")


def _is_negligible(name: str) -> bool:
    return len(name) < 4 if not name.isascii() else len(name.split()) < 2


def _chinese_schools(plain: str) -> Iterator[tuple[int, int]]:
    for match in pattern("school_zh").finditer(plain):
        lead = pattern("school_lead").match(match.group())
        start = match.start() + (lead.end() if lead else 0)
        name = plain[start : match.end()]
        if pattern("department").search(name) or len(name) < 4:
            continue
        yield start, match.end()


def _english_schools(text: str) -> Iterator[tuple[int, int]]:
    for match in pattern("school_en").finditer(text):
        name = match.group().strip()
        end = match.start() + len(name)
        if pattern("department_en").search(name.lower()):
            continue
        campus = re.match(r"(?:,| at|[-–—])\s*[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?(?=\s*(?:[,|\t(;]|$|\s{2}))", text[end:])
        if pattern("school_with_campus").search(name.lower()):
            if campus is None:
                continue
            end += campus.end()
        yield match.start(), end


def _area(text: str, plain: str, taken: list[tuple[int, int]], surface: Surface) -> str:
    """Give the field of study as it is written: the piece of the line that names one and nothing else."""
    labelled = pattern("area_label").search(plain)
    if labelled is not None:
        return text[labelled.start("area") : labelled.end("area")].strip()
    left = list(text)
    for start, end in taken:
        left[start:end] = "\t" * (end - start)
    pieces: list[str] = []
    for piece in _PIECES.split("".join(left)):
        lead = pattern("area_lead").match(piece.lower())
        words = piece[lead.end() if lead else 0 :]
        tail = pattern("area_tail").search(words.lower())
        words = words[: tail.start()] if tail else words
        is_led = lead is not None and _IN.search(lead.group()) is not None and _CAPITALISED.fullmatch(words) is not None
        if 2 <= len(words) <= (60 if words.isascii() else 24) and (is_led or _names_field(words, surface)):
            pieces.append(words.strip())
    return pieces[0] if len(set(pieces)) == 1 else ""


def _names_field(words: str, surface: Surface) -> bool:
    """Whether a piece names a field of study with hardly a word besides."""
    if pattern("no_area").search(words.lower()):
        return False
    found = surface.reading.lexicon.find(words, frozenset({"field"}))
    if _ONE_WORD.fullmatch(words):
        return bool(found)
    return sum(mention.end - mention.start for mention in found) * 2 >= len(words)


def _end_told(plain: str, taken: list[tuple[int, int]]) -> str:
    """Give the one graduation date that stands beside a span or without one."""
    rest = "".join(
        " " if any(start <= place < end for start, end in taken) else character for place, character in enumerate(plain)
    )
    told = [month for match in pattern("graduation").finditer(rest) for month in months_told(match.group())]
    return told[0] if len(set(told)) == 1 else ""


def _offered(record: _Record, surface: Surface, wanted: Wanted) -> Offer | None:
    school = record.first("school")
    if school is None or not (record.has("degree") or record.has("span") or record.has("area")):
        return None
    degree, area, span = record.first("degree"), record.first("area"), record.first("span")
    told = record.first("end_told")
    start, end = (span.span.start, span.span.end) if span is not None and span.span is not None else ("", "")
    if told is not None:
        end = end or told.end_told
    if start and end and end[: len(start)] < start[: len(end)]:
        return None
    if record.has("is_promised") and not (start and wanted.today and start <= wanted.today[: len(start)]):
        return None  # admitted, and nothing says that it has begun
    is_ahead = bool(wanted.today and end and end[: len(wanted.today)] >= wanted.today[: len(end)])
    is_over = bool(wanted.today and end and not is_ahead)
    enrolled = not is_over and (is_ahead or record.has("is_current"))
    lines = [line for line in (school, degree, area, span, told) if line is not None]
    quotes = tuple(surface.quote(line.start, line.end) for line in sorted(lines, key=lambda line: line.start))
    return offer(
        Kind.EDUCATION,
        quotes,
        institution=school.school,
        degree=degree.degree.value if degree is not None and degree.degree is not None else None,
        area=area.area if area is not None else None,
        start=start,
        end=end,
        enrolled="y" if enrolled else None,
    )
