"""How often a form may be sent: for each address and for each e-mail address, told in words, with everything that was typed.

A campus has one address for hundreds of people, so that limit is wide; the one for an e-mail address keeps a stranger from
having mails sent to somebody, or from asking again and again whether they applied.
"""

from __future__ import annotations

from flask import Response, make_response, request
from flask_limiter import RequestLimit

from screening.extensions import db, limiter, reading_first
from screening.services.application_drafts import find_draft
from screening.services.applying import normalised_address
from screening.web.candidate.draft_keeping import kept_files
from screening.web.candidate.form_page import sent_key, sent_version, settled_form, show_form
from screening.web.candidate.roles import anchor_posting, settle
from screening.web.candidate.uploads import kept_upload
from screening.web.errors import seconds_to_wait

BY_ADDRESS = "120 per 6 minutes"
BY_MAIL = "12 per 10 minutes; 60 per day"


def whose_mail() -> str:
    """Name the e-mail address that a form is sent with."""
    return f"application {_mail()}"


def _mail() -> str:
    return normalised_address(request.form.get("email", ""))[:254]


def ask_to_wait(limit: RequestLimit) -> Response | None:
    """Show the form again, with the minutes to wait; nothing is stored. None for a posting that is not there."""
    seconds = seconds_to_wait(limit)
    with reading_first(db.session):
        posting = anchor_posting(str((request.view_args or {})["slug"]), request.form.get("also", ""))
        version = sent_version(posting) if posting else None
        if posting is None or version is None:
            return None
        key = sent_key()
        filled = settled_form(version, settle(version, request.form.items(multi=True)), key=key)
        draft = find_draft(db.session, key)
        is_known = draft is not None and str(draft.version) == filled.draft_version.data
        page, status = show_form(
            posting,
            filled,
            kept_upload(kept_files(posting, draft)),
            status=429,
            draft=draft,
            newer=None if is_known else draft,
            notice="wait",
            minutes=-(-seconds // 60),
        )
    response = make_response(page, status)
    response.headers["Retry-After"] = str(seconds)
    return response


by_address = limiter.limit(BY_ADDRESS, on_breach=ask_to_wait)
by_mail = limiter.limit(BY_MAIL, key_func=whose_mail, exempt_when=lambda: not _mail(), on_breach=ask_to_wait)
