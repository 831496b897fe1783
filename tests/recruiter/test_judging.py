"""Verdicts that people change: they count, they stay, they can be taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from rubrics.codec import load_rubric
from rubrics.prescore import Gates, Interval, Score, Verdict
from screening import audit
from screening.models import ChangedVerdict, Posting, Role, RubricState, StoredPrescore
from screening.policy import Actor
from screening.queries.application import application_page
from screening.queries.standing import State, standings
from screening.services.drafting import save_rubric, version_in
from screening.services.judging import (
    JudgeError,
    change_verdict,
    rank_of,
    take_back_verdict,
)
from screening.services.noting import NoteError, write_note
from screening.services.publishing import publish_rubric
from screening.services.rubric_edits import weigh
from tests.factories import make_application, make_posting, make_user
from tests.recruiter.worlds import score

KEY = "programming_language-7"


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def application(session, recruiter):
    made = make_application(session, make_posting(session, recruiter))
    score(session, made)
    return made


def shown(session, application):
    page = application_page(session, application=application, actor=Actor(1, Role.ADMIN), blind=False)
    row = next(row for row in page.judgement.rows if row.criterion.key == KEY)
    dots = standings(session, applications=[application], blind=())[application.id].dots
    return row.verdict, row.machine, next(dot.verdict for dot in dots if dot.code == "R2")


def test_changed_verdict_lies_over_the_stored_one(session, application, recruiter, now):
    stored = session.get(StoredPrescore, application.prescore_id)
    kept, before = dict(stored.result), application.rank_score
    assert shown(session, application) == (Verdict.MET, None, Verdict.MET)
    acts = {"application": application, "criterion_key": KEY, "actor_id": recruiter.id, "now": now}
    change_verdict(session, verdict=Verdict.CONTRADICTED, reason="课程作业不算", **acts)
    assert shown(session, application) == (Verdict.CONTRADICTED, Verdict.MET, Verdict.CONTRADICTED)
    assert application.rank_score < before
    change_verdict(session, verdict=None, reason="看错了", **acts)
    assert shown(session, application) == (Verdict.MET, None, Verdict.MET)
    assert (application.rank_score, stored.result) == (before, kept)
    assert audit.is_intact(session)


def test_changed_verdict_on_a_knock_out_changes_the_gates(session, application, recruiter, now):
    change_verdict(
        session,
        application=application,
        criterion_key="degree-2",
        verdict=Verdict.CONTRADICTED,
        reason="证书不符",
        actor_id=recruiter.id,
        now=now,
    )
    assert application.gates == Gates.BELOW.value


def test_changed_verdict_stays_when_the_machine_runs_again(session, application, recruiter, now):
    change_verdict(
        session,
        application=application,
        criterion_key=KEY,
        verdict=Verdict.NOT_SHOWN,
        reason="只写了名字",
        actor_id=recruiter.id,
        now=now,
    )
    posting = session.get(Posting, application.posting_id)
    base = load_rubric(version_in(session, posting, RubricState.PUBLISHED).document)
    draft = save_rubric(
        session,
        posting=posting,
        rubric=weigh(base, "r3", 4),
        revision=0,
        change="save",
        actor_id=recruiter.id,
        now=now,
    )
    publish_rubric(session, posting=posting, actor_id=recruiter.id, now=now)
    score(session, application, resume=None)
    assert session.get(StoredPrescore, application.prescore_id).rubric_version_id == draft.id
    assert shown(session, application) == (Verdict.NOT_SHOWN, Verdict.MET, Verdict.NOT_SHOWN)


def test_take_back_gives_what_counted_before(session, application, recruiter, now):
    acts = {"application": application, "criterion_key": KEY, "actor_id": recruiter.id, "now": now}
    first = change_verdict(session, verdict=Verdict.PARTLY, reason="一", **acts)
    second = change_verdict(session, verdict=Verdict.CONTRADICTED, reason="二", **acts)
    with pytest.raises(JudgeError):
        take_back_verdict(session, changed_id=first.id, actor_id=recruiter.id, now=now)
    take_back_verdict(session, changed_id=second.id, actor_id=recruiter.id, now=now)
    assert shown(session, application)[0] is Verdict.PARTLY
    rows = session.execute(select(ChangedVerdict.verdict, ChangedVerdict.reason).order_by(ChangedVerdict.id)).all()
    assert [tuple(row) for row in rows] == [("partly", "一"), ("contradicted", "二"), ("partly", "一")]


@pytest.mark.parametrize(
    ("key", "reason", "code"), [(KEY, " ", "reason_missing"), ("nothing", "x", "criterion_unknown")]
)
def test_change_without_reason_or_criterion_is_refused(session, application, recruiter, now, key, reason, code):
    with pytest.raises(JudgeError) as refused:
        change_verdict(
            session,
            application=application,
            criterion_key=key,
            verdict=Verdict.MET,
            reason=reason,
            actor_id=recruiter.id,
            now=now,
        )
    assert refused.value.code == code


def test_note_without_words_is_refused(session, application, recruiter, now):
    with pytest.raises(NoteError):
        write_note(session, application=application, text="\n", actor_id=recruiter.id, now=now)
    assert write_note(session, application=application, text=" 看过 ", actor_id=recruiter.id, now=now).text == "看过"


def test_page_of_a_blind_reader_holds_nothing_of_the_prescore(session, application):
    page = application_page(session, application=application, actor=Actor(1, Role.ADMIN), blind=True)
    assert (page.judgement.state, page.judgement.rows, page.judgement.score) == (State.BLIND, (), None)
    pieces = [piece for file in page.files for piece in file.pieces]
    pieces += [
        piece
        for section in page.answers
        for entry in section.entries
        for value in entry.values
        for piece in value.pieces
    ]
    assert pieces
    assert {piece.ident for piece in pieces} == {""}


def test_more_requirements_always_rank_higher_whatever_the_bonus():
    full, none = Interval(1, 1, 1), Interval(0, 0, 0)
    better = Score(Interval(0.5, 0.51, 0.6), none, Gates.PASS)
    worse = Score(Interval(0.5, 0.50, 0.6), full, Gates.PASS)
    assert rank_of(better) > rank_of(worse)
    assert rank_of(Score(full, full, Gates.PASS)) <= 1
    assert rank_of(Score(None, None, Gates.PASS)) == 0
