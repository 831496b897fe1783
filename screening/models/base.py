"""What all tables share: named constraints, aware UTC times, closed choices as checked text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from operator import eq, ne
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Dialect, Enum, MetaData
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import OperatorType, in_op, not_in_op
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator

KEPT = 20_000
"""Times that a process keeps read at most: lists are asked for again and again."""
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base; every constraint gets a name that pages can map to a field."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; a naive value is refused, SQLite's naive rows come back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Store UTC; raise ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Give aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Read SQLite's text at once: a list holds a hundred times, and step by step each costs four calls."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


@lru_cache(maxsize=KEPT)
def _read_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class _Member(ColumnElement[Any]):
    """A member as it stands in a statement: no parameter, and no column either, among which a join would look for its tables."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - as SQLAlchemy declares it
        ("value", InternalTraversal.dp_string),
        ("type", InternalTraversal.dp_type),
    ]

    def __init__(self, value: str, kind: Any) -> None:
        self.value = value
        self.type = kind


@compiles(_Member)
def _compile_member(element: _Member, _compiler: SQLCompiler, **_more: Any) -> str:
    return f"'{element.value}'"


class Choice(Enum):
    """An enumeration whose members are written into the statements that compare with them.

    SQLite plans a statement anew at each execution when a parameter decides whether a partial index is of use, which took
    ten times as long as reading what was asked for (decision 043).
    """

    class Comparator(Enum.Comparator):
        """Writes members out; whatever else is compared is left alone."""

        def operate(self, op: OperatorType, *other: Any, **named: Any) -> ColumnElement[Any]:
            """Compare."""
            if op in {eq, ne} and isinstance(other[0], StrEnum):
                other = (self._written(other[0]),)
            elif op in {in_op, not_in_op} and _are_members(other[0]):
                other = ([self._written(one) for one in sorted(other[0])],)
            return super().operate(op, *other, **named)

        def _written(self, value: StrEnum) -> ColumnElement[Any]:
            return _Member(value.value, self.type)

    comparator_factory = Comparator


def _are_members(values: Any) -> bool:
    is_list = isinstance(values, (list, tuple, set, frozenset))
    return is_list and bool(values) and all(isinstance(one, StrEnum) for one in values)


def choice(kind: type[StrEnum], name: str) -> Choice:
    """Make a text column type that holds only the values of ``kind``, guarded by the CHECK constraint ``name``."""

    def values(members: type[StrEnum]) -> list[str]:
        return [member.value for member in members]

    return Choice(kind, name=name, native_enum=False, create_constraint=True, length=32, values_callable=values)


JsonObject = dict[str, Any]
JsonList = list[Any]
