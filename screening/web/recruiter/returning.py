"""Where to go back to after an act: the staff page that the form stood on."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

STAFF_PATH = re.compile(r"/staff/(?![/\\])[^\\\x00-\x20\x7f]*|/staff/")


def back_to(target: str | None, default: str) -> str:
    """Give ``target`` when it is a path below /staff/, else ``default``; other hosts and control characters are refused."""
    return target.removesuffix("?") if target and STAFF_PATH.fullmatch(target) else default


def back_to_referrer(referrer: str | None, default: str) -> str:
    """Do the same for the page that the browser says it came from; only its path and query are used."""
    parts = urlsplit(referrer or "")
    return back_to(f"{parts.path}?{parts.query}" if parts.query else parts.path, default)
