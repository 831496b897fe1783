"""Columns read past the ORM, which would look through each row for objects: a third of what a list of a page costs."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Dialect,
    Executable,
    Integer,
    Text,
    bindparam,
    inspect,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from screening.models import Base
from screening.models.prepared import Prepared
from screening.models.written import as_stored

Row = TypeVar("Row", bound=Base)
_by_number: dict[type, tuple[list[str], Prepared]] = {}
"""For each kind of object the names of its columns and the statement that reads them."""


def read_columns(session: Session, statement: Executable, values: dict[str, Any]) -> list[Any]:
    """Execute a select of columns alone in the session's transaction, after what waits in the session was written.

    For a statement that is made anew each time; one that is kept is ``Prepared``. PostgreSQL plans it for its values: one
    plan for all would be bad for a filter by what nobody has, or for one by what everybody has.
    """
    session.flush()
    rows = session.connection().execute(statement, values, execution_options={"plans_anew": True})
    return [*rows.all()]


def read_entity(session: Session, kind: type[Row], ident: int) -> Row | None:
    """Read an object by its number as ``Session.get`` does, in a quarter of the time: most pages begin with one."""
    known = session.identity_map.get(identity_key(kind, ident))
    if known is not None:
        return known
    if kind not in _by_number:
        columns = inspect(kind).column_attrs
        by_number = select(*(column.columns[0] for column in columns)).where(
            inspect(kind).primary_key[0] == bindparam("id")
        )
        _by_number[kind] = [column.key for column in columns], Prepared(by_number)
    names, statement = _by_number[kind]
    rows = statement.read(session, {"id": ident})
    return as_stored(session, kind(**dict(zip(names, rows[0], strict=True)))) if rows else None


class Numbers(TypeDecorator[Collection[int]]):
    """Any number of numbers as one parameter, so that a statement's text does not depend on how many there are."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give an array where there are arrays, else JSON."""
        return dialect.type_descriptor(ARRAY(Integer) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        """Write them; None is nobody."""
        numbers = [*(value or ())]
        return numbers if dialect.name == "postgresql" else json.dumps(numbers)


class _Among(FunctionElement[bool]):
    """Whether the first argument is one of the numbers that the second holds."""

    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Stand as it is: with "= 1" behind it SQLite would use no index."""
        return self


@compiles(_Among, "sqlite")
def _sqlite_among(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = element.clauses
    held = f"(SELECT value FROM json_each({compiler.process(numbers, **more)}))"  # noqa: S608 - a compiled parameter
    return f"{compiler.process(column, **more)} IN {held}"


@compiles(_Among, "postgresql")
def _postgresql_among(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = element.clauses
    return f"{compiler.process(column, **more)} = ANY ({compiler.process(numbers, **more)})"


def among(column: ColumnElement[Any] | InstrumentedAttribute[Any], which: str | Collection[int]) -> ColumnElement[bool]:
    """Give the condition that a column holds one of these numbers, or of those that a statement is asked with under this name."""
    numbers = bindparam(which, type_=Numbers()) if isinstance(which, str) else literal(which, Numbers())
    return _Among(column, numbers)
