"""Who of many can be moved and who cannot, and why, before anybody is: by sets, in the order in which a move itself refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Stage
from screening.queries.second_looks import in_need_of_second_look, waiting_for
from screening.queries.stage_rules import Rules
from screening.services.moving import ALLOWED_MOVES, OVER, allowed_moves


def refusals(
    session: Session, *, seen: Mapping[int, Stage], to: Stage, rules: Rules, now: datetime, hold: bool = False
) -> dict[int, str]:
    """Give why applications of one posting cannot be moved by a member of staff, by id: a code of MoveError, ``there`` or ``gone``.

    ``seen`` holds the stage in which the person saw each; ``rules`` are those of the posting's stages. With ``hold``
    they are locked in the order of their ids, so that what is told holds until the transaction ends.
    """
    rows = select(
        Application.id, Application.person_id, Application.posting_id, Application.stage, Application.erased_at
    )
    rows = rows.where(Application.id.in_(seen)).order_by(Application.id)
    found = {row.id: row for row in session.execute(rows.with_for_update(of=Application) if hold else rows)}
    refused = {
        ident: why for ident in seen if (why := _by_itself(found.get(ident), seen[ident], to, rules)) is not None
    }
    left = [ident for ident in found if ident not in refused]
    if to is Stage.REJECTED:
        refused |= dict.fromkeys(in_need_of_second_look(session, left, now=now), "second_look")
    for ident in waiting_for(session, left):
        refused.setdefault(ident, "waiting")
    back = [found[ident] for ident in left if ident not in refused and found[ident].stage in OVER and to not in OVER]
    return refused | dict.fromkeys(_with_newer(session, back), "applied_again")


def _by_itself(row: Any, seen: Stage, to: Stage, rules: Rules) -> str | None:
    """Tell what its own row says against a move; ``row`` is None for one that is not there."""
    if row is None or row.erased_at is not None:
        return "gone"
    if row.stage is not seen:
        return "changed"
    if row.stage is to:
        return "there"
    if to not in ALLOWED_MOVES[row.stage]:
        return "not_allowed"
    return None if to in allowed_moves(rules, row.stage) else "not_in_use"


def _with_newer(session: Session, back: Sequence[Any]) -> Iterator[int]:
    """Give those of ended applications that would come back beside another living one of the same person to the posting."""
    if not back:
        return
    living = select(Application.person_id, Application.posting_id).where(
        Application.person_id.in_({row.person_id for row in back}), Application.stage.not_in(OVER)
    )
    live = {(person_id, posting_id) for person_id, posting_id in session.execute(living)}
    for row in back:
        if (row.person_id, row.posting_id) in live:
            yield row.id
        live.add((row.person_id, row.posting_id))
