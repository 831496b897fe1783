"""Erasing a candidate: what tells who it was goes for good, what counts applications and judgements stays without a name.

Erased are the contact, the answers and everything added to them, files with their text, drafts, mails, prescores with their
quotations, codes, and every free text that staff wrote about the application. What stays: that there was an application to
this posting, its stages with their times, ratings and recommendations as numbers, and the audit log, which holds no
personal data. There is no way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Delete, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import (
    Application,
    ApplicationDraft,
    Base,
    CandidateRequest,
    Decision,
    DraftFile,
    Evaluation,
    Interview,
    Job,
    Mail,
    MailState,
    Panelist,
    Person,
    Rating,
    RequestKind,
    RequestState,
    ResumeFile,
    ScorecardDraft,
    Stage,
    StageMove,
    SuspectedDuplicate,
    SuspicionState,
)
from screening.services.indexing import ask_to_forget
from screening.services.judging import forget_result
from screening.services.mailing import FAREWELL, post_mail
from screening.services.measuring import note_erased
from screening.services.moving import ENDED, move_application
from screening.services.tagging import forget_unused, tags_of
from screening.services.voluntary import ask_to_forget_answers

NAME = "—"
"""What stands where a name, or a text that must not be empty, stood."""
OWN_SOURCES = 2
"""A source that fewer applications name may be about one person."""
UNSENT = (MailState.WAITING, MailState.UNCERTAIN, MailState.FAILED, MailState.KEPT)
KEPT = frozenset({"stage_move", "interview", "decision", "mail", "candidate_request"})
"""Tables below an application whose rows stay without their words; the rows of all others go, also of those that come later."""


def erase(
    session: Session, *, applications: Sequence[Application], company: str, actor_id: int, now: datetime
) -> list[str]:
    """Erase these applications of one person and tell the candidate by a last mail; give the keys of the files to remove.

    The caller commits and then removes the files: what is lost in between is swept up later. One that has not ended counts
    as withdrawn. When nothing else of the person is left, the person's address and drafts go as well.
    """
    _overwrite_what_is_deleted(session)
    ids = [application.id for application in applications]
    session.execute(select(Application.id).where(Application.id.in_(ids)).order_by(Application.id).with_for_update())
    addresses = {application.email.lower() for application in applications}
    _say_goodbye(session, applications[0], company, now)
    for application in applications:
        if application.stage not in ENDED:
            move_application(session, application=application, to=Stage.WITHDRAWN, actor_id=None, now=now)
        application.prescore_id = None
    session.flush()
    keys = set(session.scalars(select(ResumeFile.storage_key).where(ResumeFile.application_id.in_(ids))))
    tags = tags_of(session, application_ids=ids)
    _delete_parts(session, ids)
    forget_unused(session, tag_ids=tags)
    _blank_what_stays(session, ids, now)
    keys |= _erase_person(session, applications, addresses)
    _blank_mails(session, ids, addresses)
    for application in applications:
        _blank(session, application, now)
        record(
            session,
            act="application.erase",
            actor_id=actor_id,
            subject_type="application",
            subject_id=application.id,
            now=now,
            files=len(keys),
        )
        ask_to_forget(session, application_id=application.id, now=now)
        ask_to_forget_answers(session, application_id=application.id, now=now)
    _close_requests(session, ids, actor_id, now)
    session.flush()
    note_erased(session, posting_ids={application.posting_id for application in applications}, now=now)
    session.expire_all()
    return sorted(keys - _still_named(session, keys))


def asked_together(session: Session, *, application: Application) -> list[Application]:
    """Give the application and those of the same person whose deletion is asked for as well, in the order of their numbers."""
    asked = select(CandidateRequest.application_id).where(
        CandidateRequest.kind == RequestKind.DELETION, CandidateRequest.state == RequestState.OPEN
    )
    return list(
        session.scalars(
            select(Application)
            .where(
                Application.person_id == application.person_id,
                Application.erased_at.is_(None),
                or_(Application.id == application.id, Application.id.in_(asked)),
            )
            .order_by(Application.id)
        )
    )


def _delete_parts(session: Session, ids: list[int]) -> None:
    """Delete the rows of every table that hangs on an application and is not kept, those that name others first."""
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in KEPT:
            continue
        for key in table.foreign_keys:
            if key.column.table.name == Application.__tablename__ and key.ondelete == "CASCADE":
                session.execute(delete(table).where(key.parent.in_(ids)))


def _overwrite_what_is_deleted(session: Session) -> None:
    """Let SQLite fill the room of deleted rows with zeros instead of leaving their bytes in the file."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))


def _say_goodbye(session: Session, application: Application, company: str, now: datetime) -> None:
    """Write the last mail: it names no person, belongs to no application, and loses its address once it is sent."""
    post_mail(
        session,
        key=f"erased:{application.id}",
        template=FAREWELL,
        locale=application.locale,
        to=application.email,
        fields={"company": company},
        now=now,
    )


def _blank_what_stays(session: Session, ids: list[int], now: datetime) -> None:
    """Take the words out of rows that count: moves, decisions, interviews, evaluations, ratings."""
    interviews = select(Interview.id).where(Interview.application_id.in_(ids))
    evaluations = select(Evaluation.id).where(Evaluation.interview_id.in_(interviews))
    for statement in (
        update(StageMove).where(StageMove.application_id.in_(ids)).values(note=None),
        update(Decision).where(Decision.application_id.in_(ids)).values(note=NAME, afterwards=None),
        update(Decision).where(Decision.application_id.in_(ids), Decision.second_note != "").values(second_note=NAME),
        update(Interview).where(Interview.application_id.in_(ids)).values(place=""),
        update(Interview)
        .where(Interview.application_id.in_(ids), Interview.starts_at > now, Interview.cancelled_at.is_(None))
        .values(cancelled_at=now),
        delete(ScorecardDraft).where(ScorecardDraft.interview_id.in_(interviews)),
        update(Panelist)
        .where(Panelist.interview_id.in_(interviews), Panelist.abstained_at.is_not(None))
        .values(abstain_reason=NAME),
        update(Rating).where(Rating.evaluation_id.in_(evaluations), Rating.note != "").values(note=NAME),
        update(Evaluation).where(Evaluation.interview_id.in_(interviews)).values(summary=NAME, private_note=""),
        update(Evaluation)
        .where(Evaluation.interview_id.in_(interviews), Evaluation.version > 1)
        .values(amendment_reason=NAME),
        update(CandidateRequest).where(CandidateRequest.application_id.in_(ids)).values(text="", answer=None),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def _blank(session: Session, application: Application, now: datetime) -> None:
    """Take the person out of the application's own row."""
    same = select(func.count(Application.id)).where(Application.source == application.source)
    if (session.scalar(same) or 0) < OWN_SOURCES:
        application.source = "site"
    application.name, application.email, application.phone = NAME, "", None
    application.headline, application.heard = "", None
    application.idempotency_key = f"erased:{application.id}"
    application.contact_later, application.prescore_refused = False, True
    application.cities = ""
    forget_result(session, application)
    application.erased_at = now
    session.flush()


def _erase_person(session: Session, applications: Sequence[Application], addresses: set[str]) -> set[str]:
    """Erase the person when no other application is left, and drafts that nobody else's application explains; give the drafts' files."""
    ids = [application.id for application in applications]
    person_ids = {application.person_id for application in applications}
    for person_id in person_ids:
        left = select(Application.id).where(
            Application.person_id == person_id, Application.id.not_in(ids), Application.erased_at.is_(None)
        )
        if session.scalar(left.limit(1)) is None:
            person = session.get_one(Person, person_id)
            person.email_normalised = f"erased-{person_id}"
            session.execute(
                _delete(
                    SuspectedDuplicate,
                    or_(SuspectedDuplicate.first_id == person_id, SuspectedDuplicate.second_id == person_id)
                    & (SuspectedDuplicate.state != SuspicionState.SAME),
                )
            )
    keys = [application.idempotency_key for application in applications]
    own = or_(ApplicationDraft.key.in_(keys), func.lower(func.trim(ApplicationDraft.email)).in_(addresses))
    drafts = list(session.scalars(select(ApplicationDraft.id).where(own)))
    files = set(session.scalars(select(DraftFile.storage_key).where(DraftFile.draft_id.in_(drafts))))
    session.execute(_delete(DraftFile, DraftFile.draft_id.in_(drafts)))
    session.execute(_delete(ApplicationDraft, ApplicationDraft.id.in_(drafts)))
    return files


def _blank_mails(session: Session, ids: list[int], addresses: set[str]) -> None:
    """Empty the mails about the applications, and those of drafts and farewells before to the same addresses, but the last one."""
    theirs = or_(
        Mail.application_id.in_(ids),
        Mail.application_id.is_(None) & func.lower(Mail.to_address).in_(addresses) & (Mail.template != FAREWELL),
    )
    mails = list(session.scalars(select(Mail.id).where(theirs)))
    for statement in (
        update(Mail).where(Mail.id.in_(mails), Mail.state.in_(UNSENT)).values(state=MailState.RECALLED),
        update(Mail).where(Mail.id.in_(mails)).values(to_address="", subject="", text="", calendar=None, failure=None),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    names = [f"prescore:{ident}:" for ident in ids] + [f"mail:{ident}:" for ident in mails]
    for name in names:  # what a job says about its failure may quote what it failed on
        session.execute(
            update(Job)
            .where(Job.key.startswith(name, autoescape=True), Job.last_error.is_not(None))
            .values(last_error=None)
            .execution_options(synchronize_session=False)
        )


def _close_requests(session: Session, ids: list[int], actor_id: int, now: datetime) -> None:
    session.execute(
        update(CandidateRequest)
        .where(CandidateRequest.application_id.in_(ids), CandidateRequest.state == RequestState.OPEN)
        .values(state=RequestState.DONE, handled_at=now, handled_by_id=actor_id)
        .execution_options(synchronize_session=False)
    )


def _still_named(session: Session, keys: set[str]) -> set[str]:
    """Tell which files other applications or drafts share."""
    named = select(ResumeFile.storage_key).where(ResumeFile.storage_key.in_(keys))
    return set(session.scalars(named.union(select(DraftFile.storage_key).where(DraftFile.storage_key.in_(keys)))))


def _delete(kind: type[Base], condition: ColumnElement[bool]) -> Delete:
    return delete(kind).where(condition).execution_options(synchronize_session=False)
