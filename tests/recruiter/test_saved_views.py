"""Saved views: one's own, shared ones, what can be changed and taken back, and what becomes of them when the rubric changes."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from screening.models import PostingMember, Role, SavedView
from screening.queries.saved_views import views_of
from screening.services.saved_views import (
    LONGEST_ADDRESS,
    MOST,
    ViewError,
    ViewFields,
    change_view,
    delete_view,
    fields_of,
    own_view,
    restore_view,
    save_view,
)
from tests.factories import NOW, make_posting, make_user
from tests.recruiter.worlds import sign_in

FILTER = "v=tool-8:not_shown&v=publication-12:met&low=40&unknown=1&sort=rank"
WRITTEN = "v=publication-12%3Amet&v=tool-8%3Anot_shown&low=40"


def keep(session, posting, user, name, *, shared=False, address="low=40"):
    fields = ViewFields(name, address, shared)
    return save_view(session, posting_id=posting.id, owner_id=user.id, fields=fields, now=NOW)


@pytest.fixture
def colleague(session, posting):
    made = make_user(session, Role.HIRING_MANAGER, name="谷雨生")
    session.add(PostingMember(posting_id=posting.id, user_id=made.id))
    session.flush()
    return made


def test_own_views_come_first_and_only_shared_ones_of_others(session, posting, recruiter, colleague):
    elsewhere = make_posting(session, recruiter, slug="elsewhere")
    keep(session, elsewhere, recruiter, "别处")
    for name, shared in (("b", False), ("A", True)):
        keep(session, posting, recruiter, name, shared=shared)
    for name, shared in (("私下", False), ("共享", True)):
        keep(session, posting, colleague, name, shared=shared)

    def seen(user):
        return [
            (row.name, row.is_own, row.owner) for row in views_of(session, posting_id=posting.id, reader_id=user.id)
        ]

    assert seen(recruiter) == [
        ("A", True, recruiter.name),
        ("b", True, recruiter.name),
        ("共享", False, "谷雨生"),
    ]
    assert seen(colleague) == [("共享", True, "谷雨生"), ("私下", True, "谷雨生"), ("A", False, recruiter.name)]


@pytest.mark.parametrize(
    ("name", "address", "code"),
    [
        ("", "", "name_missing"),
        (" \t ", "", "name_missing"),
        ("名" * 61, "", "name_long"),
        ("有了", "", "name_taken"),
        ("  有了 ", "", "name_taken"),
        ("新", "x" * (LONGEST_ADDRESS + 1), "too_long"),
    ],
)
def test_what_cannot_be_saved(session, posting, recruiter, name, address, code):
    view = keep(session, posting, recruiter, "有了")
    other = keep(session, posting, recruiter, "还有")
    for act in (
        lambda: keep(session, posting, recruiter, name, address=address),
        lambda: change_view(session, view=other, fields=ViewFields(name, address, is_shared=False)),
    ):
        with pytest.raises(ViewError) as refused:
            act()
        assert refused.value.code == code
    change_view(session, view=view, fields=ViewFields("有了", "low=1", is_shared=True))
    assert fields_of(view) == ViewFields("有了", "low=1", is_shared=True)


def test_a_person_has_at_most_so_many(session, posting, recruiter, colleague):
    for number in range(MOST):
        keep(session, posting, recruiter, f"视图 {number}")
    with pytest.raises(ViewError, match="too_many"):
        keep(session, posting, recruiter, "多一个")
    keep(session, posting, colleague, "多一个")


def test_only_the_owner_reaches_a_view(session, posting, recruiter, colleague):
    view = keep(session, posting, colleague, "共享", shared=True)
    ask = {"view_id": view.id, "posting_id": posting.id}
    assert own_view(session, **ask, owner_id=colleague.id) is view
    assert own_view(session, **ask, owner_id=recruiter.id) is None
    assert own_view(session, view_id=view.id, posting_id=posting.id + 1, owner_id=colleague.id) is None


def test_every_act_can_be_taken_back_once(session, posting, recruiter):
    before = ViewFields("一", "low=1", is_shared=False)
    after = ViewFields("二", "low=2", is_shared=True)
    view = save_view(session, posting_id=posting.id, owner_id=recruiter.id, fields=before, now=NOW)
    ask = {"posting_id": posting.id, "owner_id": recruiter.id, "now": NOW}
    change_view(session, view=view, fields=after)
    with pytest.raises(ViewError, match="changed"):
        restore_view(session, view_id=view.id, before=None, after=before, **ask)
    restore_view(session, view_id=view.id, before=before, after=after, **ask)
    assert fields_of(view) == before
    ident = view.id
    delete_view(session, view=view)
    restore_view(session, view_id=ident, before=before, after=None, **ask)
    made = session.scalars(select(SavedView)).one()
    assert fields_of(made) == before
    restore_view(session, view_id=made.id, before=None, after=before, **ask)
    assert session.scalars(select(SavedView)).all() == []


@pytest.fixture
def sent(session, client, recruiter, posting):
    """Give a caller that sends a form of the views' page as the recruiter."""
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")

    def send(path="", expect=303, **fields):
        address = f"/staff/postings/{posting.id}/views{path}"
        session.commit()
        answer = client.post(address, data=fields)
        assert answer.status_code == expect, answer.get_data(as_text=True)
        session.expire_all()
        return answer

    return send


def test_the_story_of_a_view(session, client, posting, recruiter, colleague, sent):
    answer = sent(name="  有论文、 框架未体现 ", filter=FILTER, shared="on")
    assert unquote(answer.location).endswith(f"/staff/postings/{posting.id}?{unquote(WRITTEN)}")
    view = session.scalars(select(SavedView)).one()
    assert fields_of(view) == ViewFields("有论文、 框架未体现", WRITTEN, is_shared=True)
    session.commit()
    listed = client.get(answer.location).get_data(as_text=True)
    assert re.search(r'href="[^"]*low=40" aria-current="true"><span class="grow">有论文', listed)
    assert "Saved as “有论文、 框架未体现”." in listed

    sent(f"/{view.id}", act="keep", name="论文", filter="")
    assert fields_of(view) == ViewFields("论文", WRITTEN, is_shared=False)
    sent(f"/{view.id}", act="overwrite", filter="stage=offer&view=board")
    assert view.address == "stage=offer&view=board"
    views = f"/staff/postings/{posting.id}/views"
    session.commit()
    client.get(views)  # what was said before is shown there, once
    sent(f"/{view.id}", act="delete", filter="")
    assert session.scalars(select(SavedView)).all() == []

    session.commit()
    (undoing,) = re.findall(r'action="(/staff/undo/[^"]*)"', client.get(views).text)
    client.post(undoing)
    session.expire_all()
    assert [fields_of(one).address for one in session.scalars(select(SavedView))] == ["stage=offer&view=board"]


def test_refusals_keep_what_was_typed(session, posting, recruiter, colleague, sent):
    view = keep(session, posting, recruiter, "一")
    theirs = keep(session, posting, colleague, "别人的", shared=True)
    keep(session, posting, recruiter, "二")
    session.commit()
    page = sent(expect=422, name="一", filter=FILTER).get_data(as_text=True)
    assert "You have a view of this name." in page
    assert 'value="一" aria-invalid="true"' in page
    page = sent(f"/{view.id}", expect=422, act="keep", name="二", filter=FILTER).get_data(as_text=True)
    assert 'value="二" aria-invalid="true"' in page
    for path in (f"/{theirs.id}", "/999", "/999999999999"):
        sent(path, expect=404, act="delete")
    sent(f"/{view.id}", expect=400, act="explode")
    assert {one.name for one in session.scalars(select(SavedView))} == {"一", "二", "别人的"}


def test_a_view_outlives_its_criterion_and_says_so(session, browse, posting, recruiter):
    keep(session, posting, recruiter, "旧标准", address="v=no_such_key%3Amet&low=10")
    page = browse(f"/staff/postings/{posting.id}/views")
    assert "旧标准" in page
    link = re.search(r'href="([^"]*)">旧标准<', page)[1].replace("&amp;", "&")
    shown = browse(link)
    assert "Nobody can fit, for this is gone by now: no_such_key: Met." in shown
    assert "Nobody fits this filter" in shown
