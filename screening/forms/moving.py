"""What people send to move applications: which ones, as they saw them, where to, and why."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from screening.models import Stage

NOTE_LENGTH = 2000


class MoveFormError(Exception):
    """A request that no page of the product sends."""


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """``seen`` holds the stage in which each application stood on the page; ``reason`` is empty where none is needed."""

    application_ids: tuple[int, ...]
    seen: dict[int, Stage]
    to: Stage
    reason: str
    note: str


def read_move(fields: MultiDict[str, str]) -> MoveRequest:
    """Read ``ids``, ``seen`` (id:stage), ``to``, ``reason`` and ``note``; raise MoveFormError for values that pages do not offer."""
    try:
        ids = tuple(dict.fromkeys(int(value) for value in fields.getlist("ids")))
        pairs = [value.split(":", 1) for value in fields.getlist("seen")]
        seen = {int(ident): Stage(stage) for ident, stage in pairs}
        to = Stage(fields.get("to", ""))
    except ValueError as error:
        raise MoveFormError from error
    return MoveRequest(
        application_ids=ids,
        seen={ident: stage for ident, stage in seen.items() if ident in ids},
        to=to,
        reason=fields.get("reason", ""),
        note=fields.get("note", "").strip()[:NOTE_LENGTH],
    )
