"""Nothing of another's judgement, and nothing of the machine's, reaches a panel member before their own submission; and all of it after."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from rubrics.codec import dump_prescore, load_dossier, load_rubric
from rubrics.lexicon import load_lexicon
from rubrics.scoring import prescore
from screening.models import PostingMember, Role, RubricVersion, StoredPrescore
from screening.models.application import Answer
from screening.policy import Actor, Permission, Scope, allows
from screening.services.judging import rank_application
from tests.factories import NOW
from tests.interviewer.conftest import SECRET, Panel, submit

FORM = {
    "rating-r2": "3",
    "note-r2": "",
    "rating-r4": "2",
    "note-r4": "",
    "recommendation": "yes",
    "summary": "可以独立工作。",
}


def store_prescore(session: Session, panel: Panel) -> None:
    version = session.get_one(RubricVersion, panel.interview.rubric_version_id)
    answers = {
        answer.field: answer.value
        for answer in session.query(Answer).filter_by(application_id=panel.application.id).order_by(Answer.id)
    }
    result = prescore(load_rubric(version.document), load_dossier(answers, None), load_lexicon())
    stored = StoredPrescore(
        application_id=panel.application.id,
        rubric_version_id=version.id,
        engine_version=result.engine,
        lexicon_version=result.lexicon,
        input_sha256=result.input_sha256,
        result=dump_prescore(result),
        created_at=NOW,
    )
    session.add(stored)
    session.flush()
    panel.application.prescore_id = stored.id
    rank_application(session, application=panel.application)


def pages(panel: Panel) -> list[str]:
    application, interview = panel.application.id, panel.interview.id
    return [
        "/staff/",
        "/staff/interviews",
        f"/staff/interviews/{interview}/scorecard",
        f"/staff/interviews/{interview}/scorecard?amend=1",
        "/staff/search?q=云小鹤",
        "/staff/postings/",
        f"/staff/postings/{panel.application.posting_id}",
        f"/staff/postings/{panel.application.posting_id}?view=board",
        f"/staff/postings/{panel.application.posting_id}?sort=rank&gates=pass",
        f"/staff/applications/{application}",
        f"/staff/applications/{application}?side=rubric",
        f"/staff/applications/{application}?side=interviews",
        f"/staff/applications/{application}?side=timeline",
        f"/staff/applications/{application}?side=notes",
        f"/staff/applications/{application}/debrief",
    ]


@pytest.mark.parametrize("kind", ["interviewer", "recruiter on the panel"])
def test_no_page_of_an_owing_panelist_holds_anothers_judgement(session, panel, caller, kind):
    if kind == "recruiter on the panel":
        panel.first.role = Role.RECRUITER
        session.add(PostingMember(posting_id=panel.application.posting_id, user_id=panel.first.id))
    store_prescore(session, panel)
    submit(session, panel, panel.second, value=4, note=SECRET)
    session.commit()
    reader = caller(panel.first)

    for path in pages(panel):
        answer = reader.get(path)
        text = answer.get_data(as_text=True)
        assert SECRET not in text, path
        assert "wombat" not in text, path
        assert 'class="v v-met"' not in text.partition('class="legend')[0], path
        assert answer.status_code in {200, 403, 404}, path
    assert reader.get(pages(panel)[-1]).status_code in {403, 404}

    done = reader.post(f"/staff/interviews/{panel.interview.id}/scorecard", data=FORM)
    assert done.status_code == 303
    debrief = reader.get(f"/staff/applications/{panel.application.id}/debrief").get_data(as_text=True)
    assert SECRET in debrief
    assert 'class="hc h4"' in debrief


def test_an_error_of_the_scorecard_tells_nothing_of_others(session, panel, caller):
    submit(session, panel, panel.second, value=4, note=SECRET)
    session.commit()
    reader = caller(panel.first)

    for form in ({}, {**FORM, "rating-r2": "999"}, {**FORM, "summary": ""}):
        answer = reader.post(f"/staff/interviews/{panel.interview.id}/scorecard", data=form)
        assert answer.status_code == 422
        assert "wombat" not in answer.get_data(as_text=True)


def test_who_abstained_never_sees_the_debrief():
    scope = Scope(posting_id=1, panel=frozenset({5, 6}), owing=frozenset(), submitted=frozenset({6}))

    assert allows(Actor(6, Role.INTERVIEWER), Permission.DEBRIEF_VIEW, scope)
    assert not allows(Actor(5, Role.INTERVIEWER), Permission.DEBRIEF_VIEW, scope)


def test_an_interviewer_without_a_seat_sees_neither_kit_nor_file(session, panel, caller):
    session.commit()
    stranger = caller(panel.recruiter)

    assert stranger.get(f"/staff/interviews/{panel.interview.id}/scorecard").status_code in {403, 404}
