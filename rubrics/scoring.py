"""Pre-scoring: one application against one rubric version, a verdict with quotations for each criterion and an interval for each section.

Score rule. A criterion is worth 1 when met, ½ when partly, 0 when contradicted. What is not shown is unknown: it counts as no in
``low`` and as yes in ``high``; so does the part of a "partly" that is not shown. ``point`` lies a quarter of the way from ``low``
to ``high``: an unknown counts for less than anything that is shown and for more than a contradiction, and whatever is shown in
addition lowers none of the three. Criteria for the interview do not count.
A group of rule "any" counts as one criterion of its heaviest member's weight and saturates: each further member closes three
quarters of what is still open. Sections are apart, so no bonus hides a missing requirement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rubrics.dossier import Dossier, input_digest
from rubrics.evidence import Outcome, Reading, find_evidence
from rubrics.evidence.clauses import EVIDENCE
from rubrics.evidence.flags import Squeezed, copied_stretches, copy_flags, hidden_flags, squeezed_texts
from rubrics.evidence.outcome import contradicted, for_interview, join_all, join_any, partly
from rubrics.evidence.texts import entries, field_of
from rubrics.lexicon import Lexicon
from rubrics.model import (
    DEGREE_ORDER,
    AllOf,
    AnyOf,
    Ask,
    AssessedBy,
    AtLeast,
    Criterion,
    DegreeAsk,
    EngineeringAsk,
    ExperienceAsk,
    OpenSourceAsk,
    PublicationAsk,
    Rubric,
    Rule,
    Section,
    SkillAsk,
)
from rubrics.prescore import Because, Flag, Gates, Interval, Prescore, Quote, Result, Score, Verdict

ENGINE_VERSION: str = "1.1.0"
"""Changes with every change that can change a verdict or a score."""

_SATURATION = 0.75
_POINT = 0.25
_DIGITS = 4


def prescore(rubric: Rubric, dossier: Dossier, lexicon: Lexicon) -> Prescore:
    """Pre-score one application against one rubric; the same arguments give the same value on any machine."""
    return prescore_many((rubric,), dossier, lexicon)[0]


def prescore_many(rubrics: Sequence[Rubric], dossier: Dossier, lexicon: Lexicon) -> tuple[Prescore, ...]:
    """Pre-score one application against several rubrics; it is read and scanned once."""
    reading = Reading(dossier, lexicon)
    digest = input_digest(dossier)
    texts = squeezed_texts(dossier)
    flags = [*hidden_flags(dossier, reading.cues), *reading.flags]
    return tuple(_prescore(rubric, reading, texts, digest, flags) for rubric in rubrics)


def score_verdicts(rubric: Rubric, verdicts: Mapping[str, Verdict]) -> Score:
    """Score verdicts by criterion id, the machine's or a person's, by the one rule; criteria without a verdict are not shown."""
    known = {criterion.id: verdicts.get(criterion.id, Verdict.NOT_SHOWN) for criterion in rubric.criteria}
    return Score(
        requirement=_section_interval(rubric, Section.REQUIREMENT, known),
        bonus=_section_interval(rubric, Section.BONUS, known),
        gates=_gates(rubric, known),
    )


def _prescore(
    rubric: Rubric, shared: Reading, texts: Sequence[Squeezed], digest: str, flags: Sequence[Flag]
) -> Prescore:
    dossier, lexicon = shared.dossier, shared.lexicon
    copied = copied_stretches(texts, [criterion.text for criterion in rubric.criteria])
    reading = Reading(dossier, lexicon, copied) if copied else shared
    relevant = frozenset(_terms_of(rubric))
    outcomes = {criterion.id: _judge(criterion, reading, relevant) for criterion in rubric.criteria}
    conflicts = {quote for outcome in outcomes.values() for quote in outcome.conflicts}
    return Prescore(
        posting=rubric.slug,
        rubric_version=rubric.version,
        engine=ENGINE_VERSION,
        lexicon=lexicon.version,
        input_sha256=digest,
        score=score_verdicts(rubric, {ident: outcome.verdict for ident, outcome in outcomes.items()}),
        results=tuple(_result(criterion, outcomes[criterion.id]) for criterion in rubric.criteria),
        flags=tuple(_in_order([*flags, *copy_flags(copied), *_conflict_flags(conflicts)])),
    )


# --- verdicts --------------------------------------------------------------------------------------------------------


def _judge(criterion: Criterion, reading: Reading, relevant: frozenset[str]) -> Outcome:
    if criterion.assessed_by is AssessedBy.INTERVIEW:
        return for_interview("由面试考察", "left to the interview")
    outcome = _judge_rule(criterion.rule, reading, relevant)
    if outcome.verdict is Verdict.NOT_SHOWN:
        return _denied_in_statement(criterion, reading) or outcome
    return outcome


def _judge_rule(rule: Rule, reading: Reading, relevant: frozenset[str]) -> Outcome:
    match rule:
        case AllOf(rules):
            return join_all([_judge_rule(branch, reading, relevant) for branch in rules])
        case AnyOf(rules, is_open):
            rules = _without_lower_degrees(rules, reading, relevant)
            outcome = join_any([_judge_rule(branch, reading, relevant) for branch in rules])
            return _or_unnamed_equal(outcome, rules, reading) if is_open else outcome
        case AtLeast(needed, rules, is_open):
            outcome = join_any([_judge_rule(branch, reading, relevant) for branch in rules], needed)
            return _or_unnamed_equal(outcome, rules, reading) if is_open else outcome
        case _:
            return find_evidence(rule, reading, relevant)


def _without_lower_degrees(rules: tuple[Rule, ...], reading: Reading, relevant: frozenset[str]) -> tuple[Rule, ...]:
    """Of branches for different degrees (a master with this or a bachelor with that) only the ones for the highest degree shown count."""
    floors = {place: floor for place, rule in enumerate(rules) if (floor := _degree_floor(rule)) is not None}
    if len(set(floors.values())) < 2:
        return rules
    reached = [
        DEGREE_ORDER[floor.degree]
        for floor in floors.values()
        if find_evidence(floor, reading, relevant).verdict is Verdict.MET
    ]
    best = max(reached, default=None)
    if best is None:
        return rules
    return tuple(
        rule for place, rule in enumerate(rules) if place not in floors or DEGREE_ORDER[floors[place].degree] == best
    )


def _degree_floor(rule: Rule) -> DegreeAsk | None:
    if not isinstance(rule, AllOf):
        return None
    return next((ask for ask in rule.rules if isinstance(ask, DegreeAsk)), None)


def _or_unnamed_equal(outcome: Outcome, rules: Iterable[Rule], reading: Reading) -> Outcome:
    """In a list left open an equal that is not named counts as partly."""
    if outcome.verdict in {Verdict.MET, Verdict.PARTLY}:
        return outcome
    named = {ask.term for ask in _asks(rules) if isinstance(ask, SkillAsk)}
    lexicon = reading.lexicon
    kinds = {lexicon.terms[term].kind for term in named & lexicon.terms.keys()}
    if outcome.verdict is Verdict.CONTRADICTED and kinds == {"knowledge"}:
        return outcome  # whoever denies the subject itself does not know it by its neighbours
    families = Counter(family for term in named & lexicon.terms.keys() for family in lexicon.terms[term].parents)
    for family in sorted(families):
        if families[family] < 2 and not _is_a_list(family, lexicon):
            continue
        for sighting in reading.family_sightings(family):
            if sighting.stance not in EVIDENCE or any(lexicon.is_a(sighting.term, term) for term in named):
                continue
            if lexicon.terms[sighting.term].kind not in kinds or (sighting.term == family and "knowledge" in kinds):
                continue
            zh, en = lexicon.name(sighting.term, "zh"), lexicon.name(sighting.term, "en")
            return partly(f"{zh}：未列出的同类", f"{en}: an equal that is not named", reading.quote_sighting(sighting))
    return outcome


_WIDEST_LIST = 15
_FAMILY_SIZES: dict[str, Counter[str]] = {}


def _is_a_list(family: str, lexicon: Lexicon) -> bool:
    """Whether a family named once is a list of equals: one of tools is, one of topics only when small (深度学习 is too wide)."""
    sizes = _FAMILY_SIZES.get(lexicon.version)
    if sizes is None:
        sizes = Counter(parent for term in lexicon.terms.values() for parent in term.parents)
        _FAMILY_SIZES[lexicon.version] = sizes
    known = lexicon.terms.get(family)
    return (known is not None and known.kind != "knowledge") or sizes[family] <= _WIDEST_LIST


def _denied_in_statement(criterion: Criterion, reading: Reading) -> Outcome | None:
    """Tell what the candidate wrote to just this criterion may say no without naming it again."""
    for pointer, row in entries(reading.dossier.answers, "statements"):
        if row.get("criterion") != criterion.id and row.get("key") != criterion.key:
            continue
        answer = field_of(row, pointer, "text")
        if answer is None:
            continue
        plain = answer.plain.strip()
        if len(plain) <= 40 and (plain.rstrip("。.!") in _PLAIN_NO or reading.cues.pattern("denial").match(plain)):
            return contradicted("在说明中写明没有", "the statement says no", reading.quote_answer(answer))
    return None


_PLAIN_NO = frozenset(
    {"无", "没有", "没", "暂无", "否", "no", "none", "n/a", "nope", "不会", "没有经验", "无经验", "不具备"}
)


def _asks(rules: Iterable[Rule]) -> Iterator[Ask]:
    for rule in rules:
        if isinstance(rule, (AllOf, AnyOf, AtLeast)):
            yield from _asks(rule.rules)
        else:
            yield rule


def _terms_of(rubric: Rubric) -> Iterator[str]:
    for ask in _asks(criterion.rule for criterion in rubric.criteria):
        if isinstance(ask, SkillAsk):
            yield ask.term
        elif isinstance(ask, (ExperienceAsk, EngineeringAsk, OpenSourceAsk, PublicationAsk)):
            yield from ask.topics


def _result(criterion: Criterion, outcome: Outcome) -> Result:
    return Result(criterion.id, outcome.verdict, outcome.quotes, Because(zh=outcome.zh, en=outcome.en))


# --- scores ----------------------------------------------------------------------------------------------------------


# What a criterion is worth if its unknowns are no, and if they are yes; for the interview nothing can be said.
_WORTH = {
    Verdict.MET: (1.0, 1.0),
    Verdict.PARTLY: (0.5, 1.0),
    Verdict.NOT_SHOWN: (0.0, 1.0),
    Verdict.CONTRADICTED: (0.0, 0.0),
}

_Worth = tuple[float, float]


def _section_interval(rubric: Rubric, section: Section, verdicts: Mapping[str, Verdict]) -> Interval | None:
    saturating = {group.id for group in rubric.groups if group.rule == "any"}
    alone: list[tuple[float, _Worth]] = []
    grouped: dict[str, list[tuple[float, _Worth]]] = {}
    for criterion in rubric.criteria:
        worth = _WORTH.get(verdicts[criterion.id])
        if criterion.section is not section or worth is None or criterion.weight <= 0:
            continue
        if criterion.group is not None and criterion.group in saturating:
            grouped.setdefault(criterion.group, []).append((criterion.weight, worth))
        else:
            alone.append((criterion.weight, worth))
    alone += [(max(weight for weight, _ in members), _saturated(members)) for members in grouped.values()]
    total = sum(weight for weight, _ in alone)
    if not total:
        return None
    low = sum(weight * worst for weight, (worst, _) in alone) / total
    high = sum(weight * best for weight, (_, best) in alone) / total
    return Interval(
        low=round(low, _DIGITS), point=round(low + _POINT * (high - low), _DIGITS), high=round(high, _DIGITS)
    )


def _saturated(members: Sequence[tuple[float, _Worth]]) -> _Worth:
    heaviest = max(weight for weight, _ in members)
    shares = [weight / heaviest for weight, _ in members]
    full = _closed([1.0] * len(members), shares)
    low = _closed([worst for _, (worst, _) in members], shares) / full
    high = _closed([best for _, (_, best) in members], shares) / full
    return low, high


def _closed(values: Sequence[float], shares: Sequence[float]) -> float:
    """How much of the whole is closed when each member closes its part of what is still open."""
    still_open = 1.0
    for value, share in zip(values, shares, strict=True):
        still_open *= 1.0 - _SATURATION * value * share
    return 1.0 - still_open


def _gates(rubric: Rubric, verdicts: Mapping[str, Verdict]) -> Gates:
    floors = {verdicts[criterion.id] for criterion in rubric.criteria if criterion.gate}
    if Verdict.CONTRADICTED in floors:
        return Gates.BELOW
    return Gates.PASS if floors <= {Verdict.MET} else Gates.UNKNOWN


# --- flags -----------------------------------------------------------------------------------------------------------


def _conflict_flags(conflicts: Iterable[Quote]) -> list[Flag]:
    return [Flag("conflicting_answers", quote.source, quote.start, quote.end) for quote in conflicts]


def _in_order(flags: Iterable[Flag]) -> list[Flag]:
    return sorted(set(flags), key=lambda flag: (flag.source == "resume", flag.source, flag.start, flag.end, flag.code))
