"""The way back: for ten minutes, once, by the same person, who must still have the right."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    BookingOffer,
    Bulk,
    BulkKind,
    CandidateRequest,
    ChangedVerdict,
    Decision,
    HandOver,
    Interview,
    Mail,
    Posting,
    QuestionSet,
    Referral,
    RubricVersion,
    StageMove,
    SuspicionState,
    UndoStep,
)
from screening.models.base import JsonObject
from screening.policy import Actor, Permission, Scope, allows
from screening.queries.free_times import Stretch, stretches_in
from screening.queries.scopes import application_scope
from screening.services.availability import HoursError, add_hours, remove_hours
from screening.services.booking import BookingError, renew_offer, withdraw_offer
from screening.services.bulks import BulkError
from screening.services.bulks import take_back as take_back_bulk
from screening.services.calling_off import restore_called_off
from screening.services.deciding import DecideError, take_back_decision
from screening.services.drafting import RevisionError, undo_rubric_edit
from screening.services.evaluating import take_abstention_back
from screening.services.handing_over import HandOverError, take_back
from screening.services.interview_plans import PlanError, restore_plan
from screening.services.interviewing import InterviewError, restore_interview
from screening.services.judging import JudgeError, take_back_verdict
from screening.services.letters_back import put_mail_back, recall_letter, take_text_back
from screening.services.mail_templates import TemplateError
from screening.services.mailing import NotWaitingError, recall_mail
from screening.services.moving import MoveError, undo_moves
from screening.services.notes_back import put_note_back, take_note_back
from screening.services.noting import NoteError
from screening.services.outbox import OutboxError
from screening.services.people import PeopleError, take_back_decision_on_people
from screening.services.plans_back import take_change_back, take_interview_back
from screening.services.pools import PoolError, PoolFields, restore_pool
from screening.services.publishing import reopen_posting
from screening.services.question_sets import QuestionsUsedError, undo_questions, unpublish_questions
from screening.services.referring import ReferralUsedError, take_back_referral
from screening.services.requesting import RequestError, reopen
from screening.services.saved_views import ViewError, read_fields, restore_view
from screening.services.seconding import take_back_second
from screening.services.stage_rules import restore_stages
from screening.services.tagging import TagError
from screening.services.tags_back import bring_tag_back, name_tag_back, put_tag_back, take_tag_off
from screening.services.telling import recall_decided, recall_moved
from screening.services.voluntary import ask_candidates

WINDOW = timedelta(minutes=10)
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


class UndoError(Exception):
    """A step that cannot be taken back: ``code`` is unknown, expired, used, changed, applied, told, running or forbidden."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


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


def undo(session: Session, *, token: str, actor: Actor, now: datetime) -> Undone:
    """Take one step back; raise UndoError when the token is not this person's, is too old or used, or when something changed since."""
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
    try:
        BACKWARDS[act](session, step.arguments, actor, now)
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
        raise UndoError(error.code if error.code in {"forbidden", "told"} else "changed") from error
    return Undone(act, step.arguments)


def _undo_move(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    ids = [int(ident) for ident in arguments["moves"]]
    rows = select(StageMove.id, Application.posting_id).join(Application, Application.id == StageMove.application_id)
    found = session.execute(rows.where(StageMove.id.in_(ids))).all()
    if len(found) < len(set(ids)):
        raise UndoError("changed")
    for posting_id in {row.posting_id for row in found}:  # who moves is asked for the posting alone
        if not allows(actor, Permission.APPLICATION_MOVE, Scope(posting_id=posting_id)):
            raise UndoError("forbidden")
    recall_moved(session, move_ids=ids)
    undo_moves(session, move_ids=ids, actor_id=actor.id, now=now)
    restore_called_off(session, interview_ids=arguments.get("interviews", ()), actor_id=actor.id, now=now)


def _undo_hand_over(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    ids = [int(ident) for ident in arguments["hand_overs"]]
    postings = select(Application.posting_id).join(HandOver, HandOver.application_id == Application.id)
    for posting_id in session.scalars(postings.where(HandOver.id.in_(ids)).distinct()):
        if not allows(actor, Permission.APPLICATION_MOVE, Scope(posting_id=posting_id)):
            raise UndoError("forbidden")
    take_back(session, hand_over_ids=ids, actor_id=actor.id, now=now)


def _undo_stages(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    posting = session.get_one(Posting, int(arguments["posting"]))
    if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=posting.id)):
        raise UndoError("forbidden")
    before, after = (json.loads(arguments[name]) for name in ("before", "after"))
    restore_stages(session, posting=posting, before=before, after=after, actor_id=actor.id, now=now)


def _undo_verdict(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    changed = session.get_one(ChangedVerdict, int(arguments["changed"]))
    _require(session, Permission.PRESCORE_VIEW, actor, application_id=changed.application_id)
    take_back_verdict(session, changed_id=changed.id, actor_id=actor.id, now=now)


def _undo_rubric(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    version = session.get_one(RubricVersion, int(arguments["version"]))
    if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=version.posting_id)):
        raise UndoError("forbidden")
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


def _undo_questions(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - every inverse has one signature
    draft = session.get_one(QuestionSet, int(arguments["set"]))
    if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=draft.posting_id)):
        raise UndoError("forbidden")
    undo_questions(session, set_id=draft.id, revision=int(arguments["revision"]))


def _undo_questions_published(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    made = session.get_one(QuestionSet, int(arguments["set"]))
    if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=made.posting_id)):
        raise UndoError("forbidden")
    unpublish_questions(session, set_id=made.id, actor_id=actor.id, now=now)


def _undo_close(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    posting = session.get_one(Posting, int(arguments["posting"]))
    if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=posting.id)):
        raise UndoError("forbidden")
    reopen_posting(session, posting=posting, actor_id=actor.id, now=now)


def _undo_decision(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    decision = session.get_one(Decision, int(arguments["decision"]))
    _require(session, Permission.DECIDE, actor, application_id=decision.application_id)
    recall_decided(session, decision=decision)
    take_back_decision(session, decision=decision, actor_id=actor.id, now=now)
    restore_called_off(session, interview_ids=arguments.get("interviews", ()), actor_id=actor.id, now=now)


def _undo_second(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    decision = session.get_one(Decision, int(arguments["decision"]))
    _require(session, Permission.DECIDE, actor, application_id=decision.application_id)
    recall_decided(session, decision=decision)
    take_back_second(session, decision=decision, actor_id=actor.id, now=now)
    restore_called_off(session, interview_ids=arguments.get("interviews", ()), actor_id=actor.id, now=now)


def _undo_referral(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    referral = session.get_one(Referral, int(arguments["referral"]))
    if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=referral.posting_id)):
        raise UndoError("forbidden")
    take_back_referral(session, referral=referral, actor_id=actor.id, now=now)


def _undo_review(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    request = session.get_one(CandidateRequest, int(arguments["request"]))
    _require(session, Permission.PRESCORE_VIEW, actor, application_id=request.application_id)
    recall_mail(session, mail=session.get_one(Mail, int(arguments["mail"])))
    reopen(session, request=request, actor_id=actor.id, now=now)


def _undo_person(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    for name in ("application", "other"):
        _require(session, Permission.APPLICATION_MOVE, actor, application_id=int(arguments[name]))
    take_back_decision_on_people(
        session,
        pair_id=int(arguments["pair"]),
        after=SuspicionState(arguments["after"]),
        before=SuspicionState(arguments["before"]) if arguments["before"] else None,
        actor_id=actor.id,
        now=now,
    )


def _undo_abstention(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    interview = session.get_one(Interview, int(arguments["interview"]))
    scope = application_scope(session, interview.application_id, interview_id=interview.id)
    if not allows(actor, Permission.ABSTENTION_RETURN, scope):
        raise UndoError("forbidden")
    take_abstention_back(session, interview=interview, user_id=actor.id, now=now)


def _undo_plan(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    posting = session.get_one(Posting, int(arguments["posting"]))
    if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=posting.id)):
        raise UndoError("forbidden")
    before = json.loads(arguments["before"])
    restore_plan(session, posting=posting, before=before, after=arguments["after"], actor_id=actor.id, now=now)


def _undo_saved_view(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    posting_id = int(arguments["posting"])
    if not allows(actor, Permission.POSTING_VIEW, Scope(posting_id=posting_id)):
        raise UndoError("forbidden")
    restore_view(
        session,
        view_id=int(arguments["view"]),
        posting_id=posting_id,
        owner_id=actor.id,
        before=read_fields(arguments["before"]),
        after=read_fields(arguments["after"]),
        now=now,
    )


def _undo_pool(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    if not allows(actor, Permission.POOLS_MANAGE):
        raise UndoError("forbidden")

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


def _undo_cancel(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    interview = session.get_one(Interview, int(arguments["interview"]))
    _require(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=interview.application_id)
    restore_interview(session, interview=interview, actor_id=actor.id, now=now)


def _undo_hours_added(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    user_id, stretches = _hours(arguments, actor)
    remove_hours(session, user_id=user_id, stretches=stretches, actor_id=actor.id, now=now)


def _undo_hours_removed(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    user_id, stretches = _hours(arguments, actor)
    add_hours(session, user_id=user_id, stretches=stretches, actor_id=actor.id, now=now)


def _hours(arguments: JsonObject, actor: Actor) -> tuple[int, list[Stretch]]:
    user_id = int(arguments["user"])
    if user_id != actor.id and not allows(actor, Permission.HOURS_KEEP):
        raise UndoError("forbidden")
    return user_id, stretches_in(arguments["stretches"])


def _undo_offer(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    offer = session.get_one(BookingOffer, int(arguments["offer"]))
    _require(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=offer.application_id)
    recall_mail(session, mail=session.get_one(Mail, int(arguments["mail"])))
    withdraw_offer(session, offer=offer, actor_id=actor.id, now=now)


def _undo_withdrawal(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    offer = session.get_one(BookingOffer, int(arguments["offer"]))
    _require(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=offer.application_id)
    renew_offer(session, offer=offer, actor_id=actor.id, now=now)


def _undo_schedule(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    interview = session.get_one(Interview, int(arguments["interview"]))
    _require(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=interview.application_id)
    move = int(arguments["move"]) or None
    take_interview_back(session, interview=interview, move_id=move, actor_id=actor.id, now=now)


def _undo_reschedule(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    interview = session.get_one(Interview, int(arguments["interview"]))
    _require(session, Permission.INTERVIEW_SCHEDULE, actor, application_id=interview.application_id)
    before, seen = str(arguments["before"]), int(arguments["seen"])
    take_change_back(session, interview=interview, before=before, seen=seen, actor_id=actor.id, now=now)


def _undo_voluntary(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    posting = session.get_one(Posting, int(arguments["posting"]))
    if not allows(actor, Permission.POSTING_EDIT, Scope(posting_id=posting.id)):
        raise UndoError("forbidden")
    if not ask_candidates(session, posting=posting, asks=not arguments["asks"], actor_id=actor.id, now=now):
        raise UndoError("changed")


def _undo_bulk(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    bulk = session.get_one(Bulk, int(arguments["bulk"]))
    undo_bulk(session, bulk=bulk, actor=actor, now=now)


def undo_bulk(session: Session, *, bulk: Bulk, actor: Actor, now: datetime) -> None:
    """Begin to take a bulk act back, within ``WINDOW`` of its end; raise UndoError without the right, BulkError when it is too late."""
    permission = Permission.APPLICATION_TAG if bulk.kind in TAGGING else Permission.APPLICATION_MOVE
    if not allows(actor, permission, Scope(posting_id=bulk.posting_id)):
        raise UndoError("forbidden")
    until = bulk.finished_at + WINDOW if bulk.finished_at is not None else None
    take_back_bulk(session, bulk=bulk, actor_id=actor.id, now=now, until=until)


def _require(session: Session, permission: Permission, actor: Actor, *, application_id: int) -> None:
    if not allows(actor, permission, application_scope(session, application_id)):
        raise UndoError("forbidden")


BACKWARDS: Mapping[Act, Callable[[Session, JsonObject, Actor, datetime], None]] = {
    Act.MOVE: _undo_move,
    Act.VERDICT: _undo_verdict,
    Act.RUBRIC: _undo_rubric,
    Act.QUESTIONS: _undo_questions,
    Act.QUESTIONS_PUBLISHED: _undo_questions_published,
    Act.CLOSE: _undo_close,
    Act.DECISION: _undo_decision,
    Act.SECOND: _undo_second,
    Act.RECALL: put_mail_back,
    Act.LETTER: recall_letter,
    Act.TEMPLATE: take_text_back,
    Act.REFERRAL: _undo_referral,
    Act.NOTE: take_note_back,
    Act.NOTE_REMOVED: put_note_back,
    Act.REVIEW: _undo_review,
    Act.PERSON: _undo_person,
    Act.PLAN: _undo_plan,
    Act.POOL: _undo_pool,
    Act.SAVED_VIEW: _undo_saved_view,
    Act.CANCEL: _undo_cancel,
    Act.SCHEDULE: _undo_schedule,
    Act.RESCHEDULE: _undo_reschedule,
    Act.VOLUNTARY: _undo_voluntary,
    Act.HAND_OVER: _undo_hand_over,
    Act.STAGES: _undo_stages,
    Act.ABSTAIN: _undo_abstention,
    Act.HOURS_ADDED: _undo_hours_added,
    Act.HOURS_REMOVED: _undo_hours_removed,
    Act.OFFER: _undo_offer,
    Act.OFFER_WITHDRAWN: _undo_withdrawal,
    Act.BULK: _undo_bulk,
    Act.TAG: take_tag_off,
    Act.UNTAG: put_tag_back,
    Act.TAG_RENAMED: name_tag_back,
    Act.TAG_DELETED: bring_tag_back,
}
