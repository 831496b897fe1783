"""What nobody types but somebody sends: each gets a clear answer, never a broken page."""

from __future__ import annotations

import pytest

from tests.interviewer.conftest import submit

PLAN = {
    "round": "第一轮",
    "day": "2026-12-01",
    "clock": "10:00",
    "time_zone": "Asia/Shanghai",
    "minutes": "45",
    "place": "",
    "focus": ["r2"],
}
CARD = {"rating-r2": "3", "rating-r4": "2", "recommendation": "yes", "summary": "可以。"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"day": "0001-01-01", "clock": "00:00"}, 422),
        ({"day": "9999-12-31", "clock": "23:59", "time_zone": "Pacific/Pago_Pago"}, 422),
        ({"round": "一\x00二", "place": "三\x00四"}, 303),
        ({"time_zone": "../../etc/passwd"}, 422),
        ({"panel": ["x"]}, 422),
        ({"panel": ["99999999999999999999"]}, 422),
        ({"focus": ["zz"]}, 422),
        ({"minutes": "99999999999999"}, 422),
    ],
)
def test_an_odd_plan_is_answered(session, panel, caller, change, status):
    form = {**PLAN, "panel": [str(panel.first.id)], **change}

    answer = caller(panel.recruiter).post(f"/staff/applications/{panel.application.id}/interviews/new", data=form)

    assert answer.status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/staff/interviews/99999999999/scorecard",
        "/staff/applications/99999999999999999999999/debrief",
        "/staff/applications/99999999999/interviews/new",
    ],
)
def test_a_number_beyond_the_tables_is_not_found(panel, caller, path):
    assert caller(panel.recruiter).get(path).status_code == 404


def test_nul_in_drafts_and_reasons_is_left_out(session, panel, caller):
    submit(session, panel, panel.second)
    session.commit()
    address = f"/staff/interviews/{panel.interview.id}/scorecard"
    draft = {"version": "99999999999999999999", "note-r2": "a\x00", "summary": "\x00", "recommendation": "\x00"}
    amendment = {**CARD, "amending": "1", "seen": "1", "reason": "补\x00看"}

    assert caller(panel.first).post(f"{address}/draft", data=draft).status_code in {303, 409}
    assert caller(panel.second).post(address, data=amendment).status_code == 303
    assert (
        caller(panel.first).post(f"{address}/abstain", data={"kind": "other", "reason": "共\x00事"}).status_code == 303
    )


def test_an_amendment_without_an_evaluation_is_refused(panel, caller):
    form = {**CARD, "amending": "1", "seen": "x", "reason": "补看"}

    answer = caller(panel.first).post(f"/staff/interviews/{panel.interview.id}/scorecard", data=form)

    assert answer.status_code == 409


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"outcome": "x"},
        {"outcome": "hire", "reason": "other"},
        {"outcome": "reject", "reason": "\x00", "note": "n"},
        {"outcome": "reject", "reason": "panel_agrees", "note": "n"},
        {"outcome": "reject", "reason": "other", "note": " \x00 "},
    ],
)
def test_an_odd_decision_is_refused(panel, caller, form):
    answer = caller(panel.recruiter).post(f"/staff/applications/{panel.application.id}/debrief", data=form)

    assert answer.status_code == 422
