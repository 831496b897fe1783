"""The bell beside a SQLite file: where it can hang, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.extensions import Bell


@pytest.mark.parametrize("lies_there", ["nothing", "a file", "no folder"])
def test_where_no_pipe_can_be_made_a_look_comes_soon(lies_there: str, tmp_path: Path) -> None:
    database = tmp_path / ("none" if lies_there == "no folder" else "") / "made.sqlite3"
    beside = Path(f"{database}-bell")
    if lies_there == "a file":
        beside.write_bytes(b"kept")
    bell = Bell(str(database))
    bell.ring()
    bell.wait()
    if lies_there == "a file":
        assert beside.read_bytes() == b"kept"
    assert beside.is_fifo() == (lies_there == "nothing")


def test_databases_in_memory_have_no_bell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (None, ":memory:", "file:shared?mode=memory"):
        Bell(name).ring()
    assert not list(tmp_path.iterdir())
