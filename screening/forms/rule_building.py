"""From what was typed into a rule form to a rule, or to what is wrong with it, field by field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from rubrics.lexicon import load_lexicon
from rubrics.model import (
    AllOf,
    AnyOf,
    AtLeast,
    AvailabilityAsk,
    CertificationAsk,
    ContestAsk,
    Degree,
    DegreeAsk,
    EngineeringAsk,
    EnrolmentAsk,
    ExperienceAsk,
    FieldAsk,
    LanguageAsk,
    LeaderboardAsk,
    Level,
    LocationAsk,
    OpenSourceAsk,
    PrizeFloor,
    PublicationAsk,
    Rule,
    SkillAsk,
    StandingAsk,
    TraitAsk,
    VenueRank,
    WordsAsk,
    rule_asks,
)
from rubrics.text import fold, normalised
from screening.forms.rule_nodes import RuleNode

SKILLS = frozenset({"programming_language", "tool", "knowledge", "dataset"})
TERM_KINDS = {
    "term": SKILLS,
    "topics": SKILLS,
    "fields": frozenset({"field"}),
    "venues": frozenset({"venue"}),
    "contests": frozenset({"contest"}),
    "datasets": frozenset({"dataset"}),
    "language": frozenset({"language"}),
    "certificate": frozenset({"language_certificate"}),
    "certification": frozenset({"certification", "certification_other"}),
    "trait": frozenset({"trait"}),
    "cities": frozenset({"city"}),
}
"""Which kinds of terms of the lexicon a field takes."""
EXPERIENCE_KINDS = ("work", "internship", "project", "research", "production", "deployment", "data_set")
CONTEST_KINDS = ("any", "code", "ml", "hpc")
WORDS_LENGTH, CITY_LENGTH, MOST_TERMS = 2000, 40, 200
_LIST = re.compile(r"[、，,;；\n]+")


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """What is wrong at a field: ``code`` is term_missing, term_unknown, choice_missing, number_range, nothing_asked, words_missing, words_long or branch_missing; ``said`` the words it speaks of; ``near`` names that may be meant; ``low`` and ``high`` what a number may be."""

    field: str
    code: str
    said: str = ""
    near: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


@dataclass(slots=True)
class Built:
    """A rule, None when something is wrong, and the problems in the order of the form."""

    rule: Rule | None
    problems: list[RuleProblem] = field(default_factory=list)


def build_rule(node: RuleNode, *, language: str, stored: Rule | None = None) -> Built:
    """Make the rule of a form's tree. Terms are known by any spelling in either language.

    ``stored`` is the rule that the form was made from: names that it was shown with mean its own terms, so that what
    nobody touched stays what it was.
    """
    builder = _Builder(language, _stored_names(stored, language))
    rule = builder.build(node, "0")
    return Built(None if builder.problems else rule, builder.problems)


def term_names(name: str, language: str) -> tuple[str, ...]:
    """Give the names that a field suggests, sorted."""
    return tuple(sorted(_names_of(TERM_KINDS[name], language), key=str.casefold))


@cache
def _names_of(kinds: frozenset[str], language: str) -> tuple[str, ...]:
    terms = load_lexicon().terms.values()
    return tuple(dict.fromkeys(term.zh if language == "zh" else term.en for term in terms if term.kind in kinds))


@cache
def _by_name(kinds: frozenset[str]) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for term in load_lexicon().terms.values():
        if term.kind in kinds:
            for name in (term.id, term.zh, term.en):
                known.setdefault(fold(name).text.strip(), term.id)
    return known


def _stored_names(rule: Rule | None, language: str) -> Mapping[str, str]:
    """Terms of a rule by the names with which a form shows them, unknown ones by themselves."""
    lexicon = load_lexicon()
    found: dict[str, str] = {}
    for ask in rule_asks(rule) if rule is not None else ():
        for name in (
            "term",
            "trait",
            "fields",
            "venues",
            "topics",
            "contests",
            "datasets",
            "certificate",
            "certification",
        ):
            value = getattr(ask, name, None) or ()
            for term in (value,) if isinstance(value, str) else value:
                found[lexicon.name(term, language)] = term
    return found


@dataclass(slots=True)
class _Builder:
    language: str
    stored: Mapping[str, str]
    problems: list[RuleProblem] = field(default_factory=list)

    def build(self, node: RuleNode, path: str) -> Rule:  # noqa: C901, PLR0911, PLR0912 - one case for each kind of node
        match node.kind:
            case "any" | "all" | "some":
                return self._group(node, path)
            case "skill":
                level = self._choice(node, path, "level", [level.value for level in Level], default="familiar")
                return SkillAsk(self._term(node, path, "term"), Level(level))
            case "degree":
                chosen = self._choice(node, path, "degree", [degree.value for degree in Degree])
                return DegreeAsk(Degree(chosen or "bachelor"))
            case "field":
                return FieldAsk(self._terms(node, path, "fields", needed=True), related=node.has("related"))
            case "enrolment":
                return EnrolmentAsk()
            case "location":
                return LocationAsk(self._cities(node, path))
            case "availability":
                return self._availability(node, path)
            case "publication":
                return self._publication(node, path)
            case "contest":
                return self._contest(node, path)
            case "leaderboard":
                return LeaderboardAsk(self._terms(node, path, "datasets"))
            case "open_source":
                return OpenSourceAsk(self._terms(node, path, "topics"))
            case "engineering":
                return EngineeringAsk(self._terms(node, path, "topics"))
            case "experience":
                return self._experience(node, path)
            case "standing":
                share = self._number(node, path, "top_share", 1, 100)
                grade = self._number(node, path, "grade", 0, 5)
                return StandingAsk(grade or None, None if share is None else round(share / 100, 6))
            case "language":
                return self._language(node, path)
            case "certification":
                return CertificationAsk(self._term(node, path, "certification"))
            case "trait":
                return TraitAsk(self._trait(node, path))
            case _:
                return WordsAsk(self._words(node, path))

    def _group(self, node: RuleNode, path: str) -> Rule:
        branches = tuple(self.build(part, f"{path}.{place}") for place, part in enumerate(node.parts))
        if not branches:
            self._wrong(path, "kind", "branch_missing")
        if node.kind == "all":
            return AllOf(branches)
        if node.kind == "any":
            return AnyOf(branches, open=node.has("open"))
        most = max(1, len(branches))
        count = self._whole(node, path, "count", 1, most, needed=True)
        return AtLeast(count or 1, branches, open=node.has("open"))

    def _availability(self, node: RuleNode, path: str) -> Rule:
        ask = AvailabilityAsk(
            self._whole(node, path, "within_days", 0, 730),
            self._whole(node, path, "months", 1, 120),
            self._whole(node, path, "days_per_week", 1, 7),
            True if node.has("on_site") else None,
        )
        if ask == AvailabilityAsk() and not self.problems:
            self._wrong(path, "within_days", "nothing_asked")
        return ask

    def _publication(self, node: RuleNode, path: str) -> Rule:
        rank = self._choice(node, path, "rank", [rank.value for rank in VenueRank], default="")
        return PublicationAsk(
            VenueRank(rank) if rank else None,
            self._terms(node, path, "venues"),
            venues_open=node.has("venues_open"),
            first_author=node.has("first_author"),
            topics=self._terms(node, path, "topics"),
            writing_counts=node.has("writing_counts"),
        )

    def _contest(self, node: RuleNode, path: str) -> Rule:
        prize = self._choice(node, path, "prize", [one.name.lower() for one in PrizeFloor], default="any_prize")
        return ContestAsk(
            self._terms(node, path, "contests"),
            self._choice(node, path, "kind_of", CONTEST_KINDS, default="any"),
            contests_open=node.has("contests_open"),
            prize=PrizeFloor[prize.upper()],
        )

    def _experience(self, node: RuleNode, path: str) -> Rule:
        kinds = tuple(kind for kind in node.values.get("kinds", ()) if kind in {*EXPERIENCE_KINDS, "any"})
        return ExperienceAsk(
            kinds,
            self._terms(node, path, "topics"),
            self._whole(node, path, "months", 1, 600),
            lead=node.has("lead"),
        )

    def _language(self, node: RuleNode, path: str) -> Rule:
        spoken = self._term(node, path, "language").removeprefix("language_")
        certificate = self._terms(node, path, "certificate")
        score = self._number(node, path, "score", 0, 1000)
        return LanguageAsk(spoken, certificate[0] if certificate else None, score)

    def _trait(self, node: RuleNode, path: str) -> str:
        traits = [term.id for term in load_lexicon().terms.values() if term.kind == "trait"]
        chosen = node.first("trait")
        return chosen if chosen and chosen in self.stored.values() else self._choice(node, path, "trait", traits)

    def _cities(self, node: RuleNode, path: str) -> tuple[str, ...]:
        cities = [_city(name)[:CITY_LENGTH] for name in _listed(node.values.get("cities", ()))]
        if not cities:
            self._wrong(path, "cities", "term_missing")
        return tuple(dict.fromkeys(cities))[:MOST_TERMS]

    def _words(self, node: RuleNode, path: str) -> str:
        words = " ".join(node.first("words").split())
        if not words:
            self._wrong(path, "words", "words_missing")
        elif len(words) > WORDS_LENGTH:
            self._wrong(path, "words", "words_long")
        return words

    def _term(self, node: RuleNode, path: str, name: str) -> str:
        """One term; its name is not cut at commas, since some names have one."""
        said = normalised(node.first(name))
        if not said:
            self._wrong(path, name, "term_missing")
            return ""
        return self._known(path, name, said)

    def _terms(self, node: RuleNode, path: str, name: str, *, needed: bool = False) -> tuple[str, ...]:
        said = _listed(node.values.get(name, ()), whole=self.stored)
        if needed and not said:
            self._wrong(path, name, "term_missing")
        return tuple(dict.fromkeys(self._known(path, name, one) for one in said))[:MOST_TERMS]

    def _known(self, path: str, name: str, said: str) -> str:
        if said in self.stored:
            return self.stored[said]
        kinds = TERM_KINDS[name]
        lexicon = load_lexicon()
        found = _by_name(kinds).get(fold(said).text.strip())
        if found is None:
            found = next((term for term in lexicon.exact(said) if lexicon.terms[term].kind in kinds), None)
        if found is None:
            self._wrong(path, name, "term_unknown", said=said, near=_near(said, kinds, self.language))
            return said
        return found

    def _choice(
        self, node: RuleNode, path: str, name: str, choices: Collection[str], *, default: str | None = None
    ) -> str:
        chosen = node.first(name)
        if chosen in choices:
            return chosen
        if default is not None:
            return default
        self._wrong(path, name, "choice_missing")
        return ""

    def _whole(self, node: RuleNode, path: str, name: str, low: int, high: int, *, needed: bool = False) -> int | None:
        number = self._number(node, path, name, low, high, whole=True, needed=needed)
        return None if number is None else int(number)

    def _number(
        self, node: RuleNode, path: str, name: str, low: int, high: int, *, whole: bool = False, needed: bool = False
    ) -> float | None:
        said = normalised(node.first(name)).strip()
        if not said and not needed:
            return None
        try:
            number = float(said)
        except ValueError:
            number = float("nan")
        if not low <= number <= high or (whole and number != int(number)):
            self._wrong(path, name, "number_range", said=said, low=low, high=high)
            return None
        return number

    def _wrong(
        self,
        path: str,
        name: str,
        code: str,
        *,
        said: str = "",
        near: tuple[str, ...] = (),
        low: int = 0,
        high: int = 0,
    ) -> None:
        self.problems.append(RuleProblem(f"rule-{path}-{name}", code, said, near, low, high))


def _city(said: str) -> str:
    """Give a city's short name in the language in which it was typed; one that the lexicon does not know stays as it is."""
    lexicon = load_lexicon()
    found = next((term for term in lexicon.exact(said) if lexicon.terms[term].kind == "city"), None)
    return lexicon.name(found, "en" if said.isascii() else "zh") if found else said


def _listed(texts: Iterable[str], whole: Collection[str] = ()) -> list[str]:
    """Cut what was typed at commas, but for a name that has one and is known."""
    found: list[str] = []
    for text in texts:
        words = normalised(text).strip()
        parts = [words] if words in whole else _LIST.split(words)
        found += [part.strip() for part in parts if part.strip()]
    return found


def _near(said: str, kinds: frozenset[str], language: str) -> tuple[str, ...]:
    """Names that hold the words, or are spelt much like them; the shortest first, three at most."""
    names = _names_of(kinds, language)
    folded = {fold(name).text: name for name in names}
    words = fold(said).text
    holding = sorted((name for name in folded if words in name or (len(name) > 2 and name in words)), key=len)
    alike = get_close_matches(words, folded, n=3, cutoff=0.7)
    return tuple(dict.fromkeys(folded[name] for name in (*alike, *holding)))[:3]
