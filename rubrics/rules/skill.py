"""Skills: languages, tools, topics with levels, as alternatives, open lists, k of n, or all together."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from rubrics.lexicon import Mention, Term
from rubrics.model import AllOf, AtLeast, Category, Rule, SkillAsk
from rubrics.rules.clause import Clause, Reading, one_or_all

_COUNT = {"两": 2, "二": 2, "三": 3, "四": 4, "2": 2, "3": 3, "4": 4, "two": 2, "three": 3, "four": 4}
_AT_LEAST = re.compile(
    r"(?:至少|任意|其中|以上|不少于)[^,。;]{0,6}?([两二三四234])\s*(?:种|门|项|个|款|点|条)|([两二三四234])\s*(?:种|门|项|个|款|点|条)(?:及?以上)|at least (two|three|four)"
)
_LATER_CHOICE = re.compile(
    r"(?:and|plus|,|/|和|与|及|、|并|,)\s*(?:also\s+)?(?:(?:in|with|of|using|熟悉|掌握|了解|会|至少)\s*)?(?:at least one|one of|one or more|any of|either|至少(?:一|1|熟悉|掌握|精通|了解)|任意一|任一)"
)
_ALTERNATIVE = re.compile(r"或|/|\bor\b|any of|either")
_CATEGORY = {
    "programming_language": Category.PROGRAMMING_LANGUAGE,
    "tool": Category.TOOL,
    "dataset": Category.TOOL,
    "knowledge": Category.KNOWLEDGE,
}


def read(clause: Clause) -> tuple[Reading, ...]:
    """Give the skills that the clause names: one rule where they are alternatives, else one for each category."""
    found = clause.skill_terms()
    if not found:
        return ()
    choice = _choice_begins(clause, found)
    if choice:
        before, after = found[:choice], found[choice:]
        return (*_read_of(clause, before, either=_choice_between(clause, before)), *_read_of(clause, after))
    return _read_of(clause, found)


def _choice_begins(clause: Clause, found: list[tuple[Mention, Term]]) -> int:
    """Give how many skills stand before a choice of the later ones ("Python and at least one of A, B"); 0 without such a choice."""
    for match in _LATER_CHOICE.finditer(clause.words):
        before = sum(mention.end <= match.start() for mention, _ in found)
        if 0 < before < len(found) and not _ALTERNATIVE.search(clause.words[found[before - 1][0].end : match.start()]):
            return before
    return 0


def _read_of(clause: Clause, found: list[tuple[Mention, Term]], *, either: bool | None = None) -> tuple[Reading, ...]:
    whole = rule_of(clause, found, either=either)
    kinds = list(dict.fromkeys(_CATEGORY[term.kind] for _, term in found))
    if len(kinds) == 1 or not (isinstance(whole, AllOf) or _is_listing(clause, found)):
        return (Reading(category_of([term for _, term in found]), whole),)
    return tuple(
        Reading(kind, rule_of(clause, [pair for pair in found if _CATEGORY[pair[1].kind] is kind], either=either))
        for kind in kinds
    )


def counts(clause: Clause) -> bool:
    """Whether the clause asks for k of the skills that it names."""
    return _AT_LEAST.search(clause.words) is not None and len(clause.skill_terms()) > 1


def category_of(terms: list[Term]) -> Category:
    """Give the category of most terms; on a tie that of the first."""
    counted = Counter(_CATEGORY[term.kind] for term in terms)
    best = max(counted.values())
    return next(_CATEGORY[term.kind] for term in terms if counted[_CATEGORY[term.kind]] == best)


def rule_of(clause: Clause, found: list[tuple[Mention, Term]], *, either: bool | None = None) -> Rule:
    """One rule of the mentions: what stands between them and the words of choice decide how they join, unless told."""
    asks: list[Rule] = [SkillAsk(term.id, clause.level_at(mention.start, mention.end)) for mention, term in found]
    if either is not None:
        return one_or_all(asks, either=either)
    open_list = clause.has("read_example")
    count = _AT_LEAST.search(clause.words)
    if count and len(asks) > 1:
        number = _COUNT[next(group for group in count.groups() if group)]
        if number <= len(asks):
            return AtLeast(number, tuple(asks), open=open_list)
    either = clause.has("read_one_of") or open_list or _choice_between(clause, found)
    return one_or_all(asks, either=either, open_list=open_list)


def _is_listing(clause: Clause, found: list[tuple[Mention, Term]]) -> bool:
    """Whether slashes only list things of different kinds (Linux/Python): no alternatives between a language and a system."""
    if clause.has("read_one_of") or clause.has("read_example") or _AT_LEAST.search(clause.words):
        return False
    gaps = [clause.words[before.end : after.start] for (before, _), (after, _) in pairwise(found)]
    return any("/" in gap for gap in gaps) and not any(_ALTERNATIVE.search(gap.replace("/", " ")) for gap in gaps)


def _choice_between(clause: Clause, found: list[tuple[Mention, Term]]) -> bool:
    gaps = [clause.words[before.end : after.start] for (before, _), (after, _) in pairwise(found)]
    return any(_ALTERNATIVE.search(gap) for gap in gaps)
