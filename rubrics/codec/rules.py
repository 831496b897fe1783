"""Rule trees as JSON: {"any_of": […], "open": …}, {"all_of": […]}, {"at_least": n, "of": […]}, and one shape for each ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, assert_never

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
)

_DEPTH = 20


class RubricDocumentError(ValueError):
    """A document is no rubric of the shape that this version reads; the message says what is wrong, in one sentence."""


def dump_rule(rule: Rule) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - one case for each shape of the contract
    """Write a rule tree; what is not asked stays out of an ask's shape."""
    match rule:
        case AnyOf(rules, open_list):
            return {"any_of": [dump_rule(branch) for branch in rules], "open": open_list}
        case AllOf(rules):
            return {"all_of": [dump_rule(branch) for branch in rules]}
        case AtLeast(n, rules, open_list):
            shape = {"at_least": n, "of": [dump_rule(branch) for branch in rules]}
            return shape | ({"open": True} if open_list else {})
        case SkillAsk(term, level):
            return {"term": term, "level": level.value}
        case DegreeAsk(degree):
            return {"degree": degree.value}
        case FieldAsk(fields, related):
            return {"fields": list(fields), "related": related}
        case EnrolmentAsk(enrolled):
            return {"enrolled": enrolled}
        case LocationAsk(cities):
            return {"cities": list(cities)}
        case AvailabilityAsk():
            return _dump_availability(rule)
        case PublicationAsk():
            return {"publication": _dump_publication(rule)}
        case ContestAsk(contests, kind, contests_open, prize):
            return {
                "contest": {
                    "contests": list(contests),
                    "kind": kind,
                    "contests_open": contests_open,
                    "prize": prize.name.lower(),
                }
            }
        case LeaderboardAsk(datasets):
            return {"leaderboard": {"datasets": list(datasets)}}
        case OpenSourceAsk(topics):
            return {"open_source": {"topics": list(topics)}}
        case ExperienceAsk(kinds, topics, months, lead):
            return {"experience": {"kinds": list(kinds), "topics": list(topics), "months": months, "lead": lead}}
        case EngineeringAsk(topics):
            return {"engineering": {"topics": list(topics)}}
        case StandingAsk(grade, top_share):
            return {"standing": {"grade": grade, "top_share": top_share}}
        case LanguageAsk(language, certificate, score):
            return {"language": {"language": language, "certificate": certificate, "score": score}}
        case CertificationAsk(certification):
            return {"certification": certification}
        case TraitAsk(trait):
            return {"trait": trait}
        case WordsAsk(words):
            return {"words": words}
        case _:
            assert_never(rule)


def load_rule(shape: Mapping[str, Any], depth: int = 0) -> Rule:
    """Read a rule tree; raise RubricDocumentError for an unknown shape or one nested too deep."""
    if depth > _DEPTH:
        raise RubricDocumentError("a rule is nested too deep")
    if "any_of" in shape:
        return AnyOf(_branches(shape["any_of"], depth), open=bool(shape.get("open", False)))
    if "all_of" in shape:
        return AllOf(_branches(shape["all_of"], depth))
    if "at_least" in shape:
        return AtLeast(int(shape["at_least"]), _branches(shape["of"], depth), open=bool(shape.get("open", False)))
    for name, load in _ASKS.items():
        if name in shape:
            return load(shape)
    raise RubricDocumentError(f"no rule has the shape {sorted(shape)}")


def _branches(shapes: Any, depth: int) -> tuple[Rule, ...]:
    if not shapes:
        raise RubricDocumentError("a rule needs at least one branch")
    return tuple(load_rule(shape, depth + 1) for shape in shapes)


def _dump_availability(ask: AvailabilityAsk) -> dict[str, Any]:
    return {
        "within_days": ask.within_days,
        "months": ask.months,
        "days_per_week": ask.days_per_week,
        "on_site": ask.on_site,
    }


def _dump_publication(ask: PublicationAsk) -> dict[str, Any]:
    return {
        "rank": ask.rank.value if ask.rank else None,
        "venues": list(ask.venues),
        "venues_open": ask.venues_open,
        "first_author": ask.first_author,
        "topics": list(ask.topics),
        "writing_counts": ask.writing_counts,
    }


def _load_publication(shape: Mapping[str, Any]) -> PublicationAsk:
    inner = shape["publication"]
    rank = inner.get("rank")
    return PublicationAsk(
        VenueRank(rank) if rank is not None else None,
        tuple(inner.get("venues", ())),
        bool(inner.get("venues_open", True)),
        bool(inner.get("first_author", False)),
        tuple(inner.get("topics", ())),
        bool(inner.get("writing_counts", False)),
    )


def _load_contest(shape: Mapping[str, Any]) -> ContestAsk:
    inner = shape["contest"]
    return ContestAsk(
        tuple(inner.get("contests", ())),
        inner.get("kind", "any"),
        bool(inner.get("contests_open", True)),
        PrizeFloor[str(inner.get("prize", "any_prize")).upper()],
    )


def _load_experience(shape: Mapping[str, Any]) -> ExperienceAsk:
    inner = shape["experience"]
    return ExperienceAsk(
        tuple(inner.get("kinds", ())),
        tuple(inner.get("topics", ())),
        inner.get("months"),
        bool(inner.get("lead", False)),
    )


def _load_language(shape: Mapping[str, Any]) -> LanguageAsk:
    inner = shape["language"]
    return LanguageAsk(inner["language"], inner.get("certificate"), inner.get("score"))


def _load_availability(shape: Mapping[str, Any]) -> AvailabilityAsk:
    return AvailabilityAsk(
        shape.get("within_days"), shape.get("months"), shape.get("days_per_week"), shape.get("on_site")
    )


_ASKS: dict[str, Callable[[Mapping[str, Any]], Rule]] = {
    "term": lambda shape: SkillAsk(shape["term"], Level(shape.get("level", "familiar"))),
    "degree": lambda shape: DegreeAsk(Degree(shape["degree"])),
    "fields": lambda shape: FieldAsk(tuple(shape["fields"]), bool(shape.get("related", False))),
    "enrolled": lambda shape: EnrolmentAsk(bool(shape["enrolled"])),
    "cities": lambda shape: LocationAsk(tuple(shape["cities"])),
    "within_days": _load_availability,
    "months": _load_availability,
    "days_per_week": _load_availability,
    "on_site": _load_availability,
    "availability": lambda shape: _load_availability(shape["availability"]),
    "publication": _load_publication,
    "contest": _load_contest,
    "leaderboard": lambda shape: LeaderboardAsk(tuple(shape["leaderboard"].get("datasets", ()))),
    "open_source": lambda shape: OpenSourceAsk(tuple(shape["open_source"].get("topics", ()))),
    "experience": _load_experience,
    "engineering": lambda shape: EngineeringAsk(tuple(shape["engineering"].get("topics", ()))),
    "standing": lambda shape: StandingAsk(shape["standing"].get("grade"), shape["standing"].get("top_share")),
    "language": _load_language,
    "certification": lambda shape: CertificationAsk(shape["certification"]),
    "trait": lambda shape: TraitAsk(shape["trait"]),
    "words": lambda shape: WordsAsk(shape["words"]),
}
