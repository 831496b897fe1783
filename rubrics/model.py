"""What a rubric is made of: criteria, groups, rule trees and the asks at their leaves.

Closed choices are unions of small frozen types, read with ``match`` and ``assert_never``. JSON shapes live in ``codec``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from rubrics.findings import Finding
from rubrics.text import Lines, Span


class Section(StrEnum):
    """Where a criterion counts."""

    REQUIREMENT = "requirement"
    BONUS = "bonus"


class Category(StrEnum):
    """What a criterion is about: the closed list of the domain."""

    DEGREE = "degree"
    FIELD_OF_STUDY = "field_of_study"
    ENROLMENT = "enrolment"
    LOCATION = "location"
    AVAILABILITY = "availability"
    PROGRAMMING_LANGUAGE = "programming_language"
    TOOL = "tool"
    KNOWLEDGE = "knowledge"
    EXPERIENCE = "experience"
    PUBLICATION = "publication"
    COMPETITION = "competition"
    LEADERBOARD = "leaderboard"
    OPEN_SOURCE = "open_source"
    ENGINEERING = "engineering"
    ACADEMIC_STANDING = "academic_standing"
    NATURAL_LANGUAGE = "natural_language"
    CERTIFICATION = "certification"
    TRAIT = "trait"
    OTHER = "other"


class AssessedBy(StrEnum):
    """Who can judge a criterion: the application on its own, an interview, or both."""

    APPLICATION = "application"
    INTERVIEW = "interview"
    BOTH = "both"


class Level(StrEnum):
    """How well a skill is known: 了解 < 熟悉 < 掌握/熟练 < 精通."""

    BASIC = "basic"
    FAMILIAR = "familiar"
    PROFICIENT = "proficient"
    EXPERT = "expert"


LEVEL_ORDER = {Level.BASIC: 1, Level.FAMILIAR: 2, Level.PROFICIENT: 3, Level.EXPERT: 4}


class Degree(StrEnum):
    """Academic degrees in the order of the compile contract."""

    ASSOCIATE = "associate"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"


DEGREE_ORDER = {Degree.ASSOCIATE: 1, Degree.BACHELOR: 2, Degree.MASTER: 3, Degree.DOCTORATE: 4}


class VenueRank(StrEnum):
    """Rank of a venue in the CCF list; A is the highest."""

    A = "A"
    B = "B"
    C = "C"


class PrizeFloor(IntEnum):
    """The least prize that counts, in rising order: took part, any prize, bronze/third, silver/second, gold/first."""

    PARTICIPATION = 0
    ANY_PRIZE = 1
    BRONZE = 2
    SILVER = 3
    GOLD = 4


# --- asks: the leaves of a rule tree. Term ids come from the lexicon (rubrics/lexicon/*.toml). ---


@dataclass(frozen=True, slots=True)
class SkillAsk:
    """A language, tool or topic at a level; ``term`` is a lexicon id. JSON: {"term", "level"}."""

    term: str
    level: Level = Level.FAMILIAR


@dataclass(frozen=True, slots=True)
class DegreeAsk:
    """At least this degree, finished or in progress. JSON: {"degree"}."""

    degree: Degree


@dataclass(frozen=True, slots=True)
class FieldAsk:
    """A field of study or a family of fields (lexicon ids); ``related`` lets adjacent fields count in full. JSON: {"fields", "related"}."""

    fields: tuple[str, ...]
    related: bool = False


@dataclass(frozen=True, slots=True)
class EnrolmentAsk:
    """Enrolled as a student now. JSON: {"enrolled"}."""

    enrolled: bool = True


@dataclass(frozen=True, slots=True)
class LocationAsk:
    """Able to work in one of these cities (names as in the posting, without 市). JSON: {"cities"}."""

    cities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AvailabilityAsk:
    """Days until arrival at most, months and days a week at least, and presence on site; None is not asked. JSON: {"within_days", "months", "days_per_week", "on_site"}."""

    within_days: int | None = None
    months: int | None = None
    days_per_week: int | None = None
    on_site: bool | None = None


@dataclass(frozen=True, slots=True)
class PublicationAsk:
    """A paper: at a CCF rank or better, at one of the named venues, as first author, on a topic. JSON: {"publication": {...}}."""

    rank: VenueRank | None = None
    venues: tuple[str, ...] = ()
    venues_open: bool = True
    first_author: bool = False
    topics: tuple[str, ...] = ()
    writing_counts: bool = False  # 论文写作经验: a paper in preparation shows it


@dataclass(frozen=True, slots=True)
class ContestAsk:
    """A contest result: named contests (lexicon ids) or a kind ("code", "ml", "hpc", "any"), and the least prize. JSON: {"contest": {...}}."""

    contests: tuple[str, ...] = ()
    kind: str = "any"
    contests_open: bool = True
    prize: PrizeFloor = PrizeFloor.ANY_PRIZE


@dataclass(frozen=True, slots=True)
class LeaderboardAsk:
    """A high place on a public leaderboard, of the named data sets or any well-known one. JSON: {"leaderboard": {...}}."""

    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenSourceAsk:
    """Own or contributed open-source work, on a topic when topics are named. JSON: {"open_source": {...}}."""

    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExperienceAsk:
    """Experience of a kind ("any", "work", "internship", "project", "research", "production", "deployment", "data_set") with topics and months. JSON: {"experience": {...}}."""

    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    months: int | None = None
    lead: bool = False  # 作为主要研发人员


@dataclass(frozen=True, slots=True)
class EngineeringAsk:
    """Engineering strength: size or quality of own code, performance work, deployment. JSON: {"engineering": {...}}."""

    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingAsk:
    """Academic standing: grade average on a 4-point scale or rank share, None where only "good" is asked. JSON: {"standing": {...}}."""

    grade: float | None = None
    top_share: float | None = None


@dataclass(frozen=True, slots=True)
class LanguageAsk:
    """A natural language ("en", "zh", "ja" …) with a certificate or score when one is named. JSON: {"language": {...}}."""

    language: str
    certificate: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class CertificationAsk:
    """A licence or certificate by name. JSON: {"certification"}."""

    certification: str


@dataclass(frozen=True, slots=True)
class TraitAsk:
    """A personal trait; only an interviewer can judge it. JSON: {"trait"}."""

    trait: str


@dataclass(frozen=True, slots=True)
class WordsAsk:
    """What the compiler did not understand: the words stay, a person judges. JSON: {"words"}."""

    words: str


Ask = (
    SkillAsk
    | DegreeAsk
    | FieldAsk
    | EnrolmentAsk
    | LocationAsk
    | AvailabilityAsk
    | PublicationAsk
    | ContestAsk
    | LeaderboardAsk
    | OpenSourceAsk
    | ExperienceAsk
    | EngineeringAsk
    | StandingAsk
    | LanguageAsk
    | CertificationAsk
    | TraitAsk
    | WordsAsk
)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every branch is asked for."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One branch is enough; ``open`` means that the list was left open (等, such as), so an unnamed equal counts as partly at least."""

    rules: tuple[Rule, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``n`` of the branches."""

    n: int
    rules: tuple[Rule, ...]
    open: bool = False


Rule = Ask | AllOf | AnyOf | AtLeast


@dataclass(frozen=True, slots=True)
class Anchors:
    """What ratings 1, 2, 3 and 4 look like, in one language (the criterion's own)."""

    texts: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing to be judged, with the place in the document that asks for it.

    ``id`` is stable within a posting: k1 … (hard floors), r1 … (requirements), b1 … (bonus). ``key`` is shared by the
    same statement in several postings. ``span`` counts characters from the start of the document, ``lines`` are
    1-based and inclusive. ``weight`` ≥ 0. A gate never rejects by itself. ``anchors`` None means the category's own.
    """

    id: str
    key: str
    section: Section
    category: Category
    lines: Lines
    span: Span
    text: str
    rule: Rule
    assessed_by: AssessedBy = AssessedBy.APPLICATION
    gate: bool = False
    weight: float = 1.0
    group: str | None = None
    anchors: Anchors | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria that count together; rule "any" saturates: one is enough, more add less. ``lines`` name its heading."""

    id: str
    rule: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One duty of the posting, for reading; it is never scored."""

    lines: Lines
    text: str


@dataclass(frozen=True, slots=True)
class Rubric:
    """A posting as the compiler read it and as people settled it; a stored version is immutable.

    ``version`` is 0 for a compiler's draft that nobody has stored. ``title`` is None when the text has none;
    ``suggested_title`` may be offered, never used by itself.
    """

    slug: str
    title: str | None
    track: str | None
    lines: Lines
    locations: tuple[str, ...]
    degree_floor: Degree | None
    responsibilities: tuple[Responsibility, ...]
    criteria: tuple[Criterion, ...]
    groups: tuple[Group, ...]
    warnings: tuple[Finding, ...] = ()
    suggested_title: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Compilation:
    """A whole document, compiled: its name, digest, number of lines, and one rubric draft for each posting."""

    name: str
    sha256: str
    lines: int
    postings: tuple[Rubric, ...]


def rule_asks(rule: Rule) -> tuple[Ask, ...]:
    """Give the asks at a rule tree's leaves, from left to right."""
    match rule:
        case AllOf(rules) | AnyOf(rules) | AtLeast(_, rules):
            return tuple(ask for branch in rules for ask in rule_asks(branch))
        case _:
            return (rule,)
