"""The lines of the overview as its page prints them: every word and address made once, since the page is asked for all day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from screening.models import PostingState
from screening.queries.postings import PostingFilter, PostingRow
from screening.queries.stage_rules import LANES
from screening.web.labels import STAGES, spoken
from screening.web.links import quick_url_for

HOUR, DAY = 3600, 86400


@dataclass(frozen=True, slots=True)
class Cell:
    """How many stand in a stage: its name, the number, where they are listed, and the width of its bar out of 100."""

    stage: str
    count: int
    href: str
    words: str
    width: float


@dataclass(frozen=True, slots=True)
class Notice:
    """What waits on a posting: a tag with its icon and where it leads."""

    kind: str
    icon: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """One posting of the page."""

    id: int
    name: str
    href: str
    track: str | None
    locations: tuple[str, ...]
    cells: tuple[Cell, ...]
    new: int
    overdue: int
    overdue_href: str
    median: str
    owner: str
    notices: tuple[Notice, ...]
    rubric: str
    stages: str
    public: str | None
    turn: str | None
    is_open: bool


class Shown(NamedTuple):
    """All that a line says: its posting, and the highest number in any cell of the page."""

    row: PostingRow
    highest: int


def line_of(shown: Shown) -> Line:
    """Make a line of the page."""
    row, stages = shown.row, spoken(STAGES)
    here, review = (quick_url_for(name, posting_id=row.id) for name in ("pipeline.show", "rubrics.review"))
    name = row.title or _("Untitled, lines %(first)s–%(last)s", first=row.first_line, last=row.last_line)
    is_open, is_draft = row.state is PostingState.OPEN, row.state is PostingState.DRAFT
    scale = 100 / max(shown.highest, 1)
    return Line(
        id=row.id,
        name=name,
        href=review if is_draft else here,
        track=row.track,
        locations=row.locations,
        cells=tuple(
            Cell(
                stages[stage],
                count,
                f"{here}?stage={stage.value}",
                f"{name}, {stages[stage]}: {count}",
                round(count * scale, 1),
            )
            for stage, count in zip(LANES, row.counts, strict=True)
        ),
        new=row.new,
        overdue=row.overdue,
        overdue_href=f"{here}?sort=waiting",
        median=duration(row.median),
        owner=row.owner or "",
        notices=tuple(_notices(row, here, review)),
        rubric=review,
        stages=quick_url_for("stage_rules.show", posting_id=row.id),
        public=url_for("careers.posting", slug=row.slug) if is_open else None,
        turn=None if is_draft else quick_url_for("postings.close" if is_open else "postings.reopen", posting_id=row.id),
        is_open=is_open,
    )


def duration(seconds: int | None) -> str:
    """Print how long something takes: 2.4 d or 2.4 天, hours below a day, a dash where nobody knows."""
    if seconds is None:
        return "–"
    if seconds < DAY:
        return str(_("%(num)s h", num=round(seconds / HOUR)))
    return str(_("%(num)s d", num=f"{seconds / DAY:.1f}"))


def link(chosen: PostingFilter, endpoint: str = "postings.index", **changes: str | None) -> str:
    """Give the page's address with some of its filter changed; None leaves a part out."""
    parts: dict[str, Any] = {
        "state": None if chosen.state is PostingState.OPEN else chosen.state.value,
        "q": chosen.text or None,
        "mine": "1" if chosen.mine else None,
        "attention": "1" if chosen.attention else None,
        "sort": None if chosen.sort == "new" else chosen.sort,
    }
    return quick_url_for(endpoint, **(parts | changes))


def _notices(row: PostingRow, pipeline: str, rubric: str) -> list[Notice]:
    found = []
    if row.draft:
        unsettled = row.open_findings
        words = (
            ngettext("%(num)s finding open", "%(num)s findings open", unsettled)
            if unsettled
            else _("Rubric not published")
        )
        found.append(Notice("partly", "alert-triangle", words, rubric))
    if row.failures:
        words = ngettext("%(num)s not scored", "%(num)s not scored", row.failures)
        found.append(Notice("against", "alert-circle", words, pipeline))
    if row.reviews:
        words = ngettext("%(num)s human review asked for", "%(num)s human reviews asked for", row.reviews)
        found.append(Notice("partly", "user", words, quick_url_for("home.index") + "#hr-h"))
    return found
