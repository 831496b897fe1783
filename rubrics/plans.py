"""What is worked out once for a rubric, so that pre-scoring an application repeats none of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rubrics.evidence.flags import squeezed_words
from rubrics.evidence.outcome import Outcome
from rubrics.lexicon import Lexicon
from rubrics.model import (
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
from rubrics.prescore import Result, Score, Verdict

_MOST_PLANS = 512
_MOST_NODES = 50_000


class Node:
    """A rule with its branches; equal rules are one node, so that an application answers each of them once.

    ``unbound`` says that the rule leans on what its rubric is about; ``terms`` are the skills that it names, ``only_skills``
    says that it names nothing else; ``floor`` is the degree among the parts of an "all of", ``floors`` are those of an "any of"
    whose branches ask for different degrees. ``hearing`` and ``listing`` are kept here by whoever judges.
    """

    __slots__ = ("floor", "floors", "hearing", "listing", "only_skills", "parts", "rule", "terms", "unbound")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.parts: tuple[Node, ...] = ()
        if isinstance(rule, (AllOf, AnyOf, AtLeast)):
            self.parts = tuple(node_of(part) for part in rule.rules)
        asks = tuple(_asks((rule,)))
        self.unbound = any(isinstance(ask, (ExperienceAsk, PublicationAsk)) and not ask.topics for ask in asks)
        self.terms = frozenset(ask.term for ask in asks if isinstance(ask, SkillAsk))
        self.only_skills = all(isinstance(ask, SkillAsk) for ask in asks)
        self.floor: Node | None = None
        if isinstance(rule, AllOf):
            self.floor = next((part for part in self.parts if isinstance(part.rule, DegreeAsk)), None)
        floors = {part: part.floor for part in self.parts if part.floor is not None}
        self.floors: Mapping[Node, Node] = floors if len(set(floors.values())) > 1 else {}
        self.hearing: Hearing | None = None
        self.listing: Listing | None = None


@dataclass(slots=True)
class Hearing:
    """What a rule over skills listens for in the words of a lexicon.

    ``named`` are its terms and the families of its open lists: a mention of them or of their members can change the answer.
    ``above`` are the families of its terms: who denies a family denies its members, so a mention of just them can change it.
    ``silence`` is the answer when there is none of these, known once it was given.
    """

    lexicon: Lexicon
    named: frozenset[str]
    above: frozenset[str]
    silence: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Where in the words of a lexicon a list left open has its unnamed equals: their kinds, and families with the number of members named."""

    lexicon: Lexicon
    kinds: frozenset[str]
    families: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a section's criteria count: each alone, or together in groups that saturate; (criterion id, weight) in order."""

    alone: tuple[tuple[str, float], ...]
    grouped: tuple[tuple[tuple[str, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A rubric made ready: its criteria with their nodes (None: left to the interview), the terms it is about, its long sentences, gates and sections.

    ``silent`` are for each criterion the result without any quotation that was given last, with its outcome, and ``scores`` those
    of verdicts in the order of the criteria: most applications are silent on most criteria, and are so alike.
    """

    rubric: Rubric
    criteria: tuple[tuple[Criterion, Node | None], ...]
    relevant: frozenset[str]
    sentences: tuple[str, ...]
    gates: tuple[str, ...]
    requirement: Shape
    bonus: Shape
    silent: list[tuple[Outcome, Result] | None]
    scores: dict[tuple[Verdict, ...], Score]


_PLANS: dict[int, Plan] = {}
_NODES: dict[Rule, Node] = {}


def plan_of(rubric: Rubric) -> Plan:
    """Give the plan of a rubric, kept for as long as the same object comes again."""
    known = _PLANS.get(id(rubric))
    if known is None or known.rubric is not rubric:
        if len(_PLANS) >= _MOST_PLANS:
            _PLANS.clear()
        known = _PLANS[id(rubric)] = _plan(rubric)
    return known


def node_of(rule: Rule) -> Node:
    """Give the one node of all rules that are equal to this one."""
    known = _NODES.get(rule)
    if known is None:
        if len(_NODES) >= _MOST_NODES:
            _NODES.clear()
        known = _NODES[rule] = Node(rule)
    return known


def _plan(rubric: Rubric) -> Plan:
    sentences = (squeezed_words(criterion.text) for criterion in rubric.criteria)
    return Plan(
        rubric=rubric,
        criteria=tuple((criterion, _judged_node(criterion)) for criterion in rubric.criteria),
        relevant=frozenset(_terms_of(rubric)),
        sentences=tuple(dict.fromkeys(words for words in sentences if words)),
        gates=tuple(criterion.id for criterion in rubric.criteria if criterion.gate),
        requirement=_shape(rubric, Section.REQUIREMENT),
        bonus=_shape(rubric, Section.BONUS),
        silent=[None] * len(rubric.criteria),
        scores={},
    )


def _judged_node(criterion: Criterion) -> Node | None:
    return None if criterion.assessed_by is AssessedBy.INTERVIEW else node_of(criterion.rule)


def _shape(rubric: Rubric, section: Section) -> Shape:
    saturating = {group.id for group in rubric.groups if group.rule == "any"}
    alone: list[tuple[str, float]] = []
    grouped: dict[str, list[tuple[str, float]]] = {}
    for criterion in rubric.criteria:
        if criterion.section is not section or criterion.weight <= 0:
            continue
        together = criterion.group is not None and criterion.group in saturating
        members = grouped.setdefault(str(criterion.group), []) if together else alone
        members.append((criterion.id, criterion.weight))
    return Shape(tuple(alone), tuple(map(tuple, grouped.values())))


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
