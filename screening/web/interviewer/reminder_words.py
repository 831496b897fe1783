"""What a reminder says: names, the time in its reader's zone, and the way to the scorecard; nothing about anybody's evaluation."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from screening.config import Settings
from screening.services.mailing import MailField
from screening.services.reminding import REMINDER, Notice
from screening.web.formatting import listing, moment, planned


def reminder_words(notice: Notice) -> Mapping[str, MailField]:
    """Give the fields of a reminder or an escalation in its reader's language and zone."""
    settings: Settings = current_app.config["SCREENING"]
    interview, zone = notice.interview, notice.to.time_zone or settings.time_zone
    with force_locale(notice.to.locale):
        fields = {
            "candidate": interview.candidate,
            "posting": interview.posting_title or _("Untitled posting"),
            "round": interview.round,
            "when": (
                moment(interview.due_at, zone)
                if interview.is_review
                else planned(interview.starts_at, zone, interview.minutes)
            ),
        }
        if notice.template == REMINDER:
            link = _link(settings, "scorecards.edit", interview_id=interview.id)
            return {**fields, "link": link}
        return {
            **fields,
            "owing": listing([person.name for person in interview.owing]),
            "due": moment(interview.due_at, zone),
            "link": _link(settings, "applications.show", application_id=interview.application_id, side="interviews"),
        }


def _link(settings: Settings, endpoint: str, **values: str | int) -> str:
    """Make a link without a request; empty where no address of this installation is known."""
    if settings.base_url is None:
        return ""
    path = current_app.url_map.bind("").build(endpoint, values)
    return f"{settings.base_url.rstrip('/')}{path}"
