"""Ways back for what was done with tags: each takes the arguments of its undo step, and asks for the right anew."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Tag
from screening.models.base import JsonObject
from screening.policy import Actor, Permission
from screening.queries.blindness import owed_applications
from screening.services.tagging import Stuck, TagError, put_back, remove_tag, rename_tag, restore_tag
from screening.services.way_back import UndoError, require


def take_tag_off(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Take a tag off those who bear it since."""
    ids = [int(ident) for ident in arguments["applications"]]
    _require_tagging(session, actor, ids)
    remove_tag(session, application_ids=ids, tag_id=int(arguments["tag"]), actor_id=actor.id, now=now)


def put_tag_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Stick a tag on again where it was."""
    stuck = stuck_in(arguments["stuck"])
    _require_tagging(session, actor, [row[0] for row in stuck])
    put_back(session, tag_id=int(arguments["tag"]), stuck=stuck, actor_id=actor.id, now=now)


def name_tag_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Give a tag its former name."""
    require(actor, Permission.TAGS_MANAGE)
    tag = session.get_one(Tag, int(arguments["tag"]), with_for_update=True)
    if tag.name != arguments["after"]:
        raise TagError("changed")
    rename_tag(session, tag=tag, name=str(arguments["before"]), actor_id=actor.id, now=now)


def bring_tag_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Bring a deleted or merged tag back."""
    require(actor, Permission.TAGS_MANAGE)
    restore_tag(
        session,
        tag_id=int(arguments["tag"]),
        name=str(arguments["name"]),
        stuck=stuck_in(arguments["stuck"]),
        into_id=int(arguments["into"]) or None,
        moved=list(arguments["moved"]),
        actor_id=actor.id,
        now=now,
    )


def stuck_in(text: str) -> list[Stuck]:
    """Read what was taken off, as it is kept in a step."""
    return [(int(ident), int(posting), int(by), str(at)) for ident, posting, by, at in json.loads(text)]


def _require_tagging(session: Session, actor: Actor, application_ids: Collection[int]) -> None:
    """Ask for the right on each posting; who has come to owe an evaluation since does not touch opinions."""
    postings = select(Application.posting_id).where(Application.id.in_(application_ids)).distinct()
    for posting_id in session.scalars(postings).all():
        require(actor, Permission.APPLICATION_TAG, posting_id=posting_id)
        if owed_applications(session, user_id=actor.id, posting_id=posting_id) & set(application_ids):
            raise UndoError("forbidden")
