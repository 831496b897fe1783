"""Who must act on an application: by the rule of its stage, and by who is there to act.

A panel acts while somebody of it owes a scorecard, hiring managers where the posting has some; else it is the owner's turn:
the application's own, else the posting's, and where there is none, all who recruit for the posting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import BindParameter, CompoundSelect, Select, String, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from screening.models import Interview, Panelist, Posting, PostingMember, Responsible, Role, Stage, User
from screening.queries.blindness import is_open
from screening.queries.stage_rules import LANES, Rules


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whom an application waits for: what they are to it, and their names by id; an owner without a name is everybody who recruits."""

    kind: Responsible
    people: Mapping[int, str] = field(default_factory=dict)


Asked = tuple[int, Stage, int | None]
"""An application's id, its stage and its own owner."""


def who_must_act(
    session: Session, *, posting: Posting, rules: Rules, applications: Sequence[Asked], reader_id: int
) -> dict[int, Waiting]:
    """Tell by application whom it waits for, in one query for a page of one posting; nobody waits for one that has ended.

    Who of a panel still owes tells who has submitted: a reader who owes an evaluation themselves is told of themselves alone.
    """
    live = [one for one in applications if one[1] in LANES]
    if not live:
        return {}
    owners = {owner for _, _, owner in live} | {posting.owner_id}
    with_panel = [ident for ident, stage, _ in live if rules[stage].responsible is Responsible.PANEL]
    asks_managers = any(rules[stage].responsible is Responsible.HIRING_MANAGER for _, stage, _ in live)
    rows = _people(asks_managers=asks_managers, asks_panel=bool(with_panel))
    asked = {"owners": [one for one in owners if one is not None], "posting": posting.id, "with_panel": with_panel}
    names: dict[str, dict[int, dict[int, str]]] = {}
    for kind, ident, user_id, name in session.execute(rows, asked):
        names.setdefault(kind, {}).setdefault(ident, {})[user_id] = name
    own = names.get("owner", {}).get(0, {})
    managers = names.get("manager", {}).get(0, {})
    owing = {
        ident: {reader_id: panel[reader_id]} if reader_id in panel else panel
        for ident, panel in names.get("panel", {}).items()
    }
    return {
        ident: _waiting(
            rules[stage].responsible,
            owner if owner in own else posting.owner_id,  # who has left owns nothing any more
            own,
            managers,
            owing.get(ident, {}),
        )
        for ident, stage, owner in live
    }


def _waiting(
    rule: Responsible,
    owner_id: int | None,
    owners: Mapping[int, str],
    managers: Mapping[int, str],
    owing: Mapping[int, str],
) -> Waiting:
    match rule:
        case Responsible.CANDIDATE:
            return Waiting(rule)
        case Responsible.PANEL if owing:
            return Waiting(rule, owing)
        case Responsible.HIRING_MANAGER if managers:
            return Waiting(rule, managers)
        case _:
            name = owners.get(owner_id) if owner_id is not None else None
            return Waiting(Responsible.OWNER, {owner_id: name} if owner_id is not None and name is not None else {})


@cache
def _people(*, asks_managers: bool, asks_panel: bool) -> CompoundSelect[str, int, int, str]:
    """Make a statement once for each kind of page."""
    parts = [_owners()]
    if asks_managers:
        parts.append(_managers())
    if asks_panel:
        parts.append(_owing())
    return union_all(*parts)


def _owners() -> Select[str, int, int, str]:
    ids: BindParameter[Sequence[int]] = bindparam("owners", expanding=True)
    return select(literal("owner", String), literal(0), User.id, User.name).where(User.id.in_(ids), User.is_active)


def _managers() -> Select[str, int, int, str]:
    return (
        select(literal("manager", String), literal(0), User.id, User.name)
        .join(PostingMember, PostingMember.user_id == User.id)
        .where(PostingMember.posting_id == bindparam("posting"), User.role == Role.HIRING_MANAGER, User.is_active)
    )


def _owing() -> Select[str, int, int, str]:
    ids: BindParameter[Sequence[int]] = bindparam("with_panel", expanding=True)
    return (
        select(literal("panel", String), Interview.application_id, User.id, User.name)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .join(User, User.id == Panelist.user_id)
        .where(Interview.application_id.in_(ids), is_open())
    )
