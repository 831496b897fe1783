"""What a draft does to one application: the score before and after, the views it stands in, and the criteria that cause it.

Pure: no database. A criterion is a cause when the score would be another one if that criterion alone were as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rubrics.model import Criterion, Rubric
from rubrics.prescore import Gates, Score, Verdict
from rubrics.scoring import score_verdicts
from screening.models import Stage
from screening.models.base import JsonObject
from screening.queries.comparison import compare, paired
from screening.services.judging import rank_of

LINES = tuple(range(10, 100, 10))
"""Score lines, out of 100, of which one is chosen on the page."""
ADVANCED = frozenset({Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER, Stage.HIRED})
MOST_CAUSES = 60
MOST_REASONS = 8
_WEIGHED = ("section", "gate", "weight", "assessed_by", "group")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an application stands with one rubric: the verdict that counts for each criterion id, and the score of them."""

    verdicts: Mapping[str, Verdict]
    score: Score


@dataclass(frozen=True, slots=True)
class Cause:
    """One difference of two rubrics and the new rubric without it; ``old`` and ``new`` are the criterion, ``stand_in`` the old one's id there."""

    old: Criterion | None
    new: Criterion | None
    without: Rubric
    stand_in: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Two rubrics made ready for many applications: the pairs that are one criterion, and the differences that can be causes."""

    pairs: tuple[tuple[str, str], ...]
    causes: tuple[Cause, ...]


def change_between(before: Rubric, after: Rubric) -> Change:
    """Work out once what differs between two rubrics."""
    found = compare(before, after)
    groups = (*after.groups, *(group for group in before.groups if group.id not in {one.id for one in after.groups}))
    causes: list[Cause] = []
    for changed in found.changed:
        kept = replace(changed.before, id=_stand_in(changed.before))
        criteria = tuple(kept if one.id == changed.after.id else one for one in after.criteria)
        without = replace(after, criteria=criteria, groups=groups)
        causes.append(Cause(changed.before, changed.after, without, kept.id, changed.fields))
    for new in found.added:
        without = replace(after, criteria=tuple(one for one in after.criteria if one.id != new.id))
        causes.append(Cause(None, new, without, ""))
    for old in found.removed:
        kept = replace(old, id=_stand_in(old))
        without = replace(after, criteria=(*after.criteria, kept), groups=groups)
        causes.append(Cause(old, None, without, kept.id))
    pairs = tuple((old.id, new.id) for old, new in paired(before, after))
    return Change(pairs, tuple(causes[:MOST_CAUSES]))


def reasons_for(change: Change, before: Standing, after: Standing) -> list[JsonObject]:
    """Name the criteria behind a change, the weightiest first, at most ``MOST_REASONS``; what is left over is counted."""
    now = _numbers(after.score)
    found: list[tuple[float, JsonObject]] = []
    told = {cause.new.id for cause in change.causes if cause.new is not None}
    for cause in change.causes:
        verdicts = dict(after.verdicts)
        if cause.old is not None:
            verdicts[cause.stand_in] = before.verdicts.get(cause.old.id, Verdict.NOT_SHOWN)
        numbers = _numbers(score_verdicts(cause.without, verdicts))
        effect = abs(now[0] - numbers[0]) + (1.0 if now[1] != numbers[1] else 0.0)
        found += [(effect, reason) for reason in _reasons(cause, before, after, counts=effect > 0)]
    for old, new in change.pairs:
        was, verdict = before.verdicts.get(old), after.verdicts.get(new)
        if new not in told and was is not verdict and was is not None and verdict is not None:
            found.append((0.0, _verdict_reason(new, was, verdict)))
    found.sort(key=lambda pair: -pair[0])
    reasons = [reason for _, reason in found]
    more = len(reasons) - MOST_REASONS
    return [*reasons[:MOST_REASONS], *([{"kind": "more", "count": more}] if more > 0 else [])]


def views_of(before: Score | None, after: Score | None, stage: Stage) -> tuple[str, ...]:
    """Name the views of the result in which an application stands.

    all, open (not judged), fresh (not judged until now), up, down, same; newly below a hard floor or a score line, or no
    longer: gate-below, gate-above, below-60, above-60; newly below either though it has advanced: advanced-60.
    """
    if after is None:
        return ("all", "open")
    if before is None:
        return ("all", "fresh")
    delta = rank_of(after) - rank_of(before)
    views = ["all", "up" if delta > 0 else "down" if delta < 0 else "same"]
    newly_below = after.gates is Gates.BELOW and before.gates is not Gates.BELOW
    if newly_below:
        views.append("gate-below")
    if before.gates is Gates.BELOW and after.gates is not Gates.BELOW:
        views.append("gate-above")
    was, now = points(before), points(after)
    for line in LINES:
        if was >= line > now:
            views.append(f"below-{line}")
        if now >= line > was:
            views.append(f"above-{line}")
        if stage in ADVANCED and (newly_below or was >= line > now):
            views.append(f"advanced-{line}")
    return tuple(views)


def points(score: Score) -> int:
    """Give the requirements' point out of 100, as pages print it."""
    return round(score.requirement.point * 100) if score.requirement else 0


def _reasons(cause: Cause, before: Standing, after: Standing, *, counts: bool) -> Iterator[JsonObject]:
    old, new = cause.old, cause.new
    if new is None and old is not None:
        if counts:
            yield {"kind": "removed", "code": old.id.upper(), "before": str(before.verdicts.get(old.id, ""))}
        return
    if new is None:
        return
    verdict = after.verdicts.get(new.id, Verdict.NOT_SHOWN)
    if old is None:
        if counts:
            yield {"kind": "added", "code": new.id.upper(), "after": verdict.value}
        return
    was = before.verdicts.get(old.id)
    if was is not None and was is not verdict:
        yield _verdict_reason(new.id, was, verdict)
    if counts:
        for name in _WEIGHED:
            if name in cause.fields:
                yield {"kind": name, "code": new.id.upper(), "before": _value(name, old), "after": _value(name, new)}


def _verdict_reason(ident: str, was: Verdict, verdict: Verdict) -> JsonObject:
    return {"kind": "verdict", "code": ident.upper(), "before": was.value, "after": verdict.value}


def _value(name: str, one: Criterion) -> str:
    return {
        "section": one.section.value,
        "gate": "yes" if one.gate else "no",
        "weight": f"{one.weight:g}",
        "assessed_by": one.assessed_by.value,
        "group": one.group or "",
    }[name]


def _numbers(score: Score) -> tuple[float, Gates]:
    return rank_of(score), score.gates


def _stand_in(old: Criterion) -> str:
    """Give the old criterion a name that no new one can have."""
    return f"before:{old.id}"
