"""Conditions of a recruiter's own questions in words, and the answers on which one may hang."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from screening.forms.entries import DEGREES
from screening.services.custom_questions import ANSWERED, KIND, Condition, load_wording

Document = Mapping[str, Any]
HAVE = {
    "publications": _l("Papers of yours"),
    "awards": _l("Results in competitions"),
    "leaderboards": _l("Places on public leaderboards"),
    "projects": _l("Open-source work of yours"),
    "certificates": _l("Certificates"),
}
OFFERED = {
    "cities": ("cities", _l("Where can you work?")),
    "skills": ("skill", _l("Which of these have you worked with?")),
}
SENTENCES = {
    ("cities", ""): _l("Only if you can work in %(answer)s."),
    ("degree", ""): _l("Only if you have or are taking this degree: %(answer)s."),
    ("on_site", "yes"): _l("Only if you can work on site."),
    ("on_site", "no"): _l("Only if you cannot work on site."),
    ("skill", ""): _l("Only if you ticked “%(answer)s”."),
    ("have", ""): _l("Only if you ticked “%(answer)s”."),
    ("", ANSWERED): _l("Only if you answered “%(question)s”."),
    ("", ""): _l("Only if you answered “%(question)s” with “%(answer)s”."),
}
"""What a form says of a condition, by its source and value; without a source it hangs on a question of the recruiter's own."""
JOINT = "="


def condition_words(when: Mapping[str, str] | None, questions: Sequence[Document], *, chinese: bool) -> str:
    """Say when a question is asked; empty when it always is, also since the form does not ask what it hangs on."""
    if when is None:
        return ""
    key = (when["source"], when["value"])
    found = dict(_answers(questions, chinese=chinese)).get(key)
    if found is None:
        return ""
    sentence = SENTENCES.get(key) or SENTENCES.get((key[0], "")) or SENTENCES["", key[1] if key[1] == ANSWERED else ""]
    return str(sentence) % {"question": found[0], "answer": found[1]}


def condition_choices(questions: Sequence[Document], *, but: str, chinese: bool) -> dict[str, list[tuple[str, str]]]:
    """Group the answers that a question may hang on by what is asked: (value for a form, words)."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for (source, value), (asked, answer) in _answers(questions, chinese=chinese):
        if source != but:
            grouped.setdefault(asked, []).append((f"{source}{JOINT}{value}", answer))
    return grouped


def read_condition(text: str, questions: Sequence[Document]) -> Condition | None:
    """Read what a form sent; None for nothing and for what the form does not ask."""
    source, _joint, value = text.partition(JOINT)
    known = dict(_answers(questions, chinese=False))
    return Condition(source, value) if (source, value) in known else None


def write_condition(when: Condition | None) -> str:
    """Give the condition as a form sends it."""
    return f"{when.source}{JOINT}{when.value}" if when else ""


Answer = tuple[tuple[str, str], tuple[str, str]]


def _answers(questions: Sequence[Document], *, chinese: bool) -> Iterator[Answer]:
    """Give (source, value) and (what is asked, the answer) for each answer that a question can hang on."""
    for question in questions:
        match question["kind"]:
            case "availability" if "on_site" in question.get("needs", {}):
                asked = _("Can you work on site?")
                yield ("on_site", "yes"), (asked, _("Yes"))
                yield ("on_site", "no"), (asked, _("No"))
            case "education":
                yield from ((("degree", value), (_("Your education"), str(word))) for value, word in DEGREES.items())
            case "cities" | "skills" as kind:
                yield from _offered(question, *OFFERED[kind], named="zh" if chinese else "en")
            case kind if kind in HAVE:
                yield ("have", kind), (_("Ticked in the form"), str(HAVE[kind]))
            case kind if kind == KIND:
                yield from _own_answers(question, chinese=chinese)


def _offered(question: Document, source: str, asked: Any, *, named: str) -> Iterator[Answer]:
    for option in question["options"]:
        yield (source, option["value"]), (str(asked), option[named])


def _own_answers(question: Document, *, chinese: bool) -> Iterator[Answer]:
    label = load_wording(question["label"]).said(chinese=chinese)
    for option in question.get("options", ()):
        yield (question["name"], option["value"]), (label, load_wording(option).said(chinese=chinese))
    yield (question["name"], ANSWERED), (label, _("any answer"))
