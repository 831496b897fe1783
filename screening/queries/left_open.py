"""What an application's own answers say to a criterion, and what they leave open: from the form and the answers alone, without any verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rubrics.model import Criterion
from screening.queries.answers import Entry, read_answers

SECTIONS: Mapping[str, str] = {
    "education": "education",
    "availability": "availability",
    "cities": "availability",
    "skills": "skills",
    "publications": "publications",
    "awards": "awards",
    "leaderboards": "awards",
    "projects": "projects",
    "certificates": "certificates",
    "languages": "languages",
    "statement": "statements",
}
"""The section of the answers in which a kind of question is answered (``screening.forms.answers`` writes them)."""
NEEDS: Mapping[str, str] = {
    "within_days": "start",
    "months": "months",
    "days_per_week": "days_per_week",
    "on_site": "on_site",
}
"""The answer field for each figure that a posting asks of one's time."""
UNSAID = frozenset({"key", "criterion", "within_days"})
"""Fields that name what was asked, or say another field over again."""

Named = tuple[str, str]
"""A name in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered in one section, without its file names; ``section`` is named as in JSON Resume."""

    section: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """One criterion: whether the form asked it, what was said, and what was not.

    ``empty`` are kinds of questions without any answer, ``blank`` fields of one's time without one, ``unticked`` the
    languages and tools that were offered and not chosen. None of it says that the candidate lacks anything.
    """

    asked: bool
    said: tuple[Said, ...] = ()
    empty: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    unticked: tuple[Named, ...] = ()


def left_open(criterion: Criterion, questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> LeftOpen:
    """Read one criterion; ``questions`` are those of the form that was filled in, ``answers`` by section."""
    asked = [
        question
        for question in questions
        if question["kind"] in SECTIONS and any(ask["key"] == criterion.key for ask in question["asks"])
    ]
    said: dict[str, list[Any]] = {}
    empty, blank, unticked = [], [], []
    for question in asked:
        section = SECTIONS[question["kind"]]
        found = list(_answered(question, answers.get(section), questions, criterion))
        if found:
            said.setdefault(section, []).extend(entry for entry in found if entry not in said.get(section, ()))
        elif question["kind"] not in empty:
            empty.append(question["kind"])
        if found and question["kind"] == "availability":
            blank += [
                NEEDS[name] for name in question.get("needs", {}) if name in NEEDS and NEEDS[name] not in found[0]
            ]
        if found and question["kind"] == "skills":
            names = {str(entry.get("name")) for entry in found}
            unticked += [
                (option["zh"], option["en"])
                for option in _options(question)
                if not {option["zh"], option["en"]} & names
            ]
    return LeftOpen(
        asked=bool(asked),
        said=tuple(Said(section, entries) for section, rows in said.items() if (entries := _entries(section, rows))),
        empty=tuple(empty),
        blank=tuple(blank),
        unticked=tuple(dict.fromkeys(unticked)),
    )


def _answered(
    question: Mapping[str, Any], written: object, questions: Sequence[Mapping[str, Any]], criterion: Criterion
) -> Iterator[dict[str, Any]]:
    """Give the entries of a section that answer this question."""
    match question["kind"], written:
        case "cities", {"cities": [_, *_] as cities}:
            yield {"cities": cities}
        case "availability", dict(fields):
            own = {name: value for name, value in fields.items() if name != "cities"}
            if own:
                yield own
        case _, [*rows]:
            entries = [row for row in rows if isinstance(row, dict) and "file" not in row]
            yield from (entry for entry in entries if _belongs(entry, question, questions, criterion))
        case _:
            return


def _belongs(
    entry: Mapping[str, Any], question: Mapping[str, Any], questions: Sequence[Mapping[str, Any]], criterion: Criterion
) -> bool:
    match question["kind"]:
        case "statement":
            return entry.get("key") == criterion.key and bool(entry.get("text"))
        case "skills":
            named = entry.get("name")
            return _offers(question, named) or (
                bool(question["open"]) and not any(_offers(other, named) for other in questions)
            )
        case "languages":
            language = question.get("language")
            return language is None or bool(entry.get("language") in (language["zh"], language["en"]))
        case "leaderboards" | "awards" as kind:
            return ("leaderboard" in entry) is (kind == "leaderboards")
        case _:
            return True


def _offers(question: Mapping[str, Any], named: object) -> bool:
    return any(named in (option["zh"], option["en"]) for option in _options(question))


def _options(question: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return [*question.get("options", ()), *question.get("above", ())] if question["kind"] == "skills" else []


def _entries(section: str, rows: list[Any]) -> tuple[Entry, ...]:
    """Lay entries out as the answers' page does, without what only names the question."""
    shown = [{name: value for name, value in row.items() if name not in UNSAID} for row in rows]
    return next(iter(read_answers({section: shown}, {}))).entries if any(shown) else ()
