"""What a JSON Resume document (jsonresume.org, schema 1.0) offers: each value is quoted from where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rubrics.dossier import Json
from rubrics.evidence import Reading
from rubrics.evidence.degrees import degree_in
from rubrics.evidence.texts import Answer, entries, field_of, list_of
from rubrics.prefill.achievements import ToldContest, contest_told
from rubrics.prefill.contact import LINKS
from rubrics.prefill.dates import months_told, year_told
from rubrics.prefill.offers import Kind, Offer, Wanted, offer
from rubrics.prefill.skills import languages_in
from rubrics.prefill.words import pattern
from rubrics.prescore import Quote

STUDIES = 3
PAPERS = 3
AWARDS = 3
PROJECTS = 3
CERTIFICATES = 2


def answered_offers(reading: Reading, wanted: Wanted) -> Iterator[Offer]:
    """Offer what stands in the document's sections; skills are read with the résumé's."""
    dossier = reading.dossier
    yield from _contact(dossier.answers)
    yield from _studies(reading, wanted)
    yield from _papers(dossier.answers)
    yield from _awards(reading)
    yield from _projects(dossier.answers)
    for pointer, row in entries(dossier.answers, "languages"):
        language, fluency = field_of(row, pointer, "language"), field_of(row, pointer, "fluency")
        if language is not None and fluency is not None:
            for code in sorted(languages_in(language.text, reading) & wanted.languages):
                yield offer(Kind.LANGUAGE, _quotes(language, fluency), language=code, fluency=_line(fluency))
    for pointer, row in list(entries(dossier.answers, "certificates"))[:CERTIFICATES]:
        name, date = field_of(row, pointer, "name"), field_of(row, pointer, "date")
        if name is not None:
            yield offer(Kind.CERTIFICATE, _quotes(name, date), name=_line(name), year=_year(date))


def _contact(answers: Mapping[str, Json]) -> Iterator[Offer]:
    basics = answers.get("basics")
    if not isinstance(basics, dict):
        return
    for kind in (Kind.NAME, Kind.EMAIL, Kind.PHONE, Kind.SUMMARY):
        found = field_of(basics, "/basics", kind.value)
        if found is not None:
            yield offer(kind, _quotes(found), value=found.text.strip())
    pages = [field_of(basics, "/basics", "url")]
    pages += [field_of(row, f"/basics{pointer}", "url") for pointer, row in entries(basics, "profiles")]
    told = {page.text.strip(): page for page in pages if page is not None}
    for value, page in list(told.items())[:LINKS]:
        yield offer(Kind.LINK, _quotes(page), value=value if "://" in value else f"https://{value}")


def _studies(reading: Reading, wanted: Wanted) -> Iterator[Offer]:
    found = []
    for pointer, row in entries(reading.dossier.answers, "education"):
        school, kind = field_of(row, pointer, "institution"), field_of(row, pointer, "studyType")
        area, score = field_of(row, pointer, "area"), field_of(row, pointer, "score", "gpa")
        start, end = field_of(row, pointer, "startDate"), field_of(row, pointer, "endDate")
        rank = field_of(row, pointer, "rank")
        if school is None:
            continue
        degree = degree_in(kind.plain, reading) if kind is not None else None
        last = _month(end)
        is_ahead = bool(start and not last) or bool(wanted.today and last and last >= wanted.today[: len(last)])
        is_enrolled = row["enrolled"] if isinstance(row.get("enrolled"), bool) else is_ahead
        found.append(
            offer(
                Kind.EDUCATION,
                _quotes(school, kind, area, start, end, score, rank),
                institution=_line(school),
                degree=degree.value if degree is not None else None,
                area=_line(area),
                start=_month(start),
                end=last,
                enrolled="y" if is_enrolled else None,
                gpa=_line(score),
                rank=_line(rank),
            )
        )
    found.sort(key=lambda made: (made.value("enrolled"), made.value("end") or made.value("start")), reverse=True)
    yield from found[:STUDIES]


def _papers(answers: Mapping[str, Json]) -> Iterator[Offer]:
    for pointer, row in list(entries(answers, "publications"))[:PAPERS]:
        name, publisher = field_of(row, pointer, "name"), field_of(row, pointer, "publisher")
        date, status = field_of(row, pointer, "releaseDate"), field_of(row, pointer, "status")
        url, place = field_of(row, pointer, "url"), field_of(row, pointer, "authorPosition")
        if name is None:
            continue
        yield offer(
            Kind.PUBLICATION,
            _quotes(name, publisher, date, status, place, url),
            name=_line(name),
            publisher=_line(publisher),
            year=_year(date),
            status=_status(status),
            position=_line(place) if place is not None and place.text.isdigit() else None,
            url=_line(url),
        )


def _status(status: Answer | None) -> str | None:
    if status is None:
        return None
    found = [
        state
        for state, name in (
            ("accepted", "paper_taken"),
            ("published", "paper_out"),
            ("preparing", "paper_in_preparation"),
        )
        if pattern(name).search(status.plain)
    ]
    return found[0] if len(found) == 1 else None


def _awards(reading: Reading) -> Iterator[Offer]:
    count = 0
    for pointer, row in entries(reading.dossier.answers, "awards"):
        title, date = field_of(row, pointer, "title"), field_of(row, pointer, "date")
        contest, prize = field_of(row, pointer, "contest"), field_of(row, pointer, "prize")
        told = contest_told(title.text, reading) if title is not None else None
        if contest is not None and prize is not None:
            told = ToldContest(_line(contest) or "", _line(prize) or "", told.year if told is not None else "")
        if told is not None and count < AWARDS:
            count += 1
            yield offer(
                Kind.AWARD,
                _quotes(title, contest, prize, date),
                contest=told.contest,
                prize=told.prize,
                year=_year(date) or told.year,
            )


def _projects(answers: Mapping[str, Json]) -> Iterator[Offer]:
    """Offer the projects that say of themselves that their code is open."""
    count = 0
    for pointer, row in entries(answers, "projects"):
        name, about = field_of(row, pointer, "name"), field_of(row, pointer, "description")
        kind, url = field_of(row, pointer, "type"), field_of(row, pointer, "url")
        told = " ".join(answer.plain for answer in (kind, url, about) if answer is not None)
        if name is None or not pattern("open_source").search(told) or count == PROJECTS:
            continue
        count += 1
        points = list_of(row, pointer, "highlights")
        words = "\n".join(answer.text.strip() for answer in (about, *points) if answer is not None)
        yield offer(
            Kind.PROJECT, _quotes(name, about, *points, url), name=_line(name), url=_line(url), description=words
        )


def _quotes(*answers: Answer | None) -> tuple[Quote, ...]:
    return tuple(Reading.quote_answer(answer) for answer in answers if answer is not None)


def _line(answer: Answer | None) -> str | None:
    return " ".join(answer.text.split()) if answer is not None else None


def _month(answer: Answer | None) -> str:
    months = months_told(answer.plain) if answer is not None else []
    return months[0] if months else ""


def _year(answer: Answer | None) -> str | None:
    return (year_told(answer.plain) or None) if answer is not None else None
