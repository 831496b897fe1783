"""What people are told of an interview, in their own language and zone, and the pages that it leads them to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from screening.config import Settings
from screening.extensions import db
from screening.queries.meetings import Meeting
from screening.services.interviewing import call_off_interviews
from screening.services.inviting import Receiver, tell
from screening.services.mailing import greeting_name
from screening.web.access import now
from screening.web.addresses import address
from screening.web.candidate.links import status_link
from screening.web.formatting import listing, zoned


def tell_of(interview_id: int, *, tell_candidate: bool | None) -> None:
    """Write the mails that an interview calls for as it stands now; the caller commits them with the change itself.

    With ``tell_candidate`` None the candidate hears if they have heard of this interview before.
    """
    tell(
        db.session,
        interview_id=interview_id,
        tell_candidate=tell_candidate,
        wording=news_words,
        settings=current_app.config["SCREENING"],
        now=now(),
    )


def call_off(application_ids: Collection[int]) -> None:
    """Cancel what has not begun of applications that the candidate ended, and tell the panels; the caller commits."""
    for ident in call_off_interviews(db.session, application_ids=application_ids, now=now()):
        tell_of(ident, tell_candidate=False)


def news_words(receiver: Receiver, meeting: Meeting) -> Mapping[str, str]:
    """Give the fields of a receiver's texts: a candidate reads nothing of the panel, nobody anything of evaluations."""
    settings: Settings = current_app.config["SCREENING"]
    is_candidate = receiver.user_id is None
    with force_locale(receiver.locale):
        contact = meeting.contact or settings.mail_from
        fields = {
            "posting": meeting.posting_title or _("Untitled posting"),
            "round": meeting.round,
            "when": zoned(meeting.starts_at, receiver.time_zone, meeting.minutes),
            "place": meeting.place,
            "contact": _("%(name)s (%(email)s)", name=meeting.planner, email=contact) if meeting.planner else contact,
            "company": settings.company_in(receiver.locale),
        }
        if is_candidate:
            return {**fields, "name": greeting_name(meeting.candidate), "link": status_link(meeting.application_id)}
        return {
            **fields,
            "candidate": meeting.candidate,
            "panel": listing([person.name for person in meeting.panel]),
            "link": address("scorecards.edit", interview_id=meeting.id),
            "due": zoned(meeting.due_at, receiver.time_zone),
        }
