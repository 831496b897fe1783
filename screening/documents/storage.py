"""Candidates' files on disk: each under a random key in the uploads folder, never under a name that somebody sent.

A file is complete on disk before the row that names it is committed: written beside, flushed, renamed, its folder
flushed. A crash in between leaves a file that nobody names, which ``sweep`` removes later.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in the uploads folder; ``original_name`` is for showing, ``size`` in bytes, ``field`` the form field that it answers."""

    storage_key: str
    original_name: str
    media_type: str
    size: int
    sha256: str
    field: str = "resume"

    def row(self) -> dict[str, Any]:
        """Give the columns that a file's row takes from it; to which field it belongs is the row's own to say."""
        return {name: value for name, value in asdict(self).items() if name != "field"}


def store_file(folder: Path, content: bytes, *, original_name: str, media_type: str) -> StoredFile:
    """Write the content under a new key and give what a row needs; OSError when the disk refuses."""
    key = secrets.token_hex(16)
    target = file_path(folder, key)
    draft = target.with_suffix(".part")
    with os.fdopen(_create(draft), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    _flush_folder(target.parent)
    return StoredFile(
        storage_key=key,
        original_name=original_name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def file_path(folder: Path, key: str) -> Path:
    """Give the place of a key; ValueError for anything that is no key, so that no name can leave the folder."""
    if not KEY.fullmatch(key):
        raise ValueError("not a storage key")
    return folder / key[:2] / key


def read_file(folder: Path, key: str) -> bytes:
    """Read a stored file; FileNotFoundError when it is gone."""
    return file_path(folder, key).read_bytes()


def remove_file(folder: Path, key: str) -> None:
    """Remove a stored file; one that is gone already is fine."""
    file_path(folder, key).unlink(missing_ok=True)


def sweep(folder: Path, *, named: Collection[str], now: datetime, older_than: timedelta = timedelta(days=2)) -> int:
    """Remove files that no row names and that are older than a form can be open; tell how many."""
    limit = (now - older_than).timestamp()
    abandoned = [
        path for path in sorted(folder.glob("??/*")) if path.name not in named and path.stat().st_mtime < limit
    ]
    for path in abandoned:
        path.unlink(missing_ok=True)
    return len(abandoned)


def _create(path: Path) -> int:
    """Open a new file, in a folder that is nearly always there."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)


def _flush_folder(folder: Path) -> None:
    """Make the rename itself durable, where folders can be opened (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
