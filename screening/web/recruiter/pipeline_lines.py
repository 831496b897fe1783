"""The rows of a pipeline's table as its page prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import escape

from screening.models import Stage
from screening.queries.pipeline import Page, PipelineRow
from screening.web.access import now
from screening.web.drawing import draw_rows
from screening.web.formatting import whole_days
from screening.web.labels import SOURCES, spoken
from screening.web.links import quick_url_for
from screening.web.recruiter.chosen import Chosen
from screening.web.recruiter.words import preference_words

LINE = "recruiter/_pipeline_row.html"
PLACE = 987654321


class Line(NamedTuple):
    """One application of the table, with the words that its row shows in whichever list."""

    row: PipelineRow
    days: int
    stage: str
    source: str
    wait: str
    preference: str


def draw_lines(page: Page, chosen: Chosen, stages: Mapping[Stage, str], waits: Mapping[int, str]) -> bytes:
    """Draw the rows, those that are ranked with their place; ``waits`` says by application whom an overdue one waits for."""
    sources, moment = spoken(SOURCES), now()
    before, after = str(escape(_address(chosen))).split(str(PLACE), 1)
    lines = [
        Line(
            row,
            whole_days(moment - row.listed.stage_since),
            stages[row.listed.stage],
            sources.get(row.listed.source, row.listed.source),
            waits.get(row.listed.id, ""),
            preference_words(row.listed.preference, row.batch_size) if row.listed.preference else "",
        )
        for row in page.rows
    ]
    own = (
        (str(place) if row.standing.ranked else "–", f"{before}{row.listed.id}{after}")
        for place, row in enumerate(page.rows, page.first)
    )
    return draw_rows(LINE, lines, own=own)


def _address(chosen: Chosen) -> str:
    """Give the address of an application's page, which leads back to this list, with a place for its number."""
    back = urlencode([*chosen.pairs("view")])
    return quick_url_for("applications.show", application_id=PLACE) + (f"?{back}" if back else "")
