"""The texts of letters in words: where one comes from, and what its placeholders stand for."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from screening.services.mail_templates import Origin

ORIGINS = {
    Origin.POSTING: _l("this posting’s own"),
    Origin.ALL: _l("for all postings"),
    Origin.BUILT_IN: _l("built in"),
}
PLACEHOLDER_WORDS = {
    "name": _l("the candidate’s name"),
    "posting": _l("the title of the posting"),
    "company": _l("our name"),
    "status_link": _l("the candidate’s own link, which only they see"),
    "recruiter": _l("who writes"),
    "stage": _l("where the application stands then"),
}
