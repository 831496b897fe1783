"""Statements that are compiled once: what every submission executes two dozen times costs a fifth so, and what every page asks half.

SQLAlchemy looks a statement's text up anew at each execution, and the session around it looks for objects in it; on SQLite that
takes ten times as long as the database does, while every other writer waits (decision 040). Here the text is kept for each
dialect and handed to the driver; values are written and read by their columns' types as ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CursorResult, Dialect
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import Executable

PARAMETER = re.compile(r"%\((\w+)\)s")
"""A parameter by its name, as psycopg's statements write it."""
Values = Mapping[str, Any]
Process = Callable[[Any], Any]
Reads = list[tuple[int, Process]]


@dataclass(slots=True)
class _Ready:
    """A statement's text, the names of its parameters in the driver's order with what writes each, and the values that it brings itself.

    ``reads`` is what makes of each column's value what its type says, by place; known once the driver has told what it gives.
    """

    text: str
    names: tuple[tuple[str, Process | None], ...]
    fixed: Values
    is_positional: bool
    reads: Reads | None = None

    def bind(self, values: Values) -> Any:
        """Give the parameters as the driver takes them; raise KeyError for one that is missing."""
        bound = [
            (name, process(value) if process is not None else value)
            for name, process in self.names
            for value in (values[name] if name in values else self.fixed[name],)
        ]
        return tuple([value for _, value in bound]) if self.is_positional else dict(bound)


class Prepared:
    """A Core statement, or what makes it for a dialect's name, that is compiled once for each dialect.

    A parameter that is asked for each time stands for one value. An insert of a ``row`` writes the columns whose
    names are given, and a column's default where that is a plain value.
    """

    def __init__(self, statement: Executable | Callable[[str], Executable], *, row: bool = False) -> None:
        self._is_row = row
        self._make: Callable[[str], Any] = statement if not isinstance(statement, Executable) else lambda _: statement
        self._ready: dict[tuple[str, ...], _Ready] = {}

    def execute(self, session: Session, values: Values | Sequence[Values]) -> CursorResult[Any]:
        """Execute it once, or once for each of several values, in the session's transaction.

        What it reads comes as the driver gives it: for numbers and texts alone.
        """
        several = isinstance(values, Sequence)
        first: Values = values[0] if several else values  # type: ignore[index, assignment]
        connection = session.connection()
        ready = self._made_for(connection.dialect, first)
        return connection.exec_driver_sql(
            ready.text,
            [ready.bind(one) for one in values] if several else ready.bind(first),  # type: ignore[arg-type]
        )

    def scalar(self, session: Session, values: Values) -> Any:
        """Give the first value of the first row, None where there is no row."""
        return self.execute(session, values).scalar()

    def read(self, session: Session, values: Values) -> list[tuple[Any, ...]]:
        """Read all rows of a select, after what waits in the session was written; values are of their columns' types."""
        session.flush()
        connection = session.connection()
        ready = self._made_for(connection.dialect, values)
        result = connection.exec_driver_sql(ready.text, ready.bind(values))
        cursor: Any = result.cursor  # without a row of SQLAlchemy's around each of the driver's
        if ready.reads is None:
            given = [column[1] for column in cursor.description]
            ready.reads = _reads(self._make(connection.dialect.name), connection.dialect, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        result.close()
        if not rows or not ready.reads:
            return rows
        columns: list[Any] = [*zip(*rows, strict=True)]
        for place, process in ready.reads:
            columns[place] = map(process, columns[place])
        return [*zip(*columns, strict=True)]

    def _made_for(self, dialect: Dialect, values: Values) -> _Ready:
        kind = (dialect.name, *values) if self._is_row else (dialect.name,)
        ready = self._ready.get(kind)
        if ready is None:
            ready = self._ready[kind] = _prepare(self._make(kind[0]), dialect, kind[1:] if self._is_row else None)
        return ready


def upsert(table: Any, dialect: str) -> Any:
    """Begin an insert that may meet a row that is there, in the words of a dialect."""
    return (postgresql_insert if dialect == "postgresql" else sqlite_insert)(table)


def _prepare(statement: Any, dialect: Dialect, given: tuple[str, ...] | None) -> _Ready:
    columns = None if given is None else [name for name in given if name in statement.table.c]
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
    asked: dict[str, Any] = {name: None for name, bind in compiled.binds.items() if bind.required}
    whole = compiled.construct_expanded_state(asked)
    fixed = {name: value for name, value in whole.parameters.items() if name not in asked}
    for column in compiled.insert_prefetch if columns is not None else ():
        default: Any = column.default
        if not default.is_scalar:
            raise TypeError(f"a prepared insert is given what has to be worked out: {column}")
        fixed[column.key] = default.arg
    writes = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    writes |= whole.processors
    text = whole.statement
    if columns is None and dialect.name == "postgresql":
        text, fixed = _written_out(text, fixed, compiled, whole.parameter_expansion)
    return _Ready(
        text=text,
        names=tuple((name, writes.get(name)) for name in whole.positiontup or (*asked, *fixed)),
        fixed=fixed,
        is_positional=whole.positiontup is not None,
    )


def _written_out(
    text: str, fixed: Values, compiled: SQLCompiler, expansion: Mapping[str, Sequence[str]]
) -> tuple[str, dict[str, Any]]:
    """Write a statement's own values into its text; give those that are left.

    PostgreSQL keeps one plan for all values only where it seems no worse than one for these. Of a limit or a state that
    is a parameter it must think the worst, and so it would plan anew each time. Texts, whole numbers, yes and no, and
    times are written out; the rest stays, since not every literal keeps its type.
    """
    types = {name: bind.type for name, bind in compiled.binds.items()}
    types |= {one: types[name] for name, several in expansion.items() for one in several}
    written = {}
    for name, value in fixed.items():
        write = types[name].dialect_impl(compiled.dialect).literal_processor(compiled.dialect)
        if write is not None and isinstance(value, (str, int, date)):
            written[name] = write(value)
    text = PARAMETER.sub(lambda found: written.get(found[1], found[0]), text)
    return text, {name: value for name, value in fixed.items() if name not in written}


def _reads(statement: Any, dialect: Dialect, given: Sequence[Any]) -> Reads:
    processes = (
        column.type.dialect_impl(dialect).result_processor(dialect, code)
        for column, code in zip(statement.selected_columns, given, strict=True)
    )
    return [(place, process) for place, process in enumerate(processes) if process is not None]
