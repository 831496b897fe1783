"""The scorecard, the plan and the debrief as pages: what is typed stays, what is wrong is said, GET changes nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from screening.forms.scheduling import LocalTimeError, to_utc
from screening.models import (
    Application,
    Decision,
    Evaluation,
    Interview,
    Outcome,
    Panelist,
    ScorecardDraft,
    Stage,
)
from screening.services.deciding import DecideError, decide, take_back_decision
from tests.factories import NOW
from tests.interviewer.conftest import submit
from tests.interviewer.test_blindness import FORM

JSON = {"Accept": "application/json"}


def test_an_incomplete_scorecard_keeps_what_was_typed(session, panel, caller):
    answer = caller(panel.first).post(
        f"/staff/interviews/{panel.interview.id}/scorecard",
        data={"rating-r2": "1", "note-r4": "O'Neil <b>说</b> 𠮷😀", "summary": ""},
    )
    text = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "O&#39;Neil &lt;b&gt;说&lt;/b&gt; 𠮷😀" in text
    assert 'name="rating-r2" value="1" checked' in text
    assert 'id="n-r2-error"' in text
    assert 'id="r-r4-error"' in text
    assert 'id="recommendation-error"' in text
    assert session.scalars(select(Evaluation)).all() == []


def test_a_draft_saves_itself_and_tells_of_another_tab(session, panel, caller):
    reader, address = caller(panel.first), f"/staff/interviews/{panel.interview.id}/scorecard/draft"
    first = reader.post(address, data={"version": "0", "summary": "一"}, headers=JSON)
    second = reader.post(address, data={"version": "1", "summary": "二"}, headers=JSON)
    late = reader.post(address, data={"version": "1", "summary": "三"}, headers=JSON)
    by_button = reader.post(address, data={"version": "1", "summary": "三"})

    assert (first.json["version"], second.json["version"], late.status_code) == (1, 2, 409)
    assert by_button.status_code == 409
    text = by_button.get_data(as_text=True)
    assert "二" in text
    assert ">三</textarea>" in text
    assert 'name="version" value="2"' in text


def test_reading_the_scorecard_changes_nothing(session, panel, caller):
    reader = caller(panel.first)
    reader.get(f"/staff/interviews/{panel.interview.id}/scorecard?rating-r2=4&recommendation=yes&summary=x")

    assert session.scalars(select(Evaluation)).all() == []
    assert session.scalars(select(ScorecardDraft)).all() == []


def test_a_second_submission_says_so_and_stores_nothing(session, panel, caller):
    reader, address = caller(panel.first), f"/staff/interviews/{panel.interview.id}/scorecard"
    assert reader.post(address, data=FORM).status_code == 303
    again = reader.post(address, data={**FORM, "summary": "改主意了"})

    assert again.status_code == 409
    assert len(session.scalars(select(Evaluation)).all()) == 1


def test_an_amendment_keeps_the_earlier_version_readable(session, panel, caller):
    reader, address = caller(panel.first), f"/staff/interviews/{panel.interview.id}/scorecard"
    reader.post(address, data={**FORM, "summary": "第一次的理由"})
    without = reader.post(address, data={**FORM, "amending": "1", "seen": "1"})
    reader.post(address, data={**FORM, "amending": "1", "seen": "1", "reason": "补看了代码", "summary": "第二次的理由"})
    text = reader.get(address).get_data(as_text=True)

    assert without.status_code == 422
    assert all(words in text for words in ("第一次的理由", "第二次的理由", "补看了代码"))


def test_abstaining_wants_a_reason_and_ends_the_duty(session, panel, caller):
    reader, address = caller(panel.first), f"/staff/interviews/{panel.interview.id}/scorecard"
    seat = (panel.interview.id, panel.first.id)
    for reason in (" ", "曾经共事"):
        assert reader.post(f"{address}/abstain", data={"kind": "other", "reason": reason}).status_code == 303
        assert session.get_one(Panelist, seat, populate_existing=True).abstain_reason == (reason.strip() or None)
        session.commit()

    assert reader.post(address, data=FORM).status_code == 409


def test_a_plan_made_on_the_page_is_stored_in_utc(session, panel, caller):
    reader = caller(panel.recruiter)
    address = f"/staff/applications/{panel.application.id}/interviews/new"
    form = {
        "round": "第二轮",
        "day": "2026-12-01",
        "clock": "14:00",
        "time_zone": "Asia/Shanghai",
        "minutes": "45",
        "panel": [str(panel.first.id)],
        "focus": ["r1", "k3"],
    }
    assert reader.get(address).status_code == 200
    refused = reader.post(address, data={**form, "panel": [], "minutes": "999", "time_zone": "Mars"})
    assert refused.status_code == 422
    assert "第二轮" in refused.get_data(as_text=True)
    assert reader.post(address, data=form).status_code == 303

    stored = session.scalars(select(Interview).order_by(Interview.id.desc())).first()
    assert (stored.starts_at, stored.focus) == (datetime(2026, 12, 1, 6, 0, tzinfo=UTC), ["r1", "k3"])


@pytest.mark.parametrize(
    ("day", "clock", "code"),
    [(date(2027, 3, 28), time(2, 30), "missing"), (date(2026, 10, 25), time(2, 30), "twice")],
)
def test_a_time_that_clocks_skip_or_repeat_is_refused(day, clock, code):
    with pytest.raises(LocalTimeError) as error:
        to_utc(day, clock, "Europe/Berlin")

    assert error.value.code == code


def test_a_decision_moves_records_and_can_be_taken_back(session, panel, caller):
    submit(session, panel, panel.first, value=4, note="突出")
    session.commit()
    reader, address = caller(panel.recruiter), f"/staff/applications/{panel.application.id}/debrief"
    without_reason = reader.post(address, data={"outcome": "offer", "reason": "", "note": ""})
    without_note = reader.post(address, data={"outcome": "reject", "reason": "interview", "note": ""})
    wrong_reason = reader.post(address, data={"outcome": "offer", "reason": "interview", "note": "x"})
    made = reader.post(address, data={"outcome": "offer", "reason": "strong_evidence", "note": "<b>关键项</b>"})
    page = reader.get(address).get_data(as_text=True)
    session.expire_all()
    decision = session.scalars(select(Decision)).one()

    assert [one.status_code for one in (without_reason, without_note, wrong_reason, made)] == [422, 422, 422, 303]
    assert "&lt;b&gt;关键项&lt;/b&gt;" in page
    assert (decision.outcome, decision.missing, decision.actor_id) == (Outcome.OFFER, 1, panel.recruiter.id)
    assert session.get_one(Application, panel.application.id).stage is Stage.OFFER
    take_back_decision(session, decision=decision, actor_id=panel.recruiter.id, now=NOW)
    assert session.get_one(Application, panel.application.id).stage is Stage.INTERVIEW
    assert decision.undone_at == NOW


def test_a_rejection_needs_a_note_in_the_service_too(session, panel):
    with pytest.raises(DecideError, match="note_missing"):
        decide(
            session,
            application=panel.application,
            outcome=Outcome.REJECT,
            reason="interview",
            note=" ",
            actor_id=panel.recruiter.id,
            now=NOW,
        )


def test_an_interviewer_may_read_the_debrief_but_not_decide(session, panel, caller):
    submit(session, panel, panel.first)
    session.commit()
    reader, address = caller(panel.first), f"/staff/applications/{panel.application.id}/debrief"

    assert reader.get(address).status_code == 200
    assert "form.box" not in reader.get(address).get_data(as_text=True)
    assert reader.post(address, data={"outcome": "offer", "reason": "panel_agrees", "note": ""}).status_code in {
        403,
        404,
    }


def test_an_overlap_is_said_before_anything_is_stored_and_may_be_meant(session, panel, caller):
    client = caller(panel.recruiter)
    address = f"/staff/applications/{panel.application.id}/interviews/new"
    local = panel.interview.starts_at.astimezone(ZoneInfo("Asia/Shanghai"))
    form = {
        "round": "第二轮",
        "day": f"{local:%Y-%m-%d}",
        "clock": f"{local:%H:%M}",
        "minutes": "45",
        "time_zone": "Asia/Shanghai",
        "panel": [str(panel.first.id)],
        "focus": ["r2"],
    }

    asked = client.post(address, data=form)
    page = asked.get_data(as_text=True)
    assert asked.status_code == 409
    assert "何以然" in page
    assert session.scalar(select(func.count()).select_from(Interview)) == 1
    accepted = {"nevertheless": re.search(r'name="nevertheless" value="([^"]+)"', page)[1]}
    both = [str(panel.first.id), str(panel.second.id)]
    session.commit()

    assert client.post(address, data={**form, **accepted, "panel": both}).status_code == 409
    assert client.post(address, data={**form, **accepted}).status_code == 303
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Interview)) == 2
