"""A filled-in form as a JSON Resume document (jsonresume.org, schema 1.0) with the domain's additions.

Only what counts is in it: empty entries, unticked questions and empty fields are left out. Levels and degrees are
written in the words of the candidate's language, so that evidence can quote them.
"""

# ruff: noqa: ARG001 - every writer has one signature

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from screening.forms.application import LINKS, ApplicationForm
from screening.forms.custom import ANSWER, number
from screening.forms.inputs import day, month, web_address, whole_number
from screening.forms.questions import NOWHERE, Document
from screening.services.custom_questions import QuestionType, load_wording

DEGREES = {
    "associate": ("大专", "Associate"),
    "bachelor": ("本科", "Bachelor"),
    "master": ("硕士", "Master"),
    "doctorate": ("博士", "Doctorate"),
}
LEVELS = {
    "basic": ("了解", "basic"),
    "familiar": ("熟悉", "familiar"),
    "proficient": ("掌握", "proficient"),
    "expert": ("精通", "expert"),
}
PAPER_STATES = {
    "published": ("已发表", "published"),
    "accepted": ("已录用", "accepted"),
    "submitted": ("在投", "submitted"),
    "preparing": ("撰写中", "in preparation"),
}


def answers_of(form: ApplicationForm, *, questions: Sequence[Document], chinese: bool, today: date) -> dict[str, Any]:
    """Give the answers by top-level section; ``today`` turns the start date into days."""
    return sections_of(form, questions=questions, chinese=chinese, today=today, basics=_basics(form))


def sections_of(
    form: Any, *, questions: Sequence[Document], chinese: bool, today: date, basics: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Give what the questions' parts of any form hold, by top-level section; empty sections are left out."""
    answers: dict[str, Any] = {"basics": basics}
    for question in questions:
        part = form[question["id"]].form
        if part.is_asked and not part.is_blank:
            for section, value in WRITERS[question["kind"]](part, question, chinese, today):
                if isinstance(value, dict):
                    answers.setdefault(section, {}).update(value)
                elif section in answers:
                    answers[section].extend(value)
                else:
                    answers[section] = list(value)
    return {section: value for section, value in answers.items() if value}


def _basics(form: ApplicationForm) -> dict[str, Any]:
    links = [address for number in range(LINKS) if (address := web_address(form[f"link{number}"].data or ""))]
    profiles = [{"network": urlsplit(address).hostname, "url": address} for address in links if form]
    return _kept(
        name=form.name.data, email=form.email.data, phone=form.phone.data, summary=form.summary.data, profiles=profiles
    )


Written = Iterator[tuple[str, Any]]


def _education(part: Any, question: Document, chinese: bool, today: date) -> Written:
    yield (
        "education",
        [
            _kept(
                institution=entry.institution.data,
                studyType=_word(DEGREES, entry.degree.data, chinese=chinese),
                area=entry.area.data,
                startDate=month(entry.start.data),
                endDate=month(entry.end.data),
                enrolled=entry.enrolled.data,
                score=entry.gpa.data,
                rank=entry.rank.data,
            )
            for entry in _filled(part)
        ],
    )


def _availability(part: Any, question: Document, chinese: bool, today: date) -> Written:
    start = day(part.start.data)
    yield (
        "availability",
        _kept(
            start=start.isoformat() if start else None,
            within_days=max(0, (start - today).days) if start else None,
            months=whole_number(part.months.data),
            days_per_week=whole_number(part.days_per_week.data),
            on_site={"yes": True, "no": False}.get(part["on_site"].data) if "on_site" in part else None,
        ),
    )


def _cities(part: Any, question: Document, chinese: bool, today: date) -> Written:
    yield "availability", {"cities": [city for city in part.chosen.data if city != NOWHERE]}


def _skills(part: Any, question: Document, chinese: bool, today: date) -> Written:
    skills = [
        _kept(
            name=option["zh" if chinese else "en"],
            level=_word(LEVELS, part[f"level{number}"].data, chinese=chinese),
            example=part[f"example{number}"].data,
        )
        for number, option in enumerate(question["options"])
        if part[f"option{number}"].data
    ]
    if "other" in part and not part["other"].form.is_blank:
        other = part["other"].form
        level = _word(LEVELS, other.level.data, chinese=chinese)
        skills.append(_kept(name=other.name.data, level=level, example=other.example.data))
    yield "skills", skills


def _publications(part: Any, question: Document, chinese: bool, today: date) -> Written:
    yield (
        "publications",
        [
            _kept(
                name=entry.name.data,
                publisher=entry.publisher.data,
                releaseDate=month(entry.year.data),
                status=_word(PAPER_STATES, entry.status.data, chinese=chinese),
                authorPosition=whole_number(entry.position.data),
                url=web_address(entry.url.data or ""),
            )
            for entry in _filled(part)
        ],
    )


def _awards(part: Any, question: Document, chinese: bool, today: date) -> Written:
    yield (
        "awards",
        [
            _kept(
                title=f"{entry.contest.data} {entry.prize.data}",
                contest=entry.contest.data,
                prize=entry.prize.data,
                date=month(entry.year.data),
            )
            for entry in _filled(part)
        ],
    )


def _leaderboards(part: Any, question: Document, chinese: bool, today: date) -> Written:
    board = "榜单" if chinese else "leaderboard"
    yield (
        "awards",
        [
            _kept(
                title=f"{entry.dataset.data} {board} {entry.place.data}",
                leaderboard=entry.dataset.data,
                prize=entry.place.data,
                date=month(entry.year.data),
                url=web_address(entry.url.data or ""),
            )
            for entry in _filled(part)
        ],
    )


def _projects(part: Any, question: Document, chinese: bool, today: date) -> Written:
    yield (
        "projects",
        [
            _kept(
                name=entry.name.data,
                description=entry.description.data,
                type="开源项目" if chinese else "open source",
                url=web_address(entry.url.data or ""),
            )
            for entry in _filled(part)
        ],
    )


def _certificates(part: Any, question: Document, chinese: bool, today: date) -> Written:
    yield "certificates", [_kept(name=entry.name.data, date=month(entry.year.data)) for entry in _filled(part)]


def _languages(part: Any, question: Document, chinese: bool, today: date) -> Written:
    yield "languages", [{"language": question["language"]["zh" if chinese else "en"], "fluency": part.fluency.data}]


def _statement(part: Any, question: Document, chinese: bool, today: date) -> Written:
    yield (
        "statements",
        [{"key": ask["key"], "criterion": ask["criterion"], "text": part.text.data} for ask in question["asks"]],
    )


def _custom(part: Any, question: Document, chinese: bool, today: date) -> Written:
    """Write an answer with the question as it was asked; these answers are for people and never judged by the engine."""
    kind, data = QuestionType(question["type"]), part[ANSWER].data
    words = {one["value"]: load_wording(one).said(chinese=chinese) for one in question.get("options", ())}
    value: Any = data
    match kind:
        case QuestionType.ONE:
            text = words[data]
        case QuestionType.MANY:
            text = "；".join(words[one] for one in data) if chinese else "; ".join(words[one] for one in data)
        case QuestionType.NUMBER:
            value = number(data)
            text = " ".join([f"{value:g}", load_wording(question["unit"]).said(chinese=chinese)]).strip()
        case QuestionType.DATE:
            found = day(data)
            value = text = found.isoformat() if found else data
        case QuestionType.FILE:
            value = text = data.original_name
        case _:
            text = data
    flags = {name: True for name in ("personal", "for_interviewers") if question[name]}
    yield (
        "custom",
        [
            {
                "id": question["name"],
                "type": kind.value,
                "label": question["label"],
                "value": value,
                "text": text,
                **flags,
            }
        ],
    )


def _filled(part: Any) -> list[Any]:
    return [field.form for field in part if field.short_name.startswith("entry") and not field.form.is_blank]


def _word(words: dict[str, tuple[str, str]], value: str | None, *, chinese: bool) -> str | None:
    return words[value][0 if chinese else 1] if value in words else None


def _kept(**values: Any) -> dict[str, Any]:
    """Leave out what was not filled in; a plain no and a zero stay."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


WRITERS = {
    "education": _education,
    "availability": _availability,
    "cities": _cities,
    "skills": _skills,
    "publications": _publications,
    "awards": _awards,
    "leaderboards": _leaderboards,
    "projects": _projects,
    "certificates": _certificates,
    "languages": _languages,
    "statement": _statement,
    "custom": _custom,
}
