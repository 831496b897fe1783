"""The overview as its page prints it: columns, notices, filters in the address, imported drafts, and the part that refreshes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from screening.models import Role, Stage
from screening.services.publishing import import_postings
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import TWO_POSTINGS, sign_in

OVERVIEW = "/staff/postings/"


def row_of(page, posting):
    return re.search(rf'<tr role="row" data-item id="p{posting.id}">.*?</tr>', page, re.DOTALL)[0]


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_row_tells_counts_new_overdue_median_and_owner(session, browse, posting, recruiter):
    today = datetime.now(UTC)
    make_application(session, posting, since=today)
    for days in (20, 30):
        make_application(session, posting, stage=Stage.INTERVIEW, since=today - timedelta(days=days))
    posting.owner_id, posting.stage_seconds = recruiter.id, 2.4 * 86400
    row = text_of(row_of(browse(OVERVIEW), posting))
    assert f"1 0 2 0 0 +1 2 2.4 d {recruiter.name[:1]} Owner {recruiter.name}" in row.replace("Owner  ", "Owner ")
    posting.stage_seconds = 5 * 3600
    assert "5 h" in row_of(browse(OVERVIEW), posting)
    posting.stage_seconds = None
    assert 'data-l="Median in stage">–<' in row_of(browse(OVERVIEW), posting)


def test_the_filter_stands_in_the_address_and_each_link_keeps_the_rest_of_it(session, browse, posting, recruiter):
    colleague = make_user(session, name="许知远")
    posting.owner_id = colleague.id
    mine = make_posting(session, recruiter, slug="mine")
    page = browse(OVERVIEW)
    assert {f"p{posting.id}", f"p{mine.id}"} <= set(re.findall(r'id="(p\d+)"', page))
    page = browse(f"{OVERVIEW}?mine=1&sort=median&q=轨迹")
    assert re.findall(r'id="(p\d+)"', page) == [f"p{mine.id}"]
    addresses = re.findall(r'(?:href|hx-get)="(/staff/postings/(?:live)?\?[^"]*)"', page)
    states = [one for one in addresses if "state=" in one]
    assert len(states) == 2
    assert all("mine=1" in one and "sort=median" in one for one in states)
    assert any(
        one.startswith("/staff/postings/live?") and "sort=median" in one and "mine=1" in one for one in addresses
    )
    assert '<input type="hidden" name="mine" value="1">' in page
    assert 'aria-sort="descending"' in page
    assert "No posting fits this filter" in browse(f"{OVERVIEW}?mine=1&q=zzz")


@pytest.mark.parametrize("query", ["?sort=drop&state=x&mine=2&attention=y", "?sort=&state="])
def test_what_nobody_offered_is_the_standard_view(browse, posting, query):
    assert f'id="p{posting.id}"' in browse(f"{OVERVIEW}{query}")


def test_drafts_of_an_import_are_named_until_they_are_published_and_not_to_a_hiring_manager(
    session, browse, client, recruiter
):
    document = import_postings(session, name="秋季<实习>.txt", text=TWO_POSTINGS, actor_id=recruiter.id, now=NOW)
    page = browse(OVERVIEW)
    said = text_of(re.search(r'<div class="callout warn">.*?</div></div>', page, re.DOTALL)[0])
    assert "Import “秋季&lt;实习&gt;.txt”: 2 drafts wait to be published" in said
    assert f"/staff/imports/{document.id}" in page
    manager = make_user(session, Role.HIRING_MANAGER)
    session.commit()
    sign_in(client, manager)
    assert "callout warn" not in client.get(OVERVIEW).get_data(as_text=True)


def test_the_part_that_refreshes_is_that_of_the_page_without_its_shell(browse, session, posting):
    make_application(session, posting)
    page, part = browse(f"{OVERVIEW}?sort=title"), browse(f"{OVERVIEW}live?sort=title")
    assert "<html" not in part
    for ident in ("strip", "rows", "as-of"):
        assert f'id="{ident}"' in part
        assert page.count(f'id="{ident}"') == 1
    assert row_of(part, posting).split("<button")[0] == row_of(page, posting).split("<button")[0]


def test_closing_from_the_part_that_refreshed_leads_back_to_the_page(browse, session, posting):
    part = browse(f"{OVERVIEW}live?sort=title")
    assert re.findall(r'name="back" value="([^"]*)"', part) == ["/staff/postings/?sort=title"]
