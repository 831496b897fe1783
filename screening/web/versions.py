"""Addresses of static files that change when their content does, so that browsers may keep them for long; icons lie in one."""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache
from pathlib import Path

from flask import current_app, url_for
from markupsafe import Markup

from screening.web.links import site_root

LOOK_EVERY = 1.0
"""Seconds for which a process takes a static file for unchanged; only who works on the product changes one."""

ICONS = "vendor/icons.svg"

_made: dict[tuple[str | None, str], tuple[float, str]] = {}


def asset(name: str) -> str:
    """Give the address of ``static/<name>`` with a digest of its content; a page asks for its icons hundreds of times."""
    place = site_root.get(), name
    made = _made.get(place)
    now = time.monotonic()
    if made is None or made[0] < now:
        path = Path(current_app.static_folder or "") / name
        digest = _digest(path, path.stat().st_mtime_ns if path.exists() else 0)
        made = _made[place] = now + LOOK_EVERY, url_for("static", filename=name, v=digest)
    return made[1]


def icon(name: str, cls: str = "") -> Markup:
    """Draw an icon of ``ICONS``; a page has a hundred of them, of few kinds."""
    return _icon(asset(ICONS), name, cls)


@lru_cache(maxsize=1024)
def _icon(icons: str, name: str, cls: str) -> Markup:
    classes = " ".join(filter(None, ("icon", "fill" if name.endswith("-filled") else "", cls)))
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(classes, icons, name)


@lru_cache(maxsize=256)
def _digest(path: Path, changed: int) -> str:  # noqa: ARG001 - the time of change is part of the cache's key
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else "0"
