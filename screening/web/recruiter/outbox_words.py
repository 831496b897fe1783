"""The outbox in words: its parts, and what a mail is about."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from screening.queries.outbox import Box

BOXES = {
    Box.WAITING: _l("Waiting"),
    Box.SCHEDULED: _l("Scheduled"),
    Box.SENT: _l("Gone out"),
    Box.FAILED: _l("Failed"),
    Box.UNCERTAIN: _l("Uncertain"),
    Box.RECALLED: _l("Recalled"),
}
KINDS = {
    "letter": _l("Letter"),
    "received": _l("Confirmation"),
    "received_again": _l("Confirmation"),
    "received_several": _l("Confirmation"),
    "reviewed": _l("Answer to a review"),
    "offer": _l("Times to choose from"),
    "offer_chosen": _l("Time chosen"),
    "candidate_planned": _l("Invitation"),
    "candidate_changed": _l("Interview moved"),
    "candidate_off": _l("Interview cancelled"),
    "candidate_ended_off": _l("Interview cancelled"),
    "deletion_declined": _l("Deletion declined"),
}
"""What a mail to a candidate is about, by its template."""
