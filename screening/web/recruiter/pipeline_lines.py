"""The rows of a pipeline's table and the tickets of its board as its page prints them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from flask import request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from screening.models import Stage
from screening.queries.pipeline import Page, PipelineRow
from screening.web.access import now
from screening.web.drawing import draw_rows
from screening.web.formatting import whole_days
from screening.web.labels import SOURCES, spoken
from screening.web.links import quick_url_for
from screening.web.recruiter.chosen import Chosen
from screening.web.recruiter.words import preference_words

LINE, TICKET = "recruiter/_pipeline_row.html", "recruiter/_ticket.html"
PLACE = 987654321


class Line(NamedTuple):
    """One application of the table, with the words that its row shows in whichever list."""

    row: PipelineRow
    days: int
    stage: str
    source: str
    wait: str
    preference: str


class Ticket(NamedTuple):
    """One application on the board; ``targets`` are the stages to which the reader may move it, None who may move nobody."""

    row: PipelineRow
    posting_id: int
    days: int
    wait: str
    preference: str
    targets: tuple[tuple[str, str], ...] | None


def draw_lines(page: Page, chosen: Chosen, stages: Mapping[Stage, str], waits: Mapping[int, str]) -> bytes:
    """Draw the rows, those that are ranked with their place; ``waits`` says by application whom an overdue one waits for."""
    sources, moment = spoken(SOURCES), now()
    before, after = _around(_back_from("applications.show", chosen.address(view="")))
    lines = [
        Line(
            row,
            whole_days(moment - row.listed.stage_since),
            stages[row.listed.stage],
            sources.get(row.listed.source, row.listed.source),
            waits.get(row.listed.id, ""),
            _preference(row),
        )
        for row in page.rows
    ]
    own = (
        (str(place) if row.standing.ranked else "–", f"{before}{row.listed.id}{after}")
        for place, row in enumerate(page.rows, page.first)
    )
    return draw_rows(LINE, lines, own=own)


def draw_tickets(
    rows: Sequence[PipelineRow],
    posting_id: int,
    stage: Stage,
    chosen: Chosen,
    *,
    targets: Sequence[tuple[str, str]] | None,
    waits: Mapping[int, str],
) -> bytes:
    """Draw the tickets of one stage, whose pages lead back to the list of that stage."""
    moment = now()
    lines = [
        Ticket(
            row,
            posting_id,
            whole_days(moment - row.listed.stage_since),
            waits.get(row.listed.id, ""),
            _preference(row),
            None if targets is None else tuple(targets),
        )
        for row in rows
    ]
    before, after = _around(_back_from("applications.show", chosen.address(view="", stage=stage.value)))
    if targets is None:
        return draw_rows(TICKET, lines, own=((f"{before}{row.listed.id}{after}",) for row in rows))
    here = request.full_path
    fields = str(
        Markup('<input type="hidden" name="csrf_token" value="{}"><input type="hidden" name="back" value="{}">').format(
            generate_csrf(), here
        )
    )
    start, end = _around(quick_url_for("letters.form", application_id=PLACE, back=here))
    own = ((f"{before}{row.listed.id}{after}", fields, f"{start}{row.listed.id}{end}") for row in rows)
    return draw_rows(TICKET, lines, own=own)


def _preference(row: PipelineRow) -> str:
    return preference_words(row.listed.preference, row.batch_size) if row.listed.preference else ""


def _back_from(endpoint: str, back: Mapping[str, list[str]]) -> str:
    """Give the address of a page of an application, with a place for its number, which leads back to a list."""
    query = urlencode(back, doseq=True)
    return quick_url_for(endpoint, application_id=PLACE) + (f"?{query}" if query else "")


def _around(address: str) -> tuple[str, str]:
    before, _, after = str(escape(address)).partition(str(PLACE))
    return before, after
