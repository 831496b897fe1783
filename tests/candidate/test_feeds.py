"""What machines read of the careers site: only open postings, well formed, whatever their words are."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from screening.models import PostingState
from tests.candidate.conftest import open_form
from tests.factories import make_posting

DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
ODD = 'Speech intern & "<b>语音</b>" </script>'


@pytest.fixture
def roles(session):
    """Make one open posting with an odd title, one draft and one closed."""
    shown = open_form(session, "shown")
    shown.title, shown.locations, shown.degree_floor, shown.openings = ODD, ["北京", "上海"], "master", 3
    for slug, state in (("draft", PostingState.DRAFT), ("closed", PostingState.CLOSED)):
        make_posting(session, slug=slug, state=state).title = f"hidden {slug}"
    session.commit()


def test_a_posting_describes_itself_for_search_engines(client, roles):
    client.set_cookie("locale", "en")
    page = client.get("/roles/shown").text
    data = json.loads(DATA.search(page).group(1))
    assert (data["@type"], data["title"], data["employmentType"], data["totalJobOpenings"]) == (
        "JobPosting",
        ODD,
        "INTERN",
        3,
    )
    assert [place["address"]["addressLocality"] for place in data["jobLocation"]] == ["Beijing", "Shanghai"]
    assert data["educationRequirements"]["credentialCategory"] == "postgraduate degree"
    assert data["url"] == "http://localhost/roles/shown"
    assert "<li>" in data["description"]
    assert page.count("</script>") == page.count("<script")
    assert '<meta property="og:title"' in page


def test_feed_and_site_map_hold_open_postings_only(client, roles):
    pages = [entry.text for entry in ET.fromstring(client.get("/sitemap.xml").data).iter(f"{SITEMAP}loc")]
    assert pages == ["http://localhost/", "http://localhost/roles/shown"]
    feed = ET.fromstring(client.get("/feed.atom").data)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == [ODD]
    for name in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{name}") is not None
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text
    for path in ("/sitemap.xml", "/feed.atom", "/"):
        assert "hidden draft" not in client.get(path).text
        assert "/roles/closed" not in client.get(path).text


def test_feeds_of_a_site_without_postings_are_well_formed(client):
    assert ET.fromstring(client.get("/feed.atom").data).find(f"{ATOM}entry") is None
    assert len(ET.fromstring(client.get("/sitemap.xml").data)) == 1
