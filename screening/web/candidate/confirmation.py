"""The one mail that says what arrived: an application, or all applications that one form made."""

from __future__ import annotations

from collections.abc import Sequence

from screening.extensions import db
from screening.models import Application, Posting
from screening.services.mailing import MailField, greeting_name, post_mail
from screening.web.access import now
from screening.web.candidate.links import status_link
from screening.web.formatting import company


def confirm(applications: Sequence[Application]) -> None:
    """Write the mail, which goes out after the applications are stored; the first choice comes first."""
    first = applications[0]
    fields: dict[str, MailField] = {"name": greeting_name(first.name), "company": company()}
    if len(applications) == 1:
        fields |= _row(first)
    else:
        fields["roles"] = [_row(one) for one in applications]
    post_mail(
        db.session,
        key=f"received:{first.id}",
        template="received" if len(applications) == 1 else "received_several",
        locale=first.locale,
        to=first.email,
        fields=fields,
        now=now(),
        application_id=first.id,
    )


def _row(application: Application) -> dict[str, str]:
    posting = db.session.get_one(Posting, application.posting_id)
    return {"posting": posting.title or "", "link": status_link(application.id)}
