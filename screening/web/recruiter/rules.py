"""A criterion's rule in words: what the machine looks for, in the page's language; nothing that the rule asks is left out."""

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
    PrizeFloor,
    PublicationAsk,
    Rule,
    SkillAsk,
    StandingAsk,
    TraitAsk,
    WordsAsk,
)
from screening.forms.rule_nodes import ASKS
from screening.web.formatting import is_chinese
from screening.web.labels import DEGREES, LEVELS
from screening.web.recruiter.rule_labels import CONTEST_NAMES, EXPERIENCE_NAMES, KIND_NAMES, PRIZE_NAMES


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


def rule_outline(rule: Rule, depth: int = 0) -> tuple[tuple[int, str], ...]:
    """Say what a rule asks for line by line: how deep a line stands, and its words. Branches stand under what combines them."""
    match rule:
        case AllOf(rules):
            head, is_open = _("All of these:"), False
        case AnyOf(rules, is_open):
            head = _("One of these is enough:")
        case AtLeast(number, rules, is_open):
            head = ngettext("At least %(num)s of these:", "At least %(num)s of these:", number)
        case _:
            return ((depth, _alone(rule)),)
    lines = [(depth, head), *(line for branch in rules for line in rule_outline(branch, depth + 1))]
    if is_open:
        lines.append((depth + 1, _("or something similar that is not named (counts as partly met)")))
    return tuple(lines)


def is_any(rule: Rule) -> bool:
    """Tell whether one branch is enough."""
    return isinstance(rule, AnyOf) and len(rule.rules) > 1


def _alone(rule: Rule) -> str:
    """Name an ask with what it is about: ``Python · familiar``, ``Degree: master’s or above``."""
    if isinstance(rule, SkillAsk):
        return f"{_names((rule.term,))} · {LEVELS[rule.level]}"
    words = rule.words if isinstance(rule, WordsAsk) else rule_words(rule)
    kind = KIND_NAMES[ASKS[type(rule)]]
    return f"{kind}{'：' if is_chinese() else ': '}{words}" if words else str(kind)


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
                _opened(_names(rule.venues), is_open=rule.venues_open),
                _("first author") if rule.first_author else "",
                _names(rule.topics),
                _("a paper in preparation counts") if rule.writing_counts else "",
            ]
        case _:
            parts = _further_words(rule)
    return " · ".join(part for part in parts if part)


def _further_words(rule: object) -> list[str]:
    parts: list[str] = []
    match rule:
        case ContestAsk():
            named = _names(rule.contests)
            parts = [
                _opened(named, is_open=rule.contests_open) or str(CONTEST_NAMES.get(rule.kind, rule.kind)),
                str(CONTEST_NAMES.get(rule.kind, rule.kind)) if named and rule.kind != "any" else "",
                "" if rule.prize is PrizeFloor.ANY_PRIZE else str(PRIZE_NAMES[rule.prize.name.lower()]),
            ]
        case LeaderboardAsk():
            parts = [_names(rule.datasets) or _("any well-known leaderboard")]
        case OpenSourceAsk() | EngineeringAsk():
            parts = [_names(rule.topics)]
        case ExperienceAsk():
            parts = [
                " | ".join(str(EXPERIENCE_NAMES.get(kind, kind)) for kind in rule.kinds),
                _names(rule.topics),
                ngettext("%(num)s month", "%(num)s months", rule.months) if rule.months else "",
                _("in a leading part") if rule.lead else "",
            ]
        case StandingAsk():
            parts = [
                f"≥ {rule.grade:g}" if rule.grade else "",
                _("the best %(share)s in a hundred", share=f"{rule.top_share * 100:g}") if rule.top_share else "",
            ]
        case LanguageAsk():
            parts = [
                _names((f"language_{rule.language}",)),
                _names((rule.certificate,)) if rule.certificate else "",
                f"≥ {rule.score:g}" if rule.score is not None else "",
            ]
        case CertificationAsk():
            parts = [_names((rule.certification,))]
        case TraitAsk():
            parts = [_names((rule.trait,))]
        case WordsAsk():
            parts = [_("read by a person")]
    return parts


def _opened(words: str, *, is_open: bool) -> str:
    return f"{words} | {_('similar')}" if words and is_open else words


def _availability(rule: AvailabilityAsk) -> list[str]:
    return [
        ngettext("start within %(num)s day", "start within %(num)s days", rule.within_days) if rule.within_days else "",
        ngettext("at least %(num)s month", "at least %(num)s months", rule.months) if rule.months else "",
        ngettext("%(num)s day a week", "%(num)s days a week", rule.days_per_week) if rule.days_per_week else "",
        _("on site") if rule.on_site else "",
    ]


def _grouped(rule: Rule) -> str:
    words = rule_words(rule) or str(KIND_NAMES[ASKS.get(type(rule), "words")])
    return f"({words})" if isinstance(rule, (AllOf, AnyOf, AtLeast)) and len(rule.rules) > 1 else words


def _names(terms: tuple[str, ...]) -> str:
    lexicon = load_lexicon()
    return " | ".join(lexicon.name(term, "zh" if is_chinese() else "en") for term in terms)
