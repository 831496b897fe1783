"""The ways that pages of staff show at their side."""

from __future__ import annotations

from typing import NamedTuple

from flask_login import current_user
from markupsafe import Markup

from screening.extensions import db
from screening.policy import Permission
from screening.queries.deletions import count_deletions
from screening.web.access import actor, may
from screening.web.drawing import drawn

RIGHTS = (
    Permission.POSTING_LIST,
    Permission.INSIGHTS_VIEW,
    Permission.OUTBOX_VIEW,
    Permission.POSTING_IMPORT,
    Permission.POOLS_MANAGE,
    Permission.TAGS_MANAGE,
    Permission.USERS_MANAGE,
    Permission.ERASE,
)
"""What opens ways that not everybody has."""


class Ways(NamedTuple):
    """All that the ways depend on: the one that the page lies on, the reader's rights, deletions and stuck mails that wait for the reader."""

    at: str
    rights: frozenset[Permission]
    deletions: int
    stuck: int


def navigation(at: str) -> Markup:
    """Draw the ways of the one who is signed in; ``at`` is the one that the page lies on."""
    rights = frozenset(right for right in RIGHTS if may(right))
    deletions = _deletions_waiting() if Permission.POSTING_LIST in rights else 0
    # right after signing in no mail is counted yet
    return drawn("_layout/_navigation.html", Ways(at, rights, deletions, int(current_user.stuck)))


def _deletions_waiting() -> int:
    """Count the deletions that wait on the reader's postings; they come with the account, but right after signing in."""
    if current_user.deletions is None:
        current_user.deletions = count_deletions(db.session, actor=actor())
    return int(current_user.deletions)
