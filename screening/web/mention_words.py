"""What a mail about a mention says: who wrote, whose application it is, and the way there; nothing of the note."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from screening.config import Settings
from screening.queries.mentions import UntoldMention
from screening.services.mailing import MailField


def mention_words(mention: UntoldMention) -> Mapping[str, MailField]:
    """Give the fields of the mail in its reader's language; the link is empty where no address of this installation is known."""
    settings: Settings = current_app.config["SCREENING"]
    endpoint = "debriefs.show" if mention.on_debrief else "applications.show"
    link = ""
    if settings.base_url is not None:
        values = {"application_id": mention.application_id} | ({} if mention.on_debrief else {"side": "notes"})
        link = f"{settings.base_url.rstrip('/')}{current_app.url_map.bind('').build(endpoint, values)}"
    with force_locale(mention.locale or "zh"):
        posting = mention.posting_title or _("Untitled posting")
    return {"by": mention.by, "candidate": mention.candidate, "posting": posting, "link": link}
