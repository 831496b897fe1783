"""What waits for a recruiter on the start page: new applications, findings, and panels that are complete."""

from __future__ import annotations

from operator import itemgetter

from sqlalchemy import ColumnElement, and_, literal_column, select, true, union_all
from sqlalchemy.orm import Session

from screening.models import Application, Posting, Role, Stage
from screening.policy import Actor
from screening.queries.blindness import owed_by
from screening.queries.overview_counts import read_drafts
from screening.queries.panel_facts import is_judged
from screening.queries.second_looks import has_waiting

ROWS = 100

Waiting = tuple[int, str | None, int]
"""A posting's id, its title and how many things wait there."""


def ready_debriefs(session: Session, *, actor: Actor) -> tuple[tuple[int, str, str | None], ...]:
    """Name the applications that can be debriefed, longest waiting first: (id, candidate, posting).

    Ready are those that a person moved to the stage debrief, and those at the stage interview whose panels owe nothing
    any more. Where the reader owes an evaluation themselves, nothing is said; what waits for a second pair of eyes has a
    list of its own.
    """
    ready = (_stands_at(Stage.DEBRIEF), and_(_stands_at(Stage.INTERVIEW), Application.is_judged, is_judged()))
    longest = [  # each by the index of its stage, which is in this order: the first hundred end the search
        select(Application.id, Application.name, Posting.title, Application.stage_since)
        .join(Posting, Posting.id == Application.posting_id)
        .where(_visible(actor), condition, Application.id.not_in(owed_by(actor.id)), ~has_waiting())
        .order_by(Application.stage_since, Application.id)
        .limit(ROWS)
        .subquery()
        for condition in ready
    ]
    both = union_all(*(select(part) for part in longest)).subquery()
    rows = session.execute(
        select(both.c.id, both.c.name, both.c.title).order_by(both.c.stage_since, both.c.id).limit(ROWS)
    )
    return tuple((ident, name, title) for ident, name, title in rows)


def open_findings(session: Session, *, actor: Actor) -> tuple[Waiting, ...]:
    """Count what rubric drafts leave unsettled, by posting whose rubric one may edit, in the order of the postings."""
    edited = () if actor.role is Role.HIRING_MANAGER else actor.postings
    drafts = read_drafts(session, everything=actor.role is Role.ADMIN, posting_ids=edited)
    found = sorted(
        ((ident, one.title, one.unsettled) for ident, one in drafts.items() if one.unsettled), key=itemgetter(0)
    )
    return tuple(found[:ROWS])


def _visible(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role is Role.ADMIN else Posting.id.in_(actor.postings)


def _stands_at(stage: Stage) -> ColumnElement[bool]:
    """Give the condition with the stage written out: an index for one stage is of use where the database can see that it is that one."""
    return Application.stage == literal_column(f"'{stage.value}'")
