"""Edits of a rubric that make, part, join and order criteria: pure functions; every criterion keeps the words it came from."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rubrics.compiler import Passage, criterion_key, read_passage, read_words
from rubrics.lexicon import load_lexicon
from rubrics.model import (
    AllOf,
    AnyOf,
    AssessedBy,
    AtLeast,
    Category,
    Criterion,
    Group,
    Rubric,
    Rule,
    Section,
    rule_asks,
)
from rubrics.text import Lines, SourceText, Span
from screening.services.rubric_edits import (
    TEXT_LENGTH,
    EditError,
    change_criterion,
    criterion_of,
    free_id,
    in_order,
    without_empty_groups,
)

PARTS = 12
_SENTENCE_END = re.compile(r"[；;。！\n]+")
_CLAUSE_END = re.compile(r"(?<!\d)[，,](?!\d)")
_LISTED = frozenset({Category.COMPETITION, Category.PUBLICATION, Category.LEADERBOARD, Category.OPEN_SOURCE})
_JOINT = re.compile(r"^(?:或者?|并且?|且|以及|(?:and|or)\b)\s*", re.IGNORECASE)
_CHINESE = re.compile("[一-鿿]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a criterion that is split: its words, where they stand in the document, what they ask."""

    text: str
    span: Span
    category: Category
    rule: Rule
    assessed_by: AssessedBy


def passages_of(source: str, line: int, words: str, *, bonus: bool) -> tuple[Passage, ...]:
    """Read what a line of the document, or words that a person took from it, ask for; spans count in the document.

    Words that do not stand in the line are read as one criterion, and the line is where they come from.
    """
    text = SourceText(source)
    span = text.line_span(line)
    found = source.find(words, span.start, span.end) if words else span.start
    if found >= 0:
        part = Span(found, found + len(words)) if words else span
        return read_passage(text, part, bonus=bonus, lexicon=load_lexicon())
    return (replace(read_words(words, bonus=bonus, lexicon=load_lexicon()), span=span),)


def add_criterion(
    rubric: Rubric,
    passage: Passage,
    *,
    kind: Literal["k", "r", "b"],
    text: str,
    source: str,
    taken: Collection[str] = (),
) -> tuple[Rubric, str]:
    """Add what a passage asks for as a criterion with these words; give the rubric and the new id."""
    words = " ".join(text.split())
    if not words:
        raise EditError("text_missing")
    if len(words) > TEXT_LENGTH:
        raise EditError("text_long")
    if kind == "k" and passage.assessed_by is AssessedBy.INTERVIEW:
        raise EditError("gate_interview")
    ident = free_id(rubric, kind, taken)
    added = Criterion(
        id=ident,
        key=criterion_key(passage.category, passage.rule, words),
        section=Section.BONUS if kind == "b" else Section.REQUIREMENT,
        category=passage.category,
        lines=SourceText(source).lines_of(passage.span),
        span=passage.span,
        text=words,
        rule=passage.rule,
        assessed_by=passage.assessed_by,
        gate=kind == "k",
    )
    return replace(rubric, criteria=in_order((*rubric.criteria, added))), ident


def put_back(rubric: Rubric, removed: Criterion, group: Group | None = None) -> Rubric:
    """Bring a criterion back as an earlier version had it, with its id and its group; raise EditError when its id is in use."""
    if any(criterion.id == removed.id for criterion in rubric.criteria):
        raise EditError("criterion_unknown", removed.id)
    groups = rubric.groups
    if group is not None and all(group.id != known.id for known in groups):
        groups = (*groups, group)
    known_groups = {known.id for known in groups}
    back = replace(removed, group=removed.group if removed.group in known_groups else None)
    own = [one for one in rubric.criteria if one.id[0] == back.id[0]]
    ordered = own == sorted(own, key=_place)
    own = sorted([*own, back], key=_place) if ordered else [*own, back]
    rest = [one for one in rubric.criteria if one.id[0] != back.id[0]]
    return replace(rubric, criteria=in_order((*rest, *own)), groups=groups)


def move_criterion(rubric: Rubric, ident: str, step: int) -> Rubric:
    """Move a criterion one place up (−1) or down (+1) among those of its kind; at the end it stays."""
    letter = criterion_of(rubric, ident).id[0]
    order = [criterion.id for criterion in rubric.criteria if criterion.id[0] == letter]
    place = order.index(ident)
    there = place + step
    if 0 <= there < len(order):
        order[place], order[there] = order[there], order[place]
    return reorder_criteria(rubric, order)


def reorder_criteria(rubric: Rubric, order: Sequence[str]) -> Rubric:
    """Put the criteria of one kind in this order; raise EditError when the ids are not exactly those of a kind."""
    letter = order[0][:1] if order else ""
    own = {criterion.id: criterion for criterion in rubric.criteria if criterion.id[0] == letter}
    if sorted(order) != sorted(own) or not own:
        raise EditError("criterion_unknown")
    rest = tuple(criterion for criterion in rubric.criteria if criterion.id[0] != letter)
    return replace(rubric, criteria=in_order((*rest, *(own[ident] for ident in order))))


def join_criteria(
    rubric: Rubric, idents: Sequence[str], *, how: Literal["any", "all"], source: str, taken: Collection[str] = ()
) -> tuple[Rubric, str]:
    """Make one criterion of several of one kind: one is enough (any) or every one is asked (all); give the new id.

    Its span reaches from the first to the last, it weighs as much as the heaviest, anchors of its own are gone.
    Raise EditError join_few or join_sections.
    """
    chosen = chosen_of(rubric, idents)
    first = chosen[0]
    rule = _joined([criterion.rule for criterion in chosen], how)
    joint = "；" if _CHINESE.search(first.text) else "; "
    text = joint.join(criterion.text.strip("；;。. ") for criterion in chosen)[:TEXT_LENGTH]
    span = Span(min(one.span.start for one in chosen), max(one.span.end for one in chosen))
    judges = {criterion.assessed_by for criterion in chosen}
    ident = free_id(rubric, first.id[0], taken)
    joined = replace(
        first,
        id=ident,
        key=criterion_key(first.category, rule, text),
        text=text,
        rule=rule,
        span=span,
        lines=SourceText(source).lines_of(span),
        weight=max(criterion.weight for criterion in chosen),
        assessed_by=judges.pop() if len(judges) == 1 else AssessedBy.BOTH,
        group=first.group if len({criterion.group for criterion in chosen}) == 1 else None,
        anchors=None,
    )
    return _put(rubric, {criterion.id for criterion in chosen}, (joined,)), ident


def suggested_parts(criterion: Criterion) -> tuple[str, ...]:
    """Give words at which a criterion may be split: its sentences, the branches of its rule, or its clauses; empty when it is one thing."""
    sentences = _cut(_SENTENCE_END, criterion.text)
    if len(sentences) > 1:
        return sentences
    return tuple(_branches(criterion)) or _clauses(*sentences)


def pieces_of(criterion: Criterion, parts: Sequence[str], source: str) -> tuple[Piece, ...]:
    """Read each part of a criterion alone; a part that names a branch of its rule keeps that branch."""
    branches = _branches(criterion)
    bonus = criterion.section is Section.BONUS
    pieces = []
    for part in parts:
        span = _span_within(source, criterion.span, part)
        if part in branches:
            pieces.append(Piece(part, span, criterion.category, branches[part], criterion.assessed_by))
        else:
            reading = read_words(part, bonus=bonus, lexicon=load_lexicon())
            pieces.append(Piece(part, span, reading.category, reading.rule, reading.assessed_by))
    return tuple(pieces)


def split_criterion(
    rubric: Rubric,
    ident: str,
    parts: Sequence[str],
    *,
    together: bool,
    source: str,
    taken: Collection[str] = (),
) -> Rubric:
    """Make several criteria of one; with ``together`` they count as a group of which one is enough.

    Findings about it follow to the parts. Raise EditError split_one, split_many or, for a floor, group_gate.
    """
    criterion = criterion_of(rubric, ident)
    words = [" ".join(part.split()) for part in parts if part.strip()]
    if len(words) < 2:
        raise EditError("split_one", ident)
    if len(words) > PARTS:
        raise EditError("split_many", ident)
    if together and criterion.gate:
        raise EditError("group_gate", ident)
    groups, group = rubric.groups, criterion.group
    if together and group is None:
        made = Group(_free_group(rubric, criterion.id[0]), "any", criterion.lines)
        groups, group = (*groups, made), made.id
    used = set(taken)
    made_parts = []
    for piece in pieces_of(criterion, words, source):
        fresh = free_id(rubric, criterion.id[0], used)
        used.add(fresh)
        part = replace(
            criterion,
            id=fresh,
            key=criterion_key(piece.category, piece.rule, piece.text),
            text=piece.text,
            span=piece.span,
            lines=SourceText(source).lines_of(piece.span),
            rule=piece.rule,
            category=piece.category,
            assessed_by=_judge_of(criterion, piece),
            group=group,
            anchors=None,
        )
        made_parts.append(part)
    return _put(replace(rubric, groups=groups), {ident}, tuple(made_parts))


def group_criteria(rubric: Rubric, idents: Sequence[str]) -> Rubric:
    """Let several criteria of one kind count together: one is enough, more add less. A group that one of them is in takes the others in."""
    chosen = chosen_of(rubric, idents)
    if chosen[0].gate:
        raise EditError("group_gate")
    group = next((criterion.group for criterion in chosen if criterion.group), None)
    if group is None:
        lines = Lines(min(one.lines.first for one in chosen), max(one.lines.last for one in chosen))
        group = _free_group(rubric, chosen[0].id[0])
        rubric = replace(rubric, groups=(*rubric.groups, Group(group, "any", lines)))
    for criterion in chosen:
        rubric = change_criterion(rubric, replace(criterion, group=group))
    return without_empty_groups(rubric)


def leave_group(rubric: Rubric, ident: str) -> Rubric:
    """Let a criterion count on its own again."""
    return without_empty_groups(change_criterion(rubric, replace(criterion_of(rubric, ident), group=None)))


def chosen_of(rubric: Rubric, idents: Sequence[str]) -> list[Criterion]:
    """Find criteria of one kind that are to be one thing, in the rubric's order; raise EditError join_few or join_sections."""
    wanted = {criterion_of(rubric, ident).id for ident in idents}
    chosen = [criterion for criterion in rubric.criteria if criterion.id in wanted]
    if len(chosen) < 2:
        raise EditError("join_few")
    if len({(criterion.section, criterion.gate) for criterion in chosen}) > 1:
        raise EditError("join_sections")
    return chosen


def _judge_of(criterion: Criterion, piece: Piece) -> AssessedBy:
    """Leave to the interview what was left to it; a floor is never left to it."""
    if criterion.assessed_by is AssessedBy.INTERVIEW:
        return AssessedBy.INTERVIEW
    return AssessedBy.BOTH if criterion.gate and piece.assessed_by is AssessedBy.INTERVIEW else piece.assessed_by


def _joined(rules: Sequence[Rule], how: Literal["any", "all"]) -> Rule:
    branches: list[Rule] = []
    opened = False
    for rule in rules:
        if how == "any" and isinstance(rule, AnyOf):
            branches += rule.rules
            opened = opened or rule.open
        elif how == "all" and isinstance(rule, AllOf):
            branches += rule.rules
        else:
            branches.append(rule)
    unlike = tuple(dict.fromkeys(branches))
    if len(unlike) == 1:
        return unlike[0]
    return AnyOf(unlike, open=opened) if how == "any" else AllOf(unlike)


def _put(rubric: Rubric, gone: Collection[str], parts: tuple[Criterion, ...]) -> Rubric:
    """Put criteria in the place of others; findings about those speak of these."""
    criteria: list[Criterion] = []
    for criterion in rubric.criteria:
        if criterion.id not in gone:
            criteria.append(criterion)
        elif parts[0] not in criteria:
            criteria += parts
    fresh = tuple(part.id for part in parts)
    warnings = tuple(
        replace(
            finding,
            criteria=tuple(
                dict.fromkeys(new for old in finding.criteria for new in (fresh if old in gone else (old,)))
            ),
        )
        for finding in rubric.warnings
    )
    return without_empty_groups(replace(rubric, criteria=in_order(tuple(criteria)), warnings=warnings))


def _cut(end: re.Pattern[str], text: str) -> tuple[str, ...]:
    parts = (_JOINT.sub("", part.strip()) for part in end.split(text))
    return tuple(part for part in parts if part)


def _clauses(text: str = "") -> tuple[str, ...]:
    """Cut at commas where another thing is asked: what says nothing alone, and the names of one list, stay with what stands before them."""
    runs: list[tuple[int, int, Category]] = []
    start = 0
    for place in [*(match.start() for match in _CLAUSE_END.finditer(text)), len(text)]:
        words = text[start:place].strip()
        category = read_words(words, bonus=False, lexicon=load_lexicon()).category if words else Category.OTHER
        before = runs[-1] if runs else None
        if before and (Category.OTHER in {category, before[2]} or (category == before[2] and category in _LISTED)):
            runs[-1] = (before[0], place, category if before[2] is Category.OTHER else before[2])
        else:
            runs.append((start, place, category))
        start = place + 1
    parts = tuple(_JOINT.sub("", text[first:last].strip()) for first, last, _ in runs)
    return tuple(part for part in parts if part) if len(parts) > 1 else ()


def _branches(criterion: Criterion) -> dict[str, Rule]:
    """Give the branches of a rule by the words that name them in the criterion's text, when each has words of its own."""
    rule = criterion.rule
    if not isinstance(rule, (AnyOf, AllOf, AtLeast)) or len(rule.rules) < 2:
        return {}
    named = {_words_of(branch, criterion.text): branch for branch in rule.rules}
    return named if len(named) == len(rule.rules) and all(named) else {}


def _words_of(rule: Rule, text: str) -> str:
    """Give the words of a text that name what a branch asks for, or the names of its terms; nothing for an ask without terms."""
    lexicon = load_lexicon()
    mentions = {mention.term_id: text[mention.start : mention.end] for mention in lexicon.find(text)}
    language = "zh" if _CHINESE.search(text) else "en"
    terms = [term for ask in rule_asks(rule) if (term := getattr(ask, "term", None) or getattr(ask, "trait", None))]
    return " / ".join(mentions.get(term) or lexicon.name(term, language) for term in terms)


def _free_group(rubric: Rubric, letter: str) -> str:
    used = {group.id for group in rubric.groups}
    number, name = 1, letter
    while name in used:
        number += 1
        name = f"{letter}-{number}"
    return name


def _span_within(source: str, span: Span, words: str) -> Span:
    """Give where words stand within a span of the document; the whole span when they are a person's own."""
    place = source.find(words, span.start, span.end)
    return Span(place, place + len(words)) if place >= 0 else span


def _place(criterion: Criterion) -> tuple[int, int]:
    return criterion.span.start, criterion.span.end
