"""What a draft would change: judged in chunks beside the prescores that count, complete and once, for those who may see it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Degree, DegreeAsk, Section
from screening.config import Settings
from screening.models import (
    Application,
    ChangedVerdict,
    Job,
    JobState,
    Posting,
    PreviewOutcome,
    PreviewPlace,
    PreviewResult,
    PreviewState,
    ResumeFile,
    RubricPreview,
    RubricState,
    Stage,
    StoredPrescore,
    User,
)
from screening.queries.preview import Order, Wanted, preview_result
from screening.queries.preview_facts import Stale, staleness
from screening.services import preview_chunks, previewing
from screening.services.drafting import discard_draft, save_rubric, version_in
from screening.services.previewing import PreviewError, ask_for_preview, stop_preview
from screening.services.publishing import publish_rubric
from screening.services.rubric_edits import change_section
from screening.services.tidying import forget_previews
from tests.factories import NOW, make_application, make_posting, make_user
from tests.real.broker import Broker
from tests.real.processes import environment, running, start, wait_for
from tests.recruiter.worlds import add_scored, owe_evaluation, score


@pytest.fixture
def recruiter(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def posting(session: Session, recruiter: User) -> Posting:
    return make_posting(session, recruiter)


def edit(session: Session, posting: Posting, recruiter: User, **changes: object) -> None:
    """Save the draft with changes by criterion id; a function changes the whole rubric, None takes a criterion out."""
    draft = version_in(session, posting, RubricState.DRAFT)
    shown = draft or version_in(session, posting, RubricState.PUBLISHED)
    rubric = load_rubric(shown.document)
    criteria = tuple(
        replace(one, **changes.get(one.id, {})) for one in rubric.criteria if changes.get(one.id, {}) is not None
    )
    rubric = replace(rubric, criteria=criteria)
    whole = changes.get("whole")
    save_rubric(
        session,
        posting=posting,
        rubric=whole(rubric) if callable(whole) else rubric,
        revision=draft.revision if draft else 0,
        change="save",
        actor_id=recruiter.id,
        now=NOW,
    )


def run(session: Session, preview: RubricPreview) -> None:
    """Do the work of a preview as the worker does, in this process."""
    jobs = select(Job).where(Job.name == "preview_applications", Job.state == JobState.WAITING).order_by(Job.id)
    for job in session.scalars(jobs).all():
        ids = {name: job.arguments[name] for name in ("preview_id", "first_id", "last_id")}
        effects = preview_chunks.judge_preview_chunk(preview_chunks.read_preview_chunk(session, **ids))
        preview_chunks.store_preview_chunk(
            session,
            preview_id=preview.id,
            effects=effects,
            applications=job.arguments["applications"],
            now=NOW,
        )
        job.state = JobState.DONE
        session.flush()


def preview_of(session: Session, posting: Posting, recruiter: User) -> RubricPreview:
    preview = ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)
    run(session, preview)
    return preview


def shown(session: Session, posting: Posting, reader: User, preview: RubricPreview, **wanted: object):
    return preview_result(session, posting=posting, preview=preview, reader_id=reader.id, wanted=Wanted(**wanted))


def test_what_the_preview_says_is_what_publishing_does(session: Session, posting: Posting, recruiter: User) -> None:
    add_scored(session, posting, 6)
    edit(
        session,
        posting,
        recruiter,
        k1={"rule": DegreeAsk(Degree.DOCTORATE)},
        r2={"weight": 4.0},
        whole=lambda rubric: change_section(rubric, "r3", Section.BONUS),
    )
    runs = session.scalar(select(func.max(StoredPrescore.id)))
    ranks = {one.id: one.rank_score for one in session.scalars(select(Application))}

    preview = preview_of(session, posting, recruiter)

    assert (preview.state, preview.done, preview.total, preview.counts["all"]) == (PreviewState.DONE, 6, 6, 6)
    assert session.scalar(select(func.max(StoredPrescore.id))) == runs
    session.expire_all()
    assert {one.id: one.rank_score for one in session.scalars(select(Application))} == ranks
    said = {row.application_id: row.after for row in session.scalars(select(PreviewPlace).filter_by(view="all"))}
    draft = publish_rubric(session, posting=posting, actor_id=recruiter.id, now=NOW)
    for application in session.scalars(select(Application)).all():
        score(session, application, resume=None)
    session.expire_all()
    assert said == {one.id: one.rank_score for one in session.scalars(select(Application))}
    order = select(Application.id).order_by(Application.rank_score.desc(), Application.id.desc())
    places = select(PreviewResult.application_id).order_by(PreviewResult.rank_after)
    assert session.scalars(places).all() == session.scalars(order).all()
    assert draft.number == 2


def test_reasons_name_the_criteria_that_cause_the_change(session: Session, posting: Posting, recruiter: User) -> None:
    application = make_application(session, posting, stage=Stage.INTERVIEW)
    score(session, application, resume=None)
    edit(
        session,
        posting,
        recruiter,
        k1={"rule": DegreeAsk(Degree.DOCTORATE)},
        r2={"weight": 3.0},
        r4={"text": "别的说法"},
        b2=None,
    )

    preview = preview_of(session, posting, recruiter)

    row = shown(session, posting, recruiter, preview).rows[0]
    assert {"kind": "verdict", "code": "K1", "before": "met", "after": "contradicted"} in row.reasons
    assert {"kind": "weight", "code": "R2", "before": "1", "after": "3"} in row.reasons
    assert row.reasons[0]["code"] == "K1"
    assert [reason for reason in row.reasons if reason.get("code") == "R4"] == []
    assert (row.before_gates, row.after_gates) == ("pass", "below")
    assert preview.counts["gate-below"] == 1
    assert preview.counts["advanced-50"] == 1


def test_verdicts_of_people_stay_and_those_without_a_result_are_told_apart(
    session: Session, posting: Posting, recruiter: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged, fresh, unread, broken = (make_application(session, posting, name=name) for name in "甲乙丙丁")
    score(session, judged, resume=None)
    session.add(
        ChangedVerdict(
            application_id=judged.id,
            criterion_key="degree-2",
            verdict="met",
            reason="毕业证",
            actor_id=recruiter.id,
            at=NOW,
        )
    )
    session.add(
        ResumeFile(
            application_id=unread.id,
            original_name="a.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            storage_key="k",
            uploaded_at=NOW,
        )
    )
    refused = make_application(session, posting)
    refused.prescore_refused = True
    make_application(session, posting, stage=Stage.WITHDRAWN)
    edit(session, posting, recruiter, k1={"rule": DegreeAsk(Degree.DOCTORATE)})
    real = preview_chunks.prescore
    calls = []

    def stumble(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise ValueError("no such term")
        return real(*arguments)

    monkeypatch.setattr(preview_chunks, "prescore", stumble)
    preview = preview_of(session, posting, recruiter)

    results = {row.application_id: row for row in session.scalars(select(PreviewResult))}
    assert {ident: row.outcome for ident, row in results.items()} == {
        judged.id: PreviewOutcome.SCORED,
        fresh.id: PreviewOutcome.SCORED,
        unread.id: PreviewOutcome.UNREAD,
        broken.id: PreviewOutcome.FAILED,
    }
    assert results[judged.id].after_gates == "pass"
    assert results[fresh.id].before_gates is None
    assert results[broken.id].reasons == [{"kind": "failed", "error": "ValueError: no such term"}]
    assert (preview.counts["fresh"], preview.counts["open"], preview.left_out) == (1, 2, 1)


def test_asking_twice_is_one_preview_until_something_changes(
    session: Session, posting: Posting, recruiter: User
) -> None:
    add_scored(session, posting, 2)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    first = ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)
    assert ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW) is first
    assert session.scalar(select(func.count()).select_from(Job).where(Job.name == "preview_applications")) == 1
    run(session, first)
    assert ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW) is first

    first_id = first.id
    edit(session, posting, recruiter, r2={"weight": 3.0})
    second = preview_of(session, posting, recruiter)
    assert second.id != first_id
    assert session.scalars(select(RubricPreview.id)).all() == [second.id]
    assert set(session.scalars(select(PreviewResult.preview_id))) == {second.id}


def test_it_says_what_has_changed_since(session: Session, posting: Posting, recruiter: User) -> None:
    applications = add_scored(session, posting, 2)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    preview = preview_of(session, posting, recruiter)
    assert staleness(session, preview=preview) == ()
    edit(session, posting, recruiter, r2={"weight": 3.0})
    assert staleness(session, preview=preview) == (Stale.DRAFT,)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    assert staleness(session, preview=preview) == ()
    preview.engine_version = "0.0.1"
    newest = make_application(session, posting)
    score(session, newest, resume=None)
    change = ChangedVerdict(
        application_id=applications[0].id,
        criterion_key="tool-8",
        verdict="met",
        reason="见过",
        actor_id=recruiter.id,
        at=NOW,
    )
    session.add(change)
    session.flush()
    assert set(staleness(session, preview=preview)) == {
        Stale.ENGINE,
        Stale.APPLICATIONS,
        Stale.VERDICTS,
        Stale.RUNS,
    }
    assert Stale.VERDICTS not in staleness(session, preview=preview, blind={applications[0].id})
    publish_rubric(session, posting=posting, actor_id=recruiter.id, now=NOW)
    assert {Stale.DRAFT, Stale.BASE} <= set(staleness(session, preview=preview))
    assert forget_previews(session, now=NOW) == 1


def test_without_draft_version_or_people_there_is_nothing_to_ask(session: Session, recruiter: User) -> None:
    posting = make_posting(session, recruiter)
    with pytest.raises(PreviewError, match="no_draft"):
        ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    with pytest.raises(PreviewError, match="no_applications"):
        ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)


def test_stopping_and_discarding_leave_nothing(session: Session, posting: Posting, recruiter: User) -> None:
    add_scored(session, posting, 3)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    preview = ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)
    chunk = preview_chunks.read_preview_chunk(session, preview_id=preview.id, first_id=1, last_id=99)
    assert stop_preview(session, posting=posting)
    assert not stop_preview(session, posting=posting)
    late = preview_chunks.judge_preview_chunk(chunk)
    preview_chunks.store_preview_chunk(session, preview_id=preview.id, effects=late, applications=3, now=NOW)
    kept = [session.scalars(select(kind)).all() for kind in (RubricPreview, PreviewResult, PreviewPlace)]
    assert kept == [[], [], []]
    assert session.scalars(select(Job).where(Job.name == "preview_applications")).all() == []

    preview_of(session, posting, recruiter)
    draft = version_in(session, posting, RubricState.DRAFT)
    discard_draft(session, posting=posting, revision=draft.revision, actor_id=recruiter.id, now=NOW)
    session.expire_all()
    assert session.scalars(select(RubricPreview)).all() == []


def test_a_chunk_that_failed_for_good_is_told_and_the_preview_ends(
    session: Session, posting: Posting, recruiter: User
) -> None:
    add_scored(session, posting, 2)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    preview = ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)
    preview_chunks.give_up_preview_chunk(
        session, preview_id=preview.id, first_id=1, last_id=99, applications=2, error="out of memory", now=NOW
    )
    assert preview.state is PreviewState.DONE
    assert preview.counts == {"all": 2, "open": 2}


def test_who_owes_an_evaluation_sees_a_result_in_which_that_person_is_not(
    session: Session, posting: Posting, recruiter: User
) -> None:
    applications = add_scored(session, posting, 5)
    edit(session, posting, recruiter, k1={"rule": DegreeAsk(Degree.DOCTORATE)}, r2={"weight": 2.0})
    preview = preview_of(session, posting, recruiter)
    everything = shown(session, posting, recruiter, preview, order=Order.AFTER, rising=False)
    best = everything.rows[0].id
    owe_evaluation(session, session.get_one(Application, best), recruiter)

    seen = shown(session, posting, recruiter, preview, order=Order.AFTER, rising=False)

    assert (everything.hidden, seen.hidden) == (0, 1)
    assert [row.id for row in seen.rows] == [row.id for row in everything.rows[1:]]
    assert [row.rank_after for row in seen.rows] == [1, 2, 3, 4]
    assert sorted(row.rank_before for row in seen.rows) == [1, 2, 3, 4]
    assert seen.counts["all"] == 4
    assert seen.counts["gate-below"] == everything.counts["gate-below"] - 1
    assert len(applications) == 5


def test_pages_walk_everybody_once_in_any_order(session: Session, posting: Posting, recruiter: User) -> None:
    add_scored(session, posting, 60)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    preview = preview_of(session, posting, recruiter)
    rows = session.scalars(select(PreviewPlace).where(PreviewPlace.view == "all")).all()
    values = {
        Order.CHANGE: {row.application_id: row.delta for row in rows},
        Order.BEFORE: {row.application_id: row.before for row in rows},
        Order.AFTER: {row.application_id: row.after for row in rows},
    }
    for order in Order:
        for rising in (True, False):
            first = shown(session, posting, recruiter, preview, order=order, rising=rising)
            second = shown(session, posting, recruiter, preview, order=order, rising=rising, after=first.following)
            ids = [row.id for row in (*first.rows, *second.rows)]
            assert (len(first.rows), len(ids), len(set(ids)), second.following) == (50, 60, 60, None)
            assert ids == sorted(ids, key=lambda ident: (values[order][ident], ident), reverse=not rising)


def test_a_chunk_costs_the_same_for_one_application_and_for_forty(
    session: Session, posting: Posting, recruiter: User
) -> None:
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    add_scored(session, posting, 1)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    counts = []
    for more in (0, 39):
        add_scored(session, posting, more)
        ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)
        preview = session.scalars(select(RubricPreview)).one()
        statements.clear()
        run(session, preview)
        counts.append(len(statements))
    assert counts[0] == counts[1]


# --- the real parts ---


def test_a_killed_worker_leaves_a_preview_that_is_complete_and_once(
    session: Session,
    posting: Posting,
    recruiter: User,
    settings: Settings,
    broker: Broker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker.flush()
    monkeypatch.setattr(previewing, "CHUNK", 5)
    for _ in range(60):
        make_application(session, posting)
    edit(session, posting, recruiter, r2={"weight": 2.0})
    preview = ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)
    ident = preview.id
    session.commit()

    def done() -> int:
        session.rollback()
        count = session.scalar(select(RubricPreview.done).where(RubricPreview.id == ident)) or 0
        session.rollback()
        return count

    env = environment(settings)
    with running(tmp_path, "beat", env=env) as relay:
        first = start(tmp_path, "worker", env=env)
        try:
            wait_for(lambda: done() > 0, seconds=60, say=first.output)
        finally:
            first.close()
        # what died with its worker is sent again when its lease ends; the test does not wait for that
        session.execute(update(Job).where(Job.state == JobState.WAITING).values(due_at=NOW))
        session.commit()
        with running(tmp_path, "worker", env=env) as second:
            wait_for(lambda: done() >= 60, seconds=180, say=lambda: second.output() + relay.output())

    session.expire_all()
    preview = session.get_one(RubricPreview, ident)
    assert (preview.state, preview.done, preview.counts["all"]) == (PreviewState.DONE, 60, 60)
    assert session.scalar(select(func.count()).select_from(PreviewResult)) == 60
    assert session.scalar(select(func.count()).select_from(PreviewPlace).where(PreviewPlace.view == "all")) == 60
    assert session.scalars(select(StoredPrescore)).all() == []
    states = set(session.scalars(select(Job.state).where(Job.name == "preview_applications")))
    assert states == {JobState.DONE}
