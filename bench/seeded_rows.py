"""The rows that one application of a seeded company leaves in every table that a page reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from screening.models import (
    Answer,
    Application,
    ApplicationTag,
    Base,
    Evaluation,
    Interview,
    Mail,
    MailState,
    Panelist,
    Person,
    Rating,
    Recommendation,
    ResumeFile,
    Stage,
    StageMove,
    StoredPrescore,
    TextState,
)

Row = dict[str, Any]
SHARES = (
    (Stage.APPLIED, 30),
    (Stage.SCREENING, 15),
    (Stage.INTERVIEW, 5),
    (Stage.DEBRIEF, 2),
    (Stage.OFFER, 1),
    (Stage.HIRED, 3),
    (Stage.REJECTED, 40),
    (Stage.WITHDRAWN, 4),
)
STAGES = tuple(stage for stage, share in SHARES for _ in range(share))
MET = frozenset({Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER, Stage.HIRED})
JUDGED = MET - {Stage.INTERVIEW}
WRITTEN = frozenset({Stage.REJECTED})
"""Stages whose candidates were written to."""
TAGS = (("人才库", 10), ("二次考虑", 200), ("已约电话", 2_000))
"""Each with how many applications of a posting come to one that bears it."""
FAMILY = "云林江白石周梁何许顾谷秋远苏叶陆沈韩唐冯"
GIVEN = "小鹤藤舟然愿渠子安晴禾星河竹雨松月川岚夏宁初言乐知行思远长青一帆若水清和"
SECTIONS = ("basics", "education", "skills", "availability")
HEADLINE = "云溪大学 · 计算机 · 硕士"
FILLED = (
    Person,
    Application,
    ApplicationTag,
    Answer,
    ResumeFile,
    StageMove,
    StoredPrescore,
    Interview,
    Panelist,
    Evaluation,
    Rating,
    Mail,
)
"""Tables with rows for each application."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What an application of a posting holds and what the engine made of it."""

    answers: Row
    resume: str
    result: Row
    kept: Row
    cities: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A posting with what its applications share."""

    posting_id: int
    version_id: int
    form_id: int
    focus: tuple[tuple[str, str], ...]
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What all applications of a company share."""

    interviewers: tuple[int, ...]
    admin_id: int
    tags: tuple[int, ...]
    now: datetime


def name_of(number: int) -> str:
    """Give a fictional name of three characters; thousands of different ones."""
    mixed = _mixed(str(number))
    parts = FAMILY[mixed % len(FAMILY)], GIVEN[mixed // 97 % len(GIVEN)], GIVEN[mixed // 9973 % len(GIVEN)]
    return "".join(parts)


def _mixed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big")


def batch_of(number: int) -> str:
    """Give a word that every thousandth application holds."""
    return f"batch{number % 1_000:03}"


def stage_of(number: int) -> Stage:
    """Give where an application stands: each posting has all stages, in these shares."""
    return STAGES[_mixed(f"stage {number}") % len(STAGES)]


def since_of(number: int, submitted: datetime) -> datetime:
    """Give since when an application stands in its stage."""
    return submitted + timedelta(minutes=number % 7 * 20)


def rows_of(
    number: int, place: Place, stage: Stage, submitted: datetime, shared: Shared
) -> Iterator[tuple[type[Base], Row]]:
    """Give what one application stores, by table."""
    variant = place.variants[number // 20 % len(place.variants)]
    name, since = name_of(number), since_of(number, submitted)
    yield Person, {"id": number, "email_normalised": f"s{number}@example.com", "created_at": submitted}
    yield (
        Application,
        {
            "id": number,
            "person_id": number,
            "posting_id": place.posting_id,
            "form_version_id": place.form_id,
            "idempotency_key": f"{number:032}",
            "name": name,
            "email": f"s{number}@example.com",
            "locale": "zh",
            "headline": HEADLINE,
            "source": ("site", "campus", "referral", "agency")[number % 4],
            "consent_version": "1",
            "stage": stage,
            "stage_since": since,
            "cities": variant.cities,
            **variant.kept,
            "prescore_id": number,
            "is_judged": stage in JUDGED,
            "submitted_at": submitted,
        },
    )
    for field in SECTIONS:
        if field in variant.answers:
            yield Answer, {"application_id": number, "field": field, "value": variant.answers[field]}
    yield ResumeFile, _file(number, f"{name}\n{batch_of(number)}\n{variant.resume}", submitted)
    yield StageMove, _move(number, None, Stage.APPLIED, submitted, None)
    if stage is not Stage.APPLIED:
        yield StageMove, _move(number, Stage.APPLIED, stage, since, shared.admin_id)
    yield StoredPrescore, _prescore(number, place, variant, submitted)
    for tag, (_, every) in zip(shared.tags, TAGS, strict=True):
        if _mixed(f"tag {number}") % every == 0:
            yield ApplicationTag, _tag(number, place, tag, shared)
    if stage in MET:
        yield from _meeting(number, place, since, list(shared.interviewers), shared.admin_id, is_judged=stage in JUDGED)
    if stage in WRITTEN or number % 400 == 0:
        yield Mail, _letter(number, place, name, since, shared, is_sent=stage in WRITTEN)


def _move(number: int, before: Stage | None, to: Stage, at: datetime, actor_id: int | None) -> Row:
    return {"application_id": number, "from_stage": before, "to_stage": to, "at": at, "actor_id": actor_id}


def _tag(number: int, place: Place, tag: int, shared: Shared) -> Row:
    return {
        "application_id": number,
        "tag_id": tag,
        "posting_id": place.posting_id,
        "added_by": shared.admin_id,
        "added_at": shared.now,
    }


def _letter(number: int, place: Place, name: str, at: datetime, shared: Shared, *, is_sent: bool) -> Row:
    due = at if is_sent else shared.now + timedelta(days=1 + number % 9)
    return {
        "key": f"letter:{number}",
        "template": "letter",
        "locale": "zh",
        "to_address": f"s{number}@example.com",
        "subject": "您的申请",
        "text": f"{name}，您好：\n\n谢谢您的申请。\n",
        "application_id": number,
        "posting_id": place.posting_id,
        "author_id": shared.admin_id,
        "state": MailState.SENT if is_sent else MailState.WAITING,
        "attempts": int(is_sent),
        "created_at": at,
        "due_at": due,
        "sent_at": due if is_sent else None,
    }


def _file(number: int, resume: str, at: datetime) -> Row:
    return {
        "application_id": number,
        "original_name": "resume.txt",
        "media_type": "text/plain",
        "size": len(resume),
        "sha256": "0" * 64,
        "storage_key": f"{number:032}",
        "text_state": TextState.READ,
        "text": resume,
        "uploaded_at": at,
    }


def _prescore(number: int, place: Place, variant: Variant, at: datetime) -> Row:
    return {
        "id": number,
        "application_id": number,
        "rubric_version_id": place.version_id,
        "engine_version": variant.result["engine"],
        "lexicon_version": variant.result["lexicon"],
        "input_sha256": f"{number:064}",
        "result": variant.result,
        "created_at": at,
    }


def _meeting(
    number: int, place: Place, at: datetime, interviewers: list[int], planner: int, *, is_judged: bool
) -> Iterator[tuple[type[Base], Row]]:
    panel = {interviewers[(number + step) % len(interviewers)] for step in (0, 7)}
    yield (
        Interview,
        {
            "id": number,
            "application_id": number,
            "rubric_version_id": place.version_id,
            "round": "第一轮",
            "starts_at": at,
            "minutes": 45,
            "ends_at": at + timedelta(minutes=45),
            "due_at": at + timedelta(hours=25),
            "time_zone": "Asia/Shanghai",
            "focus": [ident for ident, _ in place.focus],
            "created_by": planner,
            "created_at": at,
            "uid": f"measured-{number}",
            "changed_at": at,
        },
    )
    for seat, user in enumerate(sorted(panel)):
        yield Panelist, {"interview_id": number, "user_id": user, "is_settled": is_judged}
        if not is_judged:
            continue
        evaluation = number * 2 + seat
        yield (
            Evaluation,
            {
                "id": evaluation,
                "interview_id": number,
                "user_id": user,
                "version": 1,
                "recommendation": list(Recommendation)[(number + seat) % 4],
                "summary": "讲得清楚，细节扎实。",
                "submitted_at": at + timedelta(hours=2),
            },
        )
        for ident, key in place.focus:
            value = 1 + (number + seat + len(key)) % 4
            yield (
                Rating,
                {
                    "evaluation_id": evaluation,
                    "criterion": ident,
                    "criterion_key": key,
                    "value": value,
                    "note": "举了例子。",
                },
            )
