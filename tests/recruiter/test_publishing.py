"""From a document to a published rubric: import, settle, edit, publish, close."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rubrics.codec import dump_rubric, load_rubric
from rubrics.findings import Finding, FindingCode
from rubrics.model import AssessedBy, Degree, Section
from rubrics.text import Lines
from screening.models import (
    FormVersion,
    Job,
    Posting,
    PostingMember,
    PostingState,
    RubricRevision,
    RubricState,
    RubricVersion,
    SettledFinding,
    SourceDocument,
)
from screening.policy import Actor, Role
from screening.services.drafting import (
    RevisionError,
    discard_draft,
    save_rubric,
    settle_finding,
    taken_ids,
    undo_rubric_edit,
    version_in,
)
from screening.services.publishing import (
    DocumentError,
    PublishError,
    close_posting,
    import_postings,
    publish_rubric,
    reopen_posting,
)
from screening.services.rubric_edits import (
    EditError,
    change_gate,
    change_section,
    leave_to_interview,
    remove,
    retitle,
    reword,
    settle,
    weigh,
)
from screening.services.undoing import Act, remember, undo
from screening.services.way_back import UndoError
from tests.conftest import shared_path
from tests.factories import make_application, make_posting, make_rubric, make_user
from tests.recruiter.worlds import TWO_POSTINGS

DOCUMENT = ("postings", "000_c7e80b1734e66fbd.txt")


@pytest.fixture
def recruiter(session):
    return make_user(session)


def draft_of(session, posting):
    return version_in(session, posting, RubricState.DRAFT)


def rubric_of(session, posting):
    return load_rubric(draft_of(session, posting).document)


def test_import_makes_a_draft_for_each_posting_and_gives_rights(session, recruiter, now):
    document = import_postings(session, name="两个职位.txt", text=TWO_POSTINGS, actor_id=recruiter.id, now=now)
    postings = session.scalars(select(Posting).order_by(Posting.first_line)).all()
    assert [(posting.title, posting.state) for posting in postings] == [
        ("算法实习生（甲）", PostingState.DRAFT),
        ("算法实习生（乙）", PostingState.DRAFT),
    ]
    assert document.text == TWO_POSTINGS
    assert [rubric_of(session, posting).version for posting in postings] == [1, 1]
    members = session.scalars(select(PostingMember.posting_id).where(PostingMember.user_id == recruiter.id))
    assert set(members) == {posting.id for posting in postings}


def test_import_of_the_same_text_again_adds_nothing(session, recruiter, now):
    first = import_postings(session, name="a.txt", text=TWO_POSTINGS, actor_id=recruiter.id, now=now)
    other = make_user(session)
    again = import_postings(session, name="b.txt", text=TWO_POSTINGS, actor_id=other.id, now=now)
    assert again is first
    assert session.scalar(select(func.count()).select_from(Posting)) == 2
    assert session.scalar(select(func.count()).where(PostingMember.user_id == other.id)) == 0


def test_import_of_a_changed_text_makes_new_postings_with_slugs_of_their_own(session, recruiter, now):
    import_postings(session, name="a", text=TWO_POSTINGS, actor_id=recruiter.id, now=now)
    import_postings(session, name="b", text=TWO_POSTINGS + "\n", actor_id=recruiter.id, now=now)
    slugs = session.scalars(select(Posting.slug)).all()
    assert len(slugs) == len(set(slugs)) == 4


def test_imports_of_one_text_at_once_are_one_document(engine, session, recruiter, now):
    user = recruiter.id
    session.commit()

    def bring(_number: int) -> int:
        with Session(engine) as own:
            document = import_postings(own, name="a", text=TWO_POSTINGS, actor_id=user, now=now)
            own.commit()
            return document.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(bring, range(4)))) == 1
    assert session.scalar(select(func.count()).select_from(Posting)) == 2


@pytest.mark.shared
def test_import_of_the_twenty_postings(session, recruiter, now):
    text = shared_path(*DOCUMENT).read_text("utf-8")
    import_postings(session, name="twenty.txt", text=text, actor_id=recruiter.id, now=now)
    postings = session.scalars(select(Posting).order_by(Posting.first_line)).all()
    assert len(postings) == 20
    assert sum(posting.title is None for posting in postings) == 7
    assert all(rubric_of(session, posting).criteria for posting in postings)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("abc\0def", "binary"),
        ("买菜，做饭。", "no_posting"),
        ("x" * 1_000_001, "too_large"),
    ],
)
def test_import_of_what_is_no_document_of_postings_is_refused(session, recruiter, now, text, code):
    with pytest.raises(DocumentError) as refused:
        import_postings(session, name="x", text=text, actor_id=recruiter.id, now=now)
    assert refused.value.code == code
    assert session.scalar(select(func.count()).select_from(SourceDocument)) == 0


@pytest.fixture
def draft(session, recruiter, now):
    import_postings(session, name="a.txt", text=TWO_POSTINGS, actor_id=recruiter.id, now=now)
    return session.scalars(select(Posting).order_by(Posting.first_line)).first()


def test_publishing_freezes_opens_and_makes_the_form(session, draft, recruiter, now):
    version = publish_rubric(session, posting=draft, actor_id=recruiter.id, now=now)
    assert (version.state, version.published_by, version.published_at) == (RubricState.PUBLISHED, recruiter.id, now)
    assert (draft.state, draft.published_at) == (PostingState.OPEN, now)
    form = session.scalars(select(FormVersion).where(FormVersion.rubric_version_id == version.id)).one()
    assert form.questions
    with pytest.raises(PublishError) as refused:
        publish_rubric(session, posting=draft, actor_id=recruiter.id, now=now)
    assert refused.value.code == "nothing_new"


def test_publishing_without_a_title_is_refused_until_one_is_given(session, draft, recruiter, now):
    version = draft_of(session, draft)
    version.document = {**version.document, "title": None}
    with pytest.raises(PublishError) as refused:
        publish_rubric(session, posting=draft, actor_id=recruiter.id, now=now)
    assert refused.value.code == "title_missing"
    publish_rubric(session, posting=draft, actor_id=recruiter.id, now=now, title="轨迹算法实习生")
    assert (draft.title, draft.state) == ("轨迹算法实习生", PostingState.OPEN)


def test_an_edit_after_publishing_is_a_new_version_that_supersedes(session, recruiter, now):
    posting = make_posting(session, recruiter)
    application = make_application(session, posting)
    before = version_in(session, posting, RubricState.PUBLISHED)
    kept = dict(before.document)
    edited = reword(load_rubric(before.document), "r2", "熟悉 Python。")
    fresh = save_rubric(
        session, posting=posting, rubric=edited, revision=0, change="save", actor_id=recruiter.id, now=now
    )
    assert (fresh.number, fresh.state, before.document) == (2, RubricState.DRAFT, kept)
    publish_rubric(session, posting=posting, actor_id=recruiter.id, now=now, revision=fresh.revision)
    session.refresh(before)
    assert (before.state, fresh.state, before.document) == (RubricState.SUPERSEDED, RubricState.PUBLISHED, kept)
    assert load_rubric(fresh.document).version == 2
    chunk = next(a for a in session.scalars(select(Job.arguments)) if "rubric_version_id" in a)
    assert chunk == {
        "rubric_version_id": fresh.id,
        "first_id": application.id,
        "last_id": application.id,
        "applications": 1,
        "again": 0,
    }


def test_a_save_on_an_old_revision_overwrites_nothing(session, draft, recruiter, now):
    base = rubric_of(session, draft)
    acts = {"posting": draft, "change": "save", "actor_id": recruiter.id, "now": now}
    save_rubric(session, rubric=reword(base, "r1", "一"), revision=1, **acts)
    with pytest.raises(RevisionError):
        save_rubric(session, rubric=reword(base, "r1", "二"), revision=1, **acts)
    assert next(one.text for one in rubric_of(session, draft).criteria if one.id == "r1") == "一"


def test_of_saves_at_once_on_one_revision_one_wins(engine, session, recruiter, now):
    posting = make_posting(session, recruiter)
    user, where = recruiter.id, posting.id
    session.commit()

    def save(number: int) -> bool:
        with Session(engine) as own:
            try:
                save_rubric(
                    own,
                    posting=own.get(Posting, where),
                    rubric=reword(make_rubric(), "r1", f"第 {number} 个人写的"),
                    revision=0,
                    change="save",
                    actor_id=user,
                    now=now,
                )
                own.commit()
            except RevisionError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(save, range(4))) == [False, False, False, True]
    session.expire_all()
    assert [version.number for version in session.scalars(select(RubricVersion).order_by(RubricVersion.number))] == [
        1,
        2,
    ]


def test_undo_of_an_edit_gives_the_earlier_content_in_a_new_revision(session, draft, recruiter, now):
    base = rubric_of(session, draft)
    saved = save_rubric(
        session,
        posting=draft,
        rubric=remove(base, "r1"),
        revision=1,
        change="remove:r1",
        actor_id=recruiter.id,
        now=now,
    )
    token = remember(session, actor_id=recruiter.id, act=Act.RUBRIC, now=now, version=saved.id, revision=saved.revision)
    actor = Actor(recruiter.id, Role.RECRUITER, frozenset({draft.id}))
    undo(session, token=token, actor=actor, now=now)
    assert (rubric_of(session, draft), saved.revision) == (base, 3)
    changes = session.scalars(select(RubricRevision.change).order_by(RubricRevision.revision)).all()
    assert changes == ["remove:r1", "undo"]


def test_undo_of_an_edit_that_somebody_built_upon_is_refused(session, draft, recruiter, now):
    base = rubric_of(session, draft)
    acts = {"posting": draft, "change": "save", "actor_id": recruiter.id, "now": now}
    saved = save_rubric(session, rubric=reword(base, "r1", "一"), revision=1, **acts)
    save_rubric(session, rubric=reword(base, "r1", "二"), revision=2, **acts)
    with pytest.raises(RevisionError):
        undo_rubric_edit(session, version_id=saved.id, revision=2, actor_id=recruiter.id, now=now)


def test_settling_a_hidden_bonus_moves_it_and_undo_opens_the_finding_again(session, recruiter, now):
    import_postings(session, name="a.txt", text=TWO_POSTINGS, actor_id=recruiter.id, now=now)
    posting = session.scalars(select(Posting).order_by(Posting.first_line.desc())).first()
    before = rubric_of(session, posting)
    index = [finding.code for finding in before.warnings].index(FindingCode.BONUS_IN_REQUIREMENTS)
    acts = {"posting": posting, "finding": index, "actor_id": recruiter.id, "now": now}
    version = settle_finding(session, answer="keep", revision=1, **acts)
    after = rubric_of(session, posting)
    moved = after.warnings[index].criteria[0]
    assert (moved[0], next(one for one in after.criteria if one.id == moved).section) == ("r", Section.REQUIREMENT)
    assert session.scalars(select(SettledFinding.answer)).all() == ["keep"]
    with pytest.raises(EditError):
        settle_finding(session, answer="noted", revision=version.revision, **acts)
    undo_rubric_edit(session, version_id=version.id, revision=version.revision, actor_id=recruiter.id, now=now)
    assert rubric_of(session, posting) == before
    assert session.scalars(select(SettledFinding)).all() == []


def test_a_typed_title_settles_the_finding_that_it_was_missing(session, recruiter, now):
    posting = make_posting(session, recruiter, state=PostingState.DRAFT)
    version = draft_of(session, posting)
    doubt = Finding(FindingCode.MISSING_TITLE, Lines(1, 1), "m", "m")
    version.document = dump_rubric(replace(make_rubric(), title=None, warnings=(doubt,)))
    titled = retitle(rubric_of(session, posting), title="轨迹算法实习生", track=None)
    save_rubric(session, posting=posting, rubric=titled, revision=1, change="save", actor_id=recruiter.id, now=now)
    assert session.scalars(select(SettledFinding.answer)).all() == ["title"]
    assert posting.title == "轨迹算法实习生"
    undo_rubric_edit(session, version_id=version.id, revision=2, actor_id=recruiter.id, now=now)
    assert session.scalars(select(SettledFinding)).all() == []
    assert posting.title is None


def test_discarding_a_draft_leaves_the_version_in_force(session, recruiter, now):
    posting = make_posting(session, recruiter)
    edited = weigh(make_rubric(), "r2", 3)
    fresh = save_rubric(
        session, posting=posting, rubric=edited, revision=0, change="save", actor_id=recruiter.id, now=now
    )
    discard_draft(session, posting=posting, revision=fresh.revision, actor_id=recruiter.id, now=now)
    states = session.scalars(select(RubricVersion.state)).all()
    assert states == [RubricState.PUBLISHED]


def test_a_posting_has_one_draft_at_most(session, recruiter, now):
    posting = make_posting(session, recruiter, state=PostingState.DRAFT)
    twin = RubricVersion(
        posting_id=posting.id, number=2, document={}, digest="0", created_at=now, changed_at=now, created_by=None
    )
    session.add(twin)
    with pytest.raises(IntegrityError):
        session.flush()


def test_closing_is_undone_by_its_token(session, recruiter, now):
    posting = make_posting(session, recruiter)
    close_posting(session, posting=posting, actor_id=recruiter.id, now=now)
    token = remember(session, actor_id=recruiter.id, act=Act.CLOSE, now=now, posting=posting.id)
    assert posting.state is PostingState.CLOSED
    with pytest.raises(UndoError):
        undo(session, token="x" * 43, actor=Actor(recruiter.id, Role.RECRUITER), now=now)
    undo(session, token=token, actor=Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id})), now=now)
    assert posting.state is PostingState.OPEN
    reopen_posting(session, posting=posting, actor_id=recruiter.id, now=now)
    assert posting.state is PostingState.OPEN


# --- edits, without a database ---


def ids(rubric):
    return [criterion.id for criterion in rubric.criteria]


def test_a_requirement_made_a_bonus_gets_a_free_id_that_was_never_used():
    edited = change_section(make_rubric(), "r2", Section.BONUS, taken={"b3"})
    assert ids(edited) == ["k1", "k2", "k3", "r1", "r3", "r4", "b1", "b2", "b4"]
    assert edited.criteria[-1].text == "熟悉 C++ 或 Python。"


def test_a_bonus_made_a_knock_out_is_a_requirement_that_documents_can_show():
    edited = change_gate(make_rubric(), "b1", gate=True)
    moved = next(one for one in edited.criteria if one.id == "k4")
    assert (moved.section, moved.gate, moved.group) == (Section.REQUIREMENT, True, None)


def test_a_knock_out_left_to_the_interview_is_none_any_more():
    edited = leave_to_interview(make_rubric(), "k3", interview=True)
    moved = next(one for one in edited.criteria if one.id == "r5")
    assert (moved.gate, moved.assessed_by) == (False, AssessedBy.INTERVIEW)


def test_findings_follow_the_criteria_that_they_speak_of():
    doubt = Finding(FindingCode.BONUS_IN_REQUIREMENTS, Lines(8, 8), "m", "m", criteria=("r3",))
    edited = settle(replace(make_rubric(), warnings=(doubt,)), doubt, "bonus")
    assert edited.warnings[0].criteria == ("b3",)


def test_settling_two_degree_floors_changes_the_head_and_the_knock_out():
    doubt = Finding(FindingCode.DEGREE_CONFLICT, Lines(2, 2), "m", "m", criteria=("k1",))
    edited = settle(make_rubric(), doubt, "bachelor")
    assert (edited.degree_floor, edited.criteria[0].rule.degree) == (Degree.BACHELOR, Degree.BACHELOR)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda rubric: reword(rubric, "r1", "  "), "text_missing"),
        (lambda rubric: reword(rubric, "r1", "x" * 2001), "text_long"),
        (lambda rubric: reword(rubric, "r99", "x"), "criterion_unknown"),
        (lambda rubric: weigh(rubric, "r1", 5.5), "weight_range"),
        (lambda rubric: weigh(rubric, "r1", float("nan")), "weight_range"),
        (lambda rubric: retitle(rubric, title=" ", track=None), "title_missing"),
        (lambda rubric: remove(rubric, "r99"), "criterion_unknown"),
    ],
)
def test_edits_that_make_no_sense_are_refused(edit, code):
    with pytest.raises(EditError) as refused:
        edit(make_rubric())
    assert refused.value.code == code


def test_ids_of_earlier_versions_stay_taken(session, recruiter, now):
    posting = make_posting(session, recruiter)
    save_rubric(
        session,
        posting=posting,
        rubric=remove(make_rubric(), "b2"),
        revision=0,
        change="remove:b2",
        actor_id=recruiter.id,
        now=now,
    )
    assert "b2" in taken_ids(session, posting)
