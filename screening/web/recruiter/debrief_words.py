"""The debrief in words: reasons, how far the panel agrees, and where interviews and documents differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from rubrics.agreement import MINIMUM_CRITERIA, DebriefComparison
from rubrics.calibration import Confrontation, Direction
from rubrics.measures.severity import Severity
from rubrics.model import Criterion
from screening.models import AbstainKind, Outcome, Stage
from screening.queries.debrief import DecisionRow
from screening.web.labels import OUTCOMES
from screening.web.recruiter.words import REJECT_REASONS

REASONS = {
    **REJECT_REASONS,
    "requirements_met": _l("The requirements are met"),
    "panel_agrees": _l("The panel agrees"),
    "strong_evidence": _l("Strong evidence on what matters"),
    "one_more_round": _l("One more conversation is needed"),
    "open_question": _l("A question stays open"),
    "best_of_all": _l("The best fit among all"),
    "special_skill": _l("Brings a skill that is hard to find"),
    "offer_accepted": _l("The offer was accepted"),
    "conditions_met": _l("All conditions of the offer are met"),
}
NOTABLE = 0.2
"""A fifth of a step between two ratings: less moves no mean to another word."""
ABSTENTIONS = {
    AbstainKind.KNOWS: _l("knows the candidate privately"),
    AbstainKind.WORKED_TOGETHER: _l("has worked, studied or published with the candidate"),
    AbstainKind.INTEREST: _l("another conflict of interest"),
    AbstainKind.ABSENT: _l("was not at the interview"),
    AbstainKind.OTHER: _l("another reason for it"),
}
RELIABLE, TENTATIVE = 0.8, 2 / 3
"""Krippendorff's own marks: from 0.8 on figures can be relied on, below 2/3 not even tentative conclusions can be drawn (2004, p. 241)."""


def outcome_words(outcome: Outcome, to: Stage, stages: Mapping[Stage, str]) -> str:
    """Say what an outcome does; only advancing leads to different places, named by the posting's words for its ``stages``."""
    if outcome is not Outcome.ADVANCE:
        return str(OUTCOMES[outcome])
    return _("One more interview") if to is Stage.INTERVIEW else _("Advance to %(stage)s", stage=stages[to])


def agreement_words(comparison: DebriefComparison) -> str:
    """Say what the coefficient is worth, or why there is none."""
    if comparison.alpha is None:
        return _why_no_figure(comparison.shared_criteria)
    low, high = comparison.interval or (-1.0, 1.0)
    if low < TENTATIVE <= high:
        return _("The ratings are too few to say how far the panel agrees: the interval is wide.")
    if comparison.alpha >= RELIABLE:
        return _("The panel reads the anchors alike.")
    if comparison.alpha >= TENTATIVE:
        return _("The panel reads the anchors much alike; small differences remain.")
    return _("The panel reads the anchors differently. Talk about the notes before you trust a mean.")


def _why_no_figure(shared: int) -> str:
    if shared == 0:
        return _("No criterion was rated by two or more people, so there is nothing to compare.")
    if shared >= MINIMUM_CRITERIA:
        return _("All shared ratings are the same, so agreement cannot be put into a figure.")
    return ngettext(
        "%(num)s criterion was rated by two or more people: too few to say how far the panel agrees. From %(least)s on a figure stands here.",
        "%(num)s criteria were rated by two or more people: too few to say how far the panel agrees. From %(least)s on a figure stands here.",
        shared,
        least=MINIMUM_CRITERIA,
    )


def stands_apart(one: Severity) -> bool:
    """Tell whether somebody rates notably stricter or milder: more than chance tells, and enough to matter."""
    if one.value is None or one.low is None or one.high is None:
        return False
    return abs(one.value) >= NOTABLE and not one.low <= 0 <= one.high


def severity_words(one: Severity, days: int) -> str:
    """Say how an interviewer rates beside the panels they sat in; nothing where too few interviews tell."""
    if one.value is None:
        return ""
    if not stands_apart(one):
        return _("in line with the panels over %(days)s days (%(num)s interviews)", days=days, num=one.n)
    by = f"{abs(one.value):.1f}"
    if one.value < 0:
        return _("%(by)s stricter than the panels over %(days)s days (%(num)s interviews)", by=by, days=days, num=one.n)
    return _("%(by)s milder than the panels over %(days)s days (%(num)s interviews)", by=by, days=days, num=one.n)


def contradictions(pairs: Sequence[tuple[Criterion | None, Confrontation]]) -> list[str]:
    """Say where documents and interviews point in opposite directions: one sentence for each."""
    found = []
    for criterion, row in pairs:
        code, mean = criterion.id.upper() if criterion else row.criterion, f"{1 + row.interviews * 3:.1f}"
        if row.direction is Direction.BELOW and row.documents == 1.0:
            words = _(
                "%(code)s: the documents show it, the interviews did not (mean %(mean)s of 4).", code=code, mean=mean
            )
            found.append(words)
        elif row.direction is Direction.ABOVE and row.documents == 0.0:
            words = _(
                "%(code)s: the documents speak against it, the interviews showed it (mean %(mean)s of 4).",
                code=code,
                mean=mean,
            )
            found.append(words)
    return found


def decision_state(row: DecisionRow) -> str:
    """Say where a decision stands that another person looks at, or that was taken back; empty for one that simply stands."""
    if row.undone_at is not None:
        if row.needs_second and row.undone_by is None:
            return _("overtaken: the candidate withdrew")
        return _("taken back by %(name)s", name=row.undone_by) if row.undone_by else _("taken back")
    if row.waits:
        return _("waits for a second pair of eyes")
    if row.agrees is None:
        return ""
    return (
        _("%(name)s agreed", name=row.second) if row.agrees else _("%(name)s disagreed: not rejected", name=row.second)
    )


def settled_words(row: DecisionRow | None) -> str:
    """Say to somebody who comes too late why a rejection does not wait any more."""
    if row is None:
        return _("Nothing waits for a second pair of eyes here.")
    if row.undone_at is not None:
        if row.undone_by is None:
            return _("The candidate withdrew in the meantime. Nothing was decided.")
        return _("%(name)s took the rejection back in the meantime.", name=row.undone_by)
    if row.second is not None:
        return (
            _("%(name)s has agreed in the meantime.", name=row.second)
            if row.agrees
            else _("%(name)s has disagreed in the meantime.", name=row.second)
        )
    return _("Somebody has gone on from here in the meantime. Look at the page again.")
