"""A posting's links: one for each source and each person who refers candidates, with what came through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.referring import ReferralForm
from screening.models import Application, Posting
from screening.policy import Permission, Scope, allows
from screening.queries.batches import BatchRow
from screening.queries.origins import SOURCES, read_origins
from screening.queries.pipeline import head
from screening.services.referring import make_referral
from screening.services.undoing import Act, remember
from screening.web.access import actor, needs, now
from screening.web.labels import SOURCES as SOURCE_WORDS
from screening.web.recruiter.words import preference_words
from screening.web.toasts import toast

blueprint = Blueprint("origins", __name__, url_prefix="/staff/postings")

OFFERED = tuple(source for source in SOURCES if source not in {"site", "referral", "demo"})
"""Sources for which a link is offered: the site needs none, and a referral has a link for each referrer."""


@dataclass(frozen=True, slots=True)
class ShownOrigin:
    """Where an application came from: ``words`` of its source, who referred, the candidate's own words on it.

    ``preference`` says which choice of how many it is, empty for a single one; ``others`` are the other applications of
    the batch that the reader may see.
    """

    words: str
    referrer: str | None
    heard: str | None
    preference: str
    others: tuple[BatchRow, ...]


@blueprint.get("/<int:posting_id>/links")
@needs(Permission.POSTING_VIEW, of=Posting)
def show(posting: Posting) -> ResponseReturnValue:
    """Show the links and how many applications each brought."""
    return _page(posting, ReferralForm(formdata=None))


@blueprint.post("/<int:posting_id>/links")
@needs(Permission.POSTING_EDIT, of=Posting)
def make(posting: Posting) -> ResponseReturnValue:
    """Make a link for a referrer."""
    form = ReferralForm()
    if not form.validate_on_submit():
        return _page(posting, form), 422
    referral = make_referral(
        db.session, posting=posting, referrer=form.referrer.data or "", actor_id=actor().id, now=now()
    )
    token = remember(db.session, actor_id=actor().id, act=Act.REFERRAL, now=now(), referral=referral.id)
    db.session.commit()
    toast(_("Link made for %(name)s.", name=referral.referrer), undo=token)
    return redirect(url_for("origins.show", posting_id=posting.id), 303)


def origin_of(application: Application, *, batch: Sequence[BatchRow], referrer: str | None) -> ShownOrigin:
    """Say what stands beside an application about its origin; of the others of its batch only what the reader has rights on."""
    others = tuple(
        row for row in batch if allows(actor(), Permission.APPLICATION_VIEW, Scope(posting_id=row.posting_id))
    )
    return ShownOrigin(
        words=str(SOURCE_WORDS.get(application.source, application.source)),
        referrer=referrer,
        heard=application.heard,
        preference=preference_words(application.preference, len(batch) + 1) if application.preference else "",
        others=others,
    )


def _page(posting: Posting, form: ReferralForm) -> str:
    origins = read_origins(db.session, posting=posting)
    counts = dict(origins.sources)
    named = [*dict.fromkeys([*OFFERED, *(source for source in counts if source not in {"site", "referral", "demo"})])]
    return render_template(
        "recruiter/origins.html",
        posting=posting,
        head=head(db.session, posting=posting),
        form=form,
        origins=origins,
        named=[(source, counts.get(source, 0)) for source in named],
        counts=counts,
        words=SOURCE_WORDS,
        public_link=_public_link,
    )


def _public_link(posting: Posting, **query: str) -> str:
    """Give the full address of the posting's page as it is handed on."""
    public = current_app.config["SCREENING"].public_url
    values: dict[str, Any] = {"slug": posting.slug, **query}
    return (
        f"{public.rstrip('/')}{url_for('careers.posting', **values)}"
        if public
        else url_for("careers.posting", _external=True, **values)
    )
