"""One rejection that waits for a second pair of eyes, on a posting that has a hiring manager."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Outcome, Stage, User
from screening.queries.blindness import is_owed
from screening.services.deciding import decide
from screening.services.demonstration.pieces import table
from screening.services.demonstration.postings import HIRING_MANAGER, Opened
from screening.services.seconding import set_second_look

SINCE = timedelta(hours=3)


def wait_for_second_look(
    session: Session, *, opened: Mapping[str, Opened], staff: Mapping[str, User], now: datetime
) -> None:
    """Ask for two people where a hiring manager decides too, and let the weakest candidate in a debrief there wait for the second."""
    postings = [opened[slug].posting for slug in HIRING_MANAGER]
    recruiter = staff["liang@example.com"]
    for posting in postings:
        set_second_look(session, posting=posting, wanted=True, actor_id=recruiter.id, now=now - SINCE)
    weakest = session.scalars(
        select(Application)
        .where(
            Application.posting_id.in_([posting.id for posting in postings]),
            Application.stage == Stage.DEBRIEF,
            ~is_owed(),
        )
        .order_by(Application.rank_score, Application.id)
    ).first()
    if weakest is not None:
        decide(
            session,
            application=weakest,
            outcome=Outcome.REJECT,
            reason="interview",
            note=table("interviews")["rejections"]["interview"][0],
            actor_id=recruiter.id,
            now=now - SINCE,
            tell_candidate=True,
        )
