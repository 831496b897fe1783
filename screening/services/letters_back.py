"""The way back of what was done with letters and their texts: each with the right that the act itself needs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from screening.models import Mail
from screening.models.base import JsonObject
from screening.policy import Actor, Permission
from screening.services.mail_templates import take_change_of_text_back, unpack_changes
from screening.services.mailing import NotWaitingError
from screening.services.outbox import OutboxError, put_back, recall
from screening.services.way_back import require


def put_mail_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Let a recalled ``mail`` wait again."""
    mail = session.get_one(Mail, int(arguments["mail"]))
    require(actor, Permission.APPLICATION_MOVE, posting_id=mail.posting_id)
    put_back(session, mail=mail, actor_id=actor.id, now=now)


def recall_letter(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Recall a ``mail`` that was written alone; one that went out cannot be taken back."""
    mail = session.get_one(Mail, int(arguments["mail"]))
    require(actor, Permission.APPLICATION_MOVE, posting_id=mail.posting_id)
    try:
        recall(session, mail=mail, actor_id=actor.id, now=now)
    except NotWaitingError as error:
        raise OutboxError("told") from error


def take_text_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Put texts back as they were before somebody changed or removed them."""
    for change in unpack_changes(arguments["changes"]):
        posting_id = change.place.posting_id
        permission = Permission.TEMPLATES_MANAGE if posting_id is None else Permission.POSTING_EDIT
        require(actor, permission, posting_id=posting_id)
        take_change_of_text_back(session, change=change, actor_id=actor.id, now=now)
