"""Where to go after signing in or changing a preference: only to a page of this application."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

ADDRESS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def safe_next(target: str | None, default: str) -> str:
    """Give ``target`` when it is the path of a page here that can be read with GET, else ``default``.

    Another host, another scheme, two slashes, backslashes and control characters are all refused.
    """
    if not target or not ADDRESS.fullmatch(target):
        return default
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return default
    try:
        current_app.url_map.bind("").match(parts.path, method="GET")
    except RequestRedirect:
        pass
    except HTTPException:
        return default
    return target.removesuffix("?")
