"""What each kind of bulk act does to a part of its applications, and how each is taken back. One call is a part of one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    ApplicationTag,
    Bulk,
    BulkKind,
    HandOver,
    Mail,
    MailState,
    Posting,
    Stage,
    StageMove,
    Tag,
)
from screening.queries.blindness import owed_applications
from screening.queries.stage_rules import Rules, rules_of
from screening.services.calling_off import call_off_coming, restore_called_off
from screening.services.handing_over import HandOverError, hand_over, take_back
from screening.services.letters import LetterError
from screening.services.move_checks import refusals
from screening.services.moving import ENDED, MoveError, move_many, undo_moves
from screening.services.outbox import HELD
from screening.services.tagging import Stuck, add_tag, full_ones, put_back, remove_tag

Write = Callable[[Session, Bulk, Application, datetime], Mail]
"""Writes the letter of a bulk act to one candidate; only the web knows the links and words in it."""
Tell = Callable[[Session, Bulk, int, datetime], None]
"""Tells the people of an interview, by its id, that a bulk act called it off or planned it again; as above."""
CALLED_OFF = "interviews"
"""Where an act keeps, among its arguments, the ids of the interviews that it called off, by application."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a part, by application: ``made`` the id of what was made for each, ``skipped`` why nothing was done, ``called_off`` the interviews."""

    made: dict[int, int | None] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    called_off: dict[int, list[int]] = field(default_factory=dict)


def find_problems(
    session: Session,
    *,
    posting: Posting,
    kind: BulkKind,
    arguments: Mapping[str, object],
    seen: Mapping[int, Stage],
    actor_id: int,
    now: datetime,
    hold: bool = False,
    rules: Rules | None = None,
) -> dict[int, str]:
    """Give why nothing can be done with applications, by id; what is not named can be done. The same before and during the act.

    A reader who owes an evaluation hears nothing of a colleague's waiting rejection, and sticks on and sees no tags.
    ``rules`` are those of the posting's stages, where they have been read already.
    """
    if kind is BulkKind.MOVE:
        to, rules = Stage(str(arguments["to"])), rules or rules_of(session, posting_id=posting.id)
        problems = refusals(session, seen=seen, to=to, rules=rules, now=now, hold=hold)
        owed = owed_applications(session, user_id=actor_id, posting_id=posting.id)
        return {one: "not_allowed" if why == "waiting" and one in owed else why for one, why in problems.items()}
    rows = select(Application.id, Application.stage, Application.erased_at, Application.owner_id, Application.email)
    rows = rows.where(Application.id.in_(seen), Application.posting_id == posting.id).order_by(Application.id)
    found = {row.id: row for row in session.execute(rows.with_for_update(of=Application) if hold else rows)}
    problems = {ident: "gone" for ident in seen if ident not in found or found[ident].erased_at is not None}
    left = [ident for ident in seen if ident not in problems]
    match kind:
        case BulkKind.TAG | BulkKind.UNTAG:
            owed = owed_applications(session, user_id=actor_id, posting_id=posting.id)
            problems |= dict.fromkeys(owed & set(left), "owed")
            tag_id = int(str(arguments.get("tag") or 0))
            bearing = _bearing(session, left, tag_id)
            if kind is BulkKind.UNTAG:
                problems |= {ident: "without" for ident in left if ident not in bearing and ident not in problems}
            else:
                full = full_ones(session, application_ids=left, tag_id=tag_id or None)
                problems |= {ident: "full" for ident in full if ident not in problems}
                problems |= {ident: "there" for ident in bearing if ident not in problems}
        case BulkKind.HAND_OVER:
            to_id = int(str(arguments.get("owner") or 0)) or None
            problems |= {ident: "ended" for ident in left if found[ident].stage in ENDED}
            problems |= {ident: "there" for ident in left if found[ident].owner_id == to_id and ident not in problems}
        case _:
            problems |= {ident: "no_address" for ident in left if not found[ident].email}
    return problems


def carry_out(
    session: Session,
    *,
    bulk: Bulk,
    posting: Posting,
    seen: Mapping[int, Stage],
    now: datetime,
    write: Write | None,
    tell: Tell | None,
) -> Outcome:
    """Do it to a part and give what became of each; what cannot be done by now is left as it is."""
    problems = find_problems(
        session, posting=posting, kind=bulk.kind, arguments=bulk.arguments, seen=seen, actor_id=bulk.actor_id, now=now,
        hold=True,
    )  # fmt: skip
    ids = sorted(ident for ident in seen if ident not in problems)
    done = Outcome()
    if ids:
        try:
            with session.begin_nested():
                done = _done(session, bulk, ids, now, write, tell)
        except (MoveError, HandOverError) as error:  # an act of another kind came in between
            if len(seen) == 1 or error.application_id is None:
                return Outcome({}, {**problems, **dict.fromkeys(ids, error.code)})
            rest = {ident: stage for ident, stage in seen.items() if ident != error.application_id}
            other = carry_out(session, bulk=bulk, posting=posting, seen=rest, now=now, write=write, tell=tell)
            return Outcome(other.made, {**other.skipped, error.application_id: error.code}, other.called_off)
    unwritten = {ident: "no_address" for ident in ids if ident not in done.made}
    return Outcome(done.made, {**problems, **unwritten}, done.called_off)


def take_part_back(
    session: Session, *, bulk: Bulk, made: Mapping[int, int | None], now: datetime, tell: Tell | None
) -> Outcome:
    """Take a part back: ``made`` of the outcome holds those that are as before, ``skipped`` those left alone: ``changed`` or ``told``."""
    actor_id, ids = bulk.actor_id, {ident: number for ident, number in made.items() if number is not None}
    match bulk.kind:
        case BulkKind.MOVE:
            newest = select(StageMove.application_id, func.max(StageMove.id)).where(StageMove.application_id.in_(ids))
            latest = dict(session.execute(newest.group_by(StageMove.application_id)).all())
            back = _each(
                session, ids, latest, lambda some: undo_moves(session, move_ids=some, actor_id=actor_id, now=now)
            )
            called_off = bulk.arguments.get(CALLED_OFF, {})
            coming = [ident for one in sorted(back) for ident in called_off.get(str(one), ())]
            restored = restore_called_off(session, interview_ids=coming, actor_id=actor_id, now=now)
            _tell_of(session, bulk, restored, now, tell)
        case BulkKind.HAND_OVER:
            newest = select(HandOver.application_id, func.max(HandOver.id)).where(HandOver.application_id.in_(ids))
            latest = dict(session.execute(newest.group_by(HandOver.application_id)).all())
            back = _each(
                session, ids, latest, lambda some: take_back(session, hand_over_ids=some, actor_id=actor_id, now=now)
            )
        case BulkKind.TAG:
            tag_id = int(bulk.arguments["tag"])
            gone = remove_tag(session, application_ids=list(ids), tag_id=tag_id, actor_id=actor_id, now=now)
            back = {row[0] for row in gone}
        case BulkKind.UNTAG:
            tag_id, moment = int(bulk.arguments["tag"]), now.astimezone(UTC).isoformat()
            stuck: list[Stuck] = [(ident, bulk.posting_id, by, moment) for ident, by in ids.items()]
            known = session.get(Tag, tag_id) is not None
            back = set(put_back(session, tag_id=tag_id, stuck=stuck, actor_id=actor_id, now=now)) if known else set()
        case BulkKind.MAIL:
            waiting = update(Mail).where(Mail.id.in_(ids.values()), Mail.state.in_(HELD))
            recalled = waiting.values(state=MailState.RECALLED).returning(Mail.application_id)
            back = set(session.scalars(recalled, execution_options={"synchronize_session": False}))
    left = "told" if bulk.kind is BulkKind.MAIL else "changed"
    return Outcome({ident: ids.get(ident) for ident in back}, {ident: left for ident in made if ident not in back})


def _done(
    session: Session, bulk: Bulk, ids: Sequence[int], now: datetime, write: Write | None, tell: Tell | None
) -> Outcome:
    """Do it to those with whom it can be done; give what was made."""
    arguments, actor_id = bulk.arguments, bulk.actor_id
    match bulk.kind:
        case BulkKind.MOVE:
            off: dict[int, list[int]] = {}
            if arguments.get("call_off"):
                # before the move holds the audit log: whoever changes one interview holds that interview first
                off = call_off_coming(session, application_ids=ids, actor_id=actor_id, now=now)
            moves = move_many(
                session, application_ids=ids, to=Stage(arguments["to"]), actor_id=actor_id, now=now,
                reason=arguments.get("reason") or None, note=arguments.get("note") or None,
            )  # fmt: skip
            _tell_of(session, bulk, (ident for one in off.values() for ident in one), now, tell)
            return Outcome({move.application_id: move.id for move in moves}, called_off=off)
        case BulkKind.TAG:
            tag = session.get_one(Tag, int(arguments["tag"]))
            added = add_tag(session, application_ids=ids, tag=tag, actor_id=actor_id, now=now)
            return Outcome(dict.fromkeys(added, tag.id))
        case BulkKind.UNTAG:
            gone = remove_tag(session, application_ids=ids, tag_id=int(arguments["tag"]), actor_id=actor_id, now=now)
            return Outcome({ident: by for ident, _, by, _ in gone})
        case BulkKind.HAND_OVER:
            given = hand_over(
                session, applications=_objects(session, ids), to_id=int(arguments["owner"] or 0) or None,
                actor_id=actor_id, note=arguments.get("note") or None, now=now,
            )  # fmt: skip
            return Outcome({one.application_id: one.id for one in given})
        case BulkKind.MAIL:
            if write is None:
                raise ValueError("letters are written by the worker")
            written: dict[int, int | None] = {}
            for application in _objects(session, ids):
                try:
                    written[application.id] = write(session, bulk, application, now).id
                except LetterError:
                    continue
            return Outcome(written)


def _tell_of(session: Session, bulk: Bulk, interview_ids: Iterable[int], now: datetime, tell: Tell | None) -> None:
    """Tell people of interviews once the applications have moved: a candidate hears other words of one that has ended."""
    for ident in interview_ids:
        if tell is None:
            raise ValueError("whoever calls interviews off tells their people")
        tell(session, bulk, ident, now)


def _objects(session: Session, ids: Sequence[int]) -> Sequence[Application]:
    return session.scalars(select(Application).where(Application.id.in_(ids)).order_by(Application.id)).all()


def _bearing(session: Session, ids: Sequence[int], tag_id: int) -> set[int]:
    rows = select(ApplicationTag.application_id).where(
        ApplicationTag.application_id.in_(ids), ApplicationTag.tag_id == tag_id
    )
    return set(session.scalars(rows))


def _each(
    session: Session, made: Mapping[int, int], latest: Mapping[int, int], act: Callable[[Sequence[int]], object]
) -> set[int]:
    """Take back those that nobody has gone on with; one that cannot go is left out and the others tried again."""
    back = {ident for ident, number in made.items() if latest.get(ident) == number}
    while back:
        try:
            with session.begin_nested():
                act(sorted(made[ident] for ident in back))
        except (MoveError, HandOverError) as error:
            if error.application_id is None:
                return set()
            back.discard(error.application_id)
        else:
            break
    return back
