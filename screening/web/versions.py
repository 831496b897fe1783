"""Addresses of static files that change when their content does, so that browsers may keep them for long."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import current_app, g, url_for


def asset(name: str) -> str:
    """Give the address of ``static/<name>`` with a digest of its content; a page asks for its icons hundreds of times."""
    made: dict[str, str] = g.setdefault("assets", {})
    if name not in made:
        path = Path(current_app.static_folder or "") / name
        made[name] = url_for("static", filename=name, v=_digest(path, path.stat().st_mtime_ns if path.exists() else 0))
    return made[name]


@lru_cache(maxsize=256)
def _digest(path: Path, changed: int) -> str:  # noqa: ARG001 - the time of change is part of the cache's key
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else "0"
