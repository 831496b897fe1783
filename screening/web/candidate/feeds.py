"""Open postings for machines: schema.org data, a site map, an Atom feed; the same rows as the pages, so nothing closed is in them."""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree as ET

from flask import Blueprint, Response
from flask_babel import gettext as _

from screening.extensions import db
from screening.queries.careers import Role, open_roles
from screening.web.access import anyone, now
from screening.web.addresses import address
from screening.web.candidate.cities import city_name
from screening.web.formatting import company, html_language, listing

blueprint = Blueprint("feeds", __name__, url_prefix="")

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
ATOM = "http://www.w3.org/2005/Atom"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
# schema.org/EducationalOccupationalCredential wants words of its own.
CREDENTIALS = {
    "associate": "associate degree",
    "bachelor": "bachelor degree",
    "master": "postgraduate degree",
    "doctorate": "postgraduate degree",
}
INTERNSHIP = ("实习", "intern")


def job_posting(role: Role) -> dict[str, object]:
    """Describe a posting as schema.org/JobPosting, with the fields that search engines ask for."""
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": role.title,
        "description": _description(role),
        "datePosted": role.published_at.date().isoformat(),
        "identifier": {"@type": "PropertyValue", "name": company(), "value": role.slug},
        "hiringOrganization": {"@type": "Organization", "name": company(), "sameAs": address("careers.index")},
        "url": address("careers.posting", slug=role.slug),
        "inLanguage": html_language(role.language),
        "directApply": True,
    }
    if role.locations:
        data["jobLocation"] = [
            {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": city_name(city)}}
            for city in role.locations
        ]
    if role.closes_at:
        data["validThrough"] = role.closes_at.isoformat()
    if role.openings:
        data["totalJobOpenings"] = role.openings
    if role.degree_floor and role.degree_floor.value in CREDENTIALS:
        data["educationRequirements"] = {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": CREDENTIALS[role.degree_floor.value],
        }
    if any(word in role.title.lower() for word in INTERNSHIP):
        data["employmentType"] = "INTERN"
    return data


def _description(role: Role) -> str:
    """Give the posting's own words as the little HTML that search engines take."""
    demands = [demand.text for demand in (*role.must_haves, *role.requirements, *role.bonus)]
    parts = []
    for heading, lines in ((_("What you will do"), role.duties), (_("Requirements"), demands)):
        if lines:
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            parts.append(f"<p>{escape(heading)}</p><ul>{items}</ul>")
    return "".join(parts) or escape(role.title)


@blueprint.get("/robots.txt")
@anyone
def robots() -> Response:
    """Let search engines read the careers pages and nothing behind a sign-in or a candidate's link."""
    lines = ["User-agent: *", "Disallow: /staff/", "Disallow: /status/", f"Sitemap: {address('feeds.sitemap')}", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
@anyone
def sitemap() -> Response:
    """List the careers page and every open posting."""
    rows = open_roles(db.session, now=now())
    root = ET.Element("urlset", xmlns=SITEMAP)
    for location, changed in [
        (address("careers.index"), None),
        *((address("careers.posting", slug=row.slug), row.published_at) for row in rows),
    ]:
        entry = ET.SubElement(root, "url")
        ET.SubElement(entry, "loc").text = location
        if changed is not None:
            ET.SubElement(entry, "lastmod").text = changed.isoformat()
    return _xml(root, "application/xml")


@blueprint.get("/feed.atom")
@anyone
def feed() -> Response:
    """List the open postings, newest first, for feed readers."""
    rows = open_roles(db.session, now=now())
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": html_language()})
    ET.SubElement(root, "title").text = _("%(company)s careers", company=company())
    ET.SubElement(root, "id").text = address("feeds.feed")
    ET.SubElement(root, "updated").text = max((row.published_at for row in rows), default=now()).isoformat()
    ET.SubElement(root, "link", rel="self", href=address("feeds.feed"))
    ET.SubElement(root, "link", rel="alternate", href=address("careers.index"))
    author = ET.SubElement(root, "author")
    ET.SubElement(author, "name").text = company()
    for row in rows:
        page = address("careers.posting", slug=row.slug)
        entry = ET.SubElement(root, "entry", {"xml:lang": html_language(row.language)})
        ET.SubElement(entry, "title").text = row.title
        ET.SubElement(entry, "id").text = page
        ET.SubElement(entry, "link", rel="alternate", href=page)
        ET.SubElement(entry, "updated").text = row.published_at.isoformat()
        ET.SubElement(entry, "summary").text = listing(
            [*([row.track] if row.track else []), *map(city_name, row.locations)]
        )
    return _xml(root, "application/atom+xml")


def _xml(root: ET.Element, media_type: str) -> Response:
    return Response(XML + ET.tostring(root, encoding="unicode"), content_type=f"{media_type}; charset=utf-8")
