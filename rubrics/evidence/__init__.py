"""Evidence for asks: ``find_evidence(ask, reading)`` gives a verdict with exact quotations and a reason in both languages.

``reading`` is one application, scanned once and shared by all criteria; each family of asks has a module of its own.
"""

from __future__ import annotations

from typing import assert_never

from rubrics.evidence.availability import find_availability
from rubrics.evidence.cities import find_location
from rubrics.evidence.contests import find_contest
from rubrics.evidence.degrees import find_degree
from rubrics.evidence.engineering import find_engineering
from rubrics.evidence.enrolment import find_enrolment
from rubrics.evidence.experience import find_experience
from rubrics.evidence.fields import find_field
from rubrics.evidence.languages import find_certification, find_language
from rubrics.evidence.leaderboards import find_leaderboard
from rubrics.evidence.open_source import find_open_source
from rubrics.evidence.outcome import Outcome, for_interview
from rubrics.evidence.publications import find_publication
from rubrics.evidence.reading import Reading
from rubrics.evidence.skills import find_skill
from rubrics.evidence.standing import find_standing
from rubrics.model import (
    Ask,
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
    SkillAsk,
    StandingAsk,
    TraitAsk,
    WordsAsk,
)

__all__ = ["Outcome", "Reading", "find_evidence"]


def find_evidence(  # noqa: C901, PLR0911, PLR0912 - one arm an ask
    ask: Ask, reading: Reading, relevant: frozenset[str] = frozenset()
) -> Outcome:
    """Judge one ask; ``relevant`` are the terms of the rubric, for experience and papers without topics.

    What is asked most often stands first.
    """
    match ask:
        case SkillAsk():
            return find_skill(ask, reading)
        case ExperienceAsk():
            return find_experience(ask, reading, relevant)
        case PublicationAsk():
            return find_publication(ask, reading, relevant)
        case DegreeAsk():
            return find_degree(ask, reading)
        case FieldAsk():
            return find_field(ask, reading)
        case EnrolmentAsk():
            return find_enrolment(ask, reading)
        case LocationAsk():
            return find_location(ask, reading)
        case AvailabilityAsk():
            return find_availability(ask, reading)
        case ContestAsk():
            return find_contest(ask, reading)
        case LeaderboardAsk():
            return find_leaderboard(ask, reading)
        case OpenSourceAsk():
            return find_open_source(ask, reading)
        case EngineeringAsk():
            return find_engineering(ask, reading)
        case StandingAsk():
            return find_standing(ask, reading)
        case LanguageAsk():
            return find_language(ask, reading)
        case CertificationAsk():
            return find_certification(ask, reading)
        case TraitAsk():
            return for_interview("由面试考察", "left to the interview")
        case WordsAsk():
            return for_interview(
                "系统没有读懂这一条，由人判断", "the system did not understand this one: a person judges"
            )
        case _:
            assert_never(ask)
