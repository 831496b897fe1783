"""A browser that has proven applications, without the way through mail and code, which has tests of its own."""

from __future__ import annotations

import time

from flask.testing import FlaskClient


def prove(client: FlaskClient, *application_ids: int, since: float | None = None) -> None:
    """Let the browser have proven these applications, now or at the moment ``since`` (seconds of Unix time)."""
    with client.session_transaction() as kept:
        kept["proven"] = {str(ident): int(time.time() if since is None else since) for ident in application_ids}
