"""Empty databases for the benches, of the kind that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import databases
from tests.real.postgresql import start_postgresql


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database with all tables: "sqlite" in ``folder``, or "postgresql" on a server that ends with the block."""
    if kind == "sqlite":
        yield databases.copy_sqlite(databases.make_sqlite_template(folder / "template.sqlite3"), folder / "instance")
        return
    server = start_postgresql()
    try:
        url = databases.make_postgresql_database(server, "bench")
        engine = databases.open_engine(url)
        databases.make_tables(engine)
        engine.dispose()
        yield url
    finally:
        server.close()
