"""Whom an application waits for, in words, and what its page needs to hand it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from screening.extensions import db
from screening.models import Application, Posting, Responsible
from screening.queries.colleagues import Colleague, colleagues
from screening.queries.responsibles import Waiting, who_must_act
from screening.queries.stage_rules import Rules, is_overdue
from screening.services.moving import ENDED
from screening.web.access import actor, now
from screening.web.formatting import listing

NAMED = 2
KEPT = 1_000
"""Words that a process keeps at most: a list says the same few again and again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: words, whether the stage's limit has passed and what it is, the owner's name, and who could have it."""

    words: str
    is_overdue: bool
    limit: int | None
    owner_id: int | None
    owner: str | None
    people: tuple[Colleague, ...]


def waiting_words(waiting: Waiting) -> str:
    """Say whom an application waits for: at most two names."""
    return _say(str(get_locale()), waiting.kind, tuple(waiting.people.values()))


@lru_cache(maxsize=KEPT)
def _say(_language: str, kind: Responsible, names: tuple[str, ...]) -> str:
    if kind is Responsible.CANDIDATE:
        return _("waits for the candidate")
    if not names:
        return _("waits for an owner")
    if len(names) > NAMED:
        more = len(names) - NAMED
        return ngettext(
            "waits for %(names)s and %(num)s more",
            "waits for %(names)s and %(num)s more",
            more,
            names=listing(names[:NAMED]),
        )
    return _("waits for %(names)s", names=listing(names))


def waits_of(waiting: Mapping[int, Waiting]) -> Mapping[int, str]:
    """Say by application whom the overdue ones of a list wait for."""
    said = {id(one): waiting_words(one) for one in {id(one): one for one in waiting.values()}.values()}
    return {ident: said[id(one)] for ident, one in waiting.items()}


def turn_of(application: Application, posting: Posting, rules: Rules, *, moving: bool) -> Turn | None:
    """Tell whose turn an application is, and to who may move it, to whom it could be handed; None when it has ended."""
    if application.stage in ENDED:
        return None
    asked = [(application.id, application.stage, application.owner_id)]
    waiting = who_must_act(db.session, posting=posting, rules=rules, applications=asked, reader_id=actor().id)[
        application.id
    ]
    people = colleagues(db.session, posting_id=posting.id, also=application.owner_id) if moving else ()
    rule = rules[application.stage]
    return Turn(
        words=waiting_words(waiting),
        is_overdue=is_overdue(rule, application.stage_since, now()),
        limit=rule.days,
        owner_id=application.owner_id,
        owner=next((one.name for one in people if one.id == application.owner_id), None),
        people=people,
    )
