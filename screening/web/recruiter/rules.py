"""A criterion's rule in words: what the machine looks for, in the page's language."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

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
    Level,
    LocationAsk,
    OpenSourceAsk,
    PublicationAsk,
    Rule,
    SkillAsk,
    StandingAsk,
    TraitAsk,
    WordsAsk,
)
from screening.web.formatting import is_chinese
from screening.web.labels import DEGREES, LEVELS


def rule_words(rule: Rule) -> str:
    """Say what a rule asks for: ``C++ | Python``, ``PyTorch | TensorFlow | …``."""
    match rule:
        case AllOf():
            return " + ".join(_grouped(inner) for inner in rule.rules)
        case AnyOf() | AtLeast():
            words = " | ".join(_grouped(inner) for inner in rule.rules)
            opened = words + " | " + _("similar") if rule.open else words
            return opened if isinstance(rule, AnyOf) else _("%(number)s of: %(words)s", number=rule.n, words=opened)
        case SkillAsk():
            level = "" if rule.level is Level.FAMILIAR else f" ({LEVELS[rule.level]})"
            return _names((rule.term,)) + level
        case DegreeAsk():
            return _("%(degree)s or above", degree=DEGREES[rule.degree])
        case FieldAsk():
            return _names(rule.fields) + (" | " + _("related") if rule.related else "")
        case _:
            return _other_words(rule)


def is_any(rule: Rule) -> bool:
    """Tell whether one branch is enough."""
    return isinstance(rule, AnyOf) and len(rule.rules) > 1


def _other_words(rule: object) -> str:
    parts: list[str] = []
    match rule:
        case EnrolmentAsk():
            parts = [_("enrolled now")]
        case LocationAsk():
            parts = [" | ".join(rule.cities)]
        case AvailabilityAsk():
            parts = _availability(rule)
        case PublicationAsk():
            parts = [
                _("CCF %(rank)s or better", rank=rule.rank.value) if rule.rank else "",
                _names(rule.venues),
                _("first author") if rule.first_author else "",
                _names(rule.topics),
            ]
        case _:
            parts = _further_words(rule)
    return " · ".join(part for part in parts if part)


def _further_words(rule: object) -> list[str]:
    parts: list[str] = []
    match rule:
        case ContestAsk():
            parts = [_names(rule.contests) or _("any contest")]
        case LeaderboardAsk():
            parts = [_names(rule.datasets) or _("any well-known leaderboard")]
        case OpenSourceAsk() | EngineeringAsk():
            parts = [_names(rule.topics)]
        case ExperienceAsk():
            parts = [
                _names(rule.topics),
                ngettext("%(num)s month", "%(num)s months", rule.months) if rule.months else "",
            ]
        case StandingAsk():
            parts = [f"≥ {rule.grade:g}" if rule.grade else "", f"≤ {rule.top_share:.0%}" if rule.top_share else ""]
        case LanguageAsk():
            parts = [_names((f"language_{rule.language}",)), _names((rule.certificate,)) if rule.certificate else ""]
        case CertificationAsk():
            parts = [_names((rule.certification,))]
        case TraitAsk():
            parts = [_names((rule.trait,))]
        case WordsAsk():
            parts = [_("read by a person")]
    return parts


def _availability(rule: AvailabilityAsk) -> list[str]:
    return [
        ngettext("start within %(num)s day", "start within %(num)s days", rule.within_days) if rule.within_days else "",
        ngettext("at least %(num)s month", "at least %(num)s months", rule.months) if rule.months else "",
        ngettext("%(num)s day a week", "%(num)s days a week", rule.days_per_week) if rule.days_per_week else "",
        _("on site") if rule.on_site else "",
    ]


def _grouped(rule: Rule) -> str:
    words = rule_words(rule)
    return f"({words})" if isinstance(rule, (AllOf, AnyOf, AtLeast)) and len(rule.rules) > 1 else words


def _names(terms: tuple[str, ...]) -> str:
    lexicon = load_lexicon()
    return " | ".join(lexicon.name(term, "zh" if is_chinese() else "en") for term in terms)
