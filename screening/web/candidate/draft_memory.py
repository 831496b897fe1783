"""Which draft this browser is writing: its key, kept in the signed session for a week.

So a reload, a second tab and tomorrow's visit go on with the same draft. On a computer that others use, the memory ends when
the browser is closed, or with the button "Begin anew"; from then on only the mailed link opens the draft.
"""

from __future__ import annotations

from datetime import timedelta

from flask import session

from screening.extensions import db
from screening.models import ApplicationDraft
from screening.services.application_drafts import find_draft, is_expired
from screening.web.access import now

DRAFTS = "drafts"
LIFE = timedelta(days=7)
MOST = 8  # a cookie holds 4 kB


def remember_draft(posting_id: int, key: str) -> None:
    """Keep that this browser writes the draft of a posting."""
    others = [(name, kept) for name, kept in _memory().items() if name != str(posting_id)]
    session[DRAFTS] = dict([*others, (str(posting_id), [key, int(now().timestamp())])][-MOST:])


def remembered_draft(posting_id: int) -> ApplicationDraft | None:
    """Read the draft that this browser was writing for a posting, if it is still there."""
    key, since = _memory().get(str(posting_id), ("", 0))
    if not 0 <= now().timestamp() - since < LIFE.total_seconds():
        return None
    draft = find_draft(db.session, key)
    return None if draft is None or draft.posting_id != posting_id or is_expired(draft, now=now()) else draft


def forget_memory(posting_id: int) -> None:
    """Make this browser forget what it was writing for a posting."""
    session[DRAFTS] = {name: kept for name, kept in _memory().items() if name != str(posting_id)}


def _memory() -> dict[str, tuple[str, int]]:
    kept: dict[str, tuple[str, int]] = session.get(DRAFTS, {})
    return kept
