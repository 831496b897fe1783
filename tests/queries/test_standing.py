"""What lists show of a result is kept with the application, and says at any time what its prescore and the changed verdicts say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Rubric
from rubrics.prescore import Verdict
from screening.extensions import reading_first
from screening.models import Application, RubricVersion, StoredPrescore
from screening.queries import standing
from screening.queries.standing import KEPT, LETTERS, NO_VERDICT, Standing, State, failures, mark_of, standings
from screening.queries.verdicts import changes, standing_score, standing_verdicts
from screening.services.judging import change_verdict, take_back_verdict
from screening.services.prescoring import note_failure
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import add_scored, counted, score
from tests.verdict_words import agree


def read(session: Session, application: Application) -> Standing:
    session.flush()
    session.expire(application)
    return standings(session, applications=[application], blind=())[application.id]


def from_the_result(session: Session, application: Application) -> tuple[object, ...]:
    """Derive what a row must show from what is stored, without what is kept with the application."""
    stored = session.get_one(StoredPrescore, application.prescore_id)
    rubric = load_rubric(session.get_one(RubricVersion, stored.rubric_version_id).document)
    result, changed = load_prescore(stored.result), changes(session, [application.id])[application.id]
    score = standing_score(rubric, result, changed)
    verdicts = standing_verdicts(rubric, result, changed)
    dots = [
        (one.id.upper(), one.text, verdicts[one.id], one.key in changed)
        for one in rubric.criteria
        if one.id in verdicts
    ]
    return score.requirement, score.bonus, score.gates, len(result.flags), dots


def letters(rubric: Rubric, dots: Any) -> str:
    """Write the verdicts as a column keeps them for filters; who gave them makes no difference."""
    by_code = {code: LETTERS[verdict] for code, _text, verdict, _changed in dots}
    return "1:" + "".join(by_code.get(one.id.upper(), NO_VERDICT) for one in rubric.criteria)


def shown(row: Standing) -> tuple[object, ...]:
    dots = [(dot.code, dot.text, dot.verdict, dot.changed) for dot in row.dots]
    return row.requirement, row.bonus, row.gates, row.flags, dots


def test_after_any_changes_of_verdicts_rows_show_what_the_results_say(session: Session) -> None:
    dice = Random(7)
    actor = make_user(session)
    posting = make_posting(session, actor)
    applications = add_scored(session, posting, 3)
    rubric = load_rubric(
        session.scalars(select(RubricVersion.document).where(RubricVersion.posting_id == posting.id)).one()
    )
    made: list[int] = []
    for _ in range(30):
        application = dice.choice(applications)
        if made and dice.random() < 0.3:
            take_back_verdict(session, changed_id=made.pop(), actor_id=actor.id, now=NOW)
        else:
            key = dice.choice(rubric.criteria).key
            verdict = dice.choice([*Verdict, None])
            acts = {"criterion_key": key, "verdict": verdict, "reason": "课程作业", "actor_id": actor.id, "now": NOW}
            made.append(change_verdict(session, application=application, **acts).id)
        for one in applications:
            assert shown(read(session, one)) == from_the_result(session, one)
            assert one.verdicts == letters(rubric, from_the_result(session, one)[4])
        assert agree(session)
    assert any(dot.changed for one in applications for dot in read(session, one).dots)


def test_two_changes_at_once_leave_rows_and_words_as_the_results_say(session: Session, engine: Engine) -> None:
    actor = make_user(session)
    posting = make_posting(session, actor)
    (application,) = add_scored(session, posting, 1)
    rubric = load_rubric(
        session.scalars(select(RubricVersion.document).where(RubricVersion.posting_id == posting.id)).one()
    )
    ident, actor_id, keys = application.id, actor.id, [one.key for one in rubric.criteria[:4]]
    session.commit()
    have_read = Barrier(len(keys))

    def change(key: str) -> None:
        with Session(engine, expire_on_commit=False) as own:
            with reading_first(own):
                seen = own.get_one(Application, ident)
                have_read.wait(30)
            acts = {"verdict": Verdict.CONTRADICTED, "reason": "课程作业", "actor_id": actor_id, "now": NOW}
            change_verdict(own, application=seen, criterion_key=key, **acts)
            own.commit()

    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(change, keys))
    session.expire_all()
    assert application.verdicts == letters(rubric, from_the_result(session, application)[4])
    assert (application.verdicts or "").count(LETTERS[Verdict.CONTRADICTED]) >= len(keys)
    assert agree(session)


def test_rows_need_no_query_once_their_rubric_is_known(session: Session, engine: Engine) -> None:
    applications = add_scored(session, make_posting(session), 5)
    session.flush()
    standings(session, applications=applications, blind=())
    with counted(engine) as statements:
        rows = standings(session, applications=applications, blind=(applications[0].id,))
    assert statements == []
    assert rows[applications[0].id] == Standing(State.BLIND)
    assert all(len(rows[one.id].dots) > 3 for one in applications[1:])


def test_a_process_keeps_so_many_rubrics_and_begins_anew(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_dots_by_mark", {"another": ()} | dict.fromkeys(map(str, range(KEPT)), ()))
    (application,) = add_scored(session, make_posting(session), 1)
    session.flush()
    assert read(session, application).dots
    version = session.scalars(select(RubricVersion).where(RubricVersion.posting_id == application.posting_id)).one()
    assert list(standing._dots_by_mark) == [mark_of(version)]


def test_without_a_result_a_row_says_why(session: Session) -> None:
    posting = make_posting(session)
    failed, refused, waiting = (make_application(session, posting) for _ in range(3))
    version = session.scalars(select(RubricVersion.id).where(RubricVersion.posting_id == posting.id)).one()
    note_failure(session, application_id=failed.id, rubric_version_id=version, message="ValueError: x", now=NOW)
    refused.prescore_refused = True
    session.flush()
    applications = [failed, refused, waiting]
    rows = standings(session, applications=applications, blind=(), failed=failures(session, applications=applications))
    assert [rows[one.id].state for one in applications] == [State.FAILED, State.REFUSED, State.WAITING]
    score(session, failed)
    assert failures(session, applications=applications) == frozenset()
    assert read(session, failed).state is State.SCORED
