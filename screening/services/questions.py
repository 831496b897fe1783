"""A question of an application form: while it is being made, and as the document that a form version keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rubrics.lexicon import Lexicon
from rubrics.model import Criterion, Section

SHORT = 90
BULLET = re.compile(r"^\s*(?:[*•·●▪◦\-–—]|[(（]?\d{1,2}[)）.、．]|[①-⑳])\s*")
TAIL = re.compile(r"[\s;；。.,，、:：]+$")


@dataclass(slots=True)
class Question:
    """A question while the form is being made; ``terms`` are the options of a skills question in the rubric's order."""

    kind: str
    section: Section
    needed: bool = False
    asks: list[dict[str, Any]] = field(default_factory=list)
    terms: dict[str, str] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    rule: str = "any"
    is_open: bool = False
    category: str = ""
    cities: list[str] = field(default_factory=list)
    needs: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    topics: list[str] = field(default_factory=list)


def shortened(text: str) -> str:
    """Give a criterion's words without bullet and closing stop, cut at a stop or comma when they are long."""
    words = TAIL.sub("", BULLET.sub("", " ".join(text.split())))
    if len(words) <= SHORT:
        return words
    cuts = [match.start() for match in re.finditer(r"[；;。，,、\s]", words[:SHORT]) if match.start() > SHORT // 2]
    return f"{TAIL.sub('', words[: cuts[-1] if cuts else SHORT - 1])}…"


def ask_document(criterion: Criterion) -> dict[str, Any]:
    """Give what a form shows of a criterion beside its question."""
    return {
        "criterion": criterion.id,
        "key": criterion.key,
        "text": shortened(criterion.text),
        "gate": criterion.gate,
        "section": criterion.section.value,
    }


def question_document(number: int, question: Question, lexicon: Lexicon) -> dict[str, Any]:
    """Give the question as a form version keeps it, with names in both languages."""
    document: dict[str, Any] = {
        "id": f"q{number}",
        "kind": question.kind,
        "section": question.section.value,
        "needed": question.needed,
        "asks": question.asks,
    }
    if question.kind == "skills":
        document |= {
            "options": [_option(term, lexicon) | {"level": level} for term, level in question.terms.items()],
            "above": [_option(term, lexicon) for term in question.above],
            "rule": question.rule,
            "open": question.is_open or not question.terms,
        }
    if question.kind == "cities":
        document["options"] = [_city(city, lexicon) for city in question.cities]
    if question.topics:
        document["topics"] = [_option(term, lexicon) for term in question.topics]
    if question.language:
        document["language"] = _option(f"language_{question.language}", lexicon) | {"value": question.language}
    return document | {name: value for name in ("category", "needs") if (value := getattr(question, name))}


def _option(term: str, lexicon: Lexicon) -> dict[str, str]:
    return {"value": term, "zh": lexicon.name(term, "zh"), "en": lexicon.name(term, "en")}


def _city(name: str, lexicon: Lexicon) -> dict[str, str]:
    found = lexicon.find(f"{name}市", frozenset({"city"})) or lexicon.find(name, frozenset({"city"}))
    english = lexicon.name(found[0].term_id, "en") if found else name
    return {"value": name, "zh": name, "en": english}
