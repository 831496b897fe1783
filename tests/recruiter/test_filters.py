"""Any combination of filters finds what its definition says, in the list's order, over all pages, and tells a blind reader nothing."""

from __future__ import annotations

import json
from random import Random

import pytest
from sqlalchemy import select, text

from screening.documents.words import wanted
from screening.models import Application, Stage
from screening.queries import pipeline, pipeline_filter, pipeline_order
from screening.queries.blindness import owed_applications
from screening.queries.pipeline import Neighbours, PipelineFilter, board, fitting_ids, neighbours, page
from screening.queries.pipeline_filter import Sort
from screening.queries.pipeline_order import GLANCED, INDEX, listing
from screening.queries.stage_rules import LANES
from screening.queries.texts import matching
from tests.factories import NOW
from tests.recruiter.filtered import fits, in_order, judge, make_filtered, some_filter

FILTERS = 60


def holding(session, world, chosen):
    words = wanted(chosen.text)
    return set(session.scalars(matching(session, words, posting_ids=[world.posting.id]))) if words else set()


def walk(session, world, chosen, *, most):
    """Give the ids of each page forwards, and of each page backwards from the last."""
    ask = {"posting": world.posting, "reader_id": world.reader.id, "chosen": chosen, "now": NOW}
    pages, after = [], None
    while True:
        part = page(session, **ask, after=after)
        pages.append(part)
        assert len(pages) <= most
        if (after := part.following) is None:
            break
    back, before = [], pages[-1].preceding
    while before is not None:
        part = page(session, **ask, before=before)
        back.insert(0, part)
        before = part.preceding
    assert [(one.first, one.rows) for one in back] == [(one.first, one.rows) for one in pages[:-1]]
    assert [one.first for one in pages] == [1 + sum(len(one.rows) for one in pages[:n]) for n in range(len(pages))]
    return [row for part in pages for row in part.rows]


@pytest.mark.parametrize(
    ("few", "glanced", "owes", "posting_owner"),
    [(500, 400, False, True), (0, 400, False, True), (0, 9, False, False), (0, 1, True, False), (500, 400, True, True)],
)
def test_any_filter_gives_what_a_plain_one_gives(session, monkeypatch, few, glanced, owes, posting_owner):
    random = Random(f"{few}{owes}")
    world = make_filtered(session, number=50, random=random, owes=owes)
    if posting_owner:
        world.posting.owner_id = world.owner.id
    monkeypatch.setattr(pipeline_filter, "FEW", few)
    monkeypatch.setattr(pipeline_order, "GLANCED", glanced)
    monkeypatch.setattr(pipeline, "PAGE", 7)
    monkeypatch.setattr(pipeline, "LANE", 3)
    everybody = session.scalars(select(Application).where(Application.posting_id == world.posting.id)).all()
    assert owed_applications(session, user_id=world.reader.id, posting_id=world.posting.id) == world.owed
    found, empty = 0, 0
    for _ in range(FILTERS):
        chosen = some_filter(world, random)
        held = holding(session, world, chosen)
        fitting = [one for one in everybody if fits(one, chosen, world, held)]
        expected = in_order(fitting, chosen, world.owed)
        rows = walk(session, world, chosen, most=len(everybody))
        assert [row.id for row in rows] == expected, chosen

        ask = {"posting": world.posting, "reader_id": world.reader.id, "chosen": chosen}
        stages = {one.id: one.stage for one in everybody}
        assert fitting_ids(session, **ask, limit=9) == [(ident, stages[ident]) for ident in expected[:9]]
        lanes = board(session, **ask, now=NOW).lanes
        by_lane = [one for one in everybody if fits(one, pipeline_of_lanes(chosen), world, held)]
        ordered = in_order(by_lane, chosen, world.owed)
        for stage in LANES:
            assert [row.id for row in lanes[stage]] == [i for i in ordered if stages[i] is stage][:3], (chosen, stage)
        if len(expected) > 2:
            middle = session.get_one(Application, expected[1])
            near = neighbours(session, application=middle, reader_id=world.reader.id, chosen=chosen)
            assert near == Neighbours(expected[0], expected[2]), chosen
        found, empty = found + len(expected), empty + (not expected)
    assert found > FILTERS
    assert 2 < empty < FILTERS - 10


def pipeline_of_lanes(chosen):
    return PipelineFilter(**{name: getattr(chosen, name) for name in chosen.__slots__} | {"stages": LANES})


def test_what_is_hidden_changes_nothing_that_a_blind_reader_sees(session):
    """Filters are no oracle: whatever the verdicts, scores, knock-outs and tags of what is owed, each list stays the same."""
    random = Random(7)
    world = make_filtered(session, number=40, random=random, owes=True)
    filters = [some_filter(world, random) for _ in range(30)]

    def lists():
        session.expire_all()
        ask = {"posting": world.posting, "reader_id": world.reader.id}
        return [
            (
                fitting_ids(session, **ask, chosen=chosen, limit=99),
                page(session, **ask, chosen=chosen, now=NOW),
                board(session, **ask, chosen=chosen, now=NOW),
                [
                    neighbours(
                        session,
                        application=session.get_one(Application, ident),
                        reader_id=world.reader.id,
                        chosen=chosen,
                    )
                    for ident in sorted(world.owed)[:2]
                ],
            )
            for chosen in filters
        ]

    before = lists()
    for turn in range(2):
        for ident in world.owed:
            one = session.get_one(Application, ident)
            judge(session, one, world, Random(f"{turn}{ident}"))
        session.execute(text("DELETE FROM application_tag WHERE application_id = :one"), {"one": max(world.owed)})
        session.flush()
        assert lists() == before
    seen = {
        ident for chosen, (ids, *_) in zip(filters, before, strict=True) if not chosen.asks_hidden for ident, _ in ids
    }
    assert seen & world.owed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_filter_that_nobody_fits_is_answered_from_the_index_alone(session):
    random = Random(3)
    world = make_filtered(session, number=30, random=random)
    for _ in range(80):
        chosen = some_filter(world, random)
        order = listing(session, posting=world.posting, reader_id=world.reader.id, chosen=chosen)
        if order.narrowed.few is not None or not order.narrowed.passes_over:
            continue
        statement = order.walk(chosen.stages, most=GLANCED)  # so many that none are glanced at before
        compiled = statement.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", tuple(compiled.params[name] for name in compiled.positiontup)
        )
        read = [row[3] for row in plan if " application " in f"{row[3]} " and "SUBQUERY" not in row[3]]
        assert read
        assert all(f"USING COVERING INDEX {INDEX}" in line for line in read), (chosen, read)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_those_who_are_named_are_read_by_their_numbers_alone(session):
    """Without statistics, as a company's own database is: SQLite then guesses that a list of numbers is long."""
    world = make_filtered(session, number=30, random=Random(5))
    for sort in Sort:
        chosen = PipelineFilter(sort=sort, text="联邦学习", stages=tuple(Stage))
        order = listing(session, posting=world.posting, reader_id=world.reader.id, chosen=chosen)
        assert order.narrowed.few
        statement = order.walk(chosen.stages, most=51)
        compiled = statement.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
        processed = compiled.construct_params()
        values = [
            json.dumps(value) if isinstance(value, tuple) else value
            for value in map(processed.get, compiled.positiontup)
        ]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(values))
        read = [row[3] for row in plan if " application " in f"{row[3]} "]
        assert read == ["SEARCH application USING INTEGER PRIMARY KEY (rowid=?)"], sort


def test_stages_are_read_in_any_number(session):
    world = make_filtered(session, number=20, random=Random(1))
    for sort in Sort:
        chosen = PipelineFilter(stages=(), sort=sort)
        assert page(session, posting=world.posting, reader_id=world.reader.id, chosen=chosen, now=NOW).rows == []
    everybody = PipelineFilter(stages=tuple(Stage))
    assert len(fitting_ids(session, posting=world.posting, reader_id=world.reader.id, chosen=everybody, limit=99)) == 20
