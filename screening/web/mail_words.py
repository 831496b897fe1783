"""What pages say of mails, and what of them nobody but their reader may see."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l

from screening.models import Mail, MailState

EXPLANATIONS = {
    MailState.WAITING: _l("It goes out as soon as the worker and the mail server can."),
    MailState.SENDING: _l("The mail server is taking it."),
    MailState.SENT: _l("The mail server has taken it."),
    MailState.UNCERTAIN: _l(
        "It was handed over and no answer came. It is not sent again by itself, so that nobody gets it twice."
    ),
    MailState.FAILED: _l("The mail server refused it, or could not be reached for three days."),
    MailState.RECALLED: _l("Somebody took it back before it went out."),
    MailState.KEPT: _l("No mail server is set. Set smtp_url and send it then."),
}
# A signed link opens the candidate's own page: only the candidate may follow it.
SIGNED = re.compile(r"(/(?:status|drafts|times)/)\S+")
CODE = re.compile(r"\b\d{6}\b")


def shown_text(mail: Mail) -> str:
    """Give a mail's text for staff: signed links and codes are blotted out."""
    text = SIGNED.sub(r"\1…", mail.text)
    return CODE.sub("••••••", text) if mail.template == "code" else text
