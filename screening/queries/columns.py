"""Columns read past the ORM, which would look through each row for objects: a third of what a list of a page costs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session


def read_columns(session: Session, statement: Executable, values: dict[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Execute a select of columns alone in the session's transaction, after what waits in the session was written."""
    session.flush()
    return session.connection().execute(statement, values)
