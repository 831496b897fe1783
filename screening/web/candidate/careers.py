"""The public list of open postings, each posting's page, and what the company tells about data and access."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.forms.inputs import clean_line, whole_number
from screening.queries.careers import RoleFilters, list_roles, read_role
from screening.web.access import anyone, now
from screening.web.candidate.choices import link_origin
from screening.web.candidate.cities import city_name
from screening.web.candidate.feeds import job_posting
from screening.web.candidate.roles import roles_beside
from screening.web.labels import DEGREES
from screening.web.notices import CURRENT, NOTICES, Notice, notice_of

blueprint = Blueprint("careers", __name__, url_prefix="")
NEW = timedelta(days=7)
FILTERS = ("q", "city", "track", "degree")
LONGEST_FILTER = 100


@blueprint.get("/")
@anyone
def index() -> ResponseReturnValue:
    """List the open postings by track; filters are in the address, so that a list can be shared."""
    typed = {name: clean_line(request.args.get(name))[:LONGEST_FILTER] for name in FILTERS}
    roles = list_roles(
        db.session,
        now=now(),
        filters=RoleFilters(search=typed["q"], city=typed["city"], track=typed["track"], degree=typed["degree"]),
        page=whole_number(request.args.get("page")) or 1,
    )
    counting = roles.filters
    chosen = {"q": counting.search, "city": counting.city, "track": counting.track, "degree": counting.degree}
    return render_template(
        "candidate/careers.html",
        roles=roles,
        chosen=chosen,
        address={name: value for name, value in chosen.items() if value},
        origin=link_origin(),
        degrees=DEGREES,
        city_name=city_name,
        new_since=now() - NEW,
    )


@blueprint.get("/roles/<slug>")
@anyone
def posting(slug: str) -> ResponseReturnValue:
    """Show one open posting; a draft, closed or unknown one does not exist."""
    role = read_role(db.session, slug=slug, now=now())
    if role is None:
        abort(404)
    return render_template(
        "candidate/posting.html",
        role=role,
        degrees=DEGREES,
        city_name=city_name,
        origin=link_origin(),
        others=roles_beside(role.posting_id),
        data=job_posting(role),
    )


@blueprint.get("/privacy")
@anyone
def privacy() -> ResponseReturnValue:
    """Say what happens with a candidate's data."""
    return _privacy(CURRENT)


@blueprint.get("/privacy/<version>")
@anyone
def notice(version: str) -> ResponseReturnValue:
    """Show the version of the notice that somebody agreed to."""
    found = notice_of(version)
    if found is None:
        abort(404)
    return _privacy(found)


def _privacy(shown: Notice) -> str:
    return render_template("candidate/privacy.html", notice=shown, current=CURRENT, notices=NOTICES)


@blueprint.get("/accessibility")
@anyone
def accessibility() -> ResponseReturnValue:
    """Say how the pages can be used and how to ask for an adjustment."""
    return render_template("candidate/accessibility.html")
