"""Two contents of a rubric side by side: what is the same criterion, what differs, and the page that says it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rubrics.codec import load_rubric
from rubrics.model import Anchors, AnyOf, AssessedBy, Degree, DegreeAsk, Section, SkillAsk
from screening.models import Role, RubricState
from screening.queries.comparison import Kept, compare, word_pieces
from screening.services.drafting import save_rubric, version_in
from screening.services.rubric_edits import change_section
from tests.factories import NOW, make_posting, make_rubric, make_user
from tests.recruiter.worlds import counted, sign_in

TAGS = re.compile(r"<[^>]+>")


def edited(rubric, **changes):
    """Change criteria by id; None takes one out."""
    criteria = [
        replace(one, **changes[one.id]) if one.id in changes else one
        for one in rubric.criteria
        if changes.get(one.id, one) is not None
    ]
    return replace(rubric, criteria=tuple(criteria))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("本科及以上", "硕士及以上", ["-本科", "+硕士", "及以上"]),
        ("熟悉 C++ 或 Python。", "熟悉 C++ 或 Go。", ["熟悉 C++ 或 ", "-Python", "+Go", "。"]),
        ("硕士研究生及以上", "博士研究生及以上", ["-硕士", "+博士", "研究生及以上"]),
        ("one two three", "one 2 3", ["one ", "-two three", "+2 3"]),
        ("", "new", ["+new"]),
        ("same", "same", ["same"]),
        ("字" * 2000, "词" * 2000, ["-" + "字" * 2000, "+" + "词" * 2000]),
    ],
)
def test_texts_are_compared_word_by_word(before, after, expected):
    marks = {Kept.SAME: "", Kept.GONE: "-", Kept.NEW: "+"}
    pieces = word_pieces(before, after)
    assert [marks[piece.kept] + piece.text for piece in pieces] == expected
    assert "".join(piece.text for piece in pieces if piece.kept is not Kept.NEW) == before
    assert "".join(piece.text for piece in pieces if piece.kept is not Kept.GONE) == after


def test_every_field_that_differs_is_named():
    before = make_rubric()
    after = edited(
        before,
        k1={"rule": DegreeAsk(Degree.BACHELOR), "gate": False},
        r1={"text": "数学专业", "weight": 2.0, "anchors": Anchors(("一", "二", "三", "四"))},
        r2={"rule": AnyOf((SkillAsk("go"),)), "assessed_by": AssessedBy.BOTH},
        r3=None,
        b1={"group": None},
    )
    after = replace(after, title="别的名称", track="算法", locations=("杭州",), degree_floor=Degree.BACHELOR)
    found = compare(before, after)
    assert [change.name for change in found.head] == ["title", "track", "locations", "degree_floor"]
    assert {change.after.id: change.fields for change in found.changed} == {
        "k1": ("gate", "rule"),
        "r1": ("text", "weight", "anchors"),
        "r2": ("rule", "assessed_by"),
        "b1": ("group",),
    }
    assert ([one.id for one in found.removed], found.added) == (["r3"], ())
    assert found.count == 9
    assert compare(before, replace(before, version=7)).count == 0
    assert [one.id for one in compare(after, before).added] == ["r3"]


def test_a_criterion_is_followed_through_another_id_and_other_words():
    before = make_rubric()
    moved = change_section(before, "r2", Section.BONUS)
    ids = [(change.before.id, change.after.id) for change in compare(before, moved).changed]
    assert ids == [("r2", "b3")]
    assert compare(before, moved).head == ()
    swapped = replace(before, criteria=(*before.criteria[:3], *reversed(before.criteria[3:7]), *before.criteria[7:]))
    order = compare(before, swapped).head
    assert [(change.name, change.after[3:7]) for change in order] == [("order", ("R4", "R3", "R2", "R1"))]


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


def save(session, posting, recruiter, change, **changes):
    draft = version_in(session, posting, RubricState.DRAFT)
    shown = draft or version_in(session, posting, RubricState.PUBLISHED)
    return save_rubric(
        session,
        posting=posting,
        rubric=edited(load_rubric(shown.document), **changes),
        revision=draft.revision if draft else 0,
        change=change,
        actor_id=recruiter.id,
        now=NOW,
    )


def test_the_page_compares_any_two_contents(session, client, posting, recruiter):
    save(session, posting, recruiter, "save", r1={"text": "计算机、<b>数学</b>等相关专业。"})
    save(session, posting, recruiter, "gate:k1", k1={"weight": 2.0}, r3=None)
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")
    address = f"/staff/postings/{posting.id}/rubric/compare"

    page = client.get(address).get_data(as_text=True)
    first_save = client.get(f"{address}?from=2.1&to=2.2").get_data(as_text=True)
    back = client.get(f"{address}?from=2&to=1").get_data(as_text=True)

    assert "3 changes" in page
    assert "<del>自动化</del><ins>&lt;b&gt;数学&lt;/b&gt;</ins>" in page
    assert "<b>数学" not in page
    assert re.search(r"Weight</dt><dd><span><del>1</del><ins>2</ins>", page)
    assert "PyTorch | TensorFlow" in page
    assert "save 2 · texts and weights" in page
    assert "1 change" in first_save
    assert "Added" not in first_save
    assert "Added" in back
    same = client.get(f"{address}?from=2&to=2").get_data(as_text=True)
    assert "v2 and v2 say the same." in same


@pytest.mark.parametrize("query", ["from=9", "to=2.77", "from=x", "from=1.&to=1", "from=" + "9" * 40])
def test_what_is_no_content_is_not_there(session, client, posting, recruiter, query):
    session.commit()
    sign_in(client, recruiter)
    assert client.get(f"/staff/postings/{posting.id}/rubric/compare?{query}").status_code == 404


def test_the_page_costs_the_same_for_one_version_and_for_many_saves(session, app, client, posting, recruiter):
    session.commit()
    sign_in(client, recruiter)
    address = f"/staff/postings/{posting.id}/rubric/compare"
    client.get(address)
    with app.app_context():
        pages = app.extensions["sqlalchemy"].engine
    with counted(pages) as few:
        assert client.get(address).status_code == 200
    for number in range(70):
        save(session, posting, recruiter, "save", r1={"weight": 1 + number / 50})
    session.commit()
    with counted(pages) as many:
        assert client.get(f"{address}?from=1&to=2").status_code == 200
    assert len(few) == len(many)


def test_hiring_managers_may_look_and_others_may_not(session, app, recruiter):
    manager, stranger = make_user(session, Role.HIRING_MANAGER), make_user(session)
    posting = make_posting(session, recruiter, manager)
    session.commit()
    answers = {}
    for user in (manager, stranger):
        caller = app.test_client()
        sign_in(caller, user)
        answers[user.id] = caller.get(f"/staff/postings/{posting.id}/rubric/compare").status_code
    assert answers == {manager.id: 200, stranger.id: 404}
