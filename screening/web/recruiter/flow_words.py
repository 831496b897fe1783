"""What the figures of pipelines mean, in one sentence each, and the words of their rows."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from rubrics.measures.impact import Compared
from rubrics.measures.passage import OTHERS
from screening.models import Stage
from screening.queries.insight_figures import LoadRow, Pipeline
from screening.queries.stage_rules import LANES
from screening.web.formatting import percent
from screening.web.labels import SOURCES, WITHDRAWALS
from screening.web.recruiter.insight_words import number
from screening.web.recruiter.words import REJECT_REASONS

QUESTIONS = {
    "sex": _l("Sex"),
    "age": _l("Age"),
    "disability": _l("Disability"),
    "ethnicity": _l("Ethnic minority"),
}
ANSWERS = {
    "woman": _l("Women"),
    "man": _l("Men"),
    "other": _l("Another sex"),
    "under_25": _l("Under 25"),
    "25_34": _l("25 to 34"),
    "35_44": _l("35 to 44"),
    "45_over": _l("45 and over"),
    "disabled": _l("With a disability"),
    "not_disabled": _l("Without a disability"),
    "minority": _l("Of an ethnic minority"),
    "majority": _l("Of no ethnic minority"),
}
OUTCOMES = {
    "above": _l("prescore above the posting’s median"),
    "interview": _l("reached an interview"),
    "offer": _l("reached an offer"),
    "hired": _l("hired"),
}

REASONS = {**WITHDRAWALS, **REJECT_REASONS}


def source_name(name: str) -> str:
    """Name a source as links do; what has no word stands as it is written."""
    return _("All other sources") if name == OTHERS else str(SOURCES.get(name, name))


def reason_name(reason: str) -> str:
    """Name why an application ended."""
    return str(REASONS.get(reason, reason)) if reason else _("No reason given")


def lasting(hours: int | None) -> str:
    """Print a length of time: under an hour, 5 hours, 2.6 days."""
    if hours is None:
        return "–"
    if hours < 1:
        return _("under an hour")
    if hours < 24:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return _("%(days)s days", days=number(hours / 24, 1))


def funnel_words(line: Pipeline) -> str:
    """Say how many of those who applied have come to an interview."""
    steps = {step.stage: step.n for step in line.funnel()}
    met = steps[Stage.INTERVIEW]
    return ngettext(
        "%(num)s application came in this period; %(met)s of them reached an interview so far (%(share)s%%).",
        "%(num)s applications came in this period; %(met)s of them reached an interview so far (%(share)s%%).",
        line.applied,
        met=met,
        share=percent(met / line.applied) if line.applied else "0",
    )


def snapshot_words(line: Pipeline) -> str:
    """Say how many applications are under way."""
    going_on = sum(line.snapshot.get(stage, 0) for stage in LANES)
    return ngettext(
        "%(num)s application is under way at this moment, whenever it came.",
        "%(num)s applications are under way at this moment, whenever they came.",
        going_on,
    )


def stays_words(line: Pipeline, stages: Mapping[Stage, str]) -> str:
    """Say where applications stand longest."""
    stays = line.stays()
    if not stays:
        return _("Nobody has left a stage in this period.")
    slowest = max(stays, key=lambda stay: stay.median)
    return _(
        "%(stage)s takes longest: half of the stays are over within %(median)s, nine of ten within %(late)s.",
        stage=stages[slowest.stage],
        median=lasting(slowest.median),
        late=lasting(slowest.late),
    )


def sources_words(line: Pipeline) -> str:
    """Say which source brings those who reach an interview."""
    rated = [source for source in line.sources() if source.share is not None]
    if not rated:
        return _("No source has brought 20 applications in this period, too few for shares.")
    best = max(rated, key=lambda source: source.share or 0)
    return _(
        "“%(source)s” has the highest share of applications that reached an interview: %(share)s%% of %(n)s.",
        source=source_name(best.name),
        share=percent(best.share),
        n=best.applied,
    )


def reasons_words(line: Pipeline) -> str:
    """Say why most applications were rejected."""
    rejected = line.endings(Stage.REJECTED)
    if not rejected:
        return _("Nobody was rejected in this period.")
    return _(
        "The commonest reason is “%(reason)s”: %(n)s of %(all)s rejections.",
        reason=reason_name(rejected[0].reason),
        n=rejected[0].n,
        all=sum(one.n for one in rejected),
    )


def load_words(rows: list[LoadRow]) -> str:
    """Say how many scorecards are owed and by how many people."""
    owed = [row for row in rows if row.owed]
    if not owed:
        return _("No scorecard is owed.")
    return ngettext(
        "%(num)s scorecard of an interview that is over is owed, by %(people)s people.",
        "%(num)s scorecards of interviews that are over are owed, by %(people)s people.",
        sum(row.owed for row in owed),
        people=len(owed),
    )


def impact_words(row: Compared) -> str:
    """Say what a group's ratio means, and what it does not."""
    if row.ratio is None:
        return _("the highest share")
    if row.ratio.value is None:
        return _("nobody was selected in any group")
    if row.is_low and row.is_clear:
        return _("below 0.80, and chance alone hardly explains it")
    if row.is_low:
        return _("below 0.80, yet chance may explain it")
    if row.is_clear:
        return _("above 0.80, yet chance alone hardly explains it")
    return _("no clear difference")
