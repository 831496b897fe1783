"""A draft's résumé: read by the worker's acts, offered for the form's own fields, taken over and taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.documents.failures import SCANNED, TAKES_TOO_MUCH
from screening.documents.storage import store_file
from screening.models import ApplicationDraft, DraftFile, FormVersion, Job, Posting, TextState
from screening.queries.offers import FieldOffer, Progress, Reading, reading_of
from screening.services.application_drafts import attach_file, detach_file, find_draft, save_draft
from screening.services.prefilling import find_unread, give_up_reading, read_offers, store_offers
from screening.services.taking_over import put_back, still_taken, take_over
from tests.candidate.conftest import open_form
from tests.documents.files import make_pdf, show
from tests.factories import NOW

TODAY = date(2026, 11, 29)
RESUME = """云小鹤
邮箱：yun@example.com  电话：138-0000-0000  github.com/yun-xiaohe
教育背景
云溪大学 人工智能 硕士 2024.09-2027.06
落霞大学 软件工程 本科 2020.09-2024.06
技能
Python（精通），PyTorch
竞赛
2024 ICPC 亚洲区域赛 银牌
"""


@pytest.fixture
def posting(session: Session) -> Posting:
    return open_form(session)


def is_address(text: str) -> bool:
    return "@" in text


def form_of(session: Session, posting: Posting) -> FormVersion:
    return session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()


def write_draft(session: Session, posting: Posting, *fields: tuple[str, str]) -> ApplicationDraft:
    form = form_of(session, posting)
    return save_draft(
        session, key="k" * 32, posting=posting, form_version=form, fields=fields, version=0, locale="zh", now=NOW
    )


def attach(session: Session, draft: ApplicationDraft, uploads: Path, content: bytes, name: str = "cv.txt") -> DraftFile:
    stored = store_file(uploads, content, original_name=name, media_type="text/plain")
    return attach_file(session, draft=draft, field="resume", stored=stored, now=NOW)


def read(session: Session, file: DraftFile, uploads: Path) -> None:
    """Do what the worker's task does."""
    unread = find_unread(session, storage_key=file.storage_key)
    assert unread is not None
    store_offers(session, read_offers(unread, uploads=uploads, today=TODAY))
    session.flush()


def looked_at(session: Session, posting: Posting, draft: ApplicationDraft) -> Reading:
    questions = form_of(session, posting).questions
    return reading_of(session, draft_id=draft.id, questions=questions, fields=draft.fields)


def by_kind(reading: Reading, kind: str) -> list[FieldOffer]:
    return [offer for offer in reading.offers if offer.kind == kind]


def take(session: Session, posting: Posting, draft: ApplicationDraft, *offers: FieldOffer) -> ApplicationDraft:
    take_over(
        session,
        draft=draft,
        posting=posting,
        form_version=form_of(session, posting),
        fields=draft.fields,
        offers=offers,
        is_address=is_address,
        now=NOW,
    )
    session.flush()
    found = find_draft(session, draft.key)
    assert found is not None
    return found


def test_attaching_a_resume_asks_for_its_reading_once(session: Session, posting: Posting, tmp_path: Path) -> None:
    draft = write_draft(session, posting)

    file = attach(session, draft, tmp_path, RESUME.encode())

    job = session.scalars(select(Job).where(Job.name == "read_draft_file")).one()
    assert job.arguments == {"storage_key": file.storage_key}
    assert job.due_at < job.created_at == NOW
    assert looked_at(session, posting, draft).progress is Progress.WAITING


def test_what_was_read_is_offered_for_the_forms_own_fields(session: Session, posting: Posting, tmp_path: Path) -> None:
    draft = write_draft(session, posting)
    read(session, attach(session, draft, tmp_path, RESUME.encode()), tmp_path)

    reading = looked_at(session, posting, draft)

    assert reading.progress is Progress.READ
    assert [offer.kind for offer in reading.offers] == [
        "name",
        "email",
        "phone",
        "link",
        "education",
        "education",
        "skill",
        "skill",
        "award",
    ]
    questions = {question["kind"]: question for question in form_of(session, posting).questions}
    education, award = questions["education"]["id"], questions["awards"]["id"]
    first, second = by_kind(reading, "education")
    assert dict(first.fields) == {
        f"{education}-entry0-institution": "云溪大学",
        f"{education}-entry0-degree": "master",
        f"{education}-entry0-area": "人工智能",
        f"{education}-entry0-start": "2024-09",
        f"{education}-entry0-end": "2027-06",
        f"{education}-entry0-enrolled": "y",
    }
    assert second.fields[0] == (f"{education}-entry1-institution", "落霞大学")
    assert dict(by_kind(reading, "award")[0].fields) == {
        f"{award}-has": "y",
        f"{award}-entry0-contest": "ICPC 亚洲区域赛",
        f"{award}-entry0-prize": "银牌",
        f"{award}-entry0-year": "2024",
    }
    for offer in reading.offers:
        for quote in offer.quotes:
            assert RESUME[quote.start : quote.end] == quote.quote


def test_a_form_that_asks_less_is_offered_less(session: Session, posting: Posting, tmp_path: Path) -> None:
    draft = write_draft(session, posting)
    read(session, attach(session, draft, tmp_path, RESUME.encode()), tmp_path)

    reading = reading_of(session, draft_id=draft.id, questions=[], fields=[])

    assert [offer.kind for offer in reading.offers] == ["name", "email", "phone", "link"]


def test_what_stands_in_the_form_already_is_not_offered_and_what_was_typed_is_named(
    session: Session, posting: Posting, tmp_path: Path
) -> None:
    questions = {question["kind"]: question["id"] for question in form_of(session, posting).questions}
    school = f"{questions['education']}-entry0-institution"
    draft = write_draft(
        session,
        posting,
        ("name", "云 小 鹤"),
        ("email", "other@example.com"),
        ("phone", "13800000000"),
        ("link0", "https://www.github.com/yun-xiaohe/"),
        (school, "云溪大学"),
    )
    read(session, attach(session, draft, tmp_path, RESUME.encode()), tmp_path)

    reading = looked_at(session, posting, draft)

    assert [(offer.kind, offer.replaced) for offer in reading.offers] == [
        ("email", "other@example.com"),
        ("education", ""),
        ("skill", ""),
        ("skill", ""),
        ("award", ""),
    ]
    assert by_kind(reading, "education")[0].values["institution"] == "落霞大学"
    assert by_kind(reading, "education")[0].fields[0][0] == school.replace("entry0", "entry1")


def test_taking_over_fills_the_draft_and_the_way_back_leaves_what_was_changed_since(
    session: Session, posting: Posting, tmp_path: Path
) -> None:
    draft = write_draft(session, posting, ("email", "other@example.com"), ("summary", "Guten Tag"))
    read(session, attach(session, draft, tmp_path, RESUME.encode()), tmp_path)
    offers = looked_at(session, posting, draft).offers

    draft = take(session, posting, draft, *offers)

    assert draft.version == 2
    assert dict(draft.fields)["name"] == "云小鹤"
    assert dict(draft.fields)["email"] == draft.email == "yun@example.com"
    assert dict(draft.fields)["summary"] == "Guten Tag"
    assert len(still_taken(draft)) == sum(len(offer.fields) for offer in offers)
    assert not looked_at(session, posting, draft).offers

    changed = [(name, "Xiaohe Yun" if name == "name" else value) for name, value in draft.fields]
    draft = save_draft(
        session,
        key=draft.key,
        posting=posting,
        form_version=form_of(session, posting),
        fields=changed,
        version=2,
        locale="zh",
        now=NOW,
    )
    assert "name" not in dict(still_taken(draft))
    put_back(
        session,
        draft=draft,
        posting=posting,
        form_version=form_of(session, posting),
        is_address=is_address,
        now=NOW,
    )
    session.flush()

    back = find_draft(session, draft.key)
    assert back is not None
    assert dict(back.fields) == {"email": "other@example.com", "summary": "Guten Tag", "name": "Xiaohe Yun"}
    assert back.taken is None


def test_taking_over_in_two_steps_is_taken_back_at_once(session: Session, posting: Posting, tmp_path: Path) -> None:
    draft = write_draft(session, posting, ("name", "Somebody"))
    read(session, attach(session, draft, tmp_path, RESUME.encode()), tmp_path)

    draft = take(session, posting, draft, *by_kind(looked_at(session, posting, draft), "phone"))
    draft = take(session, posting, draft, *by_kind(looked_at(session, posting, draft), "name"))
    assert dict(draft.fields) == {"name": "云小鹤", "phone": "138-0000-0000"}
    put_back(
        session, draft=draft, posting=posting, form_version=form_of(session, posting), is_address=is_address, now=NOW
    )
    session.flush()

    back = find_draft(session, draft.key)
    assert back is not None
    assert dict(back.fields) == {"name": "Somebody"}


def test_a_file_that_cannot_be_read_says_why(session: Session, posting: Posting, tmp_path: Path) -> None:
    draft = write_draft(session, posting)
    read(session, attach(session, draft, tmp_path, make_pdf("0 0 10 10 re f"), "scan.pdf"), tmp_path)

    reading = looked_at(session, posting, draft)

    assert (reading.progress, reading.failure, reading.offers) == (Progress.FAILED, SCANNED, ())


def test_a_reading_that_dies_again_and_again_ends(session: Session, posting: Posting, tmp_path: Path) -> None:
    draft = write_draft(session, posting)
    file = attach(session, draft, tmp_path, RESUME.encode())

    give_up_reading(session, storage_key=file.storage_key)
    session.flush()

    assert looked_at(session, posting, draft).failure == TAKES_TOO_MUCH
    assert find_unread(session, storage_key=file.storage_key) is None


def test_a_result_that_comes_after_the_file_was_replaced_is_dropped(
    session: Session, posting: Posting, tmp_path: Path
) -> None:
    draft = write_draft(session, posting)
    first = attach(session, draft, tmp_path, RESUME.encode())
    unread = find_unread(session, storage_key=first.storage_key)
    assert unread is not None
    late = read_offers(unread, uploads=tmp_path, today=TODAY)
    second = attach(session, draft, tmp_path, "石小猴\nPython\n".encode())

    store_offers(session, late)
    session.flush()

    assert session.scalars(select(DraftFile)).all() == [second]
    assert second.text_state is TextState.WAITING
    detach_file(session, draft=draft, field="resume")
    assert looked_at(session, posting, draft).progress is Progress.NONE


def test_white_text_is_not_offered(session: Session, posting: Posting, tmp_path: Path) -> None:
    page = "\n".join(
        [
            show("Yun Xiaohe", y=780),
            show("yun@example.com", y=760),
            show("Skills", y=740),
            show("Python", y=720),
            show("hidden@example.com", y=700, colour="1 g"),
            show("Cloud Creek University, M.Sc. Computer Science, 2020 - 2022", y=680, colour="1 g"),
        ]
    )
    draft = write_draft(session, posting)
    read(session, attach(session, draft, tmp_path, make_pdf(page), "cv.pdf"), tmp_path)

    reading = looked_at(session, posting, draft)

    assert [(offer.kind, offer.fields[-1][1]) for offer in reading.offers] == [
        ("name", "Yun Xiaohe"),
        ("email", "yun@example.com"),
        ("skill", "y"),
    ]
