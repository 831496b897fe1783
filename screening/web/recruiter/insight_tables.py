"""The sections of the insights as tables of cells: the same numbers as on the page, for CSV and Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _

from rubrics.measures.impact import Impact
from screening.models import Posting, Stage
from screening.queries.insight_figures import Pipeline
from screening.queries.insights import Insights, Standing
from screening.queries.stage_rules import LANES
from screening.web.recruiter.flow_words import (
    ANSWERS,
    OUTCOMES,
    QUESTIONS,
    impact_words,
    reason_name,
    source_name,
)
from screening.web.recruiter.insight_rows import header, rows
from screening.web.spreadsheets import Cell, Sheet

SECTIONS = ("funnel", "snapshot", "stays", "sources", "reasons", "load", "impact", "interviews")
"""What can be asked for by itself."""


def sheets(
    line: Pipeline, page: Insights, *, stages: Mapping[Stage, str], with_raters: bool, with_impact: bool
) -> dict[str, Sheet]:
    """Give all sections that there are for this reader, by their names in addresses; ``stages`` are the words for stages."""
    found: dict[str, Sheet] = {"snapshot": _snapshot(line, stages)}
    if line.counted_at is not None:
        found = {"funnel": _funnel(line, stages), **found, "stays": _stays(line, stages)}
        found |= {"sources": _sources(line), "reasons": _reasons(line, stages)}
        if with_raters:
            found["load"] = _load(line)
    if with_impact and any(outcome.rows for table in line.impact for outcome in table.outcomes):
        found["impact"] = _impact(line.impact)
    if page.standing is Standing.READY:
        shown = list(rows(page, with_raters=with_raters))
        found["interviews"] = Sheet(_("Interviews"), header(), shown)
    return found


def about(posting: Posting | None, period: str, line: Pipeline, page: Insights, now: datetime) -> Sheet:
    """Give the sheet that says what the others hold."""
    told: list[list[Cell]] = [
        [_("Posting"), (posting.title or "") if posting else _("All my postings")],
        [_("Period"), period],
        [_("File made"), now],
        [_("Pipelines counted"), line.counted_at],
        [_("Interviews counted"), page.computed_at],
        [_("Voluntary answers counted"), line.impact_at],
        [
            _("Funnel"),
            _(
                "Applications that came in the period, by whether they ever reached a stage or a later one. Moves that were undone do not count."
            ),
        ],
        [
            _("Time in stage"),
            _(
                "Stays that ended in the period, to the hour; half of them are no longer than the median, nine of ten no longer than the 90th percentile."
            ),
        ],
        [_("Adverse impact"), _("All time. Groups of fewer than 20 people are not shown.")],
    ]
    return Sheet(_("About these figures"), [_("What"), _("Value")], told)


def _funnel(line: Pipeline, stages: Mapping[Stage, str]) -> Sheet:
    shown: list[list[Cell]] = [[stages[step.stage], step.n, _share(step.share)] for step in line.funnel()]
    return Sheet(_("Funnel"), [_("Stage"), _("Reached"), _("Share of the stage before")], shown, {2})


def _snapshot(line: Pipeline, stages: Mapping[Stage, str]) -> Sheet:
    shown: list[list[Cell]] = [[word, line.snapshot.get(stage, 0)] for stage, word in stages.items()]
    return Sheet(_("Where applications stand"), [_("Stage"), _("Applications now")], shown)


def _stays(line: Pipeline, stages: Mapping[Stage, str]) -> Sheet:
    head = [_("Stage"), _("Median, days"), _("90th percentile, days"), "n"]
    shown: list[list[Cell]] = [
        [stages[stay.stage], round(stay.median / 24, 2), round(stay.late / 24, 2), stay.n] for stay in line.stays()
    ]
    return Sheet(_("Time in stage"), head, shown)


def _sources(line: Pipeline) -> Sheet:
    head = [
        _("Source"),
        _("Applied"),
        _("Median prescore"),
        _("Reached an interview"),
        _("Share"),
        _("Reached an offer"),
        _("Hired"),
    ]
    shown: list[list[Cell]] = [
        [source_name(one.name), one.applied, one.point, one.interview, _share(one.share), one.offer, one.hired]
        for one in line.sources()
    ]
    return Sheet(_("Sources"), head, shown, {4})


def _reasons(line: Pipeline, stages: Mapping[Stage, str]) -> Sheet:
    head = [_("End"), _("Reason"), *(_("from %(stage)s", stage=stages[stage]) for stage in LANES), _("All")]
    shown: list[list[Cell]] = [
        [
            stages[end],
            reason_name(one.reason),
            *(one.stages.get(stage, 0) for stage in LANES),
            one.n,
        ]
        for end in (Stage.REJECTED, Stage.WITHDRAWN)
        for one in line.endings(end)
    ]
    return Sheet(_("Reasons"), head, shown)


def _load(line: Pipeline) -> Sheet:
    head = [_("Interviewer"), _("Owed now"), _("Submitted scorecards"), _("Median hours until submitted")]
    shown: list[list[Cell]] = [[row.name, row.owed, row.submitted, row.hours] for row in line.load()]
    return Sheet(_("Interviewer load"), head, shown)


def _impact(tables: Sequence[Impact]) -> Sheet:
    head = [
        _("Question"),
        _("Outcome"),
        _("Group"),
        _("People"),
        _("Reached"),
        _("Share of the group"),
        _("Ratio to the highest"),
        _("Interval from"),
        _("Interval to"),
        _("Fisher’s exact p"),
        _("Reading"),
    ]
    return Sheet(_("Adverse impact"), head, list(_compared(tables)), {5})


def _compared(tables: Sequence[Impact]) -> Iterator[list[Cell]]:
    for table in tables:
        for outcome in table.outcomes:
            for row in outcome.rows:
                ratio = row.ratio
                yield [
                    str(QUESTIONS[table.question]),
                    str(OUTCOMES[outcome.name]),
                    str(ANSWERS[row.answer]),
                    row.n,
                    row.reached,
                    row.rate.value,
                    1 if ratio is None else ratio.value,
                    None if ratio is None else ratio.low,
                    None if ratio is None else ratio.high,
                    row.p,
                    impact_words(row),
                ]


def _share(part: float | None) -> float | None:
    return None if part is None else round(part, 4)
