"""Text goes out packed to browsers that can unpack it: pages, styles, scripts and icons shrink to about a fifth.

Only what a reverse proxy would pack, too. A page that holds a token and repeats what was sent can be guessed at by its
packed length only by somebody who makes the browser send requests with its cookies, which ``SameSite`` keeps from other sites.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, current_app, request

TEXTS = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "text/plain",
        "application/javascript",
        "application/json",
        "application/xml",
        "application/atom+xml",
        "image/svg+xml",
    }
)
LEAST = 1024
"""Bytes below which packing gains nothing."""
PAGE_LEVEL, ASSET_LEVEL = 4, 9


def register_packing(app: Flask) -> None:
    """Pack answers after everything else has been done to them."""

    @app.after_request
    def pack(response: Response) -> Response:
        if response.mimetype not in TEXTS or response.status_code in {
            HTTPStatus.NOT_MODIFIED,
            HTTPStatus.PARTIAL_CONTENT,
        }:
            return response
        response.vary.add("Accept-Encoding")
        if request.method == "HEAD" or not request.accept_encodings["gzip"] or _is_apart(response):
            return response
        if request.endpoint == "static":
            packed = _packed_asset(response)
        elif response.direct_passthrough or response.is_streamed or (response.content_length or 0) < LEAST:
            return response
        else:
            packed = gzip.compress(response.get_data(), PAGE_LEVEL)
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
        return response


def _is_apart(response: Response) -> bool:
    """Tell whether an answer is a file to keep, or packed already."""
    return "Content-Encoding" in response.headers or "attachment" in response.headers.get("Content-Disposition", "")


def _packed_asset(response: Response) -> bytes:
    """Give the packed content of the static file that was asked for; its mark is weak now, because it names two forms."""
    etag, _is_weak = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)
    response.direct_passthrough = False
    file = Path(current_app.static_folder or "") / (request.view_args or {})["filename"]
    response.close()
    return _pack_file(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _pack_file(file: Path, changed: int) -> bytes:  # noqa: ARG001 - a file that changed is another one
    return gzip.compress(file.read_bytes(), ASSET_LEVEL)
