"""What changed between two versions of a rubric, criterion by criterion, in short."""

from __future__ import annotations

from dataclasses import dataclass

from rubrics.model import Criterion, Rubric


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: ``kind`` is added, removed, title, text, weight, section, gate, assessed_by or rule; ``before`` and ``after`` are values of the domain."""

    code: str
    text: str
    kind: str
    before: str = ""
    after: str = ""


def differences(before: Rubric, after: Rubric) -> tuple[Difference, ...]:
    """Compare two versions; a criterion that changed its id (a requirement made a bonus) is followed by key and place."""
    found: list[Difference] = []
    if before.title != after.title:
        found.append(Difference("", after.title or "", "title", before.title or "", after.title or ""))
    left = {_place(criterion): criterion for criterion in before.criteria}
    for criterion in after.criteria:
        old = left.pop(_place(criterion), None)
        if old is None:
            found.append(Difference(criterion.id.upper(), criterion.text, "added"))
        else:
            found.extend(_changes(old, criterion))
    found.extend(Difference(old.id.upper(), old.text, "removed") for old in left.values())
    return tuple(found)


def _place(criterion: Criterion) -> tuple[str, int, int]:
    return criterion.key, criterion.span.start, criterion.span.end


def _changes(old: Criterion, new: Criterion) -> list[Difference]:
    pairs = (
        ("text", old.text, new.text),
        ("weight", f"{old.weight:g}", f"{new.weight:g}"),
        ("section", old.section.value, new.section.value),
        ("gate", str(old.gate), str(new.gate)),
        ("assessed_by", old.assessed_by.value, new.assessed_by.value),
    )
    found = [Difference(new.id.upper(), new.text, kind, was, now) for kind, was, now in pairs if was != now]
    if old.rule != new.rule:
        found.append(Difference(new.id.upper(), new.text, "rule"))
    return found
