"""Every constraint has a name, so that a page can say which field broke it and a migration can drop it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from screening.models import Base

CONSTRAINT = re.compile(r"(?P<name>CONSTRAINT \S+ )?(?P<kind>PRIMARY KEY \(|FOREIGN KEY|UNIQUE \(|CHECK \()")
TABLES = sorted(Base.metadata.tables)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_every_constraint_is_named(table, dialect):
    ddl = str(CreateTable(Base.metadata.tables[table]).compile(dialect=dialect))
    found = list(CONSTRAINT.finditer(ddl))
    assert found, ddl
    assert [match["kind"] for match in found if not match["name"]] == [], ddl


def test_every_index_is_named():
    assert [index for table in Base.metadata.tables.values() for index in table.indexes if not index.name] == []
