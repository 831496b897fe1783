"""Full addresses of our pages, for mails, feeds and search engines."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for


def address(endpoint: str, **values: Any) -> str:
    """Give the full address of a page, as the settings name the site or as the reader reached it."""
    public = current_app.config["SCREENING"].public_url
    if public:
        return f"{public.rstrip('/')}{url_for(endpoint, **values)}"
    return url_for(endpoint, _external=True, **values)
