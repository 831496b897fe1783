"""The page of a posting's stages: what is left out, names, limits, who must act, the owner, and the way back."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.models import AuditEntry, Posting, Responsible, Role, Stage, StageFigure, StageRule
from screening.queries.stage_rules import LANES, STANDARD_RESPONSIBLE
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import sign_in

STANDARD = {
    "owner": "0",
    **{f"{stage.value}-in_use": "y" for stage in LANES},
    **{f"{stage.value}-{name}": "" for stage in LANES for name in ("zh", "en", "days")},
    **{f"{stage.value}-responsible": STANDARD_RESPONSIBLE[stage].value for stage in LANES},
}


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    made = make_posting(session, recruiter)
    session.commit()
    return made


@pytest.fixture
def page(client, recruiter, posting):
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")
    address = f"/staff/postings/{posting.id}/stages"

    class Stages:
        def get(self):
            answer = client.get(address)
            assert answer.status_code == 200
            return answer.get_data(as_text=True)

        def save(self, *, without=(), expect=303, seen=None, **fields):
            seen = seen or re.search(r'name="seen" value="([^"]*)"', self.get())[1]
            data = {**STANDARD, "seen": seen, **{name.replace("__", "-"): text for name, text in fields.items()}}
            answer = client.post(address, data={name: data[name] for name in data if name not in without})
            assert answer.status_code == expect, answer.get_data(as_text=True)
            return answer.get_data(as_text=True)

        def undo(self, html):
            assert client.post(re.search(r'action="(/staff/undo/[^"]+)"', html)[1]).status_code == 303
            return self.get()

    return Stages()


def stored(session):
    """Read the rules by stage; nothing stays open on the database."""
    session.rollback()
    session.expire_all()
    rules = {
        row.stage: (row.in_use, row.name_zh, row.name_en, row.days, row.responsible)
        for row in session.scalars(select(StageRule))
    }
    session.rollback()
    return rules


def owner_of(session, posting_id):
    session.rollback()
    found = session.scalar(select(Posting.owner_id).where(Posting.id == posting_id))
    session.rollback()
    return found


def test_what_is_said_is_stored_and_can_be_taken_back(session, page, posting, recruiter):
    ident, user = posting.id, recruiter.id
    session.rollback()
    page.save(
        without={"screening-in_use"},
        interview__zh="  技术  面 ",
        interview__days="0",
        debrief__en="Panel talk",
        debrief__days="21",
        applied__responsible="hiring_manager",
        owner=str(user),
    )
    after = {
        Stage.APPLIED: (True, None, None, None, Responsible.HIRING_MANAGER),
        Stage.SCREENING: (False, None, None, None, Responsible.OWNER),
        Stage.INTERVIEW: (True, "技术 面", None, 0, Responsible.PANEL),
        Stage.DEBRIEF: (True, None, "Panel talk", 21, Responsible.HIRING_MANAGER),
    }
    assert stored(session) == after
    assert owner_of(session, ident) == user
    facts = session.scalars(select(AuditEntry.facts).where(AuditEntry.act == "posting.stage")).all()
    assert [one["stage"] for one in facts] == ["applied", "screening", "interview", "debrief"]
    assert json.loads(facts[2]["after"]) == [True, "技术 面", None, 0, "panel"]
    (owner,) = session.scalars(select(AuditEntry.facts).where(AuditEntry.act == "posting.owner"))
    assert owner == {"before": None, "after": user}
    session.rollback()
    html = page.get()
    assert 'value="技术 面"' in html
    assert "Taken back." in page.undo(html)
    assert stored(session) == {}
    assert owner_of(session, ident) is None


def test_what_is_said_back_to_the_standard_leaves_no_row(session, page):
    page.save(offer__days="9")
    assert list(stored(session)) == [Stage.OFFER]
    page.save()
    assert stored(session) == {}
    page.get()
    page.save()
    html = page.get()
    assert "Nothing has changed." in html
    assert "/staff/undo/" not in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"applied__days": "-1"}, "A whole number from 0 to 365"),
        ({"applied__days": "366"}, "A whole number from 0 to 365"),
        ({"applied__days": "²"}, "A whole number from 0 to 365"),
        ({"applied__days": "2.5"}, "A whole number from 0 to 365"),
        ({"offer__en": "x" * 41}, "At most 40 characters"),
        ({"offer__en": "a\u200bb"}, "At most 40 characters"),
        ({"applied__zh": "面谈", "offer__zh": "面谈"}, "Another stage has this name already"),
        ({"owner": "999"}, "Not a valid choice"),
        ({"applied__responsible": "boss"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_stores_nothing(session, page, fields, words):
    html = page.save(expect=422, **fields)
    assert words in html
    assert 'id="errors"' in html
    assert 'aria-invalid="true"' in html
    assert stored(session) == {}


def test_stages_that_everybody_needs_cannot_be_left_out(session, page):
    page.save(without={f"{stage.value}-in_use" for stage in LANES})
    assert {stage for stage, (in_use, *_) in stored(session).items() if not in_use} == {
        Stage.SCREENING,
        Stage.DEBRIEF,
    }


def test_who_looked_at_an_older_state_is_told(session, page):
    old = re.search(r'name="seen" value="([^"]*)"', page.get())[1]
    page.save(offer__days="9")
    assert "Somebody has changed the stages meanwhile" in page.save(seen=old, offer__days="5", expect=409)
    assert stored(session)[Stage.OFFER][3] == 9


def test_undo_does_not_overwrite_what_a_colleague_did(session, page):
    page.save(offer__days="9")
    html = page.get()
    page.save(offer__days="8")
    assert "Somebody has gone on from here since" in page.undo(html)
    assert stored(session)[Stage.OFFER][3] == 8


def test_the_page_says_who_still_stands_in_a_stage_that_is_left_out_and_how_long_others_did(session, page, posting):
    for _ in range(2):
        make_application(session, posting, stage=Stage.DEBRIEF, since=NOW - timedelta(days=2))
    session.add(
        StageFigure(
            posting_id=posting.id, stage=Stage.OFFER, median_seconds=7200, p90_seconds=864000, count=4, computed_at=NOW
        )
    )
    session.commit()
    page.save(without={"debrief-in_use"})
    html = page.get()
    assert "2 applications still stand here; they can be moved out." in html
    assert "2 h" in html
    assert "90% within 10.0 d" in html


def test_a_hiring_manager_reads_and_a_stranger_does_not(session, client, posting):
    manager, stranger = make_user(session, Role.HIRING_MANAGER), make_user(session)
    other = make_posting(session, manager, slug="other")
    session.commit()
    sign_in(client, manager)
    html = client.get(f"/staff/postings/{other.id}/stages").get_data(as_text=True)
    assert "Save stages" not in html
    assert client.post(f"/staff/postings/{other.id}/stages", data=STANDARD).status_code == 403
    sign_in(client, stranger)
    assert client.get(f"/staff/postings/{other.id}/stages").status_code in {403, 404}
