"""The way back: for ten minutes, once, by the same person, who must still have the right."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy import update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from screening.models import (
    Bulk,
    BulkKind,
    UndoStep,
)
from screening.models.base import JsonObject
from screening.policy import Actor, Permission
from screening.services.applications_back import (
    take_answer_back,
    take_changed_verdict_back,
    take_decided_back,
    take_hand_overs_back,
    take_moves_back,
    take_people_back,
    take_second_look_back,
)
from screening.services.availability import HoursError
from screening.services.booking import BookingError
from screening.services.bulk_acts import Tell
from screening.services.bulks import BulkError
from screening.services.bulks import take_back as take_back_bulk
from screening.services.deciding import DecideError
from screening.services.drafting import RevisionError
from screening.services.handing_over import HandOverError
from screening.services.interview_plans import PlanError
from screening.services.interviewing import InterviewError
from screening.services.judging import JudgeError
from screening.services.letters_back import put_mail_back, recall_letter, take_text_back
from screening.services.mail_templates import TemplateError
from screening.services.mailing import NotWaitingError
from screening.services.meetings_back import (
    hold_after_all,
    put_hours_back,
    put_offer_back,
    take_hours_back,
    take_offer_back,
    take_own_abstention_back,
    take_planned_back,
    take_replanned_back,
)
from screening.services.moving import MoveError
from screening.services.notes_back import put_note_back, take_note_back
from screening.services.noting import NoteError
from screening.services.outbox import OutboxError
from screening.services.people import PeopleError
from screening.services.pools import PoolError
from screening.services.postings_back import (
    open_again,
    put_plan_back,
    put_pool_back,
    put_stages_back,
    put_view_back,
    take_questions_back,
    take_questions_from_force,
    take_referral_link_back,
    take_rubric_edit_back,
    turn_voluntary_back,
)
from screening.services.question_sets import QuestionsUsedError
from screening.services.referring import ReferralUsedError
from screening.services.requesting import RequestError
from screening.services.saved_views import ViewError
from screening.services.tagging import TagError
from screening.services.tags_back import bring_tag_back, name_tag_back, put_tag_back, take_tag_off
from screening.services.way_back import WINDOW, UndoError, require

TAGGING = frozenset({BulkKind.TAG, BulkKind.UNTAG})


class Act(StrEnum):
    """What can be taken back."""

    MOVE = "move"  # moves: ids of StageMove; interviews: ids of those that it called off, if any
    VERDICT = "verdict"  # changed: id of ChangedVerdict
    RUBRIC = "rubric"  # version: id of RubricVersion; revision: the one that the edit made; steps: saves that it took; shared: version, revision, version, … of other drafts that it changed
    CLOSE = "close"  # posting: id of the Posting that was closed
    DECISION = "decision"  # decision: id of Decision; interviews: ids of those that it called off, if any
    SECOND = "second"  # decision: id of the Decision that a second person has spoken on; interviews: as above
    RECALL = "recall"  # mail: id of the Mail that was recalled
    LETTER = "letter"  # mail: id of the Mail that was written
    TEMPLATE = "template"  # changes: as services.mail_templates.pack_changes gives them
    QUESTIONS = "questions"  # set: id of QuestionSet; revision: the one that the save made
    QUESTIONS_PUBLISHED = "questions_published"  # set: id of the QuestionSet that was put in force
    REFERRAL = "referral"  # referral: id of the Referral that was made
    NOTE = "note"  # note: id of the ApplicationNote that was added
    NOTE_REMOVED = "note_removed"  # note: id of the ApplicationNote that was removed
    REVIEW = "review"  # request: id of the CandidateRequest that was answered; mail: id of the Mail with the answer
    PERSON = "person"  # pair: id of SuspectedDuplicate; after, before: its states ("" for a new pair); application, other: ids
    HOURS_ADDED = "hours_added"  # user: id of the User; stretches: what was new, as queries.free_times writes it
    HOURS_REMOVED = "hours_removed"  # the same of what was taken away
    OFFER = "offer"  # offer: id of the BookingOffer that was made; mail: id of its Mail
    BULK = "bulk"  # bulk: id of the Bulk
    TAG = "tag"  # tag: id of the Tag; applications: ids of those that bear it since
    UNTAG = "untag"  # tag: id of the Tag; stuck: JSON of what was taken off, as services.tagging gives it
    TAG_RENAMED = "tag_renamed"  # tag: id; before, after: names
    TAG_DELETED = "tag_deleted"  # tag: id; name; into: id of the one it was merged into, 0 for none; stuck: JSON; moved: ids of applications that bear that one since
    OFFER_WITHDRAWN = "offer_withdrawn"  # offer: id of the BookingOffer
    ABSTAIN = "abstain"  # interview: id of the Interview whose panel the person left
    SAVED_VIEW = "saved_view"  # view: id of the SavedView; posting: its Posting; before, after: its fields as JSON, "" where there was none
    PLAN = "plan"  # posting: id of the Posting; before: its plan as JSON; after: digest of what the act left
    POOL = "pool"  # pool: id of the InterviewerPool; before, after: [name, members] as JSON, "" where there was none
    CANCEL = "cancel"  # interview: id of the Interview that was cancelled
    SCHEDULE = "schedule"  # interview: id of the Interview that was planned; move: id of the StageMove that it made, 0 for none
    HAND_OVER = "hand_over"  # hand_overs: ids of HandOver
    VOLUNTARY = (
        "voluntary"  # posting: id of the Posting; asks: 1 when the act made it ask for voluntary answers, else 0
    )
    STAGES = "stages"  # posting: id of the Posting; before, after: its stages as JSON (services.stage_rules.snapshot)
    RESCHEDULE = "reschedule"  # interview: id of the Interview; before: its plan, as services.plans_back writes it; seen: the sequence that the change left


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: the act and the ids it spoke of."""

    act: Act
    arguments: JsonObject


def remember(session: Session, *, actor_id: int, act: Act, now: datetime, **arguments: int | str | list[int]) -> str:
    """Keep the way back for an act that was just done in this transaction; give the token of its undo button."""
    token = secrets.token_urlsafe(32)
    session.add(UndoStep(token=token, actor_id=actor_id, act=act.value, arguments=arguments, expires_at=now + WINDOW))
    session.flush()
    return token


def undo(session: Session, *, token: str, actor: Actor, now: datetime, tell: Tell | None = None) -> Undone:
    """Take one step back; raise UndoError when the token is not this person's, is too old or used, or when something changed since.

    ``tell`` is for an act on many, which tells people of its interviews part by part; of others the caller does.
    """
    step = session.get(UndoStep, token)
    if step is None or step.actor_id != actor.id:
        raise UndoError("unknown")
    if step.expires_at < now:
        raise UndoError("expired")
    claimed = session.execute(
        update(UndoStep)
        .where(UndoStep.token == token, UndoStep.used_at.is_(None))
        .values(used_at=now)
        .returning(UndoStep.token)
    ).first()
    if claimed is None:
        raise UndoError("used")
    act = Act(step.act)
    back = partial(_undo_bulk, tell=tell) if act is Act.BULK else BACKWARDS[act]
    try:
        back(session, step.arguments, actor, now)
    except (
        MoveError,
        HandOverError,
        JudgeError,
        RevisionError,
        DecideError,
        InterviewError,
        ReferralUsedError,
        NotWaitingError,
        RequestError,
        NoResultFound,
        PeopleError,
        PlanError,
        PoolError,
        ViewError,
        HoursError,
        BookingError,
    ) as error:
        raise UndoError("changed") from error
    except QuestionsUsedError as error:
        raise UndoError("applied") from error
    except BulkError as error:
        raise UndoError(error.code) from error
    except (NoteError, TagError, TemplateError, OutboxError) as error:
        raise UndoError("told" if error.code == "told" else "changed") from error
    return Undone(act, step.arguments)


def _undo_bulk(session: Session, arguments: JsonObject, actor: Actor, now: datetime, *, tell: Tell | None) -> None:
    bulk = session.get_one(Bulk, int(arguments["bulk"]))
    undo_bulk(session, bulk=bulk, actor=actor, now=now, tell=tell)


def undo_bulk(session: Session, *, bulk: Bulk, actor: Actor, now: datetime, tell: Tell | None = None) -> None:
    """Begin to take a bulk act back, within ``WINDOW`` of its end; raise UndoError without the right, BulkError when it is too late."""
    permission = Permission.APPLICATION_TAG if bulk.kind in TAGGING else Permission.APPLICATION_MOVE
    require(actor, permission, posting_id=bulk.posting_id)
    until = bulk.finished_at + WINDOW if bulk.finished_at is not None else None
    take_back_bulk(session, bulk=bulk, actor_id=actor.id, now=now, until=until, tell=tell)


BACKWARDS: Mapping[Act, Callable[[Session, JsonObject, Actor, datetime], None]] = {
    Act.MOVE: take_moves_back,
    Act.VERDICT: take_changed_verdict_back,
    Act.RUBRIC: take_rubric_edit_back,
    Act.QUESTIONS: take_questions_back,
    Act.QUESTIONS_PUBLISHED: take_questions_from_force,
    Act.CLOSE: open_again,
    Act.DECISION: take_decided_back,
    Act.SECOND: take_second_look_back,
    Act.RECALL: put_mail_back,
    Act.LETTER: recall_letter,
    Act.TEMPLATE: take_text_back,
    Act.REFERRAL: take_referral_link_back,
    Act.NOTE: take_note_back,
    Act.NOTE_REMOVED: put_note_back,
    Act.REVIEW: take_answer_back,
    Act.PERSON: take_people_back,
    Act.PLAN: put_plan_back,
    Act.POOL: put_pool_back,
    Act.SAVED_VIEW: put_view_back,
    Act.CANCEL: hold_after_all,
    Act.SCHEDULE: take_planned_back,
    Act.RESCHEDULE: take_replanned_back,
    Act.VOLUNTARY: turn_voluntary_back,
    Act.HAND_OVER: take_hand_overs_back,
    Act.STAGES: put_stages_back,
    Act.ABSTAIN: take_own_abstention_back,
    Act.HOURS_ADDED: take_hours_back,
    Act.HOURS_REMOVED: put_hours_back,
    Act.OFFER: take_offer_back,
    Act.OFFER_WITHDRAWN: put_offer_back,
    Act.TAG: take_tag_off,
    Act.UNTAG: put_tag_back,
    Act.TAG_RENAMED: name_tag_back,
    Act.TAG_DELETED: bring_tag_back,
}
