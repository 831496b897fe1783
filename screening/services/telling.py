"""The letters of moves and decisions: found by what they tell of, and recalled with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Decision, Mail, StageMove
from screening.queries.debrief import OF_DECISION
from screening.services.letters import TEMPLATE
from screening.services.moving import OVER
from screening.services.outbox import recall_written


def move_key(move_id: int) -> str:
    """Give the key of the letter about a move: one at most."""
    return f"letter:move:{move_id}"


def decision_key(decision_id: int, at: datetime) -> str:
    """Give the key of a letter about a decision; one that stands again after it was taken back is told of anew."""
    return f"{_of_decision(decision_id)}{at:%Y%m%d%H%M%S%f}"


def recall_moved(session: Session, *, move_ids: Collection[int]) -> int:
    """Recall the letters about these moves; raise OutboxError ``told`` when one may have been read."""
    return recall_written(session, keys=[move_key(ident) for ident in move_ids])


def recall_decided(session: Session, *, decision: Decision) -> int:
    """Recall the letters about a decision; raise OutboxError ``told`` when one may have been read."""
    own = Mail.application_id == decision.application_id  # an index leads there; none leads to the head of a key
    keys = select(Mail.key).where(own, Mail.key.startswith(_of_decision(decision.id), autoescape=True))
    return recall_written(session, keys=session.scalars(keys).all())


def is_overtaken(session: Session, *, mail: Mail) -> bool:
    """Tell whether a waiting letter says that an application goes on which has ended since: nobody is to read it any more."""
    kind, _colon, number = mail.key.removeprefix("letter:").partition(":")
    if mail.template != TEMPLATE or kind not in {"move", "decision"}:
        return False
    ident = int(number.partition(":")[0])
    stage = session.scalar(select(Application.stage).where(Application.id == mail.application_id))
    if stage not in OVER:
        return False
    if kind == "move":
        said = session.scalar(select(StageMove.to_stage).where(StageMove.id == ident))
        return said is not None and said not in OVER
    decided = session.scalar(select(Decision.to_stage).where(Decision.id == ident))
    return decided is not None and decided not in OVER


def _of_decision(decision_id: int) -> str:
    return f"{OF_DECISION}{decision_id}:"
