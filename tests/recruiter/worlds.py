"""A posting with scored applications, and ways to count queries and to sign in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from screening.extensions import db
from screening.models import Application, Interview, Panelist, Posting, ResumeFile, RubricVersion, TextState, User
from screening.services import prescoring
from tests.factories import NOW, PASSWORD, SAMPLE_ANSWERS, make_application

TWO_POSTINGS = """算法实习生（甲）
北京市硕士研究生及以上
工作职责
训练模型。
任职要求
熟悉 C++ 或者 Python。
思路清楚，愿意协作。
加分项，满足一项或多项
在 CCF B 类以上会议发表过论文。

算法实习生（乙）
上海市硕士研究生及以上
工作职责
维护数据。
任职要求
熟悉 PyTorch，TensorFlow 等。
有 CARLA 使用经验者优先。
"""
RESUME = "2025.03 – 至今 数据闭环。用 PyTorch 训练轨迹预测网络，用 Python 写数据管线。\n技能：Python、PyTorch\n"


def sign_in(client: Any, user: User) -> None:
    """Sign a member of staff in."""
    answer = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    assert answer.status_code in {302, 303}, answer.status_code


def score(
    session: Session,
    application: Application,
    *,
    resume: str | None = RESUME,
    hidden: Sequence[tuple[int, int]] = (),
) -> None:
    """Give an application a résumé that has been read, and run the engine on it."""
    if resume is not None:
        session.add(
            ResumeFile(
                application_id=application.id,
                original_name="简历.txt",
                media_type="text/plain",
                size=len(resume.encode()),
                sha256="0" * 64,
                storage_key=f"{application.id:032x}",
                text_state=TextState.READ,
                text=resume,
                hidden=[list(stretch) for stretch in hidden],
                pages=1,
                uploaded_at=NOW,
            )
        )
        session.flush()
    version = session.scalar(
        select(RubricVersion.id)
        .where(RubricVersion.posting_id == application.posting_id)
        .order_by(RubricVersion.id.desc())
    )
    assert version is not None
    uploads: Any = None
    prescoring.prescore_application(
        session, application_id=application.id, rubric_version_id=version, uploads=uploads, now=NOW
    )
    session.flush()


def add_scored(session: Session, posting: Posting, number: int) -> list[Application]:
    """Add scored applications, each with less to show than the one before, in turns."""
    made = []
    for place in range(number):
        answers = dict(SAMPLE_ANSWERS)
        if place % 3:
            answers["skills"] = SAMPLE_ANSWERS["skills"][: place % 3 - 1]
        application = make_application(session, posting, name=f"云小鹤{place}", answers=answers)
        score(session, application, resume=RESUME if place % 2 else None)
        made.append(application)
    return made


def owe_evaluation(session: Session, application: Application, user: User) -> Interview:
    """Seat somebody on the panel of a planned interview."""
    version = session.scalar(select(RubricVersion.id).where(RubricVersion.posting_id == application.posting_id))
    interview = Interview(
        application_id=application.id,
        rubric_version_id=version,
        round="第一轮",
        starts_at=NOW + timedelta(days=1),
        minutes=60,
        ends_at=NOW + timedelta(days=1, hours=1),
        due_at=NOW + timedelta(days=2, hours=1),
        time_zone="Asia/Shanghai",
        focus=["r1"],
        created_by=user.id,
        created_at=NOW,
    )
    session.add(interview)
    session.flush()
    session.add(Panelist(interview_id=interview.id, user_id=user.id))
    session.flush()
    return interview


def own_engine(app: Flask) -> Engine:
    """Give the application's engine: the fixture's is another one to the same database."""
    with app.app_context():
        return db.engine


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are sent while the block runs."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def addresses(posting, application):
    """Give the pages that show a posting or one of its applications, in every view."""
    return [
        "/staff/postings/",
        "/staff/postings/?state=draft&q=x&attention=1&sort=overdue",
        f"/staff/postings/{posting.id}",
        f"/staff/postings/{posting.id}?view=board&gates=below&sort=waiting",
        f"/staff/postings/{posting.id}?stage=rejected&q=%25&sort=newest",
        f"/staff/postings/{posting.id}/rubric",
        f"/staff/postings/{posting.id}/rubric?tab=versions",
        f"/staff/applications/{application.id}",
        *(f"/staff/applications/{application.id}?side={side}" for side in ("interviews", "timeline", "notes")),
    ]
