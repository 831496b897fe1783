"""Rows that a Core statement has written, as objects of the session: what was just stored need not be read to be known."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.util import identity_key

from screening.models.base import Base

Row = TypeVar("Row", bound=Base)


def as_stored(session: Session, row: Row) -> Row:
    """Take an object, made with the primary key and values of a row of this transaction, into the session as it is.

    Columns that it was not given are read when somebody asks for them. An object that still stands for a row of the same
    number, which was rolled back, gives way.
    """
    gone = session.identity_map.get(identity_key(instance=row))
    if gone is not None:
        session.expunge(gone)
    make_transient_to_detached(row)
    session.add(row)
    return row
