"""Search finds names within one's rights and says nothing else about anybody."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest
from sqlalchemy import event

from screening.models import Panelist, Role
from screening.queries.scopes import actor_of
from screening.queries.search import FOUND, FoundCandidate, search
from screening.services.indexing import index_applications
from tests.architecture.doors import make_interview, sign_in
from tests.factories import NOW, make_application, make_posting, make_user


@pytest.fixture
def people(session):
    """Two postings with one candidate each; a recruiter of the first, an interviewer of the second's candidate."""
    recruiter, other = make_user(session), make_user(session)
    interviewer = make_user(session, Role.INTERVIEWER)
    admin = make_user(session, Role.ADMIN)
    first, second = make_posting(session, recruiter), make_posting(session, other, slug="second")
    mine = make_application(session, first, name="云小鹤")
    theirs = make_application(session, second, name="云小鹿_100%")
    interview = make_interview(session, theirs, other)
    session.add(Panelist(interview_id=interview.id, user_id=interviewer.id))
    index_applications(session, application_ids=[mine.id, theirs.id])
    session.commit()
    return {
        "recruiter": recruiter,
        "interviewer": interviewer,
        "admin": admin,
        "interview": interview,
        "ids": (mine.id, theirs.id),
        "postings": (first.id, second.id),
    }


def found(session, user, text):
    answer = search(session, actor=actor_of(session, user), text=text)
    return [c.application_id for c in answer.candidates], [p.id for p in answer.postings]


def test_each_finds_what_they_may_see(session, people):
    mine, theirs = people["ids"]
    assert found(session, people["admin"], "云小") == ([theirs, mine], [])
    assert found(session, people["recruiter"], "云小") == ([mine], [])
    assert found(session, people["interviewer"], "云小") == ([theirs], [])


def test_postings_are_found_by_title_and_candidates_by_their_texts(session, people):
    (first, second), (mine, theirs) = people["postings"], people["ids"]
    assert found(session, people["admin"], "轨迹") == ([theirs, mine], [first, second])
    assert found(session, people["recruiter"], "轨迹") == ([mine], [first])
    assert found(session, people["recruiter"], "实习") == ([], [first])
    assert found(session, people["interviewer"], "轨迹") == ([], [])


def test_an_interviewer_no_longer_finds_a_cancelled_interview(session, people):
    people["interview"].cancelled_at = NOW
    session.flush()
    assert found(session, people["interviewer"], "云小") == ([], [])


@pytest.mark.parametrize(
    "text", ["%", "_", "100%", "100", "\\", "", "   ", "'; --", '"', "NEAR(", "a OR b", "_p1", "*", ":*"]
)
def test_signs_of_the_query_language_find_nothing(session, people, text):
    _, theirs = people["ids"]
    expected = [theirs] if "100" in text else []
    assert found(session, people["admin"], text) == (expected, [])


def test_nothing_but_names_is_told(session, people):
    answer = search(session, actor=actor_of(session, people["interviewer"]), text="小鹿")
    assert {field.name for field in fields(FoundCandidate)} == {
        "application_id",
        "name",
        "posting_title",
        "interview_id",
        "excerpt",
    }
    assert [asdict(candidate) for candidate in answer.candidates] == [
        {
            "application_id": people["ids"][1],
            "name": "云小鹿_100%",
            "posting_title": "轨迹预测算法实习生",
            "interview_id": people["interview"].id,
            "excerpt": None,
        }
    ]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_many_cost_as_much_as_one(session, engine, people, count):
    posting = make_posting(session, slug="third")
    ids = [make_application(session, posting, name=f"石小猴{number}").id for number in range(count)]
    index_applications(session, application_ids=ids)
    actor = actor_of(session, people["admin"])
    statements = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    answer = search(session, actor=actor, text="石小猴")
    assert len(answer.candidates) == min(count, FOUND)
    assert len([statement for statement in statements if statement.startswith(("SELECT", "WITH"))]) == (
        3 if count == 50 else 5 if engine.dialect.name == "sqlite" else 7
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_and_the_fragment(app, session, people):
    client = sign_in(app, people["recruiter"])
    page = client.get("/staff/search?q=云").text
    fragment = client.get("/staff/search?q=云", headers={"HX-Request": "true"}).text
    assert "<h1>" in page
    assert "<h1>" not in fragment
    assert "云小鹤" in fragment
    assert "云小鹿" not in page + fragment


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_excerpt_is_shown_as_text(app, session, people):
    made = make_application(
        session,
        make_posting(session, people["recruiter"], slug="fourth"),
        answers={"basics": {"summary": "<b>我</b>用 Rust<script> 写"}},
    )
    index_applications(session, application_ids=[made.id])
    session.commit()
    page = sign_in(app, people["recruiter"]).get("/staff/search?q=RUST").text
    assert '&lt;b&gt;我&lt;/b&gt;用 <mark class="accent">Rust</mark>&lt;script&gt; 写' in page
    assert "简历、回答" in sign_in(app, people["recruiter"]).get("/staff/search").text
    assert "简历、回答" not in sign_in(app, people["interviewer"]).get("/staff/search").text
