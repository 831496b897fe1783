"""An application of whom everything is stored that can be: by the candidate, by staff, by the machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Rubric
from rubrics.prescore import Verdict
from screening.documents.storage import store_file
from screening.models import (
    Application,
    ApplicationNote,
    CandidateRequest,
    Decision,
    Evaluation,
    EvidenceAddition,
    Mail,
    MailState,
    Outcome,
    Posting,
    Rating,
    Recommendation,
    RequestKind,
    ResumeFile,
    Role,
    RubricVersion,
    Stage,
    TextState,
)
from screening.services.judging import change_verdict
from screening.services.mailing import post_mail
from screening.services.moving import move_application
from tests.architecture.doors import make_offer
from tests.factories import NOW, make_application, make_user, move_interview
from tests.recruiter.worlds import owe_evaluation, score

SECRET = "staff secret"
RESUME = "云小鹤的简历\n熟悉 PyTorch，𠮷 and plain words"
INTERVIEWER = "何以然"


def make_crowded(session: Session, uploads: Path, posting: Posting) -> Application:
    """Make it; everything that only staff may know says ``SECRET``. Its rejection is so young that the candidate does not see it."""
    made = make_application(session, posting)
    made.heard = "从学长那里"
    score(session, made)
    user = make_user(session, Role.INTERVIEWER, name=INTERVIEWER)
    interview = owe_evaluation(session, made, user)
    move_interview(interview, datetime.now(UTC) - timedelta(days=2))
    interview.place = "北京 12 楼"
    evaluation = Evaluation(
        interview_id=interview.id,
        user_id=user.id,
        recommendation=Recommendation.NO,
        summary=f"{SECRET} summary",
        private_note=f"{SECRET} private",
        submitted_at=NOW,
    )
    session.add(evaluation)
    session.flush()
    session.add_all(
        [
            Rating(evaluation_id=evaluation.id, criterion="r1", criterion_key="c", value=1, note=f"{SECRET} rating"),
            ApplicationNote(application_id=made.id, author_id=user.id, text=f"{SECRET} note", at=NOW),
            Decision(
                application_id=made.id,
                outcome=Outcome.REJECT,
                reason="interview",
                note=f"{SECRET} decision",
                from_stage="interview",
                to_stage="rejected",
                actor_id=user.id,
                at=NOW,
                needs_second=True,
                second_id=make_user(session).id,
                second_at=NOW,
                second_agrees=False,
                second_note=f"{SECRET} second",
            ),
            CandidateRequest(
                application_id=made.id, kind=RequestKind.HUMAN_REVIEW, text="请再看一遍", created_at=datetime.now(UTC)
            ),
        ]
    )
    change_verdict(
        session,
        application=made,
        criterion_key=rubric_of(session, made).criteria[3].key,
        verdict=Verdict.MET,
        reason=f"{SECRET} verdict",
        actor_id=user.id,
        now=NOW,
    )
    move_application(session, application=made, to=Stage.INTERVIEW, actor_id=user.id, now=NOW, note=f"{SECRET} move")
    move_application(
        session,
        application=made,
        to=Stage.REJECTED,
        actor_id=user.id,
        now=datetime.now(UTC),
        reason="interview",
        note=f"{SECRET} rejected",
    )
    offer = make_offer(session, made, user)
    offer.wish, offer.wished_at, offer.place = "周三下午可以", NOW, "线上会议室"
    mails = [post(session, made, made.email, f"m{number}") for number in range(3)]
    mails[0].state = MailState.SENT
    mails[1].state, mails[1].to_address = MailState.SENT, "staff@example.com"
    content = RESUME.encode()
    stored = store_file(uploads, content, original_name="云小鹤.txt", media_type="text/plain")
    session.add(
        ResumeFile(
            application_id=made.id,
            original_name=stored.original_name,
            media_type=stored.media_type,
            size=stored.size,
            sha256=stored.sha256,
            storage_key=stored.storage_key,
            text_state=TextState.READ,
            text=RESUME,
            uploaded_at=NOW,
        )
    )
    session.flush()
    file_id = session.scalar(select(ResumeFile.id).order_by(ResumeFile.id.desc()).limit(1))
    session.add(
        EvidenceAddition(
            application_id=made.id,
            key="e" * 32,
            criterion_key="k",
            criterion_id="r1",
            asked="熟悉 C++ 或 Python。",
            answers={"projects": [{"name": "云小鹤的小工具"}]},
            link="https://example.com/xiaohe",
            file_id=file_id,
            added_at=NOW,
        )
    )
    session.commit()
    return made


def post(session: Session, application: Application, to: str, key: str) -> Mail:
    """Write a mail about the application."""
    return post_mail(
        session,
        key=key,
        template="received",
        locale="zh",
        to=to,
        fields={"name": "云小鹤", "posting": f"mail {key}", "link": "https://example.com", "company": "远山智能"},
        now=NOW,
        application_id=application.id,
    )


def rubric_of(session: Session, application: Application) -> Rubric:
    """Read the rubric that judged the application."""
    version = session.scalars(select(RubricVersion).where(RubricVersion.posting_id == application.posting_id)).one()
    return load_rubric(version.document)
