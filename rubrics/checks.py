"""Doubts that need a whole rubric or a whole document: each finding names its lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from itertools import groupby

from rubrics.findings import Finding, FindingCode
from rubrics.lexicon import CuePlaces
from rubrics.model import Category, Criterion, DegreeAsk, Rubric, Section, WordsAsk, rule_asks
from rubrics.postings import Item, Posting
from rubrics.postings.headings import HeadingKind
from rubrics.text import Lines, fold

_UNREAD = frozenset({Category.OTHER, Category.KNOWLEDGE, Category.TOOL, Category.EXPERIENCE, Category.CERTIFICATION})
_NOT_WORD = re.compile(r"[\W_]+")


def check_posting(rubric: Rubric, posting: Posting, cues: CuePlaces) -> tuple[Finding, ...]:
    """Everything that one posting leaves in doubt, in the order of its lines."""
    findings = [
        *_missing_title(rubric),
        *_degree_conflict(rubric, posting),
        *_bonus_in_requirements(rubric, posting),
        *_broken_numbering(posting),
        *_not_screenable(rubric),
        *_unlawful(rubric, posting, cues),
        *_unparsed(rubric),
    ]
    return tuple(sorted(findings, key=lambda finding: (finding.lines, finding.code.value)))


def check_document(rubrics: tuple[Rubric, ...], bodies: tuple[str, ...]) -> tuple[Rubric, ...]:
    """Give the rubrics, with a finding where two postings have the same duties and the same items."""
    if len(rubrics) <= 1:
        return rubrics
    seen: dict[str, list[int]] = {}
    for place, body in enumerate(bodies):
        seen.setdefault(_NOT_WORD.sub("", fold(body).text), []).append(place)
    checked = list(rubrics)
    for places in seen.values():
        for place in places if len(places) > 1 else ():
            others = [rubrics[other] for other in places if other != place]
            checked[place] = replace(
                checked[place], warnings=(*checked[place].warnings, _duplicate(rubrics[place], others))
            )
    return tuple(checked)


def _duplicate(rubric: Rubric, others: list[Rubric]) -> Finding:
    where = ", ".join(f"{other.lines.first}–{other.lines.last}" for other in others)
    return Finding(
        FindingCode.DUPLICATE_BODY,
        rubric.lines,
        f"The duties and items are the same as in the posting at lines {where}.",
        f"职责与要求和第 {where} 行的职位完全相同。",
    )


def _missing_title(rubric: Rubric) -> list[Finding]:
    if rubric.title is not None:
        return []
    first = Lines(rubric.lines.first, rubric.lines.first)
    return [
        Finding(
            FindingCode.MISSING_TITLE, first, "The text gives this posting no title.", "原文没有给出这个职位的名称。"
        )
    ]


def _degree_conflict(rubric: Rubric, posting: Posting) -> list[Finding]:
    cards = [card for card in posting.cards if card.degree is not None][:3]
    body = [c for c in rubric.criteria if c.category is Category.DEGREE and c.section is Section.REQUIREMENT]
    for card in cards:
        for criterion in body:
            asked = [ask.degree for ask in rule_asks(criterion.rule) if isinstance(ask, DegreeAsk)]
            if (
                criterion.span != card.degree_span
                and asked
                and card.degree not in asked
                and rubric.degree_floor in asked
            ):
                return [
                    Finding(
                        FindingCode.DEGREE_CONFLICT,
                        criterion.lines,
                        f"Line {card.row.line} asks for {card.degree}, this line for {rubric.degree_floor}; what the body says is taken.",
                        f"第 {card.row.line} 行与本行要求的学历不一致，按正文取值。",
                        criterion.span,
                        (criterion.id,),
                    )
                ]
    return []


def _bonus_in_requirements(rubric: Rubric, posting: Posting) -> list[Finding]:
    findings = []
    place = _Places([c for c in rubric.criteria if c.section is Section.BONUS])
    for item in posting.items:
        inside = place.within(item) if item.kind is HeadingKind.REQUIREMENT else []
        if inside:
            findings.append(
                Finding(
                    FindingCode.BONUS_IN_REQUIREMENTS,
                    item.lines,
                    "A preference stands among the requirements; it is read as a bonus.",
                    "任职要求里写有优先条件，已按加分项处理。",
                    inside[0].span,
                    tuple(c.id for c in inside),
                )
            )
    return findings


def _broken_numbering(posting: Posting) -> list[Finding]:
    findings = []
    for _, group in groupby(
        (*posting.duties, *posting.items), key=lambda item: item.heading.start if item.heading else -1
    ):
        before: Item | None = None
        for item in group:
            if item.number is None or item.style != "number":
                continue
            if before is not None and before.number is not None and item.number not in {before.number + 1, 1}:
                findings.append(
                    Finding(
                        FindingCode.BROKEN_NUMBERING,
                        item.lines,
                        f"Number {item.number} follows number {before.number}: an item may be lost.",
                        f"编号从 {before.number} 跳到 {item.number}，可能缺少条目。",
                        item.span,
                    )
                )
            before = item
    return findings


def _not_screenable(rubric: Rubric) -> list[Finding]:
    return [
        Finding(
            FindingCode.NOT_SCREENABLE,
            criterion.lines,
            "No application can show this; it goes into the interviewers' kit.",
            "材料无法证明这一项，留给面试判断。",
            criterion.span,
            (criterion.id,),
        )
        for criterion in rubric.criteria
        if criterion.category is Category.TRAIT
    ]


def _unlawful(rubric: Rubric, posting: Posting, cues: CuePlaces) -> list[Finding]:
    findings = []
    place = _Places(list(rubric.criteria))
    for item in posting.items:
        found = cues.within(item.span.start, item.span.end)
        if "read_unlawful" not in found or "read_unlawful_no" in found:
            continue
        named = tuple(c.id for c in place.within(item) if "read_unlawful" in cues.within(c.span.start, c.span.end))
        findings.append(
            Finding(
                FindingCode.UNLAWFUL_QUESTION,
                item.lines,
                "Sex, age, marriage, children, ethnicity and looks must not decide; this weighs nothing.",
                "性别、年龄、婚育、民族、外貌不得作为条件，此项不计分。",
                item.span,
                named,
            )
        )
    return findings


def _unparsed(rubric: Rubric) -> list[Finding]:
    return [
        Finding(
            FindingCode.UNPARSED_LINE,
            criterion.lines,
            "No rule understands these words; a person judges them.",
            "没有规则能读懂这句话，留给人判断。",
            criterion.span,
            (criterion.id,),
        )
        for criterion in rubric.criteria
        if isinstance(criterion.rule, WordsAsk) and criterion.weight > 0 and criterion.category in _UNREAD
    ]


class _Places:
    """Criteria by their place in the document."""

    def __init__(self, criteria: list[Criterion]) -> None:
        self._criteria = sorted(criteria, key=lambda criterion: criterion.span)
        self._starts = [criterion.span.start for criterion in self._criteria]

    def within(self, item: Item) -> list[Criterion]:
        """Give the criteria whose words stand in an item."""
        first = bisect_left(self._starts, item.span.start)
        last = bisect_left(self._starts, item.span.end)
        return [criterion for criterion in self._criteria[first:last] if criterion.span.end <= item.span.end]
