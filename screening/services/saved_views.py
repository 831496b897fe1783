"""Saved views: giving a filter a name, changing and deleting it, each with a way back. Only its owner changes a view."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from screening.models import SavedView

MOST = 50
"""Views that one person may have of one posting."""
LONGEST_NAME, LONGEST_ADDRESS = 60, 1000


class ViewError(Exception):
    """A view that cannot be stored: ``code`` is name_missing, name_long, name_taken, too_many, too_long or changed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class ViewFields:
    """What can be changed of a view."""

    name: str
    address: str
    is_shared: bool


def fields_of(view: SavedView) -> ViewFields:
    """Give what a view holds now."""
    return ViewFields(view.name, view.address, view.is_shared)


def save_view(session: Session, *, posting_id: int, owner_id: int, fields: ViewFields, now: datetime) -> SavedView:
    """Keep a filter under a new name."""
    clean = _checked(session, fields, posting_id, owner_id, but=None)
    count = select(func.count()).where(SavedView.posting_id == posting_id, SavedView.owner_id == owner_id)
    if (session.scalar(count) or 0) >= MOST:
        raise ViewError("too_many")
    view = SavedView(posting_id=posting_id, owner_id=owner_id, created_at=now, **asdict(clean))
    session.add(view)
    _flush(session)
    return view


def change_view(session: Session, *, view: SavedView, fields: ViewFields) -> None:
    """Rename, share or overwrite a view."""
    clean = _checked(session, fields, view.posting_id, view.owner_id, but=view.id)
    view.name, view.address, view.is_shared = clean.name, clean.address, clean.is_shared
    _flush(session)


def delete_view(session: Session, *, view: SavedView) -> None:
    """Delete a view."""
    session.delete(view)
    session.flush()


def own_view(session: Session, *, view_id: int, posting_id: int, owner_id: int) -> SavedView | None:
    """Give a view of the posting that belongs to this person; None for everything else."""
    return session.scalar(
        select(SavedView).where(
            SavedView.id == view_id, SavedView.posting_id == posting_id, SavedView.owner_id == owner_id
        )
    )


def restore_view(
    session: Session,
    *,
    view_id: int,
    posting_id: int,
    owner_id: int,
    before: ViewFields | None,
    after: ViewFields | None,
    now: datetime,
) -> None:
    """Make a view what it was ``before`` an act that left ``after`` (None: there was none); ViewError ``changed`` when it is not that any more."""
    view = own_view(session, view_id=view_id, posting_id=posting_id, owner_id=owner_id)
    if (fields_of(view) if view else None) != after:
        raise ViewError("changed")
    if view is None and before is not None:
        save_view(session, posting_id=posting_id, owner_id=owner_id, fields=before, now=now)
    elif view is not None and before is None:
        delete_view(session, view=view)
    elif view is not None and before is not None:
        change_view(session, view=view, fields=before)


def written(fields: ViewFields | None) -> str:
    """Write the fields as an undo step keeps them, empty for none."""
    return "" if fields is None else json.dumps(asdict(fields))


def read_fields(text: str) -> ViewFields | None:
    """Read what ``written`` wrote."""
    return ViewFields(**json.loads(text)) if text else None


def _checked(session: Session, fields: ViewFields, posting_id: int, owner_id: int, *, but: int | None) -> ViewFields:
    name = " ".join(fields.name.split())
    if not name:
        raise ViewError("name_missing")
    if len(name) > LONGEST_NAME:
        raise ViewError("name_long")
    if len(fields.address) > LONGEST_ADDRESS:
        raise ViewError("too_long")
    same = select(SavedView.id).where(
        SavedView.posting_id == posting_id, SavedView.owner_id == owner_id, SavedView.name == name
    )
    if but is not None:
        same = same.where(SavedView.id != but)
    if session.scalar(same.limit(1)) is not None:
        raise ViewError("name_taken")
    return ViewFields(name, fields.address, fields.is_shared)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:  # the same name was saved in this very moment
        raise ViewError("name_taken") from error
