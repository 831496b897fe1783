"""A world with something to leak: an application that the reader still owes an evaluation of, and colleagues who may do what they like about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import (
    AbstainKind,
    Application,
    ApplicationDraft,
    BulkKind,
    CandidateRequest,
    FormVersion,
    Interview,
    InterviewerPool,
    InterviewRound,
    PoolMember,
    Posting,
    PostingMember,
    Recommendation,
    RequestKind,
    RequestState,
    ResumeFile,
    Role,
    RoundKind,
    Stage,
    User,
)
from screening.services import evaluating
from screening.services.bulks import start as start_bulk
from screening.services.evaluating import Judgement
from screening.services.interviewing import InterviewError, Plan, schedule_interview
from screening.services.mailing import post_mail
from screening.services.noting import NoteError, write_note
from screening.services.saved_views import ViewFields, save_view
from screening.services.tagging import add_tag, find_or_make
from tests.architecture.doors import make_offer
from tests.candidate.asking import CODE, own_questions
from tests.candidate.asking import publish as ask
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import score

FOCUS = ("r2", "r4")
TODAY = NOW + timedelta(days=2)
"""When the reader walks: a day after the scorecards of the interviews of ``NOW`` were due."""
DRAFT_KEY = "f" * 32
OFFER_KEY = "an-offer"
FEED_KEY = "a-feed"


@dataclass(frozen=True, slots=True)
class World:
    """Numbers of everything that an address can name. ``held`` has the reader on its panel, ``other`` has not, ``coming`` is still to be held."""

    reader: int
    colleagues: tuple[int, ...]
    posting: int
    document: int
    slug: str
    owed: int
    seen: int
    held: int
    other: int
    coming: int
    settled: int
    file: int
    mail: int
    offer: int
    note: int
    pool: int
    round: int
    tag: int
    bulk: int
    view: int


@dataclass(frozen=True, slots=True)
class Doing:
    """What a colleague does, an hour count after ``NOW``; what cannot be done is not."""

    who: int
    what: str
    interview: str
    hours: int
    value: int | None
    words: str
    recommendation: Recommendation


def make_world(session: Session, role: Role) -> World:
    """Make it for a reader of this role, who has the posting as recruiters and hiring managers do."""
    recruiter, reader = make_user(session, Role.RECRUITER, name="梁上燕"), make_user(session, role, name="何以然")
    reader.feed_key = FEED_KEY
    reader.locale = "en"
    colleagues = [make_user(session, Role.INTERVIEWER, name=name) for name in ("许愿", "孟浪", "丁卯")]
    posting = make_posting(session, recruiter)
    ask(session, posting, own_questions(posting)[CODE])
    if role in {Role.RECRUITER, Role.HIRING_MANAGER}:
        session.add(PostingMember(posting_id=posting.id, user_id=reader.id))
    owed, seen = (make_application(session, posting, name=name, stage=Stage.INTERVIEW) for name in ("云小鹤", "石小猴"))
    for application in (owed, seen):
        score(session, application)
    first, second, third = colleagues
    held = _hold(session, owed, recruiter, (reader, first, second), hours=-2)
    other = _hold(session, owed, recruiter, (second, third), hours=-1)
    coming = _hold(session, owed, recruiter, (reader, first), hours=72)
    settled = _hold(session, seen, recruiter, (reader, first), hours=-26)
    said = Doing(0, "submit", "settled", -20, 3, "讲得清楚。", Recommendation.YES)
    for person in (reader, first):
        _do(session, settled, said, person.id)
    session.add(
        CandidateRequest(
            application_id=owed.id,
            kind=RequestKind.HUMAN_REVIEW,
            text="请再看一次。",
            state=RequestState.OPEN,
            created_at=NOW,
        )
    )
    pool = InterviewerPool(name="后端")
    session.add(pool)
    session.flush()
    session.add(PoolMember(pool_id=pool.id, user_id=first.id))
    round_ = InterviewRound(
        posting_id=posting.id,
        position=1,
        kind=RoundKind.TECHNICAL,
        name="技术面",
        minutes=45,
        seats=2,
        focus=["programming_language-7"],
        pool_id=pool.id,
    )
    session.add(round_)
    session.flush()
    tag = find_or_make(session, name="备选")
    add_tag(session, application_ids=[seen.id], tag=tag, actor_id=recruiter.id, now=NOW)
    bulk = start_bulk(
        session, posting=posting, kind=BulkKind.UNTAG, arguments={"tag": 0, "name": "备选"},
        seen={one.id: one.stage for one in (owed, seen)}, actor_id=reader.id, now=NOW,
    )  # fmt: skip
    fields = ViewFields("未过硬性条件的", "gates=below", is_shared=True)
    view = save_view(session, posting_id=posting.id, owner_id=reader.id, fields=fields, now=NOW)
    mail = _write_mail(session, owed)
    _keep_draft(session, posting)
    offer = make_offer(session, seen, first)
    note = write_note(session, application=seen, text="看过了。", actor_id=reader.id, now=NOW)
    file = session.scalars(select(ResumeFile.id).where(ResumeFile.application_id == owed.id)).one()
    session.commit()
    return World(
        reader=reader.id,
        colleagues=tuple(one.id for one in colleagues),
        posting=posting.id,
        document=posting.document_id,
        slug=posting.slug,
        owed=owed.id,
        seen=seen.id,
        held=held.id,
        other=other.id,
        coming=coming.id,
        settled=settled.id,
        file=file,
        mail=mail,
        offer=offer.id,
        note=note.id,
        pool=pool.id,
        round=round_.id,
        tag=tag.id,
        bulk=bulk.id,
        view=view.id,
    )


def act(session: Session, world: World, doings: Sequence[Doing]) -> int:
    """Let colleagues do these things, those that are possible; tell how many were."""
    done = 0
    for doing in doings:
        interview = session.get_one(Interview, getattr(world, doing.interview))
        try:
            _do(session, interview, doing, world.colleagues[doing.who])
        except (InterviewError, NoteError, evaluating.DraftConflictError):
            session.rollback()
        else:
            session.commit()
            done += 1
    return done


def _do(session: Session, interview: Interview, doing: Doing, user_id: int) -> None:
    place = {"interview": interview, "user_id": user_id, "now": NOW + timedelta(hours=doing.hours)}
    judged = {
        "judgements": {ident: Judgement(doing.value, doing.words) for ident in FOCUS},
        "recommendation": doing.recommendation,
        "summary": doing.words,
    }
    match doing.what:
        case "submit":
            evaluating.submit_evaluation(session, **place, **judged)
        case "amend":
            evaluating.amend_evaluation(session, **place, **judged, reason=doing.words, seen=1)
        case "tag":
            ids, at = [interview.application_id], NOW + timedelta(hours=doing.hours)
            add_tag(
                session, application_ids=ids, tag=find_or_make(session, name=doing.words[:40]), actor_id=user_id, now=at
            )
        case "note":
            application = session.get_one(Application, interview.application_id)
            write_note(
                session, application=application, text=f"@何以然 {doing.words}", actor_id=user_id, now=place["now"]
            )
        case "abstain":
            evaluating.abstain(session, **place, kind=AbstainKind.OTHER, reason=doing.words)
        case _:
            evaluating.save_draft(session, **place, content={"summary": doing.words}, revision=0)


def _hold(session: Session, application: Application, planner: User, panel: Sequence[User], *, hours: int) -> Interview:
    plan = Plan(
        round="技术面",
        starts_at=NOW + timedelta(hours=hours),
        minutes=45,
        time_zone="Asia/Shanghai",
        place="3 号会议室",
        panel=tuple(one.id for one in panel),
        focus=FOCUS,
    )
    return schedule_interview(
        session, application=application, plan=plan, actor_id=planner.id, now=NOW - timedelta(days=3)
    )


def _write_mail(session: Session, application: Application) -> int:
    fields = {"name": "云小鹤", "posting": "语音研发", "link": "https://example.com/status/1", "company": "远山智能"}
    mail = post_mail(
        session,
        key="received:1",
        template="received",
        locale="zh",
        to=application.email,
        fields=fields,
        now=NOW,
        application_id=application.id,
    )
    return mail.id


def _keep_draft(session: Session, posting: Posting) -> None:
    forms = select(FormVersion.id).where(FormVersion.posting_id == posting.id).order_by(FormVersion.id.desc())
    session.add(
        ApplicationDraft(
            key=DRAFT_KEY,
            posting_id=posting.id,
            form_version_id=session.scalars(forms.limit(1)).one(),
            locale="zh",
            fields=[],
            created_at=NOW,
            changed_at=NOW,
            expires_at=TODAY + timedelta(days=30),
        )
    )
