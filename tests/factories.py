"""Small, plainly fictional things for tests: staff, a rubric, a posting with a published rubric, applications."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from rubrics.codec import digest, dump_rubric
from rubrics.model import (
    AnyOf,
    AssessedBy,
    AvailabilityAsk,
    Category,
    ContestAsk,
    Criterion,
    Degree,
    DegreeAsk,
    FieldAsk,
    Group,
    LocationAsk,
    PublicationAsk,
    Responsibility,
    Rubric,
    Section,
    SkillAsk,
    TraitAsk,
    VenueRank,
)
from rubrics.text import Lines, Span
from screening.models import (
    Answer,
    Application,
    FormVersion,
    Interview,
    Person,
    Posting,
    PostingMember,
    PostingState,
    Role,
    RubricState,
    RubricVersion,
    SourceDocument,
    Stage,
    StageMove,
    User,
)
from screening.queries.cities import stored_cities
from screening.services.accounts import create_user
from screening.services.stage_counts import change_counts, day_of

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PASSWORD = "a-long-enough-password"
TEXT = """轨迹预测算法实习生
北京市、上海市硕士研究生及以上
工作职责
训练轨迹预测模型。
任职要求
计算机、自动化等相关专业。
熟悉 C++ 或 Python。
熟悉 PyTorch、TensorFlow 等框架。
两周内到岗，至少实习 3 个月。
思路清楚，愿意协作。
加分项，满足一项或多项
在 CCF B 类以上会议发表过论文。
获得过编程竞赛奖项。
"""
LINES = TEXT.splitlines()


def make_rubric(slug: str = "trajectory", version: int = 1) -> Rubric:
    """Make a rubric with gates, any-of rules, a trait and a bonus group over ``TEXT``."""
    return Rubric(
        slug=slug,
        title=LINES[0],
        track=None,
        lines=Lines(1, len(LINES)),
        locations=("北京", "上海"),
        degree_floor=Degree.MASTER,
        responsibilities=(Responsibility(Lines(4, 4), LINES[3]),),
        criteria=(
            _criterion("k1", Category.DEGREE, 2, DegreeAsk(Degree.MASTER), "硕士研究生及以上", gate=True),
            _criterion("k2", Category.LOCATION, 2, LocationAsk(("北京", "上海")), "北京市、上海市", gate=True),
            _criterion("k3", Category.AVAILABILITY, 9, AvailabilityAsk(within_days=14, months=3), gate=True),
            _criterion("r1", Category.FIELD_OF_STUDY, 6, FieldAsk(("field_cs", "field_automation"), related=True)),
            _criterion("r2", Category.PROGRAMMING_LANGUAGE, 7, AnyOf((SkillAsk("cpp"), SkillAsk("python")))),
            _criterion("r3", Category.TOOL, 8, AnyOf((SkillAsk("pytorch"), SkillAsk("tensorflow")), open=True)),
            _criterion("r4", Category.TRAIT, 10, TraitAsk("teamwork"), assessed_by=AssessedBy.INTERVIEW),
            _criterion("b1", Category.PUBLICATION, 12, PublicationAsk(rank=VenueRank.B), group="b"),
            _criterion("b2", Category.COMPETITION, 13, ContestAsk(kind="code"), group="b"),
        ),
        groups=(Group("b", "any", Lines(11, 11)),),
        version=version,
    )


def _criterion(
    ident: str, category: Category, line: int, rule: Any, words: str | None = None, **more: Any
) -> Criterion:
    text = words or LINES[line - 1]
    start = sum(len(other) + 1 for other in LINES[: line - 1]) + LINES[line - 1].index(text)
    section = Section.BONUS if ident.startswith("b") else Section.REQUIREMENT
    return Criterion(
        id=ident,
        key=f"{category.value}-{line}",
        section=section,
        category=category,
        lines=Lines(line, line),
        span=Span(start, start + len(text)),
        text=text,
        rule=rule,
        **more,
    )


def make_user(session: Session, role: Role = Role.RECRUITER, name: str = "梁上燕", email: str | None = None) -> User:
    """Make a member of staff with the password ``PASSWORD``."""
    address = email or f"{role.value}.{secrets.token_hex(4)}@example.com"
    user = create_user(session, email=address, name=name, role=role, password=PASSWORD, now=NOW)
    session.flush()
    return user


def make_posting(
    session: Session, *members: User, slug: str = "trajectory", state: PostingState = PostingState.OPEN
) -> Posting:
    """Make a posting over ``TEXT`` with a published rubric version 1 (a draft for a draft posting) and its form version."""
    document = SourceDocument(name=f"{slug}.txt", sha256=secrets.token_hex(32), text=TEXT, imported_at=NOW)
    session.add(document)
    session.flush()
    rubric = make_rubric(slug)
    posting = Posting(
        slug=slug,
        document_id=document.id,
        first_line=1,
        last_line=len(LINES),
        title=rubric.title,
        track=None,
        locations=list(rubric.locations),
        degree_floor="master",
        language="zh",
        state=state,
        created_at=NOW,
        published_at=None if state is PostingState.DRAFT else NOW,
    )
    session.add(posting)
    session.flush()
    published = state is not PostingState.DRAFT
    shape = dump_rubric(rubric)
    version = RubricVersion(
        posting_id=posting.id,
        number=1,
        state=RubricState.PUBLISHED if published else RubricState.DRAFT,
        document=shape,
        digest=digest(shape),
        created_at=NOW,
        changed_at=NOW,
        published_at=NOW if published else None,
    )
    session.add(version)
    session.flush()
    session.add(FormVersion(posting_id=posting.id, rubric_version_id=version.id, questions=[], created_at=NOW))
    session.add_all(PostingMember(posting_id=posting.id, user_id=member.id) for member in members)
    session.flush()
    return posting


def make_application(
    session: Session,
    posting: Posting,
    *,
    name: str = "云小鹤",
    email: str | None = None,
    stage: Stage = Stage.APPLIED,
    answers: dict[str, Any] | None = None,
    since: datetime = NOW,
) -> Application:
    """Make an application with answers, its first move and the counters of its stage; no résumé, no prescore."""
    address = email or f"{secrets.token_hex(6)}@example.com"
    person = Person(email_normalised=address, created_at=NOW)
    session.add(person)
    session.flush()
    form = session.query(FormVersion).filter_by(posting_id=posting.id).order_by(FormVersion.id.desc()).first()
    assert form is not None
    application = Application(
        person_id=person.id,
        posting_id=posting.id,
        form_version_id=form.id,
        idempotency_key=secrets.token_hex(16),
        name=name,
        email=address,
        locale="zh",
        consent_version="1",
        stage=stage,
        stage_since=since,
        submitted_at=since,
        cities=stored_cities(answers or SAMPLE_ANSWERS),
    )
    session.add(application)
    session.flush()
    for field, value in (answers or SAMPLE_ANSWERS).items():
        session.add(Answer(application_id=application.id, field=field, value=value))
    session.add(StageMove(application_id=application.id, from_stage=None, to_stage=stage, actor_id=None, at=since))
    session.flush()
    change_counts(session, {(posting.id, stage, day_of(since)): 1})
    return application


def move_interview(interview: Interview, starts_at: datetime) -> None:
    """Let an interview begin at another time; its end and its deadline go with it."""
    length, patience = interview.ends_at - interview.starts_at, interview.due_at - interview.ends_at
    interview.starts_at, interview.ends_at = starts_at, starts_at + length
    interview.due_at = interview.ends_at + patience


SAMPLE_ANSWERS: dict[str, Any] = {
    "basics": {"name": "云小鹤", "email": "xiaohe.yun@example.com", "summary": "研究方向是轨迹预测。"},
    "education": [
        {
            "institution": "云溪大学",
            "studyType": "硕士",
            "area": "控制科学与工程",
            "startDate": "2024-09",
            "endDate": "2027-06",
            "enrolled": True,
        }
    ],
    "skills": [
        {"name": "Python", "level": "熟练", "example": "用 Python 重写实验室的数据管线。"},
        {"name": "PyTorch", "level": "熟悉", "example": "用 PyTorch 训练轨迹预测网络。"},
    ],
    "availability": {
        "start": "2026-12-01",
        "within_days": 7,
        "months": 4,
        "days_per_week": 5,
        "on_site": True,
        "cities": ["上海"],
    },
}
