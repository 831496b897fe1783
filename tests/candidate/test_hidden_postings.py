"""A posting that is not open does not exist for the public: no page, feed, search, guess or form leads to it or names it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from screening.models import Application, PostingState
from tests.candidate.conftest import Candidate, open_form
from tests.candidate.forms import filled, with_file

TITLE, CITY, TRACK = "Zeppelin pilot intern", "Zeppelinheim", "Airships"
SLUG = "zeppelin-pilot"
STATES = ["draft", "closed", "expired"]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FEEDS = {"/", "/sitemap.xml", "/feed.atom"}


@pytest.fixture(params=STATES)
def hidden(request, session):
    """Make an open posting, and one beside it that differs from it in nothing but that it is not open."""
    open_form(session, "open")
    posting = open_form(session, SLUG)
    posting.title, posting.locations, posting.track = TITLE, [CITY], TRACK
    session.commit()
    return request.param, posting


def hide(session, hidden):
    state, posting = hidden
    if state == "expired":
        posting.closes_at = datetime.now(UTC) - timedelta(seconds=1)
    else:
        posting.state = PostingState(state)
    session.commit()


def public_rules(app):
    """List the addresses of the public side, whoever adds one."""
    apart = ("/staff", "/static", "/dev", "/sign-in", "/sign-out", "/settings")
    return [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith(apart)]


def told(answer):
    """Give everything that an answer says: its head and its body."""
    text = answer.get_data(as_text=True)
    answer.close()
    return f"{answer.headers}\n{text}"


def names_hidden(text):
    return [word for word in (TITLE, CITY, TRACK, f"/{SLUG}") if word.lower() in text.lower()]


def test_open_posting_is_told_by_each_of_these_pages(client, hidden):
    """Show that the words below would be found if they were there."""
    for path in FEEDS:
        assert f"/{SLUG}" in told(client.get(path))
    for path in (f"/roles/{SLUG}", f"/roles/{SLUG}/apply", f"/?q=zeppelin&city={CITY}"):
        assert TITLE in told(client.get(path))


def test_no_public_address_leads_to_a_posting_that_is_not_open(app, client, session, hidden):
    body = filled(Candidate(client, SLUG).open())
    hide(session, hidden)
    client.set_cookie("locale", "en")
    rules = public_rules(app)
    named = [rule for rule in rules if rule.arguments == {"slug"}]
    assert len(named) >= 2
    for rule in named:
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            path = rule.rule.replace("<slug>", SLUG)
            answer = client.open(
                path,
                method=method,
                **({"data": with_file(dict(body)), "content_type": "multipart/form-data"} if method == "POST" else {}),
            )
            assert answer.status_code == 404, (method, path)
            assert not names_hidden(told(answer).replace(path, "")), (method, path)
    for rule in rules:
        if not rule.arguments and "GET" in (rule.methods or set()):
            asked = {"q": "zeppelin", "city": CITY, "track": TRACK, "also": SLUG, "from": "campus", "page": "1"}
            for query in ({}, asked, {"city": CITY}, {"track": TRACK}, {"also": SLUG}):
                text = told(client.get(rule.rule, query_string=query))
                said = names_hidden(text) if not query else set(names_hidden(text)) - {CITY, TRACK}
                assert not said, (rule.rule, query)  # what was asked for stands in the address of the language link
                assert f">{CITY}<" not in text
                assert f">{TRACK}<" not in text
    assert session.scalar(select(func.count()).select_from(Application)) == 0


def test_no_guess_at_an_address_shows_it(client, session, hidden):
    hide(session, hidden)
    guesses = [hidden[1].id, SLUG.upper(), f"{SLUG}/", f"{SLUG}%00", f"./{SLUG}", f"%2e/{SLUG}", f"{SLUG}?preview=1"]
    for guess in guesses:
        answer = client.get(f"/roles/{guess}", follow_redirects=True)
        assert answer.status_code == 404, guess
        assert not {TITLE, CITY, TRACK} & set(names_hidden(told(answer))), guess


def test_naming_an_open_posting_beside_it_opens_no_form_of_a_hidden_one(client, session, hidden):
    body = filled(Candidate(client, "open").open())
    hide(session, hidden)
    body |= {"also": f"={SLUG}:1:x,open:1:y"}
    for path in (f"/roles/{SLUG}/apply", f"/roles/{SLUG}/draft"):
        answer = client.post(path, data=with_file(dict(body)), content_type="multipart/form-data")
        assert answer.status_code == 404, path
        assert not names_hidden(told(answer).replace(path, "")), path


def test_form_of_an_open_posting_takes_no_application_for_a_hidden_one(client, session, hidden):
    hide(session, hidden)
    candidate = Candidate(client, "open")
    page = told(client.get(f"/roles/open/apply?also={SLUG}"))
    assert not names_hidden(page)
    body = {**candidate.fill(), "also": SLUG, "also_slugs": json.dumps([SLUG])}
    answer = candidate.send(with_file(body))
    assert not names_hidden(told(answer).replace("/open", ""))
    assert session.scalars(select(Application.posting_id).where(Application.posting_id == hidden[1].id)).all() == []
