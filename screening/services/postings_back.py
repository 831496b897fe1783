"""The way back of what was done with a posting, its rubric, questions, stages, plan and views: each with the right that the act itself needs."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from screening.models import Posting, QuestionSet, Referral, RubricVersion
from screening.models.base import JsonObject
from screening.policy import Actor, Permission, Scope, allows
from screening.services.drafting import RevisionError, undo_rubric_edit
from screening.services.interview_plans import restore_plan
from screening.services.pools import PoolFields, restore_pool
from screening.services.publishing import reopen_posting
from screening.services.question_sets import undo_questions, unpublish_questions
from screening.services.referring import take_back_referral
from screening.services.saved_views import read_fields, restore_view
from screening.services.stage_rules import restore_stages
from screening.services.voluntary import ask_candidates
from screening.services.way_back import UndoError, require


def put_stages_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Put the stages of a ``posting`` back as they were ``before``."""
    posting = session.get_one(Posting, int(arguments["posting"]))
    require(actor, Permission.POSTING_EDIT, posting_id=posting.id)
    before, after = (json.loads(arguments[name]) for name in ("before", "after"))
    restore_stages(session, posting=posting, before=before, after=after, actor_id=actor.id, now=now)


def take_rubric_edit_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Take the save that made ``revision`` back, and those that it made in other drafts."""
    version = session.get_one(RubricVersion, int(arguments["version"]))
    require(actor, Permission.POSTING_EDIT, posting_id=version.posting_id)
    undo_rubric_edit(
        session,
        version_id=version.id,
        revision=int(arguments["revision"]),
        steps=int(arguments.get("steps", 1)),
        actor_id=actor.id,
        now=now,
    )
    pairs = iter(arguments.get("shared", ()))
    for other, revision in zip(pairs, pairs, strict=True):
        theirs = session.get_one(RubricVersion, other)
        if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=theirs.posting_id)):
            continue
        with suppress(RevisionError):  # who has gone on from there keeps what they have
            undo_rubric_edit(session, version_id=other, revision=revision, actor_id=actor.id, now=now)


def take_questions_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - every inverse has one signature
    """Take the save of questions that made ``revision`` back."""
    draft = session.get_one(QuestionSet, int(arguments["set"]))
    require(actor, Permission.POSTING_EDIT, posting_id=draft.posting_id)
    undo_questions(session, set_id=draft.id, revision=int(arguments["revision"]))


def take_questions_from_force(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Put the questions that were in force before the ``set`` in force again."""
    made = session.get_one(QuestionSet, int(arguments["set"]))
    require(actor, Permission.POSTING_EDIT, posting_id=made.posting_id)
    unpublish_questions(session, set_id=made.id, actor_id=actor.id, now=now)


def open_again(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Let a ``posting`` that was closed take applications again."""
    posting = session.get_one(Posting, int(arguments["posting"]))
    require(actor, Permission.POSTING_EDIT, posting_id=posting.id)
    reopen_posting(session, posting=posting, actor_id=actor.id, now=now)


def take_referral_link_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Take a ``referral`` link back that nobody used."""
    referral = session.get_one(Referral, int(arguments["referral"]))
    require(actor, Permission.POSTING_EDIT, posting_id=referral.posting_id)
    take_back_referral(session, referral=referral, actor_id=actor.id, now=now)


def put_plan_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Put the interview plan of a ``posting`` back as it was ``before``."""
    posting = session.get_one(Posting, int(arguments["posting"]))
    require(actor, Permission.POSTING_EDIT, posting_id=posting.id)
    before = json.loads(arguments["before"])
    restore_plan(session, posting=posting, before=before, after=arguments["after"], actor_id=actor.id, now=now)


def put_view_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Put a saved ``view`` back as it was ``before``."""
    posting_id = int(arguments["posting"])
    require(actor, Permission.POSTING_VIEW, posting_id=posting_id)
    restore_view(
        session,
        view_id=int(arguments["view"]),
        posting_id=posting_id,
        owner_id=actor.id,
        before=read_fields(arguments["before"]),
        after=read_fields(arguments["after"]),
        now=now,
    )


def put_pool_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Put a ``pool`` of interviewers back as it was ``before``."""
    require(actor, Permission.POOLS_MANAGE)

    def unpacked(text: str) -> PoolFields | None:
        return PoolFields(json.loads(text)[0], tuple(json.loads(text)[1])) if text else None

    restore_pool(
        session,
        pool_id=int(arguments["pool"]),
        before=unpacked(arguments["before"]),
        after=unpacked(arguments["after"]),
        actor_id=actor.id,
        now=now,
    )


def turn_voluntary_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Turn the voluntary questions of a ``posting`` back."""
    posting = session.get_one(Posting, int(arguments["posting"]))
    require(actor, Permission.POSTING_EDIT, posting_id=posting.id)
    if not ask_candidates(session, posting=posting, asks=not arguments["asks"], actor_id=actor.id, now=now):
        raise UndoError("changed")
