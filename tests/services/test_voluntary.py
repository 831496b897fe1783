"""Voluntary answers lie apart under tokens, go when the candidate says so, and are counted without telling of anybody."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import inspect, select, text

from rubrics.codec import load_impact
from rubrics.measures.impact import LEAST
from screening.models import AuditEntry, InsightFigure, Job, Role, Stage, StageMove, VoluntaryAnswer
from screening.queries.measured_scopes import scope_of
from screening.services import impact_counts, voluntary
from screening.services.erasing import erase
from screening.services.impact_counts import ABOVE, IMPACT, Sums
from screening.services.voluntary import QUESTIONS, UNSAID
from tests.factories import NOW, make_application, make_posting, make_user

KEY = b"a key of the test"


@pytest.fixture
def recruiter(session):
    return make_user(session)


def asking(session, *members, slug="trajectory"):
    posting = make_posting(session, *members, slug=slug)
    posting.asks_voluntary = True
    session.flush()
    return posting


def answer(session, application, **answers):
    voluntary.keep_answers(session, key=KEY, application=application, answers=answers)


def people(session, posting, number, *, stage=Stage.APPLIED, score=-1.0, **answers):
    made = []
    for _ in range(number):
        application = make_application(session, posting, stage=stage)
        application.rank_score = score
        session.flush()
        answer(session, application, **answers)
        made.append(application)
    return made


def tables(session, scope):
    kept = session.get(InsightFigure, (scope, IMPACT, 0))
    return {table.question: table for table in map(load_impact, kept.document["tables"])} if kept else {}


def row(table, outcome, name):
    rows = next(one.rows for one in table.outcomes if one.name == outcome)
    return next(one for one in rows if one.answer == name)


def test_answers_lie_under_tokens_that_need_the_key(session):
    posting = asking(session)
    one, other = make_application(session, posting), make_application(session, posting)
    answer(session, one, sex="woman", age="25_34", disability="nonsense")
    assert voluntary.own_answers(session, key=KEY, application_id=one.id) == {
        "sex": "woman",
        "age": "25_34",
        "disability": UNSAID,
        "ethnicity": UNSAID,
    }
    assert voluntary.own_answers(session, key=KEY, application_id=other.id) == {}
    assert voluntary.own_answers(session, key=b"another", application_id=one.id) == {}
    columns = {column["name"] for column in inspect(session.connection()).get_columns("voluntary_answer")}
    assert columns == {"token", "question", "answer"}
    assert inspect(session.connection()).get_foreign_keys("voluntary_answer") == []
    assert session.scalars(select(AuditEntry.act)).all() == []


def test_sqlite_numbers_no_rows(session):
    if session.get_bind().dialect.name == "sqlite":
        made = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'voluntary_answer'"))
        assert "WITHOUT ROWID" in made


def test_a_second_time_replaces_and_taking_back_deletes(session):
    posting = asking(session)
    application = make_application(session, posting)
    answer(session, application, sex="woman")
    answer(session, application, sex="man")
    assert voluntary.own_answers(session, key=KEY, application_id=application.id)["sex"] == "man"
    voluntary.take_back(session, key=KEY, application=application)
    assert session.scalars(select(VoluntaryAnswer)).all() == []


def test_roles_that_one_form_made_share_the_answers_where_they_are_asked(session):
    first, second, silent = asking(session), asking(session, slug="second"), make_posting(session, slug="silent")
    together = [make_application(session, posting) for posting in (first, second, silent)]
    for place, one in enumerate(together, 1):
        one.batch, one.preference, one.person_id = "b", place, together[0].person_id
    session.flush()
    answer(session, together[0], sex="woman")
    kept = [voluntary.own_answers(session, key=KEY, application_id=one.id).get("sex") for one in together]
    assert kept == ["woman", "woman", None]
    voluntary.take_back(session, key=KEY, application=together[1])
    assert session.scalars(select(VoluntaryAnswer)).all() == []


def test_an_erased_application_loses_its_answers_by_the_worker(session):
    posting, admin = asking(session), make_user(session, Role.ADMIN)
    gone, stays = people(session, posting, 2, sex="woman")
    erase(session, applications=[gone], company="c", actor_id=admin.id, now=NOW)
    asked = session.scalars(select(Job.arguments).where(Job.name == "forget_voluntary")).all()
    assert asked == [{"application_id": gone.id}]
    voluntary.forget_answers(session, key=KEY, application_ids=[gone.id])
    assert voluntary.own_answers(session, key=KEY, application_id=gone.id) == {}
    assert voluntary.own_answers(session, key=KEY, application_id=stays.id)["sex"] == "woman"


def test_asking_is_a_choice_with_a_name(session, recruiter):
    posting = make_posting(session, recruiter)
    assert posting.asks_voluntary is False
    change = {"posting": posting, "actor_id": recruiter.id, "now": NOW}
    assert voluntary.ask_candidates(session, asks=True, **change)
    assert not voluntary.ask_candidates(session, asks=True, **change)
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_type == "posting")).all()
    assert acts == ["posting.ask_voluntary"]


def test_tables_equal_a_naive_count(session, recruiter):
    random, posting = Random(3), asking(session, recruiter)
    told = []
    for _ in range(240):
        stage = random.choice((Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW, Stage.OFFER, Stage.REJECTED))
        score = random.choice((-1.0, random.random(), random.random()))
        sex = random.choice(("woman", "man", UNSAID))
        people(session, posting, 1, stage=stage, score=score, sex=sex)
        told.append((stage, score, sex))
    sums = Sums()
    while not sums.is_done:
        impact_counts.sum_chunk(session, sums, key=KEY, most=40)
    impact_counts.publish_tables(session, sums, job_id=0, now=NOW)
    scored = sorted(score for _, score, _ in told if score >= 0)
    middle = len(scored) // 2
    median = (scored[middle] + scored[~middle]) / 2
    table = tables(session, scope_of([posting.id]))["sex"]
    assert set(table.answers) == {"woman", "man"}
    for sex in table.answers:
        mine = [(stage, score) for stage, score, said in told if said == sex]
        met = row(table, "interview", sex)
        assert (met.n, met.reached) == (
            len(mine),
            sum(stage in {Stage.INTERVIEW, Stage.OFFER} for stage, _ in mine),
        )
        above = row(table, ABOVE, sex)
        points = [score for _, score in mine if score >= 0]
        assert (above.n, above.reached) == (len(points), sum(score > median for score in points))
    assert tables(session, "all")["sex"] == table
    assert tables(session, scope_of([posting.id]))["age"].answers == ()


def test_moves_that_were_taken_back_reach_nothing(session):
    posting = asking(session)
    women = people(session, posting, 40, stage=Stage.SCREENING, sex="woman")
    people(session, posting, 30, stage=Stage.INTERVIEW, sex="man")
    people(session, posting, 30, stage=Stage.APPLIED, sex="man")
    for one in women:
        moved = StageMove(application_id=one.id, from_stage=Stage.SCREENING, to_stage=Stage.INTERVIEW, at=NOW)
        session.add(moved)
        session.flush()
        if women.index(one) < 20:
            session.add(
                StageMove(
                    application_id=one.id,
                    from_stage=Stage.INTERVIEW,
                    to_stage=Stage.SCREENING,
                    at=NOW + timedelta(minutes=1),
                    undoes=moved.id,
                )
            )
    session.flush()
    impact_counts.count_answers(session, key=KEY, now=NOW)
    found = row(tables(session, "all")["sex"], "interview", "woman")
    assert (found.n, found.reached) == (40, 20)


def test_a_table_stays_until_enough_is_new(session):
    posting = asking(session)
    for sex in ("woman", "man"):
        people(session, posting, 25, stage=Stage.INTERVIEW, sex=sex)
        people(session, posting, 25, sex=sex)
    impact_counts.count_answers(session, key=KEY, now=NOW)
    before = tables(session, "all")["sex"]
    people(session, posting, LEAST // 2 - 1, stage=Stage.INTERVIEW, sex="woman")
    impact_counts.count_answers(session, key=KEY, now=NOW + timedelta(days=1))
    assert tables(session, "all")["sex"] == before
    assert session.get_one(InsightFigure, ("all", IMPACT, 0)).computed_at == NOW
    people(session, posting, 1, stage=Stage.INTERVIEW, sex="woman")
    impact_counts.count_answers(session, key=KEY, now=NOW + timedelta(days=2))
    assert row(tables(session, "all")["sex"], "interview", "woman").n == 50 + LEAST // 2


def test_a_sum_does_not_tell_of_a_group_that_one_posting_hides(session, recruiter):
    first, second = asking(session, recruiter), asking(session, recruiter, slug="second")
    for posting in (first, second):
        for sex in ("woman", "man"):
            number = 4 if posting is second and sex == "woman" else 40
            people(session, posting, number, stage=Stage.INTERVIEW, sex=sex)
            people(session, posting, number, sex=sex)
        people(session, posting, 25, sex=UNSAID)
    impact_counts.count_answers(session, key=KEY, now=NOW)
    alone = tables(session, scope_of([first.id]))["sex"]
    both = tables(session, scope_of([first.id, second.id]))["sex"]
    assert tables(session, scope_of([second.id]))["sex"].answers == ()
    assert row(alone, "interview", "woman").n == 80
    assert row(both, "interview", "woman").n == 80  # without the eight of the second posting
    assert both.hides is False
    third = asking(session, recruiter, slug="third")
    for sex in ("woman", "man"):
        people(session, third, 8, stage=Stage.INTERVIEW, sex=sex)
        people(session, third, 8, sex=sex)
    impact_counts.count_answers(session, key=KEY, now=NOW)
    three = tables(session, scope_of([first.id, second.id, third.id]))["sex"]
    assert row(three, "interview", "woman").n == 80 + 8 + 16  # two hidden groups of 24 people together


def test_a_count_goes_on_and_its_raw_counts_go(session):
    posting = asking(session)
    for sex in ("woman", "man"):
        people(session, posting, 22, stage=Stage.INTERVIEW, score=0.7, sex=sex)
        people(session, posting, 22, score=0.2, sex=sex)
    impact_counts.count_answers(session, key=KEY, now=NOW)
    whole = tables(session, "all")
    session.delete(session.get_one(InsightFigure, ("all", IMPACT, 0)))
    sums, turns = impact_counts.begin_sums(session, job_id=4), 0
    while not sums.is_done:
        impact_counts.sum_chunk(session, sums, key=KEY, most=20)
        impact_counts.store_sums(session, sums, job_id=4, now=NOW)
        if not sums.is_done:
            sums = impact_counts.begin_sums(session, job_id=4)
        turns += 1
    impact_counts.publish_tables(session, sums, job_id=4, now=NOW)
    assert turns == 5
    assert tables(session, "all") == whole
    assert set(session.scalars(select(InsightFigure.kind))) == {IMPACT}


def test_questions_fit_their_columns():
    assert all(len(question) <= 20 and max(map(len, choices)) <= 40 for question, choices in QUESTIONS.items())
    assert all(UNSAID not in choices for choices in QUESTIONS.values())
