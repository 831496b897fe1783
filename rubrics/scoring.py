"""Pre-scoring: one application against one rubric version, a verdict with quotations for each criterion and an interval for each section.

Score rule. A criterion is worth 1 when met, ½ when partly, 0 when contradicted. What is not shown is unknown: it counts as no in
``low`` and as yes in ``high``; so does the part of a "partly" that is not shown. ``point`` lies a quarter of the way from ``low``
to ``high``: an unknown counts for less than anything that is shown and for more than a contradiction, and whatever is shown in
addition lowers none of the three. Criteria for the interview do not count.
A group of rule "any" counts as one criterion of its heaviest member's weight and saturates: each further member closes three
quarters of what is still open. Sections are apart, so no bonus hides a missing requirement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rubrics.dossier import Dossier, input_digest
from rubrics.evidence import Reading
from rubrics.evidence.flags import copied_stretches, copies_in, copy_flags, hidden_flags
from rubrics.evidence.sources import Copied
from rubrics.judging import judge_all
from rubrics.lexicon import Lexicon
from rubrics.model import Rubric
from rubrics.plans import Plan, Shape, plan_of
from rubrics.prescore import Because, Flag, Gates, Interval, Prescore, Quote, Result, Score, Verdict

ENGINE_VERSION: str = "1.3.0"
"""Changes with every change that can change a verdict or a score."""

_new = tuple.__new__  # makes a named tuple in half the time that its class takes
_SATURATION = 0.75
_POINT = 0.25
_DIGITS = 4
_MOST_SCORES = 1_000


def prescore(rubric: Rubric, dossier: Dossier, lexicon: Lexicon) -> Prescore:
    """Pre-score one application against one rubric; the same arguments give the same value on any machine."""
    return prescore_many((rubric,), dossier, lexicon)[0]


def prescore_many(rubrics: Sequence[Rubric], dossier: Dossier, lexicon: Lexicon) -> tuple[Prescore, ...]:
    """Pre-score one application against several rubrics; it is read and scanned once."""
    reading = Reading(dossier, lexicon)
    digest = input_digest(dossier)
    flags = _in_order([*hidden_flags(dossier, reading.cues), *reading.flags])
    plans = [plan_of(rubric) for rubric in rubrics]
    copies = copies_in(dossier, dict.fromkeys(sentence for plan in plans for sentence in plan.sentences))
    return tuple(_prescore(plan, reading, copied_stretches(copies, plan.sentences), digest, flags) for plan in plans)


def score_verdicts(rubric: Rubric, verdicts: Mapping[str, Verdict]) -> Score:
    """Score verdicts by criterion id, the machine's or a person's, by the one rule; criteria without a verdict are not shown."""
    return _score(plan_of(rubric), verdicts)


def _prescore(plan: Plan, shared: Reading, copied: Copied, digest: str, flags: Sequence[Flag]) -> Prescore:
    dossier, lexicon, rubric = shared.dossier, shared.lexicon, plan.rubric
    reading = Reading(dossier, lexicon, copied) if copied else shared
    results: list[Result] = []
    conflicts: set[Quote] = set()
    silent = plan.silent
    outcomes = judge_all(plan.criteria, reading, plan.relevant)
    for place, (outcome, known) in enumerate(zip(outcomes, silent, strict=True)):
        if known is not None and known[0] is outcome:
            results.append(known[1])
            continue
        verdict, zh, en, quotes, conflicting = outcome
        result = _new(Result, (plan.criteria[place][0].id, verdict, quotes, _new(Because, (zh, en))))
        results.append(result)
        if conflicting:
            conflicts.update(conflicting)
        elif not quotes:
            silent[place] = outcome, result
    if copied or conflicts:
        flags = _in_order([*flags, *copy_flags(copied), *_conflict_flags(conflicts)])
    return Prescore(
        posting=rubric.slug,
        rubric_version=rubric.version,
        engine=ENGINE_VERSION,
        lexicon=lexicon.version,
        input_sha256=digest,
        score=_known_score(plan, tuple([outcome.verdict for outcome in outcomes])),
        results=tuple(results),
        flags=tuple(flags),
    )


# --- scores ----------------------------------------------------------------------------------------------------------


# What a criterion is worth if its unknowns are no, and if they are yes; for the interview nothing can be said.
_WORTH = {
    Verdict.MET: (1.0, 1.0),
    Verdict.PARTLY: (0.5, 1.0),
    Verdict.NOT_SHOWN: (0.0, 1.0),
    Verdict.CONTRADICTED: (0.0, 0.0),
}
_NOT_SHOWN = Verdict.NOT_SHOWN

_Worth = tuple[float, float]


def _known_score(plan: Plan, verdicts: tuple[Verdict, ...]) -> Score:
    """Score verdicts in the order of the criteria; the same ones come again and again."""
    known = plan.scores.get(verdicts)
    if known is None:
        if len(plan.scores) >= _MOST_SCORES:
            plan.scores.clear()
        names = [criterion.id for criterion, _ in plan.criteria]
        known = plan.scores[verdicts] = _score(plan, dict(zip(names, verdicts, strict=True)))
    return known


def _score(plan: Plan, verdicts: Mapping[str, Verdict]) -> Score:
    return Score(
        requirement=_section_interval(plan.requirement, verdicts),
        bonus=_section_interval(plan.bonus, verdicts),
        gates=_gates(plan, verdicts),
    )


def _section_interval(shape: Shape, verdicts: Mapping[str, Verdict]) -> Interval | None:
    total = low = high = 0.0
    worth, told = _WORTH.get, verdicts.get
    for name, weight in shape.alone:
        value = worth(told(name, _NOT_SHOWN))
        if value is not None:
            total += weight
            low += weight * value[0]
            high += weight * value[1]
    for group in shape.grouped:
        members = _counted(group, verdicts)
        if members:
            weight = max([weight for weight, _ in members])
            worst, best = _saturated(members)
            total += weight
            low += weight * worst
            high += weight * best
    if not total:
        return None
    low, high = low / total, high / total
    return Interval(
        low=round(low, _DIGITS), point=round(low + _POINT * (high - low), _DIGITS), high=round(high, _DIGITS)
    )


def _counted(members: Sequence[tuple[str, float]], verdicts: Mapping[str, Verdict]) -> list[tuple[float, _Worth]]:
    worth, told = _WORTH.get, verdicts.get
    return [(weight, value) for name, weight in members if (value := worth(told(name, _NOT_SHOWN))) is not None]


def _saturated(members: Sequence[tuple[float, _Worth]]) -> _Worth:
    heaviest = max(weight for weight, _ in members)
    full = low = high = 1.0
    for weight, (worst, best) in members:
        share = weight / heaviest
        full *= 1.0 - _SATURATION * 1.0 * share
        low *= 1.0 - _SATURATION * worst * share
        high *= 1.0 - _SATURATION * best * share
    return (1.0 - low) / (1.0 - full), (1.0 - high) / (1.0 - full)


def _gates(plan: Plan, verdicts: Mapping[str, Verdict]) -> Gates:
    floors = {verdicts.get(name, _NOT_SHOWN) for name in plan.gates}
    if Verdict.CONTRADICTED in floors:
        return Gates.BELOW
    return Gates.PASS if floors <= _ALL_MET else Gates.UNKNOWN


_ALL_MET = frozenset({Verdict.MET})


# --- flags -----------------------------------------------------------------------------------------------------------


def _conflict_flags(conflicts: Iterable[Quote]) -> list[Flag]:
    return [Flag("conflicting_answers", quote.source, quote.start, quote.end) for quote in conflicts]


def _in_order(flags: Iterable[Flag]) -> list[Flag]:
    return sorted(set(flags), key=lambda flag: (flag.source == "resume", flag.source, flag.start, flag.end, flag.code))
