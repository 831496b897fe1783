"""Files under own keys: complete, private, and never where a name points."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from screening.documents.storage import file_path, read_file, remove_file, store_file, sweep


def test_two_files_with_one_name_are_two_files(tmp_path: Path) -> None:
    first = store_file(tmp_path, b"one", original_name="简历.pdf", media_type="application/pdf")
    second = store_file(tmp_path, b"two", original_name="简历.pdf", media_type="application/pdf")
    assert (read_file(tmp_path, first.storage_key), read_file(tmp_path, second.storage_key)) == (b"one", b"two")
    assert file_path(tmp_path, first.storage_key).stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("key", ["../x", "", "A" * 32, "a" * 31, "a" * 32 + "/x"])
def test_a_name_is_no_key(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        file_path(tmp_path, key)


def test_sweep_removes_only_old_files_without_a_row(tmp_path: Path) -> None:
    named, abandoned = (store_file(tmp_path, b"x", original_name="x", media_type="text/plain") for _ in range(2))
    later = datetime.now(UTC) + timedelta(days=3)
    assert sweep(tmp_path, named={named.storage_key}, now=datetime.now(UTC)) == 0
    assert sweep(tmp_path, named={named.storage_key}, now=later) == 1
    assert read_file(tmp_path, named.storage_key) == b"x"
    remove_file(tmp_path, abandoned.storage_key)
