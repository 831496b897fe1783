"""The verdict on one criterion: its rule tree answered from one reading of the application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rubrics.evidence import Outcome, Reading, find_evidence
from rubrics.evidence.clauses import EVIDENCE, Stance
from rubrics.evidence.outcome import contradicted, for_interview, join_all, join_any, partly
from rubrics.evidence.texts import entries, field_of
from rubrics.lexicon import Lexicon
from rubrics.model import DEGREE_ORDER, AllOf, AnyOf, AtLeast, Criterion, DegreeAsk, SkillAsk
from rubrics.plans import Hearing, Listing, Node
from rubrics.prescore import Verdict

_LEFT_TO_THE_INTERVIEW = for_interview("由面试考察", "left to the interview")
_NOT_SHOWN = Verdict.NOT_SHOWN
_WIDEST_LIST = 15
_PLAIN_NO = frozenset(
    {"无", "没有", "没", "暂无", "否", "no", "none", "n/a", "nope", "不会", "没有经验", "无经验", "不具备"}
)


def judge_all(
    criteria: Iterable[tuple[Criterion, Node | None]], reading: Reading, relevant: frozenset[str]
) -> list[Outcome]:
    """Judge criteria, each with its rule's node (None when only an interview can judge it); ``relevant`` are the terms of their rubric."""
    outcomes, stated = reading.outcomes, "statements" in reading.dossier.answers
    found: list[Outcome] = []
    for criterion, node in criteria:
        if node is None:
            found.append(_LEFT_TO_THE_INTERVIEW)
            continue
        outcome = outcomes.get(node) or _judge_node(node, reading, relevant)
        if stated and outcome.verdict is _NOT_SHOWN:
            outcome = _denied_in_statement(criterion, reading) or outcome
        found.append(outcome)
    return found


def _judge_nodes(nodes: Iterable[Node], reading: Reading, relevant: frozenset[str]) -> list[Outcome]:
    known = reading.outcomes.get
    return [known(node) or _judge_node(node, reading, relevant) for node in nodes]


def _judge_node(node: Node, reading: Reading, relevant: frozenset[str]) -> Outcome:
    key = (node, relevant) if node.unbound else node
    known = reading.outcomes.get(key)
    if known is None:
        known = _answer_of_skills(node, reading) if node.only_skills else _answer(node, reading, relevant)
        reading.outcomes[key] = known
    return known


def _answer_of_skills(node: Node, reading: Reading) -> Outcome:
    """Answer a rule over skills alone; to whoever names nothing that it listens for it always says the same."""
    hearing = node.hearing
    if hearing is None or hearing.lexicon is not reading.lexicon:
        hearing = node.hearing = _hearing_of(node, reading.lexicon)
    if not (hearing.named.isdisjoint(reading.seen_families) and hearing.above.isdisjoint(reading.seen_terms)):
        return _answer(node, reading, node.terms)
    if hearing.silence is None:
        hearing.silence = _answer(node, reading, node.terms)
    return hearing.silence


def _hearing_of(node: Node, lexicon: Lexicon) -> Hearing:
    return Hearing(
        lexicon,
        named=node.terms.union(*(_equals_of(part, lexicon) for part in _open_lists(node))),
        above=frozenset[str]().union(*(lexicon.ancestors(term) for term in node.terms)),
    )


def _open_lists(node: Node) -> Iterator[Node]:
    if isinstance(node.rule, (AnyOf, AtLeast)) and node.rule.open:
        yield node
    for part in node.parts:
        yield from _open_lists(part)


def _answer(node: Node, reading: Reading, relevant: frozenset[str]) -> Outcome:
    match node.rule:
        case SkillAsk() as ask:
            return find_evidence(ask, reading, relevant)
        case AllOf():
            outcomes = _judge_nodes(node.parts, reading, relevant)
            rest = [outcome for part, outcome in zip(node.parts, outcomes, strict=True) if part is not node.floor]
            if rest and all(outcome.verdict is Verdict.NOT_SHOWN for outcome in rest):
                return join_all(rest)  # a degree alone is no part of what its holders are asked for
            return join_all(outcomes)
        case AnyOf(_, is_open):
            parts = _without_lower_degrees(node, reading, relevant) if node.floors else node.parts
            outcome = join_any(_judge_nodes(parts, reading, relevant))
            return _or_unnamed_equal(outcome, node, reading) if is_open else outcome
        case AtLeast(needed, _, is_open):
            outcome = join_any(_judge_nodes(node.parts, reading, relevant), needed)
            return _or_unnamed_equal(outcome, node, reading) if is_open else outcome
        case ask:
            return find_evidence(ask, reading, relevant)


def _without_lower_degrees(node: Node, reading: Reading, relevant: frozenset[str]) -> tuple[Node, ...]:
    """Of branches for different degrees (a master with this or a bachelor with that) only the ones for the highest degree shown count."""
    floors = node.floors
    reached = [
        _rank(floor) for floor in floors.values() if _judge_node(floor, reading, relevant).verdict is Verdict.MET
    ]
    best = max(reached, default=None)
    if best is None:
        return node.parts
    return tuple(part for part in node.parts if part not in floors or _rank(floors[part]) == best)


def _rank(floor: Node) -> int:
    return DEGREE_ORDER[floor.rule.degree] if isinstance(floor.rule, DegreeAsk) else 0


def _or_unnamed_equal(outcome: Outcome, node: Node, reading: Reading) -> Outcome:
    """In a list left open an equal that is not named counts as partly."""
    if outcome.verdict in {Verdict.MET, Verdict.PARTLY}:
        return outcome
    lexicon = reading.lexicon
    listing = node.listing
    if listing is None or listing.lexicon is not lexicon:
        listing = node.listing = _listing_of(node, lexicon)
    kinds = listing.kinds
    if outcome.verdict is Verdict.CONTRADICTED and kinds == {"knowledge"}:
        return outcome  # whoever denies the subject itself does not know it by its neighbours
    for family, members in listing.families:
        for sighting in reading.family_sightings(family):
            if sighting.stance not in EVIDENCE or lexicon.terms[sighting.term].kind not in kinds:
                continue
            if sighting.term in node.terms or not node.terms.isdisjoint(lexicon.ancestors(sighting.term)):
                continue
            if sighting.term == family and "knowledge" in kinds and (sighting.stance is not Stance.OWN or members < 2):
                continue
            zh, en = lexicon.names(sighting.term)
            return partly(f"{zh}：未列出的同类", f"{en}: an equal that is not named", reading.quote_sighting(sighting))
    return outcome


def _listing_of(node: Node, lexicon: Lexicon) -> Listing:
    kinds = frozenset(lexicon.terms[term].kind for term in node.terms if term in lexicon.terms)
    return Listing(lexicon, kinds, tuple(_equals_of(node, lexicon).items()))


def _equals_of(node: Node, lexicon: Lexicon) -> dict[str, int]:
    """Give the families in which an open list's unnamed equals are looked for, each with the number of its members that are named."""
    named = node.terms & lexicon.terms.keys()
    families = Counter(family for term in named for family in lexicon.terms[term].parents)
    wider = {above for family in families if families[family] > 1 for above in lexicon.ancestors(family)}
    return {
        family: families[family]
        for family in sorted(families)
        if family not in wider and (families[family] > 1 or _is_a_list(family, lexicon))
    }


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
