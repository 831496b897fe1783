"""A recruiter's own questions of a posting: what they are, what may hang on what, and edits of a list of them. Pure.

Ids are unique over all postings (``c<posting>_<number>``), so that the questions of several postings can stand in one form;
one that was deleted is never given again. A label, help text, option or unit has a Chinese and an English wording, of which
one is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from rubrics.fairness import Topic, check_question

KIND = "custom"
MOST = 30
"""So many questions of a recruiter's own stand in one form at most."""
MOST_FILES = 3
"""Questions that take a file: each may bring 10 MB, and one request has to hold them."""
LABEL_LENGTH = 300
HELP_LENGTH = 600
OPTION_LENGTH = 120
OPTIONS = 30
UNIT_LENGTH = 20
BETWEEN = " / "
ANSWERED = "*"
"""The value of a condition that holds for any answer."""


class QuestionType(StrEnum):
    """What kind of answer a question takes."""

    SHORT = "short"
    LONG = "long"
    ONE = "one"
    MANY = "many"
    NUMBER = "number"
    DATE = "date"
    FILE = "file"


CHOICES = frozenset({QuestionType.ONE, QuestionType.MANY})
SOURCES = ("cities", "degree", "on_site", "skill", "have")
"""Answers to the rubric's questions on which a question may hang; they keep their names over rubric versions."""


class QuestionError(Exception):
    """An edit that cannot be made: ``code`` is unknown, too_many, too_many_files or circle."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Wording:
    """Words in one or both languages."""

    zh: str = ""
    en: str = ""

    def said(self, *, chinese: bool) -> str:
        """Give the words in the page's language, else those there are."""
        return (self.zh or self.en) if chinese else (self.en or self.zh)

    def __bool__(self) -> bool:
        """Tell whether there are words at all."""
        return bool(self.zh or self.en)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose; ``value`` stays when its words change."""

    value: str
    words: Wording


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question is asked: ``source`` is another question's id or one of ``SOURCES``, ``value`` the answer it takes."""

    source: str
    value: str


@dataclass(frozen=True, slots=True)
class CustomQuestion:
    """One question. ``personal`` answers stand apart, ``for_interviewers`` ones are in the interviewers' kit; never both."""

    id: str
    type: QuestionType
    label: Wording
    help: Wording = Wording()
    needed: bool = False
    options: tuple[Option, ...] = ()
    unit: Wording = Wording()
    lowest: float | None = None
    highest: float | None = None
    when: Condition | None = None
    personal: bool = False
    for_interviewers: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words of a question that ask what should not be asked."""

    question: str
    topic: Topic
    words: str


@dataclass(slots=True)
class Copied:
    """Questions taken over from another posting, with the number of conditions that could not come along."""

    questions: list[CustomQuestion] = field(default_factory=list)
    conditions_left: int = 0


def dump_question(question: CustomQuestion) -> dict[str, Any]:
    """Give the question as a form version keeps it, beside the rubric's own questions.

    Its ``name`` stays in a form that is put together of several postings' forms, where ids may be marked.
    """
    document: dict[str, Any] = {
        "id": question.id,
        "name": question.id,
        "kind": KIND,
        "section": KIND,
        "needed": question.needed,
        "asks": [],
        "type": question.type.value,
        "label": _dump_wording(question.label),
        "help": _dump_wording(question.help),
        "personal": question.personal,
        "for_interviewers": question.for_interviewers,
    }
    if question.type in CHOICES:
        document["options"] = [{"value": one.value, **_dump_wording(one.words)} for one in question.options]
    if question.type is QuestionType.NUMBER:
        document |= {"unit": _dump_wording(question.unit), "lowest": question.lowest, "highest": question.highest}
    if question.when is not None:
        document["when"] = {"source": question.when.source, "value": question.when.value}
    return document


def load_question(document: Mapping[str, Any]) -> CustomQuestion:
    """Read what ``dump_question`` wrote."""
    when = document.get("when")
    return CustomQuestion(
        id=document["name"],
        type=QuestionType(document["type"]),
        label=load_wording(document["label"]),
        help=load_wording(document["help"]),
        needed=document["needed"],
        options=tuple(Option(one["value"], load_wording(one)) for one in document.get("options", ())),
        unit=load_wording(document.get("unit", {})),
        lowest=document.get("lowest"),
        highest=document.get("highest"),
        when=Condition(when["source"], when["value"]) if when else None,
        personal=document["personal"],
        for_interviewers=document["for_interviewers"],
    )


def load_wording(document: Mapping[str, Any]) -> Wording:
    """Read words in both languages from a document that has ``zh`` and ``en``."""
    return Wording(document.get("zh", ""), document.get("en", ""))


def custom_questions(documents: Iterable[Mapping[str, Any]]) -> tuple[CustomQuestion, ...]:
    """Read the recruiter's own questions out of a form version's."""
    return tuple(load_question(document) for document in documents if document["kind"] == KIND)


def find_doubts(question: CustomQuestion) -> tuple[Doubt, ...]:
    """Doubt the words of a question, its help and its options; each topic once, with the words that raised it."""
    wordings = [question.label, question.help, *(option.words for option in question.options)]
    found: dict[Topic, list[str]] = {}
    for text in (words for wording in wordings for words in (wording.zh, wording.en)):
        for concern in check_question(text):
            words = text[concern.span.start : concern.span.end].strip()
            found.setdefault(concern.topic, []).append(words)
    return tuple(Doubt(question.id, topic, BETWEEN.join(dict.fromkeys(words))) for topic, words in found.items())


def question_in(questions: Sequence[CustomQuestion], ident: str) -> CustomQuestion:
    """Find a question by its id; raise QuestionError unknown."""
    for question in questions:
        if question.id == ident:
            return question
    raise QuestionError("unknown")


def put_question(questions: Sequence[CustomQuestion], question: CustomQuestion) -> tuple[CustomQuestion, ...]:
    """Replace the question of the same id, or add it at the end; raise QuestionError too_many, too_many_files or circle."""
    known = any(one.id == question.id for one in questions)
    after = tuple(question if one.id == question.id else one for one in questions)
    after = after if known else (*after, question)
    _refuse_too_many(after)
    if _hangs_on_itself(after, question):
        raise QuestionError("circle")
    return after


def remove_question(questions: Sequence[CustomQuestion], ident: str) -> tuple[CustomQuestion, ...]:
    """Take a question out; those that hung on it are asked of everybody. Raise QuestionError unknown."""
    question_in(questions, ident)
    return tuple(
        replace(one, when=None) if one.when and one.when.source == ident else one
        for one in questions
        if one.id != ident
    )


def move_question(questions: Sequence[CustomQuestion], ident: str, step: int) -> tuple[CustomQuestion, ...]:
    """Move a question up (−1) or down (1); at the end it stays. Raise QuestionError unknown."""
    place = questions.index(question_in(questions, ident))
    after = list(questions)
    to = min(max(place + step, 0), len(after) - 1)
    after.insert(to, after.pop(place))
    return tuple(after)


def copy_questions(
    chosen: Sequence[CustomQuestion], *, onto: Sequence[CustomQuestion], posting_id: int, next_number: int
) -> Copied:
    """Give copies with ids of this posting to put after ``onto``; a condition on a question that is not copied is left out."""
    idents = {question.id: new_id(posting_id, number) for number, question in enumerate(chosen, next_number)}
    _refuse_too_many([*onto, *chosen])
    copied = Copied()
    for question in chosen:
        when = question.when
        if when is not None and when.source not in SOURCES:
            when = Condition(idents[when.source], when.value) if when.source in idents else None
            copied.conditions_left += when is None
        copied.questions.append(replace(question, id=idents[question.id], when=when))
    return copied


def new_id(posting_id: int, number: int) -> str:
    """Name the question of a posting by its running number."""
    return f"c{posting_id}_{number}"


def number_of(ident: str) -> int:
    """Read the running number out of an id."""
    return int(ident.rpartition("_")[2])


def _refuse_too_many(questions: Sequence[CustomQuestion]) -> None:
    if len(questions) > MOST:
        raise QuestionError("too_many")
    if sum(question.type is QuestionType.FILE for question in questions) > MOST_FILES:
        raise QuestionError("too_many_files")


def _hangs_on_itself(questions: Sequence[CustomQuestion], question: CustomQuestion) -> bool:
    by_id = {one.id: one for one in questions}
    seen: set[str] = set()
    here: CustomQuestion | None = question
    while here is not None and here.when is not None:
        if here.id in seen:
            return True
        seen.add(here.id)
        here = by_id.get(here.when.source)
    return False


def _dump_wording(wording: Wording) -> dict[str, str]:
    return {"zh": wording.zh, "en": wording.en}
