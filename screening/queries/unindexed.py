"""A column that no index may be chosen for: what is ordered or bounded by it is taken from the index that the rest of the query names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Unindexed(FunctionElement[Any]):
    """The same value as its one argument, a time or a number."""

    name = "unindexed"
    inherit_cache = True


@compiles(_Unindexed, "sqlite")
def _sqlite(element: _Unindexed, compiler: SQLCompiler, **more: Any) -> str:
    return f"+{compiler.process(element.clauses, **more)}"  # a sign that SQLite documents for this


@compiles(_Unindexed, "postgresql")
def _postgresql(element: _Unindexed, compiler: SQLCompiler, **more: Any) -> str:
    value = compiler.process(element.clauses, **more)
    # by numbers PostgreSQL chooses as it should, from its counts
    return value if isinstance(element.type, Integer) else f"({value} + interval '0')"


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give a column of times, or on SQLite one of numbers, as an expression with the same value that no index is chosen for."""
    made = _Unindexed(column)
    made.type = column.type
    return made
