"""From a rubric to the questions of an application form: what the posting asks is asked once, in the order it matters.

A question serves one or more criteria. Its ``kind`` decides which fields it has; the words of its criteria are shown
beside it in the posting's own language. Traits and whatever only an interview can judge are not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.lexicon import Lexicon, load_lexicon
from rubrics.model import (
    AllOf,
    AnyOf,
    Ask,
    AssessedBy,
    AtLeast,
    AvailabilityAsk,
    Category,
    CertificationAsk,
    ContestAsk,
    Criterion,
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
    Rubric,
    Rule,
    Section,
    SkillAsk,
    StandingAsk,
    TraitAsk,
    WordsAsk,
)
from screening.models import FormVersion, QuestionSet, RubricState, RubricVersion
from screening.services.questions import Question, ask_document, question_document

TOPICS = 3  # more than so many names make no question
FAMILY = 5  # a term with so many members is a kind of thing, not a thing
FIRST_KINDS = ("education", "availability", "cities")
TELLING_KINDS = frozenset({"publications", "awards", "leaderboards", "projects"})
"""Kinds with fields for what was done: a criterion that has one is not asked for a free text besides."""
SKILL_CATEGORIES = frozenset({Category.PROGRAMMING_LANGUAGE, Category.TOOL})
SKILL_TERMS = frozenset({"programming_language", "tool", "dataset"})
NEEDED_STATEMENTS = frozenset({Category.KNOWLEDGE, Category.EXPERIENCE, Category.ENGINEERING})
KINDS: Mapping[type[Ask], str | None] = {
    DegreeAsk: "education",
    FieldAsk: "education",
    EnrolmentAsk: "education",
    StandingAsk: "education",
    AvailabilityAsk: "availability",
    LocationAsk: "cities",
    PublicationAsk: "publications",
    ContestAsk: "awards",
    LeaderboardAsk: "leaderboards",
    OpenSourceAsk: "projects",
    LanguageAsk: "languages",
    CertificationAsk: "certificates",
    ExperienceAsk: "statement",
    EngineeringAsk: "statement",
    WordsAsk: "statement",
    TraitAsk: None,
}
"""Which kind of question an ask belongs to; a skill's depends on its criterion, a trait is never asked."""


def questions_for(rubric: Rubric) -> list[dict[str, Any]]:
    """Make the questions of a rubric as documents for ``FormVersion.questions``; pure, the same rubric gives the same list.

    Education, availability and cities come first, then the other requirements in the rubric's order, then the bonus.
    Each question has ``id`` (q1 …), ``kind``, ``section``, ``needed`` and ``asks`` (criterion, key, text, gate, section).
    """
    lexicon = load_lexicon()
    form = _Form(lexicon)
    form.add("education", Section.REQUIREMENT, needed=True)
    form.add("availability", Section.REQUIREMENT)
    if rubric.locations:
        form.add("cities", Section.REQUIREMENT).cities.extend(rubric.locations)
    for section in Section:
        for criterion in rubric.criteria:
            if criterion.section is section and criterion.assessed_by is not AssessedBy.INTERVIEW:
                form.take(criterion)
    return [question_document(number, question, lexicon) for number, question in enumerate(form.ordered(), 1)]


def make_form_version(session: Session, *, rubric_version: RubricVersion, rubric: Rubric, now: datetime) -> FormVersion:
    """Store the form that this rubric version and the recruiter's own questions in force make; a second call gives the form that is there."""
    own = session.scalar(
        select(QuestionSet).where(
            QuestionSet.posting_id == rubric_version.posting_id, QuestionSet.state == RubricState.PUBLISHED
        )
    )
    number = own.number if own is not None else 0
    made = select(FormVersion).where(FormVersion.rubric_version_id == rubric_version.id)
    existing = session.scalar(made.where(FormVersion.question_set == number))
    if existing is not None:
        return existing
    form = FormVersion(
        posting_id=rubric_version.posting_id,
        rubric_version_id=rubric_version.id,
        question_set=number,
        questions=[*questions_for(rubric), *(own.questions if own is not None else ())],
        created_at=now,
    )
    session.add(form)
    session.flush()
    return form


def leaves(rule: Rule) -> Iterator[Ask]:
    """Give the asks of a rule tree from left to right."""
    match rule:
        case AllOf(rules) | AnyOf(rules) | AtLeast(rules=rules):
            for branch in rules:
                yield from leaves(branch)
        case _:
            yield rule


class _Form:
    """The questions so far; each kind that a candidate answers once stands in it once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.questions: list[Question] = []

    def ordered(self) -> list[Question]:
        first = [question for kind in FIRST_KINDS for question in self.questions if question.kind == kind]
        rest = [question for question in self.questions if question.kind not in FIRST_KINDS]
        return sorted(first + rest, key=lambda question: question.section is Section.BONUS)

    def add(self, kind: str, section: Section, *, needed: bool = False) -> Question:
        question = Question(kind, section, needed=needed)
        self.questions.append(question)
        return question

    def once(self, kind: str, section: Section) -> Question:
        """Give the question of a kind that is asked once in a form; a requirement comes before a bonus, so it stays one."""
        return next((question for question in self.questions if question.kind == kind), None) or self.add(kind, section)

    def take(self, criterion: Criterion) -> None:
        """Ask what this criterion needs, each kind of answer once."""
        asked = list(leaves(criterion.rule))
        kinds = dict.fromkeys(kind for ask in asked if (kind := self.kind_of(ask, criterion)))
        if kinds.keys() & TELLING_KINDS:
            kinds.pop("statement", None)
        if "statement" in kinds:
            kinds.pop("skills", None)
        for kind in kinds:
            own = [ask for ask in asked if self.kind_of(ask, criterion) == kind]
            question = self.question_for(kind, criterion, own)
            if all(entry["criterion"] != criterion.id for entry in question.asks):
                question.asks.append(ask_document(criterion))

    def question_for(self, kind: str, criterion: Criterion, asked: list[Ask]) -> Question:
        match kind:
            case "skills":
                return self.skills(criterion, [ask for ask in asked if isinstance(ask, SkillAsk)])
            case "statement":
                return self.statement(criterion, asked)
            case "languages":
                return self.natural_language(criterion, asked)
            case _:
                question = self.once(kind, criterion.section)
                _note_needs(question, criterion, asked)
                return question

    def skills(self, criterion: Criterion, asked: list[SkillAsk]) -> Question:
        """Ask for each language or tool once: what an earlier question offers is only named here."""
        families = self.families({ask.term for ask in asked})
        usable = self.usable({ask.term for ask in asked})
        wanted = {ask.term: ask.level.value for ask in asked if ask.term in usable - families}
        earlier = {term: question for question in self.questions for term in question.terms}
        fresh = {term: level for term, level in wanted.items() if term not in earlier}
        if wanted and not fresh:
            return earlier[next(iter(wanted))]
        question = self.add("skills", criterion.section)
        question.terms = fresh
        question.above = [term for term in wanted if term in earlier]
        question.rule = "all" if isinstance(criterion.rule, AllOf) or len(wanted) == 1 else "any"
        question.is_open = _is_open(criterion.rule) or bool(families)
        question.category = criterion.category.value
        return question

    def families(self, terms: set[str]) -> set[str]:
        """Tell which terms head a whole family (any programming language), so that the candidate names the member.

        Members are of the head's own kind: the libraries of Python make it no kind of language.
        """
        known = self.lexicon.terms
        members = Counter(
            parent
            for term in known.values()
            for parent in term.parents
            if parent in known and known[parent].kind == term.kind
        )
        return {term for term in terms if members[term] >= FAMILY}

    def usable(self, terms: set[str]) -> set[str]:
        """Tell which terms are things that one uses; a topic beside them (data science) is no option of its own."""
        things = {term for term in terms if self.is_thing(term)}
        return things or terms

    def statement(self, criterion: Criterion, asked: list[Ask]) -> Question:
        same = [
            question
            for question in self.questions
            if question.kind == "statement" and any(entry["key"] == criterion.key for entry in question.asks)
        ]
        if same:
            return same[0]
        question = self.add("statement", criterion.section)
        question.category = criterion.category.value
        question.needed = criterion.section is Section.REQUIREMENT and criterion.category in NEEDED_STATEMENTS
        terms = dict.fromkeys(ask.term for ask in asked if isinstance(ask, SkillAsk) and ask.term in self.lexicon.terms)
        question.topics = list(terms) if len(terms) <= TOPICS else []
        return question

    def natural_language(self, criterion: Criterion, asked: list[Ask]) -> Question:
        language = next((ask.language for ask in asked if isinstance(ask, LanguageAsk)), "")
        same = [
            question for question in self.questions if question.kind == "languages" and question.language == language
        ]
        question = same[0] if same else self.add("languages", criterion.section)
        question.language = language
        return question

    def kind_of(self, ask: Ask, criterion: Criterion) -> str | None:
        """Tell which kind of question an ask belongs to; None asks nothing."""
        if isinstance(ask, SkillAsk):
            return "skills" if self.is_skill(ask, criterion) else "statement"
        return KINDS[type(ask)]

    def is_skill(self, ask: SkillAsk, criterion: Criterion) -> bool:
        """Tell a thing that one uses at a level from a topic that one has to tell about."""
        if criterion.category in SKILL_CATEGORIES:
            return True
        return self.is_thing(ask.term) and criterion.category is not Category.EXPERIENCE

    def is_thing(self, term: str) -> bool:
        """Tell whether a term is a language, a tool or a data set."""
        known = self.lexicon.terms.get(term)
        return known is not None and known.kind in SKILL_TERMS


def _note_needs(question: Question, criterion: Criterion, asked: Iterable[Ask]) -> None:
    """Keep what the form says beside its fields: cities to choose from, and the figures of a requirement."""
    for ask in asked:
        match ask:
            case LocationAsk(cities):
                question.cities.extend(city for city in cities if city not in question.cities)
            case AvailabilityAsk():
                names = ("within_days", "months", "days_per_week", "on_site")
                found = {name: value for name in names if (value := getattr(ask, name)) is not None}
                question.needs |= found if criterion.section is Section.REQUIREMENT else {}
            case EnrolmentAsk():
                question.needs["enrolment"] = True
            case StandingAsk():
                question.needs["standing"] = True
            case _:
                pass


def _is_open(rule: Rule) -> bool:
    match rule:
        case AnyOf(rules, is_open) | AtLeast(rules=rules, open=is_open):
            return is_open or any(map(_is_open, rules))
        case AllOf(rules):
            return any(map(_is_open, rules))
        case _:
            return False
