"""The pages of "what would change": asking, progress, the result for this reader, and who may."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from rubrics.model import Degree, DegreeAsk
from screening.models import Application, Job, Role, RubricPreview, Stage
from screening.services.previewing import ask_for_preview
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import add_scored, counted, owe_evaluation, sign_in
from tests.services.test_previewing import edit, run

ROW = re.compile(r'<a class="name" href="/staff/applications/(\d+)"')


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


@pytest.fixture
def browse(session, client, recruiter):
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")

    def get(address, **headers):
        session.commit()
        return client.get(address, headers=headers)

    return get


def text(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_from_asking_to_the_result(session, client, posting, recruiter, browse):
    address = f"/staff/postings/{posting.id}/rubric/preview"
    assert "There is no draft" in text(browse(address))
    empty = make_posting(session, recruiter, slug="empty")
    edit(session, empty, recruiter, r2={"weight": 3.0})
    assert "Nobody is affected yet" in text(browse(f"/staff/postings/{empty.id}/rubric/preview"))
    add_scored(session, posting, 3)
    edit(session, posting, recruiter, k1={"rule": DegreeAsk(Degree.DOCTORATE)}, r2={"weight": 3.0})
    assert "Judge all applications" in text(browse(address))

    session.commit()
    for _ in range(2):
        assert client.post(address).status_code == 303
    session.expire_all()
    assert len(session.scalars(select(Job).where(Job.name == "preview_applications")).all()) == 1
    page = text(browse(address))
    assert "0 of 3 applications judged" in page
    assert 'max="3" value="0"' in page
    assert "<html" not in text(browse(f"{address}/progress", **{"HX-Request": "true"}))

    run(session, session.scalars(select(RubricPreview)).one())
    assert browse(f"{address}/progress", **{"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert browse(f"{address}/progress").status_code == 303
    page = text(browse(address))
    assert len(ROW.findall(page)) == 3
    assert re.search(r"Newly below a knock-out</dt><dd class=\"against\"><a href=\"[^\"]+\">3</a>", page)
    assert "This is not the newest state." not in page
    assert "Publish v2" in page
    only = text(browse(f"{address}?view=below&line=50"))
    assert set(ROW.findall(only)) <= set(ROW.findall(page))
    assert "Nobody is in this view" in text(browse(f"{address}?view=above&line=90"))
    assert len(ROW.findall(text(browse(f"{address}?view=x&line=7&order=z&after=nan&id=1&direction=q")))) == 3

    edit(session, posting, recruiter, r2={"weight": 4.0})
    page = text(browse(address))
    assert "This is not the newest state." in page
    assert "The draft was changed." in page
    assert "Publish v2" not in page
    session.commit()
    assert client.post(address).status_code == 303
    assert client.post(f"{address}/stop").status_code == 303
    session.expire_all()
    assert session.scalars(select(RubricPreview)).all() == []
    assert "Judge all applications" in text(browse(address))


def test_publishing_from_the_result_publishes_the_draft(session, client, posting, recruiter, browse):
    add_scored(session, posting, 1)
    edit(session, posting, recruiter, r2={"weight": 3.0})
    run(session, ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW))
    page = text(browse(f"/staff/postings/{posting.id}/rubric/preview"))
    form = page[page.index('<form class="foot"') :]
    action = re.search(r'action="([^"]+)"', form)[1]
    revision = re.search(r'name="revision" value="(\d+)"', form)[1]
    assert client.post(action, data={"revision": revision, "act": "publish"}).status_code == 303
    assert "There is no draft" in text(browse(f"/staff/postings/{posting.id}/rubric/preview"))


def test_the_result_costs_the_same_for_one_row_and_for_fifty(session, app, posting, recruiter, browse):
    address = f"/staff/postings/{posting.id}/rubric/preview"
    edit(session, posting, recruiter, r2={"weight": 3.0})
    costs = []
    for more in (1, 55):
        add_scored(session, posting, more)
        run(session, ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW))
        text(browse(address))
        with app.app_context():
            pages = app.extensions["sqlalchemy"].engine
        with counted(pages) as statements:
            rows = len(ROW.findall(text(browse(address))))
        costs.append((rows, len(statements)))
    assert [rows for rows, _ in costs] == [1, 50]
    assert costs[0][1] == costs[1][1]


def test_who_is_not_to_be_seen_is_counted_and_nothing_else(session, posting, recruiter, browse):
    first, *_ = add_scored(session, posting, 3)
    hidden = make_application(session, posting, name="石小猴", stage=Stage.INTERVIEW)
    edit(session, posting, recruiter, k1={"rule": DegreeAsk(Degree.DOCTORATE)})
    run(session, ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW))
    address = f"/staff/postings/{posting.id}/rubric/preview"
    assert "石小猴" in text(browse(address))
    owe_evaluation(session, session.get_one(Application, hidden.id), recruiter)
    for query in ("", "?view=fresh", "?order=after", "?view=open"):
        page = text(browse(address + query))
        assert "石小猴" not in page
        assert "1 candidate is left out everywhere here" in page
    assert str(first.id) in ROW.findall(text(browse(address)))


def test_only_editors_ask_and_stop(session, app, recruiter):
    manager, interviewer = make_user(session, Role.HIRING_MANAGER), make_user(session, Role.INTERVIEWER)
    posting = make_posting(session, recruiter, manager)
    add_scored(session, posting, 1)
    edit(session, posting, recruiter, r2={"weight": 3.0})
    session.commit()
    address = f"/staff/postings/{posting.id}/rubric/preview"
    answers = {}
    for user in (manager, interviewer, recruiter):
        caller = app.test_client()
        sign_in(caller, user)
        answers[user.id] = [
            caller.get(address).status_code,
            caller.get(f"{address}/progress").status_code,
            caller.post(address).status_code,
            caller.post(f"{address}/stop").status_code,
        ]
    assert answers == {
        manager.id: [200, 303, 403, 403],
        interviewer.id: [404, 404, 404, 404],
        recruiter.id: [200, 303, 303, 303],
    }
