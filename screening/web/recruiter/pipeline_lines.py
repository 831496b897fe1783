"""The rows of a pipeline's table as its page prints them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from screening.models import Stage
from screening.queries.pipeline_rows import PipelineRow
from screening.web.access import now
from screening.web.drawing import draw_rows
from screening.web.formatting import whole_days
from screening.web.labels import SOURCES, spoken
from screening.web.recruiter.chosen import Chosen
from screening.web.recruiter.words import preference_words

LINE = "recruiter/_pipeline_row.html"
PLACE = 987654321
NUMBER, HREF = "<!number>", "<!href>"
"""What the template writes where a row differs from list to list; nothing that a person wrote stands on a page like that."""


@dataclass(frozen=True, slots=True)
class Line:
    """One application of the table, with the words that its row shows in whichever list."""

    row: PipelineRow
    days: int
    stage: str
    source: str
    wait: str = ""
    preference: str = ""


def draw_lines(
    rows: Sequence[PipelineRow], chosen: Chosen, stages: Mapping[Stage, str], waits: Mapping[int, str]
) -> list[Markup]:
    """Draw the rows; ``waits`` says by application whom an overdue one waits for."""
    sources, moment = spoken(SOURCES), now()
    before, after = str(escape(_address(chosen))).split(str(PLACE), 1)
    lines = [
        Line(
            row=row,
            days=whole_days(moment - row.stage_since),
            stage=stages[row.stage],
            source=sources.get(row.source, row.source),
            wait=waits.get(row.id, ""),
            preference=preference_words(row.preference, row.batch_size) if row.preference else "",
        )
        for row in rows
    ]
    return [
        Markup(_put(drawn, str(row.place or "–"), f"{before}{row.id}{after}"))  # noqa: S704 - both are escaped
        for row, drawn in zip(rows, draw_rows(LINE, lines), strict=True)
    ]


def _put(drawn: Markup, number: str, href: str) -> str:
    return str.replace(drawn, NUMBER, number, 1).replace(HREF, href, 1)


def _address(chosen: Chosen) -> str:
    """Give the address of an application's page, which leads back to this list, with a place for its number."""
    back: dict[str, Any] = dict(chosen.address(view=""))
    return url_for("applications.show", application_id=PLACE, **back)
