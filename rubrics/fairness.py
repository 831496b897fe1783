"""Questions that an application form should not ask: what decides about work must not be sex, family, origin, faith, age or body.

``check_question`` and ``check_label`` doubt; they never forbid. A person reads the doubt, changes the question or gives a reason for it. Sources
of the rule, put in this project's own words:

- China: the Employment Promotion Law gives everybody an equal chance whatever their ethnicity, race, sex or belief (art. 3),
  forbids to refuse women, or to write limits on marriage and child-bearing into contracts (art. 27), forbids to hold a minority
  (art. 28), a disability (art. 29), an infection (art. 30) or a rural origin (art. 31) against somebody; the joint notice of
  nine ministries of February 2019 on women's employment forbids to ask women about marriage and children and to test for
  pregnancy; the Labour Contract Law lets an employer ask only for what bears directly on the contract (art. 8), and the
  Personal Information Protection Law asks for no more data than needed (art. 6) and for a cause for sensitive ones (art. 28).
- European Union: Directives 2000/43 (race), 2000/78 (religion, disability, age, orientation) and 2006/54 (sex, pregnancy); the
  General Data Protection Regulation, art. 9 (special kinds of data); Directive 2023/970, art. 5 (no questions about pay history).
- United Kingdom: the Equality Act 2010, its nine characteristics and section 60 (no questions about health before an offer).
- United States: Title VII of the Civil Rights Act, the Pregnancy Discrimination Act, the Age Discrimination in Employment Act,
  the Americans with Disabilities Act (no questions about disability before an offer), the Genetic Information
  Nondiscrimination Act, and state laws on pay history.

Words and patterns stand in ``fairness.toml`` beside this module. They look at the question's words alone: a question that
asks for a work sample in a gender-bias project is no question about anybody's gender.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise

from rubrics.text import Span, fold

_SENTENCE_END = re.compile(r"[?？。！!;；\n]+|\.(?=\s)")


class Topic(StrEnum):
    """What a doubtful question asks about."""

    SEX = "sex"
    MARRIAGE = "marriage"
    CHILDREN = "children"
    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    HOUSEHOLD = "household"
    AGE = "age"
    IDENTITY = "identity"
    LOOKS = "looks"
    HEALTH = "health"
    POLITICS = "politics"
    SIGNS = "signs"
    PAY = "pay"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Concern:
    """One doubt: the topic and the words that raised it, as a span of the text given."""

    topic: Topic
    span: Span


@dataclass(frozen=True, slots=True)
class _Signs:
    ask: re.Pattern[str] | None
    word: re.Pattern[str] | None
    spared: re.Pattern[str] | None


def check_question(text: str) -> tuple[Concern, ...]:
    """Doubt what a question asks, each topic once, in the order of the words; nothing is doubted in most questions.

    Deterministic and linear in the length of the text for practical purposes; never raises.
    """
    folded = fold(text)
    first: dict[Topic, Concern] = {}
    for start, end in _sentences(folded.text):
        sentence = folded.text[start:end]
        is_work = _work().search(sentence) is not None
        for topic, signs in _topics().items():
            place = _place(sentence, signs, is_work=is_work)
            if place is not None and topic not in first:
                first[topic] = Concern(topic, folded.span(start + place[0], start + place[1]))
    return tuple(sorted(first.values(), key=lambda concern: (concern.span, concern.topic.value)))


def check_label(text: str) -> tuple[Topic, ...]:
    """Doubt a short label that somebody sticks on a candidate: the words of questions, and bare words that no question needs.

    Never raises; each topic once, in the order of ``Topic``.
    """
    folded = fold(text).text.strip()
    found = {concern.topic for concern in check_question(text)}
    found |= {topic for topic, pattern in _labels().items() if pattern.search(folded)}
    return tuple(topic for topic in Topic if topic in found)


def _sentences(text: str) -> list[tuple[int, int]]:
    """Cut at the ends of sentences; each keeps its stop, so that a pattern can see that it is over."""
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]


def _place(sentence: str, signs: _Signs, *, is_work: bool) -> tuple[int, int] | None:
    """Find the first words of a topic that no spared place covers."""
    spared = [match.span() for match in signs.spared.finditer(sentence)] if signs.spared else []
    patterns = [signs.ask] if is_work else [signs.ask, signs.word]
    for pattern in patterns:
        for match in pattern.finditer(sentence) if pattern else ():
            if not any(start < match.end() and match.start() < end for start, end in spared):
                return match.span()
    return None


@cache
def _topics() -> dict[Topic, _Signs]:
    table = _table()
    return {
        topic: _Signs(
            *(
                re.compile("|".join(f"(?:{word})" for word in table[topic.value][name]))
                if table[topic.value][name]
                else None
                for name in ("ask", "word", "not")
            )
        )
        for topic in Topic
    }


@cache
def _labels() -> dict[Topic, re.Pattern[str]]:
    return {
        Topic(name): re.compile("|".join(f"(?:{word})" for word in words)) for name, words in _table()["label"].items()
    }


@cache
def _work() -> re.Pattern[str]:
    return re.compile("|".join(_table()["work"]["word"]))


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("rubrics") / "fairness.toml").read_text("utf-8"))
