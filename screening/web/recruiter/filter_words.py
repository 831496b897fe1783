"""A filter in words: a chip for each condition, with the address that leaves it out, and what is odd about the filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from rubrics.prescore import Gates, Verdict
from screening.models import Stage
from screening.queries.cities import city_called
from screening.queries.filter_options import FilterNames
from screening.queries.pipeline_filter import NOBODY, OTHER, REFERRAL
from screening.queries.rubric_in_force import RubricInForce
from screening.web.formatting import is_chinese, listing
from screening.web.labels import SOURCES
from screening.web.recruiter.chosen import HIGHEST_SCORE, MOST_DAYS, SEVERAL, Chosen, Problem

SHORT = 40
VERDICTS = {
    Verdict.MET: _l("Met"),
    Verdict.PARTLY: _l("Partly met"),
    Verdict.NOT_SHOWN: _l("Not shown"),
    Verdict.CONTRADICTED: _l("Contradicted"),
    Verdict.FOR_INTERVIEW: _l("For the interviewer"),
}
GATES = {
    Gates.PASS: _l("Passes the knock-outs"),
    Gates.UNKNOWN: _l("Knock-out to check"),
    Gates.BELOW: _l("Below a knock-out"),
}
Address = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition: its words, the parameters of the list without it, and whether it asks for something that is gone."""

    text: str
    address: Address
    is_lost: bool = False


def chips_of(
    chosen: Chosen, *, names: FilterNames, rubric: RubricInForce | None, stages: Mapping[Stage, str]
) -> tuple[Chip, ...]:
    """Give the chips of a filter; what stands in the toolbar itself, the text and one group of stages, has none."""
    return tuple(_chips(chosen, names, rubric, stages))


def lost_words(chips: tuple[Chip, ...]) -> str:
    """Say that what the filter asks for is gone; empty where all is there."""
    lost = [chip.text for chip in chips if chip.is_lost]
    if not lost:
        return ""
    return _("Nobody can fit, for this is gone by now: %(what)s. Take it out of the filter.", what=listing(lost))


def problem_words(problem: Problem) -> str:
    """Say what is odd about a typed value and that it was left out."""
    if problem.code == "order":
        return _("No score lies within %(text)s: the lowest is above the highest. It was left out.", text=problem.text)
    if problem.field == "days":
        return _(
            "“%(text)s” is no whole number of days from 0 to %(most)s. It was left out.",
            text=problem.text,
            most=MOST_DAYS,
        )
    return _("“%(text)s” is no whole score from 0 to %(most)s. It was left out.", text=problem.text, most=HIGHEST_SCORE)


def city_word(key: str) -> str:
    """Name a city in the page's language."""
    return city_called(key, "zh" if is_chinese() else "en")


def _chips(
    chosen: Chosen, names: FilterNames, rubric: RubricInForce | None, stages: Mapping[Stage, str]
) -> Iterator[Chip]:
    if chosen.group == SEVERAL:
        yield Chip(listing([stages[stage] for stage in chosen.stages]), chosen.without("stage"))
    yield from _judged(chosen, rubric)
    if chosen.gates:
        yield Chip(str(GATES[Gates(chosen.gates)]), chosen.without("gates"))
    if chosen.lowest is not None or chosen.highest is not None:
        yield Chip(_score(chosen.lowest, chosen.highest), chosen.without("low", "high"))
    for city in chosen.cities:
        yield Chip(city_word(city), chosen.without("city", value=city))
    if chosen.source:
        yield _source(chosen, names)
    for tag in chosen.tags:
        word = names.tags.get(tag)
        text = _("Tag: %(name)s", name=word or f"#{tag}")
        yield Chip(text, chosen.without("tag", value=str(tag)), is_lost=word is None)
    if chosen.days is not None:
        text = ngettext("In stage for more than %(num)s day", "In stage for more than %(num)s days", chosen.days)
        yield Chip(text, chosen.without("days"))
    if chosen.overdue:
        yield Chip(_("Overdue"), chosen.without("overdue"))
    yield from _people(chosen, names)


def _judged(chosen: Chosen, rubric: RubricInForce | None) -> Iterator[Chip]:
    for key, group in groupby(chosen.verdicts, key=lambda one: one[0]):
        verdicts = [verdict for _key, verdict in group]
        wanted = _(" or ").join(str(VERDICTS[verdict]) for verdict in verdicts)
        criterion = rubric.criteria.get(key) if rubric else None
        name = f"{criterion.code} {_short(criterion.text)}" if criterion else key
        left = [f"{other}:{verdict.value}" for other, verdict in chosen.verdicts if other != key]
        text = _("%(criterion)s: %(verdict)s", criterion=name, verdict=wanted)
        yield Chip(text, chosen.address(v=left), is_lost=criterion is None)


def _people(chosen: Chosen, names: FilterNames) -> Iterator[Chip]:
    if chosen.interviewer is not None:
        name = names.people.get(chosen.interviewer)
        text = _("Interviewer: %(name)s", name=name or f"#{chosen.interviewer}")
        yield Chip(text, chosen.without("interviewer"), is_lost=name is None)
    if chosen.owner == NOBODY:
        yield Chip(_("Owned by nobody"), chosen.without("owner"))
    elif chosen.owner is not None:
        name = names.people.get(chosen.owner)
        yield Chip(_("Owner: %(name)s", name=name or f"#{chosen.owner}"), chosen.without("owner"), is_lost=name is None)


def _source(chosen: Chosen, names: FilterNames) -> Chip:
    if chosen.source.startswith(REFERRAL):
        name = names.referrers.get(int(chosen.source.removeprefix(REFERRAL)))
        text = _("Referred by %(name)s", name=name or chosen.source)
        return Chip(text, chosen.without("source"), is_lost=name is None)
    word = _("Other places") if chosen.source == OTHER else str(SOURCES[chosen.source])
    return Chip(_("Source: %(name)s", name=word), chosen.without("source"))


def _score(lowest: int | None, highest: int | None) -> str:
    if lowest is None:
        return _("Prescore ≤ %(number)s", number=highest)
    if highest is None:
        return _("Prescore ≥ %(number)s", number=lowest)
    return _("Prescore %(low)s–%(high)s", low=lowest, high=highest)


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
