"""Pools of interviewers: made, changed, used by several postings, deleted only where no round needs them; each with a way back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from screening.models import InterviewerPool, PoolMember, Role, RoundKind
from screening.services.interview_plans import RoundFields, add_round
from screening.services.pools import PoolFields, make_pool
from tests.factories import NOW, make_posting, make_user
from tests.recruiter.worlds import sign_in

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HIDDEN = re.compile(r'name="(csrf_token|seen_name|seen_members)" value="([^"]*)"')


@pytest.fixture
def people(session):
    made = [make_user(session, Role.INTERVIEWER, name=name) for name in ("何以然", "许愿")]
    session.commit()
    return made


@pytest.fixture
def write(session, client, browse):
    """Write a pool through its form."""

    def post(address="new", *, expect=303, seen=None, **fields):
        page = browse(f"/staff/pools/{address}")
        session.commit()
        answer = client.post(f"/staff/pools/{address}", data={**dict(HIDDEN.findall(page)), **(seen or {}), **fields})
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return browse("/staff/pools/") if expect == 303 else answer.get_data(as_text=True)

    return post


@pytest.fixture
def take_back(session, client, browse):
    """Press the undo button on a page."""

    def post(page):
        session.commit()
        client.post(re.search(r'action="(/staff/undo/[^"]+)"', page)[1], data=dict(HIDDEN.findall(page)))
        return browse("/staff/pools/")

    return post


def stored(session):
    session.expire_all()
    return {
        pool.name: sorted(session.scalars(select(PoolMember.user_id).where(PoolMember.pool_id == pool.id)))
        for pool in session.scalars(select(InterviewerPool))
    }


def use(session, posting, pool_id, actor):
    fields = RoundFields(kind=RoundKind.PANEL, name="Values", minutes=45, seats=1, focus=(), pool_id=pool_id)
    add_round(session, posting=posting, fields=fields, actor_id=actor.id, now=NOW)
    session.commit()


def test_a_pool_is_made_changed_deleted_and_taken_back(session, people, write, take_back):
    one, two = (person.id for person in people)
    page = write(name="Algorithms", members=[str(one)])
    assert stored(session) == {"Algorithms": [one]}
    assert "Algorithms" in page
    (ident,) = session.scalars(select(InterviewerPool.id)).all()
    page = write(str(ident), name="Systems", members=[str(one), str(two)])
    assert stored(session) == {"Systems": [one, two]}
    take_back(page)
    assert stored(session) == {"Algorithms": [one]}
    page = write(str(ident), act="delete")
    assert stored(session) == {}
    take_back(page)
    assert stored(session) == {"Algorithms": [one]}
    assert session.scalars(select(InterviewerPool.id)).all() == [ident]


def test_making_a_pool_is_taken_back_unless_a_round_uses_it(session, people, posting, write, take_back, recruiter):
    page = write(name="Algorithms", members=[])
    take_back(page)
    assert stored(session) == {}
    page = write(name="Algorithms", members=[])
    (ident,) = session.scalars(select(InterviewerPool.id)).all()
    use(session, posting, ident, recruiter)
    assert "Somebody has gone on from here since" in take_back(page)
    assert stored(session) == {"Algorithms": []}


@SQLITE
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": " "}, "Name the pool, such as Algorithms."),
        ({"name": "Taken"}, "Another pool has this name."),
        ({"name": "x" * 81}, "Use at most 80 characters."),
        ({"name": "New", "members": ["999"]}, "not a valid choice"),
    ],
)
def test_a_pool_that_is_wrong_is_shown_again(session, people, write, recruiter, fields, told):
    make_pool(session, fields=PoolFields("Taken", ()), actor_id=recruiter.id, now=NOW)
    session.commit()
    assert told in write(expect=422, **fields)
    assert stored(session) == {"Taken": []}


def test_a_used_pool_stays_and_names_the_postings_one_may_see(session, people, posting, write, browse, recruiter):
    pool = make_pool(session, fields=PoolFields("Algorithms", (people[0].id,)), actor_id=recruiter.id, now=NOW)
    use(session, posting, pool.id, recruiter)
    use(session, make_posting(session, slug="secret"), pool.id, recruiter)
    page = browse("/staff/pools/")
    assert f"/staff/postings/{posting.id}/interview-plan" in page
    assert "1 posting of colleagues" in page
    assert "Delete the pool" not in browse(f"/staff/pools/{pool.id}")
    assert "Rounds fill their seats from this pool." in write(str(pool.id), expect=422, act="delete")
    assert stored(session) == {"Algorithms": [people[0].id]}


def test_nobody_overwrites_a_pool_that_a_colleague_has_changed(session, people, write, recruiter):
    pool = make_pool(session, fields=PoolFields("Algorithms", ()), actor_id=recruiter.id, now=NOW)
    session.commit()
    old = {"seen_name": "Algorithms", "seen_members": str(people[0].id)}
    page = write(str(pool.id), expect=409, name="Mine", seen=old)
    assert "Somebody changed this pool" in page
    assert 'value="Mine"' in page
    assert stored(session) == {"Algorithms": []}


def test_who_has_left_stays_in_a_pool_and_nobody_of_them_comes_in(session, people, write, browse, recruiter):
    gone = make_user(session, Role.INTERVIEWER, name="去者")
    pool = make_pool(session, fields=PoolFields("Algorithms", (gone.id,)), actor_id=recruiter.id, now=NOW)
    gone.is_active = people[1].is_active = False
    session.commit()
    assert "has left" in browse("/staff/pools/")
    write(str(pool.id), name="Algorithms", members=[str(gone.id), str(people[0].id)])
    assert stored(session) == {"Algorithms": sorted((gone.id, people[0].id))}
    write(str(pool.id), expect=422, name="Algorithms", members=[str(people[1].id)])


@SQLITE
@pytest.mark.parametrize(("role", "expect"), [(Role.INTERVIEWER, 403), (Role.HIRING_MANAGER, 403), (Role.ADMIN, 200)])
def test_recruiters_and_admins_manage_pools(session, client, role, expect):
    user = make_user(session, role)
    session.commit()
    sign_in(client, user)
    assert client.get("/staff/pools/").status_code == expect
    assert client.post("/staff/pools/new", data={"name": "x"}).status_code == (303 if expect == 200 else 403)
    assert client.get("/staff/pools/77").status_code == (404 if expect == 200 else 403)
