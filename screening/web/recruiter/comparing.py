"""The differences of two rubrics in the words of the page, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from rubrics.anchors import guide_for
from rubrics.codec.rules import dump_rule
from rubrics.model import AssessedBy, Criterion, Degree, Group, Rubric, Section
from screening.queries.comparison import ChangedCriterion, Comparison, HeadChange, Kept, Piece, word_pieces
from screening.web.formatting import listing
from screening.web.labels import DEGREES
from screening.web.recruiter.rules import rule_words
from screening.web.recruiter.words import CATEGORIES


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field that differs: its name in words and its pieces; ``quoted`` marks words in the posting's own language."""

    label: str
    pieces: tuple[Piece, ...]
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ShownCriterion:
    """A criterion that differs: its code, its words, what differs in it, and ``facts`` about one that was added or removed."""

    code: str
    text: str
    facts: str = ""
    lines: tuple[FieldLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownComparison:
    """A comparison as the page lists it."""

    count: int
    head: tuple[FieldLine, ...]
    changed: tuple[ShownCriterion, ...]
    added: tuple[ShownCriterion, ...]
    removed: tuple[ShownCriterion, ...]


def shown_comparison(comparison: Comparison, *, before: Rubric, after: Rubric, language: str) -> ShownComparison:
    """Put a comparison into words; ``language`` is the posting's, in which anchors are written."""
    return ShownComparison(
        count=comparison.count,
        head=(*map(_head_line, comparison.head), *_group_lines(comparison), *_duty_lines(comparison)),
        changed=tuple(_changed(change, before, after, language) for change in comparison.changed),
        added=tuple(ShownCriterion(one.id.upper(), one.text, _facts(one)) for one in comparison.added),
        removed=tuple(ShownCriterion(one.id.upper(), one.text, _facts(one)) for one in comparison.removed),
    )


def section_word(section: Section) -> str:
    """Name the section of one criterion."""
    return _("Requirement") if section is Section.REQUIREMENT else _("Bonus")


def exchanged(before: str, after: str) -> tuple[Piece, ...]:
    """Put one value in the place of another."""
    both = (Piece(Kept.GONE, before), Piece(Kept.NEW, after))
    return tuple(piece for piece in both if piece.text)


def _changed(change: ChangedCriterion, before: Rubric, after: Rubric, language: str) -> ShownCriterion:
    old, new = change.before, change.after
    lines: list[FieldLine] = []
    for name in change.fields:
        match name:
            case "text":
                lines.append(FieldLine(_("Text"), word_pieces(old.text, new.text), quoted=True))
            case "rule":
                lines.append(FieldLine(_("What is looked for"), _rule_pieces(old, new)))
            case "anchors":
                lines += _anchor_lines(old, new, language)
            case "group":
                words = exchanged(_grouping(old, before.groups), _grouping(new, after.groups))
                lines.append(FieldLine(_("Counts"), words))
            case _:
                lines.append(FieldLine(_label(name), exchanged(_value(name, old), _value(name, new))))
    return ShownCriterion(new.id.upper(), new.text, lines=tuple(lines))


def _label(name: str) -> str:
    return {
        "id": _("Code"),
        "section": _("Section"),
        "gate": _("Knock-out"),
        "category": _("Category"),
        "weight": _("Weight"),
        "assessed_by": _("Judged from"),
        "place": _("Place in the text"),
        "key": _("Shared as"),
    }[name]


def _value(name: str, one: Criterion) -> str:
    return {
        "id": one.id.upper(),
        "section": section_word(one.section),
        "gate": _("yes") if one.gate else _("no"),
        "category": str(CATEGORIES[one.category]),
        "weight": f"{one.weight:g}",
        "assessed_by": _judged(one.assessed_by),
        "place": _place(one),
        "key": one.key,
    }[name]


def _judged(assessed_by: AssessedBy) -> str:
    return {
        AssessedBy.APPLICATION: _("the application"),
        AssessedBy.INTERVIEW: _("the interview"),
        AssessedBy.BOTH: _("application and interview"),
    }[assessed_by]


def _place(one: Criterion) -> str:
    lines = _("line %(number)s", number=one.lines.first)
    if one.lines.first != one.lines.last:
        lines = _("lines %(first)s–%(last)s", first=one.lines.first, last=one.lines.last)
    return _("%(lines)s, characters %(start)s–%(end)s", lines=lines, start=one.span.start, end=one.span.end)


def _grouping(one: Criterion, groups: Sequence[Group]) -> str:
    if one.group is None:
        return _("on its own")
    saturates = any(group.id == one.group and group.rule == "any" for group in groups)
    return _("together with others, one is enough") if saturates else _("in group %(name)s", name=one.group)


def _facts(one: Criterion) -> str:
    """Say of a criterion in one line what it is."""
    parts = [
        section_word(one.section),
        _("Knock-out") if one.gate else "",
        str(CATEGORIES[one.category]),
        rule_words(one.rule),
        _("weight %(number)s", number=f"{one.weight:g}"),
    ]
    return " · ".join(part for part in parts if part)


def _rule_pieces(old: Criterion, new: Criterion) -> tuple[Piece, ...]:
    """Compare rules in words; where these say the same, the rules' own shapes."""
    before, after = rule_words(old.rule), rule_words(new.rule)
    if before != after:
        return word_pieces(before, after)
    return exchanged(_shape(old), _shape(new))


def _shape(one: Criterion) -> str:
    return json.dumps(dump_rule(one.rule), ensure_ascii=False)


def _anchor_lines(old: Criterion, new: Criterion, language: str) -> Iterator[FieldLine]:
    before, after = guide_for(old, language).anchors, guide_for(new, language).anchors
    if before == after:
        owned = _("its own"), _("those of its category")
        yield FieldLine(_("Anchors"), exchanged(*(owned if old.anchors else reversed(owned))))
    for number, (was, now) in enumerate(zip(before, after, strict=True), 1):
        if was != now:
            yield FieldLine(_("Anchor for %(number)s", number=number), word_pieces(was, now), quoted=True)


def _head_line(change: HeadChange) -> FieldLine:
    label = {
        "title": _("Title"),
        "track": _("Track"),
        "locations": _("Places"),
        "degree_floor": _("Degree floor"),
        "order": _("Order"),
    }[change.name]
    if change.name == "degree_floor":
        before, after = (
            "".join(str(DEGREES[Degree(value)]) for value in values) for values in (change.before, change.after)
        )
        return FieldLine(label, exchanged(before, after))
    if change.name in {"title", "track"}:
        return FieldLine(label, word_pieces("".join(change.before), "".join(change.after)), quoted=True)
    return FieldLine(label, word_pieces(listing(change.before), listing(change.after)))


def _group_lines(comparison: Comparison) -> Iterator[FieldLine]:
    for group in comparison.groups_removed:
        yield FieldLine(_("Group"), (Piece(Kept.GONE, _group(group)),))
    for group in comparison.groups_added:
        yield FieldLine(_("Group"), (Piece(Kept.NEW, _group(group)),))


def _group(group: Group) -> str:
    rule = _("one is enough") if group.rule == "any" else group.rule
    return f"{group.id} · {rule} · {_('line %(number)s', number=group.lines.first)}"


def _duty_lines(comparison: Comparison) -> Iterator[FieldLine]:
    for duty in comparison.duties_removed:
        yield FieldLine(_("Duty"), (Piece(Kept.GONE, duty.text),), quoted=True)
    for duty in comparison.duties_added:
        yield FieldLine(_("Duty"), (Piece(Kept.NEW, duty.text),), quoted=True)
