"""Full-text search finds what a plain look at every text finds, page by page, and keeps up with what changes."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from screening.documents.words import document_words, wanted
from screening.models import Application, Panelist, Role, SearchDocument, Stage, StageCount
from screening.queries import pipeline, pipeline_filter, pipeline_order, texts
from screening.queries.pipeline import PAGE, PipelineFilter, Sort, board, neighbours, page
from screening.queries.scopes import actor_of
from screening.queries.search import FOUND, search
from screening.queries.texts import matching, newest, texts_of
from screening.services.erasing import erase
from screening.services.indexing import count_missing, forget_words, index_applications, index_chunk, index_new
from tests.architecture.doors import make_interview
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import score

NAMES = ["云小鹤", "云鹤", "林小舟", "小云", "Xiaohe_Yun", "买买提·阿依", "欧阳小鹤"]
# fmt: off
WORDS = [
    "python", "pytorch", "c++", "c#", ".net", "node.js", "联邦学习", "学习联邦", "轨迹预测", "轨迹，预测", "ＣＵＤＡ", "Straße",
    "3.14", "javascript",
]
TYPED = [
    "云小鹤", "小鹤", "云", "鹤", "xiao", "yun", "联邦学习", "学习", "轨迹预测", "python", "pyt", "PYTHON", "c++", "c#", ".net",
    "node.js", "java", "javascript", "cuda", "strasse", "3.14", "阿依", "买买提·阿依", "不存在", "c", "。", "python 云小",
    "联邦学习 c++", "xiaohe yu",
]
# fmt: on


@pytest.fixture
def world(session):
    """Two postings, and more applications than two pages hold, each with words of its own."""
    recruiter = make_user(session)
    postings = [make_posting(session, recruiter, slug=slug) for slug in ("first", "second")]
    chance = random.Random(7)
    for number in range(2 * PAGE + 20):
        made = make_application(
            session,
            postings[number % 8 == 0],
            name=chance.choice(NAMES),
            stage=chance.choice([Stage.APPLIED, Stage.SCREENING, Stage.REJECTED]),
            answers={"statements": [{"key": "x", "text": " ".join(chance.sample(WORDS, 3))}]},
        )
        made.rank_score = chance.choice([-1.0, 0.25, 0.5, 0.75])
        made.stage_since = NOW - timedelta(days=number % 9)
        made.gates = chance.choice(["pass", "below", None])
    index_applications(session, application_ids=session.scalars(select(Application.id)).all())
    session.commit()
    return recruiter, postings


def plain(session, typed, **how):
    """Find by looking at the words of every application, as the search's definition says, without an index."""
    groups = wanted(typed, **how)
    found = set()
    for ident, said in texts_of(session, session.scalars(select(Application.id)).all()).items():
        words = " ".join(document_words(posting_id=said.posting_id, name=said.name, texts=said.written))

        def stands(sought, words=f" {words} "):
            return " " + " ".join(sought.words) + " " * (not sought.is_beginning) in words

        if groups and all(any(stands(sought) for sought in group) for group in groups):
            found.add(ident)
    return found


@pytest.mark.parametrize(("few", "glanced"), [(0, 400), (0, PAGE + 2), (0, 0), (500, 400)])
def test_pages_of_a_text_are_what_a_plain_filter_gives(session, world, monkeypatch, few, glanced):
    recruiter, (posting, _) = world
    monkeypatch.setattr(pipeline_filter, "FEW", few)
    monkeypatch.setattr(pipeline_order, "GLANCED", glanced)
    total = 0
    here = set(session.scalars(select(Application.id).where(Application.posting_id == posting.id)))
    for number, typed in enumerate(TYPED):
        chosen = PipelineFilter(
            stages=(Stage.APPLIED, Stage.SCREENING) if number % 2 else tuple(Stage),
            gates=("", "pass")[number % 3 == 0],
            text=typed,
            sort=list(Sort)[number % 3],
        )
        ids, last = plain(session, typed), (wanted(typed) or [()])[-1]
        whole = plain(session, typed, is_complete=True)
        if len(last) == 1 and last[0].is_beginning and len(whole & here) > few:
            ids = whole  # a word that many hold as it is was not only begun
        rows = session.scalars(select(Application).where(Application.id.in_(ids), Application.posting_id == posting.id))
        fitting = [
            one for one in rows if one.stage in chosen.stages and (not chosen.gates or one.gates == chosen.gates)
        ]
        key = {
            Sort.RANK: lambda one: (-one.rank_score, -one.id),
            Sort.NEWEST: lambda one: (-one.submitted_at.timestamp(), -one.id),
            Sort.WAITING: lambda one: (one.stage_since, one.id),
        }[chosen.sort]
        expected = [one.id for one in sorted(fitting, key=key)]
        seen, after = [], None
        while True:
            part = page(session, posting=posting, reader_id=recruiter.id, chosen=chosen, now=NOW, after=after)
            seen.extend(row.id for row in part.rows)
            if (after := part.following) is None:
                break
        assert seen == expected, typed
        lanes = board(session, posting=posting, reader_id=recruiter.id, chosen=chosen, now=NOW).lanes
        assert {row.id for row in lanes[Stage.APPLIED]} <= ids, typed
        if len(expected) > 2:
            middle = session.get_one(Application, expected[1])
            assert neighbours(session, application=middle, reader_id=recruiter.id, chosen=chosen) == (
                pipeline.Neighbours(expected[0], expected[2])
            )
        total += len(expected)
    assert total > 300


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("total", "few", "seen", "is_sampled"),
    [(60, 10, 16, True), (40, 10, 6, False), (60, 13, 6, False), (60, 10, 17, False)],
)
def test_a_sample_tells_that_a_word_is_common(session, monkeypatch, total, few, seen, is_sampled):
    """Of 20 applications 16 say python: of ``total`` that may be four in five, more than four times ``few``, or the index is asked."""
    posting = make_posting(session)
    ids = [
        make_application(
            session, posting, answers={"statements": [{"key": "x", "text": "python" if number % 5 else "python3"}]}
        ).id
        for number in range(20)
    ]
    index_applications(session, application_ids=ids)
    session.query(StageCount).delete()
    session.add(StageCount(posting_id=posting.id, stage=Stage.APPLIED, count=total))
    session.commit()
    monkeypatch.setattr(pipeline_filter, "FEW", few)
    monkeypatch.setattr(pipeline_filter, "SAMPLED", len(ids))
    monkeypatch.setattr(pipeline_filter, "SEEN", seen)
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))

    def found(typed: str) -> int:
        asked.clear()
        chosen = PipelineFilter(text=typed)
        return len(page(session, posting=posting, reader_id=0, chosen=chosen, now=NOW).rows)

    def looked() -> list[str]:
        return [one for one in asked if one.startswith("SELECT search_document.application_id")]

    assert found("python") == 16  # not only begun
    assert (not looked()) is is_sampled
    assert found("python3") == 4
    assert found("pyth") == 20
    assert looked()


@pytest.mark.parametrize("postings", [None, 1, 2])
def test_one_application_holds_what_the_index_says(session, world, postings):
    ids = None if postings is None else [posting.id for posting in world[1][:postings]]
    for typed in TYPED:
        for how in ({}, {"is_complete": True}, {"in_names": True}):
            words = wanted(typed, **how)
            if not words:
                continue
            found = set(session.scalars(matching(session, words, posting_ids=ids)))
            one_by_one = select(Application.id).where(texts.holds(session, words, Application.id.expression))
            one_by_one = one_by_one if ids is None else one_by_one.where(Application.posting_id.in_(ids))
            assert set(session.scalars(one_by_one)) == found, (typed, how)
            assert newest(session, words, posting_ids=ids, most=3) == sorted(found, reverse=True)[:3], (typed, how)


@pytest.mark.parametrize("late", [5, 1_000])
def test_names_come_first_then_the_newest_texts(session, world, monkeypatch, late):
    monkeypatch.setattr(texts, "LATE", late)
    monkeypatch.setattr(texts, "GLANCED", late)
    recruiter, _ = world
    actor = actor_of(session, recruiter)
    for typed in TYPED:
        named, all_of = plain(session, typed, in_names=True), plain(session, typed)
        whole = plain(session, typed, is_complete=True)
        by_name = sorted(named, reverse=True)[:FOUND]
        latest = sorted(whole if len(whole) >= FOUND else all_of, reverse=True)[:FOUND]
        written = [ident for ident in latest if ident not in by_name] if len(by_name) < FOUND else []
        found = search(session, actor=actor, text=typed).candidates
        ids = [one.application_id for one in found]
        assert ids == [*by_name, *written][:FOUND], typed
        assert len(ids) == min(FOUND, len(all_of)), typed
        assert all(one.excerpt is None for one in found[: len(by_name)])
    shown = search(session, actor=actor, text="联邦学习").candidates
    assert [one.excerpt.found for one in shown] == ["联邦学习"] * FOUND


def test_rights_and_roles(session, world):
    other, nobody = make_user(session), make_user(session)
    manager, interviewer = make_user(session, Role.HIRING_MANAGER), make_user(session, Role.INTERVIEWER)
    third = make_posting(session, other, manager, slug="third")
    own = make_application(session, third, name="白独特", answers={"basics": {"summary": "独一无二的词"}})
    index_applications(session, application_ids=[own.id])
    session.flush()
    for who, sees in ((other, True), (manager, True), (nobody, False), (interviewer, False)):
        found = search(session, actor=actor_of(session, who), text="独一无二").candidates
        assert [one.application_id for one in found] == [own.id] * sees
        assert search(session, actor=actor_of(session, who), text="python").candidates == ()
    interview = make_interview(session, own, other)
    session.add(Panelist(interview_id=interview.id, user_id=interviewer.id))
    session.flush()
    by_name, by_text = (search(session, actor=actor_of(session, interviewer), text=typed) for typed in ("独特", "独一"))
    assert [one.interview_id for one in by_name.candidates] == [interview.id]
    assert by_text.candidates == ()


def test_what_a_page_hides_is_not_found(session, world):
    _, (posting, _) = world
    made = make_application(session, posting)
    score(session, made, resume="看得见的字 藏起来的字", hidden=[(6, 11)])
    session.commit()
    assert holds(session, "看得见的") == [made.id]
    assert holds(session, "藏起来的") == []


def holds(session, typed):
    return sorted(session.scalars(matching(session, wanted(typed))))


def test_a_corrected_name_replaces_the_old_one(session, world):
    _, (posting, _) = world
    made = make_application(session, posting, name="甲乙丙", answers={"basics": {"summary": "丁戊"}})
    index_new(session, application_id=made.id)
    assert holds(session, "甲乙丙") == [made.id]
    made.name = "己庚辛"
    index_applications(session, application_ids=[made.id])
    index_applications(session, application_ids=[made.id])
    session.commit()
    assert (holds(session, "甲乙丙"), holds(session, "己庚辛"), holds(session, "丁戊")) == ([], [made.id], [made.id])


def test_everything_is_written_anew_in_chunks(session, world):
    rows = select(SearchDocument.application_id, SearchDocument.words).order_by(SearchDocument.application_id)
    before = session.execute(rows).all()
    session.execute(text("DELETE FROM search_document"))
    session.commit()
    assert (holds(session, "python"), count_missing(session)) == ([], len(before))
    last, total = 0, 0
    while True:
        count, last = index_chunk(session, after=last)
        session.commit()
        if not count:
            break
        total += count
    assert total == len(before)
    assert session.execute(rows).all() == before
    assert count_missing(session) == 0
    assert holds(session, "python")


def test_erased_words_leave_the_index(session, world, engine):
    _, (posting, _) = world
    made = make_application(session, posting, name="甲乙丙", answers={"basics": {"summary": "qwertzuiop 丁戊己"}})
    index_applications(session, application_ids=[made.id])
    session.commit()
    admin = make_user(session, Role.ADMIN)
    erase(session, applications=[made], company="c", actor_id=admin.id, now=NOW)
    session.commit()
    assert (holds(session, "甲乙丙"), holds(session, "qwertzuiop"), holds(session, "python") != []) == ([], [], True)
    index_applications(session, application_ids=[made.id])
    assert session.get(SearchDocument, made.id) is None
    if engine.dialect.name == "postgresql":
        return
    assert b"qwertzuiop" in b"".join(session.scalars(text("SELECT block FROM search_index_data")))
    is_first = True
    while forget_words(session, is_first=is_first):
        session.commit()
        is_first = False
    session.commit()
    blocks = b"".join(session.scalars(text("SELECT block FROM search_index_data")))
    assert b"qwertzuiop" not in blocks
    assert "甲乙".encode() not in blocks
    assert b"python" in blocks
    session.execute(text("INSERT INTO search_index(search_index) VALUES ('integrity-check')"))
