"""The verdict on one criterion: its rule tree answered from one reading of the application."""

from __future__ import annotations

from collections import Counter

from rubrics.evidence import Outcome, Reading, find_evidence
from rubrics.evidence.clauses import EVIDENCE, Stance
from rubrics.evidence.outcome import contradicted, for_interview, join_all, join_any, partly
from rubrics.evidence.texts import entries, field_of
from rubrics.lexicon import Lexicon
from rubrics.model import DEGREE_ORDER, AllOf, AnyOf, AssessedBy, AtLeast, Criterion, DegreeAsk
from rubrics.plans import Node
from rubrics.prescore import Verdict

_LEFT_TO_THE_INTERVIEW = for_interview("由面试考察", "left to the interview")
_WIDEST_LIST = 15
_PLAIN_NO = frozenset(
    {"无", "没有", "没", "暂无", "否", "no", "none", "n/a", "nope", "不会", "没有经验", "无经验", "不具备"}
)


def judge(criterion: Criterion, node: Node, reading: Reading, relevant: frozenset[str]) -> Outcome:
    """Judge a criterion; ``relevant`` are the terms of its rubric."""
    if criterion.assessed_by is AssessedBy.INTERVIEW:
        return _LEFT_TO_THE_INTERVIEW
    outcome = _judge_node(node, reading, relevant)
    if outcome.verdict is Verdict.NOT_SHOWN:
        return _denied_in_statement(criterion, reading) or outcome
    return outcome


def _judge_node(node: Node, reading: Reading, relevant: frozenset[str]) -> Outcome:
    key = (node, relevant) if node.unbound else node
    known = reading.memory.get(key)
    if isinstance(known, Outcome):
        return known
    outcome = reading.memory[key] = _answer(node, reading, relevant)
    return outcome


def _answer(node: Node, reading: Reading, relevant: frozenset[str]) -> Outcome:
    match node.rule:
        case AllOf():
            outcomes = [_judge_node(part, reading, relevant) for part in node.parts]
            rest = [outcome for part, outcome in zip(node.parts, outcomes, strict=True) if part is not node.floor]
            if rest and all(outcome.verdict is Verdict.NOT_SHOWN for outcome in rest):
                return join_all(rest)  # a degree alone is no part of what its holders are asked for
            return join_all(outcomes)
        case AnyOf(_, is_open):
            parts = _without_lower_degrees(node.parts, reading, relevant)
            outcome = join_any([_judge_node(part, reading, relevant) for part in parts])
            return _or_unnamed_equal(outcome, node, reading) if is_open else outcome
        case AtLeast(needed, _, is_open):
            outcome = join_any([_judge_node(part, reading, relevant) for part in node.parts], needed)
            return _or_unnamed_equal(outcome, node, reading) if is_open else outcome
        case ask:
            return find_evidence(ask, reading, relevant)


def _without_lower_degrees(parts: tuple[Node, ...], reading: Reading, relevant: frozenset[str]) -> tuple[Node, ...]:
    """Of branches for different degrees (a master with this or a bachelor with that) only the ones for the highest degree shown count."""
    floors = {part: part.floor for part in parts if part.floor is not None}
    if len(set(floors.values())) < 2:
        return parts
    reached = [
        _rank(floor) for floor in floors.values() if _judge_node(floor, reading, relevant).verdict is Verdict.MET
    ]
    best = max(reached, default=None)
    if best is None:
        return parts
    return tuple(part for part in parts if part not in floors or _rank(floors[part]) == best)


def _rank(floor: Node) -> int:
    return DEGREE_ORDER[floor.rule.degree] if isinstance(floor.rule, DegreeAsk) else 0


def _or_unnamed_equal(outcome: Outcome, node: Node, reading: Reading) -> Outcome:
    """In a list left open an equal that is not named counts as partly."""
    if outcome.verdict in {Verdict.MET, Verdict.PARTLY}:
        return outcome
    lexicon = reading.lexicon
    named = node.terms & lexicon.terms.keys()
    kinds = {lexicon.terms[term].kind for term in named}
    if outcome.verdict is Verdict.CONTRADICTED and kinds == {"knowledge"}:
        return outcome  # whoever denies the subject itself does not know it by its neighbours
    families = Counter(family for term in named for family in lexicon.terms[term].parents)
    wider = {above for family in families if families[family] > 1 for above in lexicon.ancestors(family)}
    for family in sorted(families):
        if family in wider or (families[family] < 2 and not _is_a_list(family, lexicon)):
            continue
        for sighting in reading.family_sightings(family):
            if sighting.stance not in EVIDENCE or any(lexicon.is_a(sighting.term, term) for term in node.terms):
                continue
            if lexicon.terms[sighting.term].kind not in kinds:
                continue
            if (
                sighting.term == family
                and "knowledge" in kinds
                and (sighting.stance is not Stance.OWN or families[family] < 2)
            ):
                continue
            zh, en = lexicon.name(sighting.term, "zh"), lexicon.name(sighting.term, "en")
            return partly(f"{zh}：未列出的同类", f"{en}: an equal that is not named", reading.quote_sighting(sighting))
    return outcome


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
        named = row.get("key")
        if (named != criterion.key) if named else (row.get("criterion") != criterion.id):
            continue  # ids repeat from posting to posting, keys do not
        answer = field_of(row, pointer, "text")
        if answer is None:
            continue
        plain = answer.plain.strip()
        if len(plain) <= 40 and (plain.rstrip("。.!") in _PLAIN_NO or reading.cues.pattern("denial").match(plain)):
            return contradicted("在说明中写明没有", "the statement says no", reading.quote_answer(answer))
    return None
