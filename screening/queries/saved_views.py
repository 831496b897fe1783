"""The views of a posting's pipeline that somebody gave a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import Session

from screening.models import SavedView, User

SHOWN = 100
"""Views that a page lists; somebody's own come first."""


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One view: ``address`` is its query string; ``owner`` is named for a view of somebody else."""

    id: int
    name: str
    address: str
    is_shared: bool
    is_own: bool
    owner: str


def views_of(session: Session, *, posting_id: int, reader_id: int) -> tuple[ViewRow, ...]:
    """Read the reader's own views and those that others share, each by name, in one query."""
    rows = session.execute(view_rows(literal(posting_id), literal(reader_id)))
    return tuple(
        ViewRow(ident, name, address, is_shared, owner_id == reader_id, owner)
        for ident, name, address, is_shared, owner_id, owner in rows
    )


def view_rows(posting_id: ColumnElement[int], reader_id: ColumnElement[int]) -> Select[Any, *tuple[Any, ...]]:
    """Select the same."""
    owner: ColumnElement[str] = User.name.label("owner")
    return (
        select(SavedView.id, SavedView.name, SavedView.address, SavedView.is_shared, SavedView.owner_id, owner)
        .join(User, User.id == SavedView.owner_id)
        .where(SavedView.posting_id == posting_id, or_(SavedView.owner_id == reader_id, SavedView.is_shared))
        .order_by(SavedView.owner_id != reader_id, func.lower(SavedView.name), SavedView.id)
        .limit(SHOWN)
    )
