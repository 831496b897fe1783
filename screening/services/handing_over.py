"""Handing applications over: one owner, from whom it came, a word with it, and a way back by a hand-over of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from screening.audit import record_many
from screening.models import Application, HandOver, PostingMember, Role, User
from screening.services.moving import ENDED

NOTE_LENGTH = 500
RECRUITING = (Role.RECRUITER, Role.HIRING_MANAGER)


class HandOverError(Exception):
    """A hand-over that is not possible: ``code`` is no_right (nobody of the posting), ended, same or changed."""

    def __init__(self, code: str, application_id: int | None = None) -> None:
        self.code = code
        self.application_id = application_id
        super().__init__(f"application {application_id}: {code}")


def hand_over(
    session: Session,
    *,
    applications: Sequence[Application],
    to_id: int | None,
    actor_id: int,
    note: str | None,
    now: datetime,
) -> list[HandOver]:
    """Give applications to a colleague, or with None back to the owner of their posting; all of them or none.

    What that person has already is left as it is and gives no hand-over. Raise HandOverError ``no_right`` for somebody
    without a right on one of the postings, ``ended`` for an application that does not go on.
    """
    held = _hold(session, [application.id for application in applications])
    for one in held:
        if one.stage in ENDED:
            raise HandOverError("ended", one.id)
    if to_id is not None:
        allowed = postings_open_to(session, to_id, {one.posting_id for one in held})
        for one in held:
            if one.posting_id not in allowed:
                raise HandOverError("no_right", one.id)
    moved = [(one.id, one.owner_id, to_id) for one in held if one.owner_id != to_id]
    return _give(session, moved, actor_id=actor_id, note=note, now=now)


def take_back(session: Session, *, hand_over_ids: Sequence[int], actor_id: int, now: datetime) -> list[HandOver]:
    """Give applications back to who had them before; raise HandOverError ``changed`` when one has gone on to somebody else."""
    done = list(session.scalars(select(HandOver).where(HandOver.id.in_(hand_over_ids)).order_by(HandOver.id)))
    owners = {one.id: one.owner_id for one in _hold(session, [each.application_id for each in done])}
    later = select(HandOver.application_id).where(
        HandOver.application_id.in_(owners), HandOver.id > max(hand_over_ids, default=0)
    )
    changed = set(session.scalars(later))
    for each in done:
        if each.application_id in changed or owners.get(each.application_id) != each.to_id:
            raise HandOverError("changed", each.application_id)
    back = [(each.application_id, each.to_id, each.from_id) for each in done]
    return _give(session, back, actor_id=actor_id, note=None, now=now)


def postings_open_to(session: Session, user_id: int, posting_ids: Collection[int]) -> Collection[int]:
    """Tell on which of these postings somebody may act: an admin on all, who recruits on those with a right, nobody who has left."""
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        return ()
    if user.role is Role.ADMIN:
        return posting_ids
    if user.role not in RECRUITING:
        return ()
    mine = select(PostingMember.posting_id).where(
        PostingMember.user_id == user_id, PostingMember.posting_id.in_(posting_ids)
    )
    return set(session.scalars(mine))


def _give(
    session: Session,
    moved: Sequence[tuple[int, int | None, int | None]],
    *,
    actor_id: int,
    note: str | None,
    now: datetime,
) -> list[HandOver]:
    """Write hand-overs of (application, from, to), by sets."""
    if not moved:
        return []
    by_owner: dict[int | None, list[int]] = {}
    for application_id, _, to in moved:
        by_owner.setdefault(to, []).append(application_id)
    for to, ids in by_owner.items():
        session.execute(
            update(Application).where(Application.id.in_(ids)).values(owner_id=to),
            execution_options={"synchronize_session": False},
        )
    for application_id, _, to in moved:
        known = session.identity_map.get(identity_key(Application, application_id))
        if known is not None:
            set_committed_value(known, "owner_id", to)
    words = note.strip()[:NOTE_LENGTH] if note else ""
    rows = [
        {
            "application_id": application_id,
            "from_id": from_id,
            "to_id": to,
            "actor_id": actor_id,
            "note": words or None,
            "at": now,
        }
        for application_id, from_id, to in moved
    ]
    made = sorted(session.scalars(insert(HandOver).returning(HandOver), rows), key=lambda one: one.id)
    record_many(
        session,
        act="application.hand_over",
        actor_id=actor_id,
        subject_type="application",
        now=now,
        entries=[
            (one.application_id, {"hand_over": one.id, "from_user": one.from_id, "to_user": one.to_id}) for one in made
        ],
    )
    return made


def _hold(session: Session, application_ids: Sequence[int]) -> Sequence[Application]:
    """Hold the applications, in the order of their ids as everybody does, and read them anew."""
    session.flush()
    rows = select(Application).where(Application.id.in_(application_ids)).order_by(Application.id)
    return session.scalars(rows.with_for_update(of=Application), execution_options={"populate_existing": True}).all()
