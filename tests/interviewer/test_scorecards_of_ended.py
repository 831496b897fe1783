"""Scorecards of applications that ended meanwhile: nothing is kept once the data were erased, a withdrawn one is still evaluated."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from screening.models import AuditEntry, Evaluation, Panelist, ScorecardDraft, Stage
from screening.services.erasing import erase
from screening.services.moving import move_application
from tests.factories import NOW
from tests.interviewer.conftest import submit
from tests.interviewer.test_blindness import FORM

WORDS = {"zh": "候选人的数据已永久删除", "en": "data were erased for good"}
WRITTEN = "只写给候选人的话 dugong-118"


def wipe(session, panel):
    erase(session, applications=[panel.application], company="c", actor_id=panel.recruiter.id, now=NOW)
    session.commit()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("way", "more", "status"),
    [("", {}, 409), ("/draft", {"version": "0"}, 409), ("/abstain", {"kind": "other", "reason": WRITTEN}, 303)],
)
def test_after_erasing_nothing_is_stored_and_the_page_says_why(session, panel, caller, language, way, more, status):
    reader, card = caller(panel.first), f"/staff/interviews/{panel.interview.id}/scorecard"
    wipe(session, panel)
    reader.set_cookie("locale", language)
    answer = reader.post(f"{card}{way}", data={**FORM, "summary": WRITTEN, **more})
    assert answer.status_code == status
    page = (answer if status == 409 else reader.get(card)).get_data(as_text=True)
    assert WORDS[language] in page
    session.expire_all()
    for kind in (Evaluation, ScorecardDraft):
        assert session.scalars(select(kind)).all() == []
    assert [seat.abstain_reason for seat in session.scalars(select(Panelist))] == [None, None]
    assert "evaluation.submit" not in session.scalars(select(AuditEntry.act)).all()


def test_an_amendment_after_erasing_brings_no_words_back(session, panel, caller):
    submit(session, panel, panel.first)
    session.commit()
    reader, address = caller(panel.first), f"/staff/interviews/{panel.interview.id}/scorecard"
    wipe(session, panel)
    more = {"amending": "1", "seen": "1", "reason": WRITTEN, "summary": WRITTEN}
    assert reader.post(address, data={**FORM, **more}).status_code == 409
    session.expire_all()
    assert [one.version for one in session.scalars(select(Evaluation))] == [1]


def test_a_withdrawn_application_is_still_evaluated(session, panel, caller):
    move_application(session, application=panel.application, to=Stage.WITHDRAWN, actor_id=None, now=NOW)
    session.commit()
    answer = caller(panel.first).post(f"/staff/interviews/{panel.interview.id}/scorecard", data=FORM)
    assert answer.status_code == 303
    assert [one.user_id for one in session.scalars(select(Evaluation))] == [panel.first.id]
