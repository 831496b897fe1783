"""The overview and the pipeline: to whom they are shown, at what cost, in which order, and what moving does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.models import (
    Application,
    Role,
    Stage,
    StageMove,
)
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import add_scored, addresses, counted, score, sign_in

ROW = re.compile(r'href="/staff/applications/(\d+)')


def test_pages_are_for_those_with_a_right_on_the_posting(session, app, posting, browse):
    application = make_application(session, posting)
    score(session, application)
    session.commit()
    pages = addresses(posting, application)
    for address in pages:
        browse(address)
    stranger, interviewer = make_user(session), make_user(session, Role.INTERVIEWER)
    session.commit()
    for user, expected in [(stranger, {404}), (interviewer, {404})]:
        other = app.test_client()
        sign_in(other, user)
        assert {other.get(address).status_code for address in pages[2:]} == expected
    nobody = app.test_client()
    assert {nobody.get(address).status_code for address in pages} == {302}
    other = app.test_client()
    sign_in(other, interviewer)
    assert [other.get(address).status_code for address in ("/staff/postings/", "/staff/imports/")] == [403, 403]
    other = app.test_client()
    sign_in(other, stranger)
    assert posting.title not in other.get("/staff/postings/").get_data(as_text=True)


@pytest.mark.parametrize("view", ["", "?view=board"])
def test_pipeline_costs_the_same_for_one_row_and_for_fifty(session, engine, app, posting, browse, view):
    add_scored(session, posting, 1)
    address = f"/staff/postings/{posting.id}{view}"
    browse(address)
    with app.app_context():
        pages = app.extensions["sqlalchemy"].engine
    with counted(pages) as few:
        assert len(set(ROW.findall(browse(address)))) == 1
    add_scored(session, posting, 55 if not view else 12)
    with counted(pages) as many:
        assert len(set(ROW.findall(browse(address)))) == (50 if not view else 13)
    assert len(few) == len(many)


NUMBERED = re.compile(
    r'<tr role="row" data-item id="a(\d+)">.*?not-s">(\S+)</td>.*?href="([^"]+)">([^<]+)</a>', re.DOTALL
)


def test_a_row_has_the_number_and_the_way_back_of_its_own_list(session, posting, browse):
    """A row is drawn once for all lists that it stands in; what differs is put in, whatever the candidate's name holds."""
    best, other, unscored = (make_application(session, posting, name=name) for name in ("<!href><!number>", "乙", "丙"))
    for number, application in enumerate((best, other, unscored)):
        application.submitted_at = NOW + timedelta(days=number)
    score(session, best)
    score(session, other)
    other.rank_score = best.rank_score / 2
    session.commit()
    written = "&lt;!href&gt;&lt;!number&gt;"
    lists = [NUMBERED.findall(browse(f"/staff/postings/{posting.id}{order}")) for order in ("", "?sort=newest", "")]
    assert [(row[1], row[3]) for row in lists[0]] == [("1", written), ("2", "乙"), ("–", "丙")]
    assert [(row[1], row[3]) for row in lists[1]] == [("–", "丙"), ("2", "乙"), ("3", written)]
    assert lists[2] == lists[0]
    for rows, order in zip(lists, ("", "?sort=newest", ""), strict=True):
        assert [row[2] for row in rows] == [f"/staff/applications/{row[0]}{order}" for row in rows]


def test_overview_costs_the_same_for_one_posting_and_for_three(session, app, recruiter, posting, browse):
    add_scored(session, posting, 1)
    browse("/staff/postings/")
    with app.app_context():
        pages = app.extensions["sqlalchemy"].engine
    with counted(pages) as few:
        browse("/staff/postings/")
    for slug in ("second", "third"):
        add_scored(session, make_posting(session, recruiter, slug=slug), 2)
    with counted(pages) as many:
        page = browse("/staff/postings/")
    assert page.count("data-item") == 3
    assert len(few) == len(many)


def test_pipeline_walks_every_application_once_through_its_pages(session, posting, browse):
    add_scored(session, posting, 120)
    seen, address = [], f"/staff/postings/{posting.id}"
    for _ in range(5):
        page = browse(address)
        seen += list(dict.fromkeys(ROW.findall(page)))
        following = re.search(r'href="([^"]+)" rel="next"', page)
        if following is None:
            break
        address = following.group(1).replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 120
    ranks = {one.id: one.rank_score for one in session.scalars(select(Application))}
    assert [ranks[int(ident)] for ident in seen] == sorted(ranks.values(), reverse=True)


@pytest.mark.parametrize("sort", ["waiting", "newest"])
def test_pipeline_walks_every_application_once_in_any_order(session, posting, browse, sort):
    stages = [Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW, Stage.REJECTED]
    made = [make_application(session, posting, stage=stages[place % 4]) for place in range(150)]
    for place, one in enumerate(made):
        one.stage_since = one.submitted_at = NOW + timedelta(minutes=place * 37 % 100)
    seen, address = [], f"/staff/postings/{posting.id}?sort={sort}"
    for _ in range(4):
        page = browse(address)
        seen += list(dict.fromkeys(ROW.findall(page)))
        following = re.search(r'href="([^"]+)" rel="next"', page)
        if following is None:
            break
        address = following.group(1).replace("&amp;", "&")
    active = [one for one in made if one.stage is not Stage.REJECTED]
    expected = sorted(active, key=lambda one: (one.stage_since, one.id), reverse=sort == "newest")
    assert seen == [str(one.id) for one in expected]


@pytest.mark.parametrize("query", ["after=nonsense&id=1&seen=1", "after=0.5&id=-1&seen=x", "sort=drop&gates=x&stage=y"])
def test_pipeline_takes_nonsense_in_its_address_for_the_first_page(session, posting, browse, query):
    make_application(session, posting)
    assert len(ROW.findall(browse(f"/staff/postings/{posting.id}?{query}"))) == 1


def test_bulk_move_and_its_undo(session, client, posting, browse):
    applications = [make_application(session, posting) for _ in range(3)]
    browse(f"/staff/postings/{posting.id}")
    chosen = [one.id for one in applications[:2]]
    answer = client.post(
        f"/staff/postings/{posting.id}/move",
        data={"ids": chosen, "seen": [f"{ident}:applied" for ident in chosen], "to": "screening"},
    )
    assert answer.status_code == 303
    session.expire_all()
    assert [one.stage for one in applications] == [Stage.SCREENING, Stage.SCREENING, Stage.APPLIED]
    page = browse(f"/staff/postings/{posting.id}")
    assert "2 candidates moved to Review." in page
    token = re.search(r'action="(/staff/undo/[^"]+)"', page).group(1)
    answer = client.post(token, headers={"Referer": f"http://localhost/staff/postings/{posting.id}?view=board"})
    assert answer.headers["Location"] == f"/staff/postings/{posting.id}?view=board"
    session.expire_all()
    assert {one.stage for one in applications} == {Stage.APPLIED}
    assert "Taken back." in browse(f"/staff/postings/{posting.id}")
    client.post(token)
    assert "taken back already" in browse(f"/staff/postings/{posting.id}")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to": "rejected"}, "Choose a reason to reject"),
        ({"to": "offer"}, "cannot go there"),
        ({"to": "screening", "seen": "interview"}, "moved by somebody else"),
    ],
)
def test_a_move_that_cannot_be_says_why(session, client, posting, browse, fields, words):
    application = make_application(session, posting)
    browse("/staff/postings/")
    data = {"ids": application.id, **fields}
    if "seen" in fields:
        data["seen"] = f"{application.id}:{fields['seen']}"
    client.post(f"/staff/postings/{posting.id}/move", data=data)
    assert words in browse(f"/staff/postings/{posting.id}")
    session.expire_all()
    assert application.stage is Stage.APPLIED


def test_a_move_reaches_no_other_posting(session, client, recruiter, posting, browse):
    other = make_application(session, make_posting(session, slug="other"))
    browse("/staff/postings/")
    answer = client.post(f"/staff/postings/{posting.id}/move", data={"ids": other.id, "to": "screening"})
    assert answer.status_code == 404
    assert client.post(f"/staff/postings/{posting.id}/move", data={"ids": "x", "to": "y"}).status_code == 400


def test_rejecting_on_the_application_page_keeps_reason_and_note(session, client, posting, browse):
    application = make_application(session, posting)
    browse(f"/staff/applications/{application.id}")
    client.post(
        f"/staff/applications/{application.id}/move",
        data={"ids": application.id, "to": "rejected", "reason": "filled", "note": "见邮件"},
    )
    move = session.scalars(select(StageMove).order_by(StageMove.id.desc())).first()
    assert (move.to_stage, move.reason, move.note) == (Stage.REJECTED, "filled", "见邮件")
    assert "The role is filled" in browse(f"/staff/applications/{application.id}?side=timeline")


def test_going_back_stays_on_this_site(session, client, posting, browse):
    application = make_application(session, posting)
    browse("/staff/postings/")
    for target in ("https://example.com/staff/", "//example.com/staff/", "/staff/\\example.com", "/staff/x\r\ny"):
        answer = client.post(
            f"/staff/postings/{posting.id}/move", data={"ids": application.id, "to": "rejected", "back": target}
        )
        assert answer.headers["Location"] == f"/staff/postings/{posting.id}"


# --- verdicts and notes ---
