"""Every page that a browser test looks at: who reads it, its address, and a world in which each has something to show.

``PAGES`` is the table: a line is who reads a page, and its address with the ids of ``tests.architecture.doors.World``. Add a
line for a new page: it is looked at by ``test_accessibility`` and drawn by ``tests.browser.pictures``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import delete, func, select

from screening.documents.storage import store_file
from screening.models import (
    Application,
    AvailabilityWindow,
    BulkKind,
    CandidateRequest,
    Decision,
    Evaluation,
    FormVersion,
    Interview,
    InterviewerPool,
    InterviewRound,
    Job,
    Mail,
    MailState,
    NoteMention,
    Panelist,
    Posting,
    PostingState,
    RequestKind,
    RequestState,
    Role,
    RubricState,
    RubricVersion,
    Stage,
    User,
)
from screening.queries.explanation import read_explanation, read_judging_rubric
from screening.queries.status import UNDO_WINDOW
from screening.services.adding_evidence import add_evidence, take_evidence
from screening.services.application_drafts import attach_file, save_draft
from screening.services.bulks import run_part
from screening.services.bulks import start as start_bulk
from screening.services.calendar_feed import renew_feed
from screening.services.custom_questions import CustomQuestion, QuestionType, Wording, new_id
from screening.services.demonstration.loading import load_demo
from screening.services.letters import write_letter
from screening.services.mail_templates import Place, save_template
from screening.services.noting import write_note
from screening.services.prefilling import find_unread, read_offers, store_offers
from screening.services.preview_chunks import judge_preview_chunk, read_preview_chunk, store_preview_chunk
from screening.services.previewing import ask_for_preview
from screening.services.question_sets import save_questions
from screening.services.requesting import answer, ask
from screening.services.tagging import find_or_make
from screening.web.candidate.links import draft_token, offer_token, status_token
from tests.architecture.doors import World, make_interview, make_offer
from tests.candidate.asking import own_questions, publish
from tests.factories import PASSWORD, make_user

PAGES = (
    (None, "/"),
    (None, "/roles/{slug}"),
    (None, "/roles/{slug}/apply"),
    (None, "/roles/{slug}/apply?also={other_slug}"),
    (None, "/drafts/{draft_token}"),
    (None, "/drafts/{draft_token}/offers"),
    (None, "/status"),
    (None, "/status/{token}"),
    (None, "/status/{token}/code"),
    (None, "/times/{offer_token}?zone=Asia/Shanghai"),
    (None, "/privacy"),
    (None, "/privacy/2026-11"),
    (None, "/?q=zzz&city=北京"),
    (None, "/accessibility"),
    (None, "/sign-in"),
    (None, "/nothing-here"),
    ("candidate", "/status/{added_token}"),
    ("candidate", "/status/{added_token}/explanation"),
    ("candidate", "/status/{added_token}/evidence/{open_point}"),
    ("candidate", "/status/{added_token}/review"),
    ("candidate", "/status/{added_token}/deletion"),
    ("candidate", "/status/{added_token}/voluntary"),
    ("admin", "/staff/"),
    ("admin", "/staff/postings/"),
    ("admin", "/staff/imports/"),
    ("admin", "/staff/imports/{document_id}"),
    ("admin", "/staff/postings/{posting_id}"),
    ("admin", "/staff/postings/{posting_id}?view=board"),
    ("admin", "/staff/postings/{posting_id}?v=tool-8:met&v=gone:met&low=x&high=90&city=shanghai&stage=all&overdue=1"),
    ("admin", "/staff/postings/{posting_id}/filter?v=tool-8:met&low=10&city=shanghai&tag=1"),
    ("admin", "/staff/postings/{posting_id}/views?v=tool-8:met&low=10"),
    ("admin", "/staff/postings/{posting_id}/links"),
    ("admin", "/staff/postings/{posting_id}/rubric"),
    ("admin", "/staff/postings/{posting_id}/rubric/criteria/r2"),
    ("admin", "/staff/postings/{posting_id}/rubric/add"),
    ("admin", "/staff/postings/{posting_id}/rubric/history"),
    ("admin", "/staff/postings/{posting_id}/questions"),
    ("admin", "/staff/postings/{posting_id}/questions/c{posting_id}_2"),
    ("admin", "/staff/postings/{posting_id}/questions/preview"),
    ("admin", "/staff/postings/{posting_id}/questions/copy"),
    ("admin", "/staff/postings/{posting_id}/stages"),
    ("admin", "/staff/postings/{posting_id}/interview-plan"),
    ("admin", "/staff/postings/{posting_id}/interview-plan/rounds/{round_id}"),
    ("admin", "/staff/tags/"),
    ("admin", "/staff/bulk/{bulk_id}"),
    ("admin", "/staff/pools/"),
    ("admin", "/staff/pools/{pool_id}"),
    ("admin", "/staff/postings/{draft_id}/rubric/compare"),
    ("admin", "/staff/postings/{draft_id}/rubric/preview"),
    ("admin", "/staff/postings/{draft_id}/rubric/import"),
    ("admin", "/staff/applications/{application_id}"),
    ("admin", "/staff/applications/{added_id}"),
    ("admin", "/staff/applications/{judged_id}?side=timeline"),
    ("admin", "/staff/applications/{noted_id}?side=notes"),
    ("admin", "/staff/applications/{application_id}/interviews/new"),
    ("admin", "/staff/applications/{application_id}/interviews/new?round=other"),
    ("admin", "/staff/applications/{judged_id}?side=interviews"),
    ("admin", "/staff/applications/{application_id}/offers/new"),
    ("admin", "/staff/hours/{user_id}"),
    ("admin", "/staff/applications/{judged_id}/debrief"),
    ("admin", "/staff/applications/{waiting_id}/debrief"),
    ("admin", "/staff/postings/{watched_id}/compare?ids={waiting_id}&ids={beside_id}"),
    ("admin", "/staff/applications/{application_id}/erase"),
    ("admin", "/staff/deletions/"),
    ("admin", "/staff/interviews"),
    ("admin", "/staff/interviews?when=past"),
    ("admin", "/staff/interviews/workload"),
    ("admin", "/staff/interviews/{interview_id}/plan"),
    ("admin", "/staff/applications/{application_id}/person"),
    ("admin", "/staff/insights"),
    ("admin", "/staff/insights?days=0"),
    ("admin", "/staff/postings/{watched_id}/insights?days=0"),
    ("admin", "/staff/duplicates/"),
    ("admin", "/staff/search?q=%E4%BA%91"),
    ("admin", "/staff/users/"),
    ("admin", "/staff/users/new"),
    ("admin", "/staff/users/{user_id}"),
    ("admin", "/staff/outbox/"),
    ("admin", "/staff/outbox/?box=scheduled&q=nobody"),
    ("admin", "/staff/outbox/{letter_id}"),
    ("admin", "/staff/outbox/{failed_id}"),
    ("admin", "/staff/applications/{letter_application_id}/letter?to=rejected"),
    ("admin", "/staff/applications/{letter_application_id}/letter"),
    ("admin", "/staff/mail-texts/"),
    ("admin", "/staff/mail-texts/edit"),
    ("admin", "/staff/mail-texts/edit?stage=rejected"),
    ("admin", "/staff/postings/{posting_id}/mail-texts"),
    ("admin", "/staff/mails/"),
    ("admin", "/staff/mails/{mail_id}"),
    ("admin", "/staff/consents/"),
    ("admin", "/staff/settings/"),
    ("panelist", "/staff/"),
    ("panelist", "/staff/interviews"),
    ("panelist", "/staff/hours/"),
    ("panelist", "/staff/settings/"),
    ("panelist", "/staff/interviews/{interview_id}/scorecard"),
)
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def fill(site):
    """Fill a site with the demonstration, and with one of everything else that a page can show."""
    site.clean()
    with site.session() as session:
        load_demo(
            session,
            now=datetime.now(UTC),
            password=PASSWORD,
            uploads=site.settings.uploads,
            voluntary_key=site.settings.voluntary_key,
        )
        admin = make_user(session, Role.ADMIN)
        panelist = make_user(session, Role.INTERVIEWER)
        scored = session.scalars(select(Application).order_by(Application.rank_score.desc(), Application.id)).first()
        judged = session.scalars(
            select(Interview.application_id)
            .join(Evaluation, Evaluation.interview_id == Interview.id)
            .group_by(Interview.application_id)
            .order_by(func.count().desc(), Interview.application_id)
        ).first()
        draft_id = preview_draft(session, admin)
        mail = Mail(
            key="seen",
            template="code",
            locale="zh",
            to_address="xiaohe.yun@example.com",
            subject="验证码",
            text="你的验证码是 000000。",
            created_at=datetime.now(UTC),
            due_at=datetime.now(UTC),
        )
        session.add(mail)
        letter, failed = letters(session, admin)
        interview = make_interview(session, scored, admin)
        free = session.scalars(select(AvailabilityWindow.user_id).order_by(AvailabilityWindow.id)).first()
        offer = make_offer(session, scored, session.get_one(User, free))
        offer.earliest, offer.latest = datetime.now(UTC), datetime.now(UTC) + timedelta(days=14)
        offer.expires_at = offer.latest
        session.add(Panelist(interview_id=interview.id, user_id=panelist.id))
        tell_candidate(session, interview)
        renew_feed(session, user=panelist, now=datetime.now(UTC))
        session.add(CandidateRequest(application_id=scored.id, kind=RequestKind.DELETION, created_at=datetime.now(UTC)))
        posting = session.get_one(Posting, scored.posting_id)
        bulk = tag_many(session, posting, admin)
        ask_questions(session, posting, admin)
        added, open_point = add_and_ask(session)
        note = write_note(session, application=added, text="论文值得一看。", actor_id=admin.id, now=datetime.now(UTC))
        session.add(NoteMention(note_id=note.id, user_id=admin.id))
        waiting, beside = waits_and_beside(session)
        others = select(Posting.slug).where(Posting.state == PostingState.OPEN, Posting.id != posting.id)
        other_slug = session.scalars(others.order_by(Posting.id)).first()
        rounds = select(InterviewRound.id).where(InterviewRound.posting_id == posting.id)
        round_id = session.scalars(rounds.order_by(InterviewRound.id)).first()
        pool_id = session.scalars(select(InterviewerPool.id).order_by(InterviewerPool.id)).first()
        session.commit()
    return World(
        values={
            "posting_id": posting.id,
            "draft_id": draft_id,
            "mail_id": mail.id,
            "letter_id": letter.id,
            "bulk_id": bulk.id,
            "failed_id": failed.id,
            "letter_application_id": letter.application_id,
            "slug": posting.slug,
            "other_slug": other_slug,
            "document_id": posting.document_id,
            "application_id": scored.id,
            "token": token_of(site.settings.secret_key, scored.id),
            "draft_token": token_of(site.settings.secret_key, offered_draft(site, posting), draft_token),
            "offer_token": token_of(site.settings.secret_key, offer.key, offer_token),
            "judged_id": judged or scored.id,
            "waiting_id": waiting.id,
            "watched_id": waiting.posting_id,
            "beside_id": beside,
            "added_id": added.id,
            "noted_id": added.id,
            "added_token": token_of(site.settings.secret_key, added.id),
            "open_point": open_point,
            "proof": token_of(site.settings.secret_key, added.id, proof_of),
            "interview_id": interview.id,
            "round_id": round_id,
            "pool_id": pool_id,
            "user_id": panelist.id,
        },
        admin=admin,
        recruiter=admin,
        stranger=panelist,
        panelist=panelist,
    )


def tag_many(session, posting, admin):
    """Stick a tag on all applications of a posting that are new."""
    now, tag = datetime.now(UTC), find_or_make(session, name="校招")
    new = session.scalars(
        select(Application.id).where(Application.posting_id == posting.id, Application.stage == Stage.APPLIED)
    )
    bulk = start_bulk(
        session,
        posting=posting,
        kind=BulkKind.TAG,
        arguments={"tag": tag.id, "name": tag.name},
        seen=dict.fromkeys(new, Stage.APPLIED),
        actor_id=admin.id,
        now=now,
    )
    run_part(session, bulk_id=bulk.id, now=now, write=None)
    return bulk


def letters(session, admin):
    """Let one letter wait and another one fail; keep a text of the company's own beside the built-in ones."""
    now = datetime.now(UTC)
    found = session.scalars(select(Application).where(Application.stage == Stage.SCREENING).order_by(Application.id))
    written = [
        write_letter(
            session,
            application=application,
            posting=session.get_one(Posting, application.posting_id),
            subject="你的申请正在评审",
            text="你好：\n\n申请已进入评审。",
            author_id=admin.id,
            due_at=now + timedelta(days=1),
            key=f"letter:seen:{application.id}",
            now=now,
        )
        for application in found.fetchmany(2)
    ]
    written[1].state, written[1].failure = MailState.FAILED, "550 5.1.1 no such mailbox"
    place = Place(None, "请再等等", "zh")
    save_template(
        session, place=place, subject="请再等等", text="{name}，你好：请再等等。", actor_id=admin.id, now=now, seen=None
    )
    return written


def tell_candidate(session, interview):
    """Let a mail to the candidate wait that can be held back."""
    session.add(
        Mail(
            key=f"interview:{interview.uid}:0:candidate",
            application_id=interview.application_id,
            template="candidate_planned",
            locale="zh",
            to_address="xiaohe.yun@example.com",
            subject="面试邀请：语音研发",
            text="面试邀请。",
            created_at=datetime.now(UTC),
            due_at=datetime.now(UTC),
        )
    )


def ask_questions(session, posting, admin):
    """Ask questions of the recruiter's own, lend some from another posting, and leave one in doubt in the draft."""
    publish(session, posting, *own_questions(posting).values())
    other = session.scalars(select(Posting).where(Posting.id != posting.id).order_by(Posting.id)).first()
    publish(session, other, *own_questions(other).values())
    doubtful = CustomQuestion(new_id(posting.id, 9), QuestionType.SHORT, Wording("是否已婚？", "Are you married?"))
    asked = [*own_questions(posting).values(), doubtful]
    save_questions(session, posting=posting, questions=asked, revision=0, actor_id=admin.id, now=datetime.now(UTC))


def add_and_ask(session):
    """Let a candidate add evidence to a point and ask for a human review; give the application and a point that is still open."""
    now = datetime.now(UTC)
    added = session.scalars(
        select(Application)
        .where(Application.stage == Stage.SCREENING, Application.rank_score > 0)
        .order_by(Application.rank_score, Application.id)
    ).first()
    open_points = [point.id for point in read_explanation(session, application_id=added.id).points if point.is_open]
    rubric = read_judging_rubric(session, application=added)
    addition = add_evidence(
        session,
        application=added,
        criterion=next(one for one in rubric.criteria if one.id == open_points[0]),
        answers={"projects": [{"name": "TrackNet", "description": "轨迹预测的小工具。"}]},
        link="https://example.com/tracknet",
        file=None,
        key="e" * 32,
        now=now,
    )
    take_evidence(session, addition_id=addition.id, read=None, now=now)
    session.execute(delete(Job).where(Job.name.in_(["take_evidence", "prescore_application", "fit_application"])))
    asked = ask(session, application=added, kind=RequestKind.HUMAN_REVIEW, text="请人看一下。", now=now)
    answer(session, request=asked, state=RequestState.DONE, answer="看过了。", actor_id=None, now=now - UNDO_WINDOW)
    ask(session, application=added, kind=RequestKind.HUMAN_REVIEW, text="再看一下。", now=now)
    return added, open_points[-1]


def waits_and_beside(session):
    """Find whose rejection waits for a second pair of eyes, and another application of that posting."""
    waiting = session.scalars(
        select(Application)
        .join(Decision, Decision.application_id == Application.id)
        .where(Decision.needs_second, Decision.second_id.is_(None))
    ).one()
    others = select(Application.id).where(Application.posting_id == waiting.posting_id, Application.id != waiting.id)
    return waiting, session.scalars(others.order_by(Application.rank_score.desc(), Application.id)).first()


def proof_of(application_id):
    """Sign the cookie of a browser that has proven an application."""
    proven = {"proven": {str(application_id): int(datetime.now(UTC).timestamp())}}
    return current_app.session_interface.get_signing_serializer(current_app).dumps(proven)


def token_of(secret_key, named, sign=status_token):
    """Sign an application's number or a draft's key as the running site does."""
    signer = Flask("signer")
    signer.config["SECRET_KEY"] = secret_key
    with signer.app_context():
        return sign(named)


def offered_draft(site, posting):
    """Make a draft whose résumé offers something, and something in the place of what was typed; give its key."""
    lines = "云小鹤\nyun@example.com\n教育背景\n云溪大学 人工智能 硕士 2024.09-2099.06\n技能\nPython、PyTorch、C++\n"
    stored = store_file(site.settings.uploads, lines.encode(), original_name="简历.txt", media_type="text/plain")
    now = datetime.now(UTC)
    with site.session() as session:
        form = session.scalars(
            select(FormVersion).where(FormVersion.posting_id == posting.id).order_by(FormVersion.id.desc())
        ).first()
        draft = save_draft(
            session,
            key="k" * 32,
            posting=posting,
            form_version=form,
            fields=[("name", "Xiaohe Yun")],
            version=0,
            locale="zh",
            now=now,
        )
        file = attach_file(session, draft=draft, field="resume", stored=stored, now=now)
        unread = find_unread(session, storage_key=file.storage_key)
        store_offers(session, read_offers(unread, uploads=site.settings.uploads, today=now.date()))
        session.execute(delete(Job).where(Job.name == "read_draft_file"))
        session.commit()
    return "k" * 32


def preview_draft(session, admin):
    """Compute what the draft of a posting in force would change; give the posting's id."""
    draft = session.scalars(
        select(RubricVersion)
        .where(RubricVersion.state == RubricState.DRAFT, RubricVersion.number > 1)
        .order_by(RubricVersion.id)
    ).first()
    posting = session.get_one(Posting, draft.posting_id)
    preview = ask_for_preview(session, posting=posting, actor_id=admin.id, now=datetime.now(UTC))
    chunk = read_preview_chunk(session, preview_id=preview.id, first_id=1, last_id=10**6)
    effects = judge_preview_chunk(chunk)
    assert effects
    store_preview_chunk(
        session, preview_id=preview.id, effects=effects, applications=preview.total, now=datetime.now(UTC)
    )
    session.execute(delete(Job).where(Job.name == "preview_applications"))
    return posting.id


def visits(page, site, world):
    """Open the pages one after the other, signed in as each line asks; give (who, path) at each stop."""
    reader = None
    for who, pattern in PAGES:
        if who != reader:
            page.context.clear_cookies()
            if who == "candidate":
                page.context.add_cookies([{"name": "session", "value": world.values["proof"], "url": site.url}])
            else:
                sign_in(page, site, getattr(world, who).email)
            reader = who
        path = pattern.format(**world.values)
        response = page.goto(site.url + path)
        assert response is not None
        expected = 404 if "nothing" in path else 200
        assert response.status == expected, f"{path} answered {response.status}"
        yield who or "public", path


def sign_in(page, site, email):
    page.goto(f"{site.url}/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/staff/**")


def take_back(page):
    """Press Ctrl Z once the page's scripts listen: what is shown while a page loads comes before they do."""
    page.wait_for_load_state()
    page.keyboard.press("Control+z")
