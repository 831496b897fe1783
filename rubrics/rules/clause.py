"""What every rule reads (a clause with its terms) and what every rule answers (readings)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rubrics.lazy import Kept
from rubrics.lexicon import Lexicon, Mention, Term, stands_free
from rubrics.model import AllOf, AnyOf, AssessedBy, Category, Level, Rule
from rubrics.text import fold, plain

SKILL_KINDS = frozenset({"programming_language", "tool", "knowledge", "dataset"})
_LEVELS = (
    ("level_expert", Level.EXPERT),
    ("level_proficient", Level.PROFICIENT),
    ("level_familiar", Level.FAMILIAR),
    ("level_basic", Level.BASIC),
)
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_CHINESE = re.compile("[一-鿿]")
_NAME_IN_CHINESE = re.compile(r"(?<![A-Za-z])[A-Za-z][A-Za-z0-9+#.\-]+")
_NAME_IN_ENGLISH = re.compile(r"(?<=[a-z,/(] )[A-Z][A-Za-z0-9+#.\-]+|(?<=[/(])[A-Z][A-Za-z0-9+#.\-]+")
_LIST_GAP = re.compile(r"^[\s)]*(?:[、,/&+]|或者?|和|与|及|以及|and|or|\s)+[\s(]*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clause asks: category, rule, whether it is a hard floor, and who can judge it."""

    category: Category
    rule: Rule
    gate: bool = False
    assessed_by: AssessedBy = AssessedBy.APPLICATION


@dataclass(frozen=True)
class Clause:
    """A stretch of an item, as words: ``bonus`` says that it is only preferred."""

    raw: str
    bonus: bool
    lexicon: Lexicon
    found: tuple[Mention, ...] | None = None
    cues: dict[str, list[tuple[int, int]]] | None = None

    @Kept
    def words(self) -> str:
        """Lower case, full-width forms settled, character for character with ``raw`` where no character grows."""
        return plain(self.raw).lower().replace("\n", " ")

    @Kept
    def mentions(self) -> tuple[Mention, ...]:
        """All terms of the clause: those that were found for it, or those in its own words."""
        if self.found is not None:
            return self.found
        return self.lexicon.find_folded(fold(self.raw), self.raw)

    def terms(self, *kinds: str) -> list[tuple[Mention, Term]]:
        """Give the mentions of these kinds with their terms, in order, each term once."""
        if len(kinds) == 1:
            return self._named.get(kinds[0], [])
        return [pair for kind, pair in self._all_named if kind in kinds]

    @Kept
    def _all_named(self) -> list[tuple[str, tuple[Mention, Term]]]:
        found: dict[str, tuple[str, tuple[Mention, Term]]] = {}
        for mention in self.mentions:
            if mention.term_id not in found:
                term = self.lexicon.terms[mention.term_id]
                found[term.id] = (term.kind, (mention, term))
        return list(found.values())

    @Kept
    def _named(self) -> dict[str, list[tuple[Mention, Term]]]:
        named: dict[str, list[tuple[Mention, Term]]] = {}
        for kind, pair in self._all_named:
            named.setdefault(kind, []).append(pair)
        return named

    def has(self, group: str, *, but: str | None = None) -> bool:
        """Whether a word of a cue group stands in the clause; with ``but`` one that no word of that group covers."""
        if but is None or group not in self._cues:
            return group in self._cues
        return stands_free(self._cues[group], self._cues.get(but, ()))

    def where(self, group: str) -> list[tuple[int, int]]:
        """Places of the words of a cue group."""
        return self._cues.get(group, [])

    @Kept
    def _cues(self) -> dict[str, list[tuple[int, int]]]:
        return self.cues if self.cues is not None else self.lexicon.asking_cues(self.words)

    @Kept
    def _skill_terms(self) -> list[tuple[Mention, Term]]:
        found = self.terms(*SKILL_KINDS)
        kept = [pair for place, pair in enumerate(found) if not self._names_family(found, place)]
        special = [pair for pair in kept if not pair[1].facts.get("generic")]
        return special or kept

    def skill_terms(self) -> list[tuple[Mention, Term]]:
        """Languages, tools, topics and data sets: families without the members named beside them, general words last."""
        return self._skill_terms

    @Kept
    def names_unknown(self) -> bool:
        """Whether the clause has names that no table knows: capitals inside an English clause, Latin words in a Chinese one."""
        known = {place for mention in self.mentions for place in range(mention.start, mention.end)}
        pattern = _NAME_IN_CHINESE if _CHINESE.search(self.raw) else _NAME_IN_ENGLISH
        return any(match.start() not in known for match in pattern.finditer(self.raw))

    def topics(self) -> tuple[str, ...]:
        """Ids of what the clause is about, general words left out; before examples their family counts too."""
        named = self.terms(*SKILL_KINDS) if self.has("read_example") else self.skill_terms()
        return tuple(term.id for _, term in named if not term.facts.get("generic"))

    def _names_family(self, found: list[tuple[Mention, Term]], place: int) -> bool:
        """Whether a family is only named to say what its members are: 深度学习平台PyTorch, "frameworks such as React"."""
        mention, term = found[place]
        if self.raw[mention.start : mention.end].startswith(("其他", "其它", "other")):
            return False
        for other_place, (other, member) in enumerate(found):
            if member.id == term.id or not self.lexicon.is_a(member.id, term.id):
                continue
            if abs(other_place - place) > 1:
                return True
            gap = self.words[min(mention.end, other.end) : max(mention.start, other.start)]
            if not _LIST_GAP.match(gap):
                return True
        return False

    def level_at(self, start: int, end: int) -> Level:
        """How well a skill is asked: the nearest level word before it, else the first after it, else familiar."""
        before: tuple[int, int, Level] | None = None
        after: tuple[int, int, Level] | None = None
        for place, stop, level in self._levels:
            if stop <= start + 1 and (before is None or stop > before[1] or (stop == before[1] and place < before[0])):
                before = (place, stop, level)
            elif place >= end and (after is None or place < after[0] or (place == after[0] and stop > after[1])):
                after = (place, stop, level)
        chosen = before or after
        return chosen[2] if chosen else Level.FAMILIAR

    @Kept
    def _levels(self) -> list[tuple[int, int, Level]]:
        return [(start, end, level) for group, level in _LEVELS for start, end in self.where(group)]


def one_or_all(rules: list[Rule], *, either: bool, open_list: bool = False) -> Rule:
    """One rule of several: alternatives, or all together; a single one stays itself unless its list was left open."""
    unique = list(dict.fromkeys(rules))
    if len(unique) == 1:
        return AnyOf((unique[0],), open=True) if open_list and either else unique[0]
    if either:
        return AnyOf(tuple(unique), open=open_list)
    return AllOf(tuple(unique))
