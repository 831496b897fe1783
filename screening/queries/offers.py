"""What a draft's résumé offers for its form: each offer with the fields that it would fill and the words that it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.evidence.texts import blank_out
from screening.models import DraftFile, TextState

Document = Mapping[str, Any]
AROUND = 40
LINKS = ("link0", "link1", "link2")
ENTRIES = {"education": 3, "publications": 3, "awards": 3, "projects": 3, "certificates": 2}
"""How many entries of a kind a form has room for (``screening.forms.questions``)."""
TICKED = "y"
ONE_FIELD = {"name": "name", "email": "email", "phone": "phone", "summary": "summary"}
OF_ENTRIES = {
    "education": ("education", "institution"),
    "publication": ("publications", "name"),
    "award": ("awards", "contest"),
    "project": ("projects", "name"),
    "certificate": ("certificates", "name"),
}
"""By kind of offer: the kind of question that takes it, and the field by which two entries are the same."""


class Progress(StrEnum):
    """How far the reading of a résumé is."""

    NONE = "none"
    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the résumé: ``source`` is "resume" or a JSON Pointer, offsets count characters of its text.

    ``line`` is the first line they stand in, from 1; ``before`` and ``after`` are what else can be seen in their lines.
    """

    source: str
    start: int
    end: int
    quote: str
    line: int = 0
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class FieldOffer:
    """One thing to take over. ``fields`` are the inputs it fills; ``replaced`` is what somebody typed in its place, empty when nothing is overwritten; ``option`` names a skill in the form's words."""

    id: str
    kind: str
    values: Mapping[str, str]
    quotes: tuple[Passage, ...]
    fields: tuple[tuple[str, str], ...]
    replaced: str = ""
    option: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The state of a draft's résumé and what it offers; ``failure`` is one of the sentences of screening.documents.failures.

    ``mark`` changes with the file, so that a choice is never applied to the offers of another one.
    """

    progress: Progress
    offers: tuple[FieldOffer, ...] = ()
    file_name: str = ""
    pages: int | None = None
    failure: str | None = None
    mark: str = ""


def reading_of(
    session: Session, *, draft_id: int, questions: Sequence[Document], fields: Sequence[Sequence[str]]
) -> Reading:
    """Read what the draft's résumé offers that ``fields``, the draft's [name, value] pairs, do not hold yet."""
    file = session.scalar(select(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.field == "resume"))
    if file is None:
        return Reading(Progress.NONE)
    progress = {TextState.WAITING: Progress.WAITING, TextState.FAILED: Progress.FAILED}.get(
        file.text_state, Progress.READ
    )
    offers = tuple(
        replace(offer, quotes=tuple(_placed(quote, file) for quote in offer.quotes))
        for offer in offers_for(file.offered or [], questions=questions, fields=fields)
    )
    return Reading(progress, offers, file.original_name, file.pages, file.failure, file.sha256[:16])


def _placed(passage: Passage, file: DraftFile) -> Passage:
    """Tell the line of a passage and what stands around it there, without what nobody sees."""
    if passage.source != "resume" or file.text is None:
        return passage
    visible = blank_out(file.text, [(start, end) for start, end in file.hidden or ()])
    first = visible.rfind("\n", 0, passage.start) + 1
    last = visible.find("\n", passage.end)
    before, after = visible[first : passage.start], visible[passage.end : last if last >= 0 else None]
    return replace(
        passage,
        line=visible.count("\n", 0, passage.start) + 1,
        before=f"…{before[-AROUND:]}" if len(before) > AROUND else before.lstrip(),
        after=f"{after[:AROUND]}…" if len(after) > AROUND else after.rstrip(),
    )


def offers_for(
    offered: Sequence[Document], *, questions: Sequence[Document], fields: Sequence[Sequence[str]]
) -> Iterator[FieldOffer]:
    """Fit offers into a form: only what it asks, what it has room for and what is not in it already; pure.

    An entry goes where none stands yet. What somebody typed is named in ``replaced`` and only overwritten if they say so.
    """
    form = _Form(questions, fields)
    for number, document in enumerate(offered):
        found = form.fit(document)
        if found is None:
            continue
        filled, replaced, option = found
        form.take(filled)
        yield FieldOffer(
            id=f"o{number}",
            kind=document["kind"],
            values=document["values"],
            quotes=tuple(Passage(**quote) for quote in document["quotes"]),
            fields=filled,
            replaced=replaced,
            option=option,
        )


Filled = tuple[tuple[str, str], ...]
Fit = tuple[Filled, str, Mapping[str, str] | None]


class _Form:
    """A form with what stands in it; each offer that was fitted in takes its place."""

    def __init__(self, questions: Sequence[Document], fields: Sequence[Sequence[str]]) -> None:
        self.questions = questions
        self.typed = {name: value for name, value in fields if value}
        self.given: dict[str, str] = {}

    def take(self, filled: Filled) -> None:
        self.given |= dict(filled)

    def fit(self, document: Document) -> Fit | None:
        kind, values = document["kind"], document["values"]
        if kind in ONE_FIELD:
            return self.one(ONE_FIELD[kind], values["value"])
        if kind == "link":
            return self.link(values["value"])
        if kind in OF_ENTRIES:
            return self.entry(*OF_ENTRIES[kind], values)
        if kind == "skill":
            return self.skill(values)
        return self.language(values) if kind == "language" else None

    def one(self, name: str, value: str) -> Fit | None:
        """Fill a field that holds one thing; the second offer for it is none."""
        if name in self.given or _same(self.typed.get(name, ""), value):
            return None
        return ((name, value),), self.typed.get(name, ""), None

    def link(self, value: str) -> Fit | None:
        if any(_same(self.held(name), value) for name in LINKS):
            return None
        free = next((name for name in LINKS if not self.held(name)), None)
        return None if free is None else (((free, value),), "", None)

    def entry(self, kind: str, key: str, values: Mapping[str, str]) -> Fit | None:
        """Put an entry in the first free place of its question; one that names what stands there already is none."""
        question = next((one for one in self.questions if one["kind"] == kind), None)
        if question is None:
            return None
        for number in range(ENTRIES[kind]):
            before = f"{question['id']}-entry{number}-"
            held = {
                name.removeprefix(before): value
                for name, value in [*self.typed.items(), *self.given.items()]
                if name.startswith(before)
            }
            if not held:
                fields = tuple((f"{before}{name}", value) for name, value in values.items())
                return (*self.opening(question, kind != "education"), *fields), "", None
            if _same(held.get(key, ""), values.get(key, "")) and held.get("degree", "") in {
                "",
                values.get("degree", ""),
            }:
                return None
        return None

    def skill(self, values: Mapping[str, str]) -> Fit | None:
        for question in self.questions:
            if question["kind"] != "skills":
                continue
            for number, option in enumerate(question["options"]):
                name = f"{question['id']}-option{number}"
                if option["value"] != values["term"]:
                    continue
                level = f"{question['id']}-level{number}"
                if self.held(name):
                    return None
                told = ((level, values["level"]),) if values.get("level") and not self.held(level) else ()
                return (*self.opening(question, question["section"] == "bonus"), (name, TICKED), *told), "", option
        return None

    def language(self, values: Mapping[str, str]) -> Fit | None:
        for question in self.questions:
            if question["kind"] == "languages" and question["language"]["value"] == values["language"]:
                name = f"{question['id']}-fluency"
                if _same(self.held(name), values["fluency"]) or name in self.given:
                    return None
                filled = (*self.opening(question, question["section"] == "bonus"), (name, values["fluency"]))
                return filled, self.typed.get(name, ""), question["language"]
        return None

    def opening(self, question: Document, has_tick: bool) -> Filled:
        """Tick the box behind which a question's fields stand."""
        name = f"{question['id']}-has"
        return ((name, TICKED),) if has_tick and not self.held(name) else ()

    def held(self, name: str) -> str:
        return self.given.get(name) or self.typed.get(name, "")


def _same(one: str, other: str) -> bool:
    """Whether two texts say the same but for blanks, case and the beginning of an address."""
    return _core(one) == _core(other)


def _core(text: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|[\s\-()]|/$", "", text.strip().lower())
