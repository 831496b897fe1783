"""The figures of interviews as rows of a spreadsheet, one figure a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from rubrics.measures import Measures
from rubrics.measures.intervals import Estimate
from screening.queries.insights import Insights
from screening.web.recruiter.insight_words import VERDICTS, band_name
from screening.web.spreadsheets import Cell

Row = list[Cell]


def header() -> list[str]:
    """Give the head of the table."""
    return [
        _("Table"),
        _("Item"),
        _("Subgroup"),
        _("Figure"),
        "n",
        _("Estimate"),
        _("Interval from"),
        _("Interval to"),
    ]


def rows(page: Insights, *, with_raters: bool) -> Iterator[Row]:
    """Give all figures of a page; those of named interviewers only ``with_raters``."""
    if page.measures is not None:
        table = _Table(page, page.measures, with_raters)
        yield from table.agreement()
        yield from table.severity()
        yield from table.scale()
        yield from table.promptness()
        yield from table.criteria()
        yield from table.calibration()


@dataclass(frozen=True, slots=True)
class _Table:
    page: Insights
    measures: Measures
    with_raters: bool

    def agreement(self) -> Iterator[Row]:
        for one in self.measures.agreement:
            yield _row(_("Inter-rater agreement"), self.about(one.criterion), "", _("Krippendorff’s α"), one.alpha)

    def severity(self) -> Iterator[Row]:
        for one in self.measures.severity if self.with_raters else ():
            figure = Estimate(one.n, one.value, one.low, one.high)
            yield _row(_("Rating severity"), self.who(one.rater), "", _("difference from the panel"), figure)

    def scale(self) -> Iterator[Row]:
        section = _("Use of the scale")
        for use in self.measures.uses:
            if self.may_name(use.rater):
                who = self.who(use.rater)
                for level, count in zip(("1", "2", "3", "4", _("Not covered")), use.counts, strict=True):
                    yield [section, who, level, _("times given"), use.n, count, None, None]
                yield [section, who, "", _("mean"), use.n, use.mean, None, None]
                yield [section, who, "", _("share of 2 and 3"), use.n, use.middle, None, None]

    def promptness(self) -> Iterator[Row]:
        section = _("Promptness and notes")
        for pace in self.measures.promptness:
            if self.may_name(pace.rater):
                who, n = self.who(pace.rater), pace.on_time.n
                yield _row(section, who, "", _("share on time"), pace.on_time)
                yield [section, who, "", _("median hours until submitted"), n, pace.hours, None, None]
                yield [section, who, "", _("median characters of notes"), n, pace.letters, None, None]

    def criteria(self) -> Iterator[Row]:
        section = _("Criteria to look at")
        for one in self.measures.doubts:
            about = self.about(one.criterion)
            yield [section, about, "", _("commonest rating"), one.n, one.commonest, None, None]
            yield [section, about, "", _("share of the commonest rating"), one.n, one.share, None, None]
            yield _row(section, about, "", _("τ-b with recommendations"), one.advised)
            yield _row(section, about, "", _("τ-b with decisions"), one.decided)

    def calibration(self) -> Iterator[Row]:
        section, figure, found = _("Prescore calibration"), _("mean rating"), self.measures.calibration
        for start, one in found.bands:
            yield _row(section, _("Prescore"), band_name(start), figure, one)
        yield _row(section, _("Prescore"), "", _("correlation r"), found.correlation)
        for verdict, one in found.verdicts.items():
            yield _row(section, _("All criteria"), str(VERDICTS[verdict]), figure, one)
        for key, by_verdict in found.criteria:
            for verdict, one in by_verdict.items():
                yield _row(section, self.about(key), str(VERDICTS[verdict]), figure, one)

    def about(self, key: str) -> str:
        label = (self.page.labels or {}).get(key)
        return label.text if label else key

    def who(self, rater: int | None) -> str:
        return _("All interviewers") if rater is None else (self.page.names or {}).get(rater, "")

    def may_name(self, rater: int | None) -> bool:
        return self.with_raters or rater is None


def _row(section: str, subject: str, group: str, figure: str, one: Estimate) -> Row:
    return [section, subject, group, figure, one.n, one.value, one.low, one.high]
