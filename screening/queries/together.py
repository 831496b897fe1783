"""Several small lists in one query: each select becomes one JSON value, and its rows come back as the types of their columns."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Dialect, Select, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from screening.models.base import UtcDateTime
from screening.models.prepared import Prepared

Convert = Callable[[Any], Any]


class _Row(FunctionElement[Any]):
    """The values of one row as a JSON array."""

    name = "row"
    type = JSON()
    inherit_cache = True


class _Rows(FunctionElement[Any]):
    """All rows as one JSON array, in the order in which the select gives them."""

    name = "rows"
    type = JSON()
    inherit_cache = True


@compiles(_Row, "sqlite")
def _sqlite_row(element: _Row, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **more)})"


@compiles(_Row, "postgresql")
def _postgresql_row(element: _Row, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **more)})"


@compiles(_Rows, "sqlite")
def _sqlite_rows(element: _Rows, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **more)})"


@compiles(_Rows, "postgresql")
def _postgresql_rows(element: _Rows, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_agg({compiler.process(element.clauses, **more)})"


class Together:
    """Selects of columns that one query answers; made once, with bound parameters, and read as often as needed.

    A page of one application needs a dozen lists with few rows each, and what a query costs is mostly the asking. Rows
    are named tuples; columns need distinct names. For lists that a page bounds: their JSON is held whole.
    """

    def __init__(self, **lists: Select[*tuple[Any, ...]]) -> None:
        """Make the statement; the names of ``lists`` are those of what ``read`` gives."""
        parts = {name: rows.subquery(name) for name, rows in lists.items()}
        self._statement = Prepared(
            select(
                *(
                    select(_Rows(_Row(*part.c))).select_from(part).scalar_subquery().label(name)
                    for name, part in parts.items()
                )
            )
        )
        self._shapes = {name: _shape(part.c.keys()) for name, part in parts.items()}
        self._types = {name: [column.type for column in part.c] for name, part in parts.items()}
        self._converts: dict[str, dict[str, list[tuple[int, Convert]]]] = {}

    def read(self, session: Session, **values: Any) -> dict[str, list[Any]]:
        """Ask for all lists; ``values`` are those of the bound parameters."""
        dialect = session.get_bind().dialect
        converts = self._converts.get(dialect.name) or self._converts.setdefault(dialect.name, self._made_for(dialect))
        (found,) = self._statement.read(session, values)
        return {
            name: [shape(_converted(row, converts[name])) for row in rows or ()]
            for (name, shape), rows in zip(self._shapes.items(), found, strict=True)
        }

    def _made_for(self, dialect: Dialect) -> dict[str, list[tuple[int, Convert]]]:
        made: dict[str, list[tuple[int, Convert]]] = {}
        for name, types in self._types.items():
            known = ((place, _convert(kind, dialect)) for place, kind in enumerate(types))
            made[name] = [(place, convert) for place, convert in known if convert is not None]
        return made


def _shape(names: list[str]) -> Callable[[list[Any]], Any]:
    make: Any = namedtuple  # noqa: PYI024 - the fields are known only here
    shape: Callable[[list[Any]], Any] = make("Row", names)._make
    return shape


def _converted(row: list[Any], converts: list[tuple[int, Convert]]) -> list[Any]:
    for place, convert in converts:
        if row[place] is not None:
            row[place] = convert(row[place])
    return row


def _convert(kind: Any, dialect: Dialect) -> Convert | None:
    """Give what makes a column's value of what JSON holds, None where they are the same."""
    if isinstance(kind, UtcDateTime):
        return _moment
    if isinstance(kind, JSON):
        return _document if dialect.name == "sqlite" else None
    made: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return made


def _document(value: Any) -> Any:
    """Read a JSON column: SQLite hands it over as the text that it holds, or in place where it comes out of a JSON function."""
    return json.loads(value) if isinstance(value, str) else value


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
