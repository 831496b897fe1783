"""What a chunk of clauses asks: every rule is heard, in a fixed order of trust."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rubrics.compiler.terms import DocumentTerms
from rubrics.lexicon import Mention, Term
from rubrics.model import (
    AnyOf,
    AssessedBy,
    Category,
    ContestAsk,
    ExperienceAsk,
    LeaderboardAsk,
    PublicationAsk,
    Rule,
    TraitAsk,
    WordsAsk,
)
from rubrics.postings import Chunk, Part
from rubrics.rules import (
    Clause,
    Reading,
    availability,
    certification,
    contest,
    degree,
    engineering,
    enrolment,
    experience,
    field,
    language,
    location,
    open_source,
    publication,
    skill,
    standing,
    trait,
)
from rubrics.rules.clause import one_or_all

_CHINESE = re.compile("[一-鿿]")
_SKILL_FIRST = re.compile(
    r"^\W{0,20}(?:\S{1,40}\s{1,3}){0,3}?(?:experienced?|knowledge|expertise|familiar|familiarity|proficien\w+|understanding|expert|fluen\w+)\b"
)
_SKILLS = frozenset({Category.PROGRAMMING_LANGUAGE, Category.TOOL, Category.KNOWLEDGE, Category.EXPERIENCE})
_MERGES = frozenset({Category.TRAIT, Category.AVAILABILITY, Category.ACADEMIC_STANDING})


_LEVEL_FIRST = re.compile(
    r"^\W*(?:(?:能够|能|可以|较|并|且|同时|an?|some|strong|solid|good|great|very good|excellent|basic|deep|advanced|demonstrated|proven|practical|prior|high|you have|you are|a )\s*){0,3}"
    r"(?:熟悉|熟练|精通|掌握|了解|理解|深入|proficien|familiar|expert|knowledge|understanding|fluent|fluency|command of|exposure to|background in)"
)
_AND_EXPERIENCE = re.compile(r"\b(?:and|plus)\s+(?:\w+\s+){0,2}experience\b")
_DOING = re.compile(
    r"experience[sd]?\s+(?:in\s+|of\s+|with\s+)?(?!using|working|coding|programming|scripting)[a-z-]+ing\b|开发[^,;。]{0,4}经[验历]|研发[^,;。]{0,4}经[验历]"
    r"|experience\b.{4,60}\b(?:using|utili[sz]ing)\b"
    r"|\b(?:development|engineering|design|modell?ing|testing|analysis|administration|management|consulting) experience\b"
)
_KNOWS_FIRST = re.compile(
    r"^\W{0,20}(?:\S{1,40}\s{1,3}){0,3}?(?:knowledge|proficien\w+|familiarity|expertise|grasp|command) (?:of|with|in)\b"
)
_ABLE = re.compile(r"^\W*(?:(?:an?|the|strong|excellent|great|good|have|has)\W+){0,2}(?:ability|able) to\b")
_USED = re.compile(r"[使运]?用过|使用经[验历]")
_HANDLES = re.compile(r"^\W{0,20}(?:\S{1,40}\s{1,3}){0,2}?proficien\w+ (?:with|using|in using)\b")
_TRAIT_END = re.compile(
    r"(?:意识|精神|态度|心态|素养|品格|操守|责任感|使命感|执行力)(?:强烈|端正|突出|强|好|佳|高)?\W*$"
)
_DID = re.compile(
    r"[一-鿿]过(?![程敏渡于硬滤分度关期去来错失])|\b(?:you(?:['’]ve| have)|having) (?:\w+ed|built|led|run|written|grown|sold|made|taught|been|done|won|taken)\b|\b(?:published|shipped|launched)\b|\b(?:multiple|several|numerous) successful\b"
)
_YOU_DO = re.compile(
    r"^\W*(?:you(?:['’]re| are| can| will| do| don['’]t| get| make| take| want| know how| tell| see| think| bring| always| never)\b|the (?:habit|ability|drive|courage)\b)"
)
_USES_NAME = re.compile(r"[Ee]xperience (?:with|using) (?:the )?[A-Z][A-Za-z0-9+#.]+")
_TRAIT = (Reading(Category.TRAIT, TraitAsk("trait_general"), assessed_by=AssessedBy.INTERVIEW),)
_HANDS = frozenset({"programming_language", "tool", "dataset"})


def read_chunk(chunk: Chunk, terms: DocumentTerms) -> list[tuple[tuple[Part, ...], tuple[Reading, ...]]]:
    """Give runs of clauses with what they ask; clauses of one chunk part when they speak of different things."""
    runs: list[_Run] = []
    for part in chunk.parts:
        alone = read_parts((part,), terms, bonus=chunk.bonus)
        kinds = {reading.category for reading in alone}
        if runs and _goes_on(part, runs[-1].kinds, kinds, terms, chunk):
            runs[-1].parts.append(part)
            runs[-1].kinds |= kinds
        else:
            runs.append(_Run([part], kinds, alone))
    return [(tuple(run.parts), run.reading(terms, bonus=chunk.bonus)) for run in runs]


@dataclass(slots=True)
class _Run:
    """Clauses that go on with one another, the categories that each speaks of, and what the first asks alone."""

    parts: list[Part]
    kinds: set[Category]
    first: tuple[Reading, ...]

    def reading(self, terms: DocumentTerms, *, bonus: bool) -> tuple[Reading, ...]:
        """Tell what the run asks as a whole."""
        return self.first if len(self.parts) == 1 else read_parts(tuple(self.parts), terms, bonus=bonus)


def may_merge(before: tuple[Reading, ...], after: tuple[Reading, ...]) -> bool:
    """Whether neighbouring runs are one criterion: traits, terms of presence, or grades side by side."""
    return len(before) == len(after) == 1 and before[0].category == after[0].category and before[0].category in _MERGES


def read_parts(parts: tuple[Part, ...], terms: DocumentTerms, *, bonus: bool) -> tuple[Reading, ...]:
    """Tell what a run of clauses asks as a whole; words that the document said before, with the same terms in them, are read once."""
    clause = terms.clause(parts, bonus=bonus)
    known = terms.read.get((clause.raw, bonus))
    if known is not None and known[0].found == clause.found and known[0].cues == clause.cues:
        return known[1]
    readings = read_clause(clause)
    terms.read[clause.raw, bonus] = (clause, readings)
    return readings


def read_clause(clause: Clause) -> tuple[Reading, ...]:
    """Every ask of a clause; a clause that no rule understands stays words for a person."""
    proofs = _proofs(clause)
    if proofs:
        return (_proof_reading(clause, proofs),)
    floors = (*availability.read(clause), *degree.read(clause), *enrolment.read(clause), *field.read(clause))
    if floors:
        years = experience.months_of(clause.words)
        has_availability = any(reading.category is Category.AVAILABILITY for reading in floors)
        worked = "经验" in clause.words or "experience" in clause.words
        if years is not None and not has_availability and worked:
            floors = (*floors, Reading(Category.EXPERIENCE, experience.asks(clause)[0]))
        elif _AND_EXPERIENCE.search(clause.words):
            floors = (*floors, Reading(Category.EXPERIENCE, ExperienceAsk(("work",))))
        return (*floors, *standing.read_named_school(clause))
    for read in (location.read, standing.read, certification.read, language.read):
        found = read(clause)
        if found:
            return found
    return _skills_and_traits(clause)


def _skills_and_traits(clause: Clause) -> tuple[Reading, ...]:
    skills = clause.skill_terms()
    traits = trait.read(clause)
    person = _of_the_person(clause, skills, traits)
    if person:
        return person
    lived = experience.asks(clause)
    built = engineering.asks(clause)
    if skill.counts(clause) and experience.months_of(clause.words) is None:
        return skill.read(clause)
    special = [term for _, term in skills if not term.facts.get("generic")]
    hands = any(term.kind in {"programming_language", "tool"} for term in special)
    if built and hands and not (lived and not _has_level(clause)):
        return skill.read(clause)
    if built and not (lived and special):
        return (Reading(Category.ENGINEERING, one_or_all([*built, *lived], either=True), assessed_by=AssessedBy.BOTH),)
    if lived and not (skills and _names_level_first(clause)):
        return _lived_readings(clause, lived[0])
    named = () if not skills and _KNOWS_FIRST.match(clause.words) else traits
    return skill.read(clause) or named or standing.read_school(clause) or _unread(clause)


def _of_the_person(
    clause: Clause, skills: list[tuple[Mention, Term]], traits: tuple[Reading, ...]
) -> tuple[Reading, ...]:
    """Give what a clause says of the person rather than of a skill: traits by name, or a trait of no name by how it is said."""
    if traits and not _asks_skill(clause):
        return traits
    hands = any(term.kind in _HANDS for _, term in skills)
    if _ABLE.match(clause.words) and not hands and not engineering.asks(clause):
        return traits or _TRAIT
    return _TRAIT if not traits and _TRAIT_END.search(clause.words) and not _has_level(clause) else ()


def _unread(clause: Clause) -> tuple[Reading, ...]:
    """Words of which no rule knows the subject: their cue words still tell the kind of ask, a person reads the rest."""
    if clause.has("read_certificate", but="read_certificate_no"):
        category = Category.CERTIFICATION
    elif clause.has("read_trait_soft") and not _KNOWS_FIRST.match(clause.words):
        return _TRAIT
    elif _DID.search(clause.words):
        category = Category.EXPERIENCE
    elif clause.has("read_tool_use") or (
        clause.names_unknown
        and (clause.has("level_proficient") or clause.has("level_expert"))
        and not clause.has("read_knowledge")
    ):
        category = Category.TOOL
    elif _has_level(clause) or clause.has("read_knowledge"):
        category = Category.TOOL if _HANDLES.match(clause.words) else Category.KNOWLEDGE
    elif _YOU_DO.match(clause.words):
        return _TRAIT
    else:
        category = Category.OTHER
    return (Reading(category, WordsAsk(clause.raw), assessed_by=AssessedBy.BOTH),)


def _has_level(clause: Clause) -> bool:
    return any(clause.has(group) for group in ("level_basic", "level_familiar", "level_proficient", "level_expert"))


def _lived_readings(clause: Clause, lived: Rule) -> tuple[Reading, ...]:
    """Experience of languages and tools alone asks for these; years of it, or of more than these, asks for both."""
    found = clause.skill_terms()
    hands = [pair for pair in found if pair[1].kind in _HANDS and not pair[1].facts.get("generic")]
    months = lived.months if isinstance(lived, ExperienceAsk) else None
    if not hands and not found and months is None and _USES_NAME.search(clause.raw):
        return (Reading(Category.TOOL, WordsAsk(clause.raw), assessed_by=AssessedBy.BOTH),)
    if not hands:
        return (Reading(Category.EXPERIENCE, lived),)
    category = skill.category_of([term for _, term in hands])
    if months is None and _USED.search(clause.words):
        return (Reading(category, skill.rule_of(clause, hands)),)
    if months is None and len(hands) == len(found) and not _DOING.search(clause.words):
        return (Reading(category, lived),)
    return (Reading(Category.EXPERIENCE, lived), Reading(category, skill.rule_of(clause, hands)))


def _proofs(clause: Clause) -> list[Rule]:
    return [*publication.asks(clause), *contest.asks(clause), *open_source.asks(clause)]


def _proof_reading(clause: Clause, proofs: list[Rule]) -> Reading:
    """Papers, contests and open source, with the experience named beside them as an alternative."""
    first = proofs[0]
    while isinstance(first, AnyOf):
        first = first.rules[0]
    category = Category.OPEN_SOURCE
    if isinstance(first, ContestAsk):
        category = Category.COMPETITION
    elif isinstance(first, LeaderboardAsk):
        category = Category.LEADERBOARD
    elif isinstance(first, PublicationAsk) or not clause.has("read_open_source"):
        category = Category.PUBLICATION
    alternatives = list(proofs)
    if re.search(r"或|/|\bor\b", clause.words) and any(
        word in clause.words for word in ("实习", "工作经", "项目", "部署", "开发经验", "experience")
    ):
        alternatives.extend(experience.asks(clause))
    either = len(alternatives) > 1 and (clause.bonus or bool(re.search(r"或|/|\bor\b|之一", clause.words)))
    if engineering.asks(clause) and category is Category.OPEN_SOURCE:
        category = Category.ENGINEERING
    return Reading(category, one_or_all(alternatives, either=either), assessed_by=AssessedBy.APPLICATION)


def _asks_skill(clause: Clause) -> bool:
    """Whether skill words weigh more than trait words: a skill with a level, or experience of one."""
    skills = clause.skill_terms()
    if not skills and _KNOWS_FIRST.match(clause.words):
        return True
    if (not skills and not experience.asks(clause)) or (clause.has("read_passion") and not _has_level(clause)):
        return False
    if _SKILL_FIRST.match(clause.words):
        return True
    levels = (
        any(clause.has(group) for group in ("level_basic", "level_proficient", "level_expert"))
        or "熟悉" in clause.words
    )
    traits = clause.terms("trait")
    first_trait = min((mention.start for mention, _ in traits), default=0)
    if skills and levels:
        return (
            min(mention.start for mention, _ in skills) < first_trait
            or "熟悉" in clause.words
            or "掌握" in clause.words
        )
    if skills:
        return min(mention.start for mention, _ in skills) < first_trait
    return experience.months_of(clause.words) is not None or "经验" in clause.words or "经历" in clause.words


def _names_level_first(clause: Clause) -> bool:
    """Give a skill with a level word in front: 熟悉 X 并有使用经验 asks for X."""
    return (
        _LEVEL_FIRST.match(clause.words) is not None
        and bool(clause.skill_terms())
        and experience.months_of(clause.words) is None
    )


def _goes_on(part: Part, before: set[Category], alone: set[Category], terms: DocumentTerms, chunk: Chunk) -> bool:
    if _leads_on(part, terms) or (len(chunk.parts) > 1 and part is chunk.parts[1] and _vague(chunk, terms)):
        return True
    if (before <= _SKILLS and alone <= _SKILLS) or _CHINESE.search(part.text) is None:
        return True
    return alone == {Category.OTHER} or before == {Category.OTHER} or bool(before & alone)


def _leads_on(part: Part, terms: DocumentTerms) -> bool:
    words = part.text
    start = len(words) - len(words.lstrip(" \t,;:、，；：("))
    return any(first <= start for first, _ in terms.cues.within(part.start, part.end).get("read_forward", ()))


def _vague(chunk: Chunk, terms: DocumentTerms) -> bool:
    return terms.clause(chunk.parts[:1], bonus=chunk.bonus).has("read_vague_lead")
