"""The way back of what was done with interviews, hours and offers of times: each with the right that the act itself needs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from screening.models import BookingOffer, Interview, Mail
from screening.models.base import JsonObject
from screening.policy import Actor, Permission, allows
from screening.queries.free_times import Stretch, stretches_in
from screening.queries.scopes import application_scope
from screening.services.availability import add_hours, remove_hours
from screening.services.booking import renew_offer, withdraw_offer
from screening.services.evaluating import take_abstention_back
from screening.services.interviewing import restore_interview
from screening.services.mailing import recall_mail
from screening.services.plans_back import take_change_back, take_interview_back
from screening.services.way_back import UndoError, require_on_application


def take_own_abstention_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Sit on the panel of an ``interview`` again."""
    interview = session.get_one(Interview, int(arguments["interview"]))
    scope = application_scope(session, interview.application_id, interview_id=interview.id)
    if not allows(actor, Permission.ABSTENTION_RETURN, scope):
        raise UndoError("forbidden")
    take_abstention_back(session, interview=interview, user_id=actor.id, now=now)


def hold_after_all(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Hold an ``interview`` that was cancelled."""
    interview = session.get_one(Interview, int(arguments["interview"]))
    require_on_application(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=interview.application_id)
    restore_interview(session, interview=interview, actor_id=actor.id, now=now)


def take_hours_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Remove the hours that were added."""
    user_id, stretches = _hours(arguments, actor)
    remove_hours(session, user_id=user_id, stretches=stretches, actor_id=actor.id, now=now)


def put_hours_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Add the hours that were removed."""
    user_id, stretches = _hours(arguments, actor)
    add_hours(session, user_id=user_id, stretches=stretches, actor_id=actor.id, now=now)


def _hours(arguments: JsonObject, actor: Actor) -> tuple[int, list[Stretch]]:
    user_id = int(arguments["user"])
    if user_id != actor.id and not allows(actor, Permission.HOURS_KEEP):
        raise UndoError("forbidden")
    return user_id, stretches_in(arguments["stretches"])


def take_offer_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Withdraw an ``offer`` of times, and recall its ``mail``."""
    offer = session.get_one(BookingOffer, int(arguments["offer"]))
    require_on_application(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=offer.application_id)
    recall_mail(session, mail=session.get_one(Mail, int(arguments["mail"])))
    withdraw_offer(session, offer=offer, actor_id=actor.id, now=now)


def put_offer_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Let an ``offer`` of times stand again."""
    offer = session.get_one(BookingOffer, int(arguments["offer"]))
    require_on_application(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=offer.application_id)
    renew_offer(session, offer=offer, actor_id=actor.id, now=now)


def take_planned_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Take a planned ``interview`` back, with the move that it made."""
    interview = session.get_one(Interview, int(arguments["interview"]))
    require_on_application(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=interview.application_id)
    move = int(arguments["move"]) or None
    take_interview_back(session, interview=interview, move_id=move, actor_id=actor.id, now=now)


def take_replanned_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Plan an ``interview`` as it was ``before``."""
    interview = session.get_one(Interview, int(arguments["interview"]))
    require_on_application(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=interview.application_id)
    before, seen = str(arguments["before"]), int(arguments["seen"])
    take_change_back(session, interview=interview, before=before, seen=seen, actor_id=actor.id, now=now)
