"""A rule as a form holds it: a tree of what was typed, right or wrong, so that nothing is lost when something is amiss.

Each node has a path: ``0`` the whole, ``0.1`` its second branch. Its fields are named ``rule-<path>-<name>``; ``kind`` says
what the node is, ``was`` what it was when the page was made, so that a changed kind is seen without a script.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from rubrics.lexicon import load_lexicon
from rubrics.model import (
    AllOf,
    AnyOf,
    AtLeast,
    AvailabilityAsk,
    CertificationAsk,
    ContestAsk,
    DegreeAsk,
    EngineeringAsk,
    EnrolmentAsk,
    ExperienceAsk,
    FieldAsk,
    LanguageAsk,
    LeaderboardAsk,
    LocationAsk,
    OpenSourceAsk,
    PublicationAsk,
    Rule,
    SkillAsk,
    StandingAsk,
    TraitAsk,
    WordsAsk,
)

GROUPS = ("any", "all", "some")
ASKS = {
    SkillAsk: "skill",
    DegreeAsk: "degree",
    FieldAsk: "field",
    EnrolmentAsk: "enrolment",
    LocationAsk: "location",
    AvailabilityAsk: "availability",
    PublicationAsk: "publication",
    ContestAsk: "contest",
    LeaderboardAsk: "leaderboard",
    OpenSourceAsk: "open_source",
    ExperienceAsk: "experience",
    EngineeringAsk: "engineering",
    StandingAsk: "standing",
    LanguageAsk: "language",
    CertificationAsk: "certification",
    TraitAsk: "trait",
    WordsAsk: "words",
}
KINDS = (*GROUPS, *ASKS.values())
DEPTH, NODES = 6, 200

Path = tuple[int, ...]
Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RuleNode:
    """One node: its kind (of ``KINDS``), what stands in its fields, and its branches when it is a group."""

    kind: str
    values: Values = field(default_factory=dict)
    parts: tuple[RuleNode, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether the node combines others."""
        return self.kind in GROUPS

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of the node and of everything in it."""
        return frozenset({self.kind}).union(*(part.kinds for part in self.parts))

    def first(self, name: str) -> str:
        """Give a field's text, stripped; empty when there is none."""
        texts = self.values.get(name, ())
        return texts[0].strip() if texts else ""

    def has(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.values.get(name))


def node_of(rule: Rule, language: str) -> RuleNode:
    """Write a rule into a form's fields; terms by their names in ``zh`` or ``en``."""
    match rule:
        case AnyOf(rules, is_open):
            return RuleNode("any", _ticked(open=is_open), tuple(node_of(part, language) for part in rules))
        case AllOf(rules):
            return RuleNode("all", {}, tuple(node_of(part, language) for part in rules))
        case AtLeast(n, rules, is_open):
            values = {"count": (str(n),), **_ticked(open=is_open)}
            return RuleNode("some", values, tuple(node_of(part, language) for part in rules))
        case _:
            return RuleNode(ASKS[type(rule)], _filled(_values(rule, language)))


def read_node(fields: MultiDict[str, str], path: str = "0") -> RuleNode:
    """Read the tree that a form sent; what is nested too deep, or too much, is left out, an unknown kind is words."""
    return _read(fields, path, [NODES])


def _read(fields: MultiDict[str, str], path: str, left: list[int]) -> RuleNode:
    left[0] -= 1
    kind = fields.get(f"rule-{path}-kind", "words")
    kind = kind if kind in KINDS else "words"
    was = fields.get(f"rule-{path}-was", kind)
    head = f"rule-{path}-"
    values = _filled(
        {
            name.removeprefix(head): tuple(fields.getlist(name))
            for name in fields
            if name.startswith(head) and name.removeprefix(head) not in {"kind", "was"}
        }
    )
    parts: list[RuleNode] = []
    if path.count(".") < DEPTH:
        place = 0
        while left[0] > 0 and f"{head[:-1]}.{place}-kind" in fields:
            parts.append(_read(fields, f"{path}.{place}", left))
            place += 1
    return turned(RuleNode(was if was in KINDS else kind, values, tuple(parts)), kind)


def turned(node: RuleNode, kind: str) -> RuleNode:
    """Make a node another kind: a group made of an ask holds it, an ask made of a group is its first branch of that kind."""
    if kind == node.kind:
        return node
    if kind in GROUPS:
        parts = node.parts if node.is_group else (node, RuleNode(node.kind if node.kind != "words" else "skill"))
        return RuleNode(kind, {**(node.values if node.is_group else {}), "count": ("2",)}, parts)
    if node.is_group:
        return next((part for part in node.parts if part.kind == kind), RuleNode(kind))
    return RuleNode(kind, node.values)


def part_added(node: RuleNode, path: Path) -> RuleNode:
    """Add an empty ask to the group at a path, of the kind of its last one; an ask becomes a group of which one is enough."""
    here = _at(node, path)
    if not here.is_group:
        return _put(node, path, turned(here, "any"))
    last = here.parts[-1].kind if here.parts and not here.parts[-1].is_group else "skill"
    return _put(node, path, replace(here, parts=(*here.parts, RuleNode(last))))


def part_dropped(node: RuleNode, path: Path) -> RuleNode:
    """Take a branch out; a last branch stands for its group, and the whole is never taken out."""
    if not path:
        return node
    parent = _at(node, path[:-1])
    rest = tuple(part for place, part in enumerate(parent.parts) if place != path[-1])
    if not rest:
        return node
    alone = len(rest) == 1 and not parent.has("open")  # one that an unnamed equal may replace stays a list
    return _put(node, path[:-1], rest[0] if alone else replace(parent, parts=rest))


def path_of(text: str) -> Path:
    """Read a path of a button (``0.1`` → (1,)); () for nonsense."""
    numbers = text.split(".")[1:]
    return tuple(int(number) for number in numbers) if all(n.isascii() and n.isdigit() for n in numbers) else ()


def _at(node: RuleNode, path: Path) -> RuleNode:
    for place in path:
        if place >= len(node.parts):
            return node
        node = node.parts[place]
    return node


def _put(node: RuleNode, path: Path, fresh: RuleNode) -> RuleNode:
    if not path or path[0] >= len(node.parts):
        return fresh if not path else node
    parts = list(node.parts)
    parts[path[0]] = _put(parts[path[0]], path[1:], fresh)
    return replace(node, parts=tuple(parts))


def _values(rule: Rule, language: str) -> Values:  # noqa: PLR0911 - one case for each ask
    match rule:
        case SkillAsk(term, level):
            return {"term": _names((term,), language), "level": (level.value,)}
        case DegreeAsk(degree):
            return {"degree": (degree.value,)}
        case FieldAsk(fields, related):
            return {"fields": _names(fields, language), **_ticked(related=related)}
        case LocationAsk(cities):
            return {"cities": cities}
        case AvailabilityAsk():
            numbers = _numbers(within_days=rule.within_days, months=rule.months, days_per_week=rule.days_per_week)
            return {**numbers, **_ticked(on_site=bool(rule.on_site))}
        case PublicationAsk():
            return {
                "rank": (rule.rank.value if rule.rank else "",),
                "venues": _names(rule.venues, language),
                "topics": _names(rule.topics, language),
                **_ticked(
                    venues_open=rule.venues_open, first_author=rule.first_author, writing_counts=rule.writing_counts
                ),
            }
        case ContestAsk(contests, kind, contests_open, prize):
            named = {"contests": _names(contests, language), "kind_of": (kind,), "prize": (prize.name.lower(),)}
            return {**named, **_ticked(contests_open=contests_open)}
        case _:
            return _further_values(rule, language)


def _further_values(rule: Rule, language: str) -> Values:  # noqa: PLR0911 - one case for each ask
    match rule:
        case LeaderboardAsk(datasets):
            return {"datasets": _names(datasets, language)}
        case OpenSourceAsk(topics) | EngineeringAsk(topics):
            return {"topics": _names(topics, language)}
        case ExperienceAsk(kinds, topics, months, lead):
            named = {"kinds": kinds, "topics": _names(topics, language)}
            return {**named, **_numbers(months=months), **_ticked(lead=lead)}
        case StandingAsk(grade, top_share):
            return _numbers(grade=grade, top_share=None if top_share is None else round(top_share * 100, 6))
        case LanguageAsk(spoken, certificate, score):
            named = {"language": _names((f"language_{spoken}",), language)}
            return {**named, "certificate": _names((certificate or "",), language), **_numbers(score=score)}
        case CertificationAsk(certification):
            return {"certification": _names((certification,), language)}
        case TraitAsk(trait):
            return {"trait": (trait,)}
        case WordsAsk(words):
            return {"words": (words,)}
        case _:
            return {}


def _filled(values: Values) -> Values:
    """Leave out what is empty, so that a field nobody filled and one that is not there are the same."""
    kept = {name: tuple(text for text in texts if text.strip()) for name, texts in values.items()}
    return {name: texts for name, texts in kept.items() if texts}


def _names(terms: tuple[str, ...], language: str) -> tuple[str, ...]:
    return tuple(load_lexicon().name(term, language) for term in terms)


def _ticked(**boxes: bool) -> dict[str, tuple[str, ...]]:
    return {name: ("on",) for name, on in boxes.items() if on}


def _numbers(**numbers: float | None) -> dict[str, tuple[str, ...]]:
    return {name: (f"{number:g}",) for name, number in numbers.items() if number is not None}
