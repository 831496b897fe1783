"""The index of the search: the words of each application, kept by the worker, made anew by ``screening reindex``.

The column ``words`` holds what ``screening.documents.words`` makes: on PostgreSQL a ``tsvector`` with places under a GIN
index, on SQLite a text with the FTS5 table ``search_index`` over it, which triggers keep in step. Statements that only one
of the two understands are listed here, for the models' tables and for the migration alike. The index takes no changes on
credit (``fastupdate``): every search would go through them one by one.
"""

from __future__ import annotations

from sqlalchemy import DDL, ForeignKey, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base

SQLITE_INDEX = "search_index"
GIN_INDEX = "ix_search_document_words"


class SearchDocument(Base):
    """The words by which one application is found."""

    __tablename__ = "search_document"

    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


DOCUMENTS = Base.metadata.tables[SearchDocument.__tablename__]
ADD = "INSERT INTO search_index(rowid, words) VALUES (new.application_id, new.words);"
REMOVE = "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.application_id, old.words);"
MAKE_INDEX = {
    "postgresql": (f"CREATE INDEX {GIN_INDEX} ON search_document USING gin (words) WITH (fastupdate = off)",),
    "sqlite": (
        """CREATE VIRTUAL TABLE search_index USING fts5(
            words, content='search_document', content_rowid='application_id', tokenize="ascii tokenchars '_'", columnsize=0
        )""",
        f"CREATE TRIGGER search_document_added AFTER INSERT ON search_document BEGIN {ADD} END",
        f"CREATE TRIGGER search_document_removed AFTER DELETE ON search_document BEGIN {REMOVE} END",
        f"CREATE TRIGGER search_document_changed AFTER UPDATE ON search_document BEGIN {REMOVE} {ADD} END",
    ),
}
DROP_INDEX: dict[str, tuple[str, ...]] = {"postgresql": (), "sqlite": (f"DROP TABLE {SQLITE_INDEX}",)}
"""PostgreSQL's index and SQLite's triggers go with ``search_document``."""

for dialect, statements in MAKE_INDEX.items():
    for statement in statements:
        made: DDL = DDL(statement)  # type: ignore[no-untyped-call] # SQLAlchemy's own is untyped
        event.listen(DOCUMENTS, "after_create", made.execute_if(dialect=dialect))
for statement in DROP_INDEX["sqlite"]:
    gone: DDL = DDL(statement)  # type: ignore[no-untyped-call] # as above
    event.listen(DOCUMENTS, "before_drop", gone.execute_if(dialect="sqlite"))


def is_of_models(name: str | None, kind: str) -> bool:
    """Tell whether a table or an index found in a database is one that the models describe, and not a part of this index."""
    if kind == "table":
        return name != SQLITE_INDEX and not (name or "").startswith(f"{SQLITE_INDEX}_")
    return name != GIN_INDEX
