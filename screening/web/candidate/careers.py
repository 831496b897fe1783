"""The public list of open postings, each posting's page, and what the company tells about data and access."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.forms.inputs import clean_line
from screening.queries.careers import RoleRow, list_roles, read_role
from screening.web.access import anyone, now
from screening.web.candidate.cities import city_name
from screening.web.candidate.feeds import job_posting
from screening.web.labels import DEGREES

blueprint = Blueprint("careers", __name__, url_prefix="")
NEW = timedelta(days=7)
FILTERS = ("q", "city", "track", "degree")


@blueprint.get("/")
@anyone
def index() -> ResponseReturnValue:
    """List the open postings by track; filters are in the address, so that a list can be shared."""
    chosen = {name: clean_line(request.args.get(name))[:100] for name in FILTERS}
    roles = list_roles(
        db.session,
        now=now(),
        search=chosen["q"],
        city=chosen["city"],
        track=chosen["track"],
        degree=chosen["degree"],
    )
    groups: dict[str | None, list[RoleRow]] = {}
    for row in roles.rows:
        groups.setdefault(row.track, []).append(row)
    order = [track for track in roles.tracks if track in groups] + ([None] if None in groups else [])
    return render_template(
        "candidate/careers.html",
        groups=[(track, groups[track]) for track in order],
        roles=roles,
        chosen=chosen,
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
        source=request.args.get("from", "")[:40] or None,
        data=job_posting(role),
    )


@blueprint.get("/privacy")
@anyone
def privacy() -> ResponseReturnValue:
    """Say what happens with a candidate's data."""
    return render_template("candidate/privacy.html")


@blueprint.get("/accessibility")
@anyone
def accessibility() -> ResponseReturnValue:
    """Say how the pages can be used and how to ask for an adjustment."""
    return render_template("candidate/accessibility.html")
