"""When a form was opened, signed: one that comes back within seconds, or after weeks, is asked about once and then taken.

Programs send within a second; a person who is that quick, or whose page stood open for a month, presses the button again.
"""

from __future__ import annotations

from typing import Literal

from flask import current_app
from itsdangerous import BadSignature, TimestampSigner

from screening.web.access import now

LONGEST_DAYS = 30
SHOWN, ASKED = "shown", "asked"
Doubt = Literal["quick", "old"]


def opening_mark(slug: str, *, asked: bool = False) -> str:
    """Sign this moment and the posting's slug for a form's hidden field; ``asked`` when its sender is being asked to confirm, which is once."""
    return _signer().sign(f"{ASKED if asked else SHOWN}:{slug}").decode()


def was_opened(mark: str | None, slug: str) -> bool:
    """Tell whether we made this mark for a form of the posting, while it was open."""
    try:
        return _signer().unsign(mark or "").decode().partition(":")[2] == slug
    except BadSignature:
        return False


def doubt_about(mark: str | None) -> Doubt | None:
    """Tell what is odd about a form with this mark: sent too quickly, or too long after it was opened; None for neither.

    A mark that we did not make is as good as an old one.
    """
    try:
        word, made_at = _signer().unsign(mark or "", return_timestamp=True)
    except BadSignature:
        return "old"
    if word.decode().startswith(ASKED):
        return None
    age = now() - made_at
    if age.total_seconds() < current_app.config["SCREENING"].form_seconds:
        return "quick"
    return "old" if age.days >= LONGEST_DAYS else None


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt="form opened")
