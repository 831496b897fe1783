"""The way back of what was done with applications and their people: each with the right that the act itself needs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    CandidateRequest,
    ChangedVerdict,
    Decision,
    HandOver,
    Mail,
    StageMove,
    SuspicionState,
)
from screening.models.base import JsonObject
from screening.policy import Actor, Permission
from screening.services.calling_off import restore_called_off
from screening.services.deciding import take_back_decision
from screening.services.handing_over import take_back
from screening.services.judging import take_back_verdict
from screening.services.mailing import recall_mail
from screening.services.moving import undo_moves
from screening.services.people import take_back_decision_on_people
from screening.services.requesting import reopen
from screening.services.seconding import take_back_second
from screening.services.telling import recall_decided, recall_moved
from screening.services.way_back import UndoError, require, require_on_application


def take_moves_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Move applications back to where ``moves`` took them from, recall their letters, and hold the interviews that were called off."""
    ids = [int(ident) for ident in arguments["moves"]]
    rows = select(StageMove.id, Application.posting_id).join(Application, Application.id == StageMove.application_id)
    found = session.execute(rows.where(StageMove.id.in_(ids))).all()
    if len(found) < len(set(ids)):
        raise UndoError("changed")
    for posting_id in {row.posting_id for row in found}:  # who moves is asked for the posting alone
        require(actor, Permission.APPLICATION_MOVE, posting_id=posting_id)
    recall_moved(session, move_ids=ids)
    undo_moves(session, move_ids=ids, actor_id=actor.id, now=now)
    restore_called_off(session, interview_ids=arguments.get("interviews", ()), actor_id=actor.id, now=now)


def take_hand_overs_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Give applications back to who had them before ``hand_overs``."""
    ids = [int(ident) for ident in arguments["hand_overs"]]
    postings = select(Application.posting_id).join(HandOver, HandOver.application_id == Application.id)
    for posting_id in session.scalars(postings.where(HandOver.id.in_(ids)).distinct()):
        require(actor, Permission.APPLICATION_MOVE, posting_id=posting_id)
    take_back(session, hand_over_ids=ids, actor_id=actor.id, now=now)


def take_changed_verdict_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Let the verdict before ``changed`` count again."""
    changed = session.get_one(ChangedVerdict, int(arguments["changed"]))
    require_on_application(session, Permission.PRESCORE_VIEW, actor, application_id=changed.application_id)
    take_back_verdict(session, changed_id=changed.id, actor_id=actor.id, now=now)


def take_decided_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Take a ``decision`` back with its move and letter, and hold the interviews that it called off."""
    decision = session.get_one(Decision, int(arguments["decision"]))
    require_on_application(session, Permission.DECIDE, actor, application_id=decision.application_id)
    recall_decided(session, decision=decision)
    take_back_decision(session, decision=decision, actor_id=actor.id, now=now)
    restore_called_off(session, interview_ids=arguments.get("interviews", ()), actor_id=actor.id, now=now)


def take_second_look_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Let a ``decision`` wait for a second pair of eyes again."""
    decision = session.get_one(Decision, int(arguments["decision"]))
    require_on_application(session, Permission.DECIDE, actor, application_id=decision.application_id)
    recall_decided(session, decision=decision)
    take_back_second(session, decision=decision, actor_id=actor.id, now=now)
    restore_called_off(session, interview_ids=arguments.get("interviews", ()), actor_id=actor.id, now=now)


def take_answer_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Let a candidate's ``request`` wait again, and recall the ``mail`` that answered it."""
    request = session.get_one(CandidateRequest, int(arguments["request"]))
    require_on_application(session, Permission.PRESCORE_VIEW, actor, application_id=request.application_id)
    recall_mail(session, mail=session.get_one(Mail, int(arguments["mail"])))
    reopen(session, request=request, actor_id=actor.id, now=now)


def take_people_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Let a ``pair`` of applications be what it was before somebody said whether they are one person's."""
    for name in ("application", "other"):
        require_on_application(session, Permission.APPLICATION_MOVE, actor, application_id=int(arguments[name]))
    take_back_decision_on_people(
        session,
        pair_id=int(arguments["pair"]),
        after=SuspicionState(arguments["after"]),
        before=SuspicionState(arguments["before"]) if arguments["before"] else None,
        actor_id=actor.id,
        now=now,
    )
