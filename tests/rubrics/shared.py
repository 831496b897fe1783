"""The measuring data beside the project: ../shared, never copied into it."""

from __future__ import annotations

from pathlib import Path

import pytest

POSTINGS = Path(__file__).resolve().parents[2].parent / "shared" / "postings"
DOCUMENT = POSTINGS / "000_c7e80b1734e66fbd.txt"


def read_posting(path: Path) -> str:
    """Give the text of a posting, line ends unaltered; skip the test when the data is absent."""
    if not path.exists():
        pytest.skip(f"the measuring data is not beside the project: {path.parent.name}/{path.name}")
    return path.read_bytes().decode("utf-8")
