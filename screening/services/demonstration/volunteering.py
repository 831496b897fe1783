"""Voluntary answers of the fictional candidates, and the first count of pipelines and answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Stage, User
from screening.services.demonstration.postings import Opened
from screening.services.impact_counts import count_answers
from screening.services.insight_counts import add_everything, count_posting, store_everything
from screening.services.voluntary import UNSAID, ask_candidates, keep_answers

SEED = 37
FAR = frozenset({Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER, Stage.HIRED})
SHARES: Mapping[str, Mapping[str, int]] = {
    "sex": {"woman": 38, "man": 47, "other": 1, UNSAID: 14},
    "age": {"under_25": 53, "25_34": 32, "35_44": 1, UNSAID: 14},
    "disability": {"disabled": 5, "not_disabled": 76, UNSAID: 19},
    "ethnicity": {"minority": 18, "majority": 68, UNSAID: 14},
}
"""How many of a hundred give which answer."""
FAR_FROM_MINORITIES = 7
"""Of a hundred who come far fewer belong to a minority, so that the table has something to look at."""
ANSWERED = 0.9


def volunteer(
    session: Session, *, opened: Mapping[str, Opened], staff: Mapping[str, User], key: bytes, now: datetime
) -> None:
    """Ask at every posting, and let nine of ten answer; the same moment of loading gives the same answers."""
    random, recruiter = Random(SEED), staff["liang@example.com"]
    for one in opened.values():
        ask_candidates(session, posting=one.posting, asks=True, actor_id=recruiter.id, now=now)
    for application in session.scalars(select(Application).order_by(Application.id)):
        if random.random() < ANSWERED:
            answers = {question: _drawn(random, shares, question, application) for question, shares in SHARES.items()}
            keep_answers(session, key=key, application=application, answers=answers)
    count_answers(session, key=key, now=now)


def count_pipelines(session: Session, *, opened: Mapping[str, Opened], now: datetime) -> None:
    """Count the pipelines as the worker does every night."""
    for one in opened.values():
        count_posting(session, posting_id=one.posting.id, now=now)
    store_everything(session, add_everything(session), now=now)


def _drawn(random: Random, shares: Mapping[str, int], question: str, application: Application) -> str:
    weights = dict(shares)
    if question == "ethnicity" and application.stage in FAR:
        weights["minority"] = FAR_FROM_MINORITIES
    return random.choices(list(weights), list(weights.values()))[0]
