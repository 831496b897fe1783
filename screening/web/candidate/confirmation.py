"""The one mail that says what arrived: an application, or all applications that one form made.

Only this mail tells of an earlier application for the same role, because only the owner of the address reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

from screening.extensions import db
from screening.models import Application, Posting
from screening.queries.status import earlier_application
from screening.services.mailing import MailField, greeting_name, post_mail
from screening.web.access import now
from screening.web.candidate.links import status_link
from screening.web.formatting import company, day


def confirm(applications: Sequence[Application]) -> None:
    """Write the mail, which goes out after the applications are stored; the first choice comes first."""
    first = applications[0]
    fields: dict[str, MailField] = {"name": greeting_name(first.name), "company": company()}
    rows = [_row(one) for one in applications]
    template = "received_several"
    if len(rows) > 1:
        fields["roles"] = rows
    else:
        template = "received_again" if rows[0]["earlier"] else "received"
        fields |= {name: value for name, value in rows[0].items() if value or name != "earlier"}
    post_mail(
        db.session,
        key=f"received:{first.id}",
        template=template,
        locale=first.locale,
        to=first.email,
        fields=fields,
        now=now(),
        application_id=first.id,
    )


def _row(application: Application) -> dict[str, str]:
    posting = db.session.get_one(Posting, application.posting_id)
    earlier = earlier_application(db.session, application=application)
    return {
        "posting": posting.title or "",
        "link": status_link(application.id),
        "earlier": day(earlier) if earlier else "",
    }
