"""The public pages: only open postings, filters in the address, light, safe headers, and words when nothing fits."""

from __future__ import annotations

import gzip
import re
from html import unescape
from urllib.parse import unquote

import pytest

from screening.app import create_app
from screening.models import PostingState
from screening.queries.careers import PAGE
from screening.web.candidate.limits import BY_ADDRESS
from tests.candidate.conftest import Candidate, open_form
from tests.candidate.forms import shown
from tests.factories import make_posting

ROLE = re.compile(r'href="/roles/([^"/?]+)"')
LIMIT = 100 * 1024


@pytest.fixture
def roles(session):
    """Make three open postings that differ, one draft and one closed."""
    beijing, shanghai, hong_kong = (open_form(session, slug) for slug in ("first", "second", "third"))
    beijing.locations, beijing.track = ["北京"], "算法"
    shanghai.locations, shanghai.degree_floor = ["上海"], "bachelor"
    hong_kong.locations, hong_kong.degree_floor, hong_kong.title = ["香港"], "doctorate", "Résumé <i>reader</i>"
    for slug, state in (("draft", PostingState.DRAFT), ("closed", PostingState.CLOSED)):
        make_posting(session, slug=slug, state=state).title = f"hidden {slug}"
    session.commit()


def listed(client, query=""):
    return set(ROLE.findall(client.get(f"/{query}").get_data(as_text=True)))


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", {"first", "second", "third"}),
        ("?city=北京", {"first"}),
        ("?track=算法", {"first"}),
        ("?degree=bachelor", {"second"}),
        ("?degree=master", {"first", "second"}),
        ("?degree=doctorate", {"first", "second", "third"}),
        ("?degree=nonsense", {"first", "second", "third"}),
        ("?q=pytorch", {"first", "second", "third"}),
        ("?q=ＰＹＴＯＲＣＨ%20轨迹", {"first", "second", "third"}),
        ("?q=reader", {"third"}),
        ("?q=hidden", set()),
        ("?q=%25", set()),
        ("?q=%00", {"first", "second", "third"}),
        ("?city=北京&degree=bachelor", set()),
        ("?city=Atlantis", {"first", "second", "third"}),
        ("?track=nothing&city=北京", {"first"}),
        ("?q=hong+kong", {"third"}),
        ("?q=Computer+Science", {"first", "second", "third"}),
        ("?q=香港", {"third"}),
        ("?page=9", {"first", "second", "third"}),
        ("?page=-1&q=reader", {"third"}),
    ],
)
def test_filters_are_in_the_address(client, roles, query, slugs):
    assert listed(client, query) == slugs


def test_empty_list_says_how_to_go_on(client, session, roles):
    client.set_cookie("locale", "en")
    page = client.get("/?q=zzz&city=北京").get_data(as_text=True)
    assert "No role fits these filters" in page
    ways = dict(re.findall(r'<a class="btn" href="([^"]*)">([^<]*)</a>', page))
    assert {unquote(way): words for way, words in ways.items()} == {
        "/?city=北京": "Without “zzz”",
        "/?q=zzz": "Without “Beijing”",
        "/": "Show all roles",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_long_list_has_pages_that_keep_the_filters(client, session):
    client.set_cookie("locale", "en")
    for number in range(PAGE + 3):
        posting = make_posting(session, slug=f"role-{number}")
        posting.track, posting.locations = ("Speech" if number % 2 else "Vision"), ["上海"]
    make_posting(session, slug="elsewhere").locations = ["北京"]
    session.commit()
    first = client.get("/?city=上海").get_data(as_text=True)
    assert f"{PAGE + 3} roles · page 1 of 2" in first
    assert 'rel="prev"' not in first
    [onward] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = client.get(unescape(onward)).get_data(as_text=True)
    assert 'rel="next"' not in second
    shown = [ROLE.findall(page) for page in (first, second)]
    assert [len(slugs) for slugs in shown] == [PAGE, 3]
    assert {*shown[0], *shown[1]} == {f"role-{number}" for number in range(PAGE + 3)}
    [back] = re.findall(r'rel="prev" href="([^"]+)"', second)
    assert ROLE.findall(client.get(unescape(back)).get_data(as_text=True)) == shown[0]


def test_page_without_any_posting_says_so(client):
    client.set_cookie("locale", "en")
    assert "There is no open role at the moment" in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_public_page_mentions_what_is_not_open(client, roles, language):
    client.set_cookie("locale", language)
    for address in (
        "/",
        "/?q=hidden",
        "/roles/first",
        "/roles/first/apply",
        "/privacy",
        "/accessibility",
        "/roles/draft",
    ):
        page = client.get(address).get_data(as_text=True)
        assert "hidden draft" not in page
        assert "hidden closed" not in page
        assert not {"draft", "closed"} & set(ROLE.findall(page))


def test_titles_are_shown_as_they_are(client, roles):
    assert "<i>reader</i>" not in client.get("/").get_data(as_text=True)
    assert "&lt;i&gt;reader" in client.get("/roles/third").get_data(as_text=True)


def test_posting_keeps_where_its_reader_came_from(client, roles):
    assert "/roles/first/apply?from=campus" in client.get("/roles/first?from=campus").get_data(as_text=True)


@pytest.mark.parametrize(
    "address", ["/", "/roles/first", "/roles/first/apply", "/privacy", "/accessibility", "/status/x"]
)
def test_public_pages_have_safe_headers(client, roles, address):
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_posting_is_light(client, roles):
    """Measure the page with everything that it loads, packed, in at most 100 kB."""
    page = client.get("/roles/first").get_data(as_text=True)
    parts = {address.partition("#")[0] for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page)}
    weight = len(gzip.compress(page.encode()))
    for part in sorted(parts):
        answer = client.get(part)
        weight += len(gzip.compress(answer.data))
        answer.close()
    assert weight <= LIMIT


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_too_many_attempts_are_told_in_words(session, settings, posting):
    app = create_app(
        settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI="memory://"
    )
    candidate = Candidate(app.test_client(), posting.slug)
    most = int(BY_ADDRESS.split()[0])
    codes = [candidate.send({"summary": "kept"}) for _ in range(most + 1)]
    assert [answer.status_code for answer in codes] == [422] * most + [429]
    page = codes[-1].get_data(as_text=True)
    assert "Wait 6 minutes, then submit again." in page
    assert shown(page)["summary"] == ["kept"]
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_form_without_its_token_is_refused_in_words(session, settings, posting):
    app = create_app(settings, TESTING=True, RATELIMIT_ENABLED=False)
    candidate = Candidate(app.test_client(), posting.slug)
    body = candidate.fill()
    assert candidate.send({**body, "csrf_token": "x"}).status_code == 400
    assert "Your browser keeps what you typed" in candidate.send({**body, "csrf_token": ""}).get_data(as_text=True)
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
