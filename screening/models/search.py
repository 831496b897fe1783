"""What is looked up by words: the index of the search, made anew by ``screening reindex``, and beside it the one of verdicts.

The column ``words`` holds what ``screening.documents.words`` makes, or ``queries.standing.verdict_words``: on PostgreSQL a
``tsvector`` under a GIN index, on SQLite a text with an FTS5 table over it, which triggers keep in step. Statements that only one
of the two understands are listed here, for the models' tables and for the migration alike. The indexes take no changes on
credit (``fastupdate``): every search would go through them one by one.
"""

from __future__ import annotations

from sqlalchemy import DDL, ForeignKey, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base

ON_SQLITE = {"search_document": "search_index", "verdict_document": "verdict_index"}
"""SQLite's FTS5 table over each table of words."""


class SearchDocument(Base):
    """The words by which one application is found."""

    __tablename__ = "search_document"

    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


class VerdictDocument(Base):
    """The verdicts by which one application is found: what ``Application.verdicts`` holds, as words; without a result there is none."""

    __tablename__ = "verdict_document"

    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


DOCUMENTS = Base.metadata.tables[SearchDocument.__tablename__]
VERDICTS = Base.metadata.tables[VerdictDocument.__tablename__]


def gin_index(table: str) -> str:
    """Name PostgreSQL's index over a table's words."""
    return f"ix_{table}_words"


def _made(table: str, *, only_words: bool = False) -> dict[str, tuple[str, ...]]:
    """Give what makes the index over a table's words; ``only_words`` keeps no places of them, where no row of words is looked for."""
    index, detail = ON_SQLITE[table], ", detail=none" if only_words else ""
    add = f"INSERT INTO {index}(rowid, words) VALUES (new.application_id, new.words);"  # noqa: S608 - names of our own tables
    remove = f"INSERT INTO {index}({index}, rowid, words) VALUES ('delete', old.application_id, old.words);"  # noqa: S608 - as above
    return {
        "postgresql": (f"CREATE INDEX {gin_index(table)} ON {table} USING gin (words) WITH (fastupdate = off)",),
        "sqlite": (
            f"""CREATE VIRTUAL TABLE {index} USING fts5(
            words, content='{table}', content_rowid='application_id', tokenize="ascii tokenchars '_'", columnsize=0{detail}
        )""",
            f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {add} END",
            f"CREATE TRIGGER {table}_removed AFTER DELETE ON {table} BEGIN {remove} END",
            f"CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} BEGIN {remove} {add} END",
        ),
    }


MAKE_INDEX = {
    "search_document": _made("search_document"),
    "verdict_document": _made("verdict_document", only_words=True),
}
"""By table and dialect."""
DROP_INDEX = {table: {"postgresql": (), "sqlite": (f"DROP TABLE {index}",)} for table, index in ON_SQLITE.items()}
"""PostgreSQL's indexes and SQLite's triggers go with their tables."""

for documents in (DOCUMENTS, VERDICTS):
    for dialect, statements in MAKE_INDEX[documents.name].items():
        for statement in statements:
            made: DDL = DDL(statement)  # type: ignore[no-untyped-call] # SQLAlchemy's own is untyped
            event.listen(documents, "after_create", made.execute_if(dialect=dialect))
    for statement in DROP_INDEX[documents.name]["sqlite"]:
        gone: DDL = DDL(statement)  # type: ignore[no-untyped-call] # as above
        event.listen(documents, "before_drop", gone.execute_if(dialect="sqlite"))


def is_of_models(name: str | None, kind: str) -> bool:
    """Tell whether a table or an index found in a database is one that the models describe, and not a part of these indexes."""
    found = name or ""
    if kind == "table":
        return not any(found == index or found.startswith(f"{index}_") for index in ON_SQLITE.values())
    return found not in {gin_index(table) for table in ON_SQLITE}
