"""The tasks: one function for each kind of job, named as the job is. Ids come by keyword, one service is called. Those that count are in ``worker.counting``."""

from __future__ import annotations

import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app
from sqlalchemy.orm import Session

from screening.extensions import db
from screening.models import Heartbeat, Mail, MailState
from screening.queries import mentions
from screening.services import (
    adding_evidence,
    application_drafts,
    bulks,
    fitting,
    indexing,
    lost_links,
    mailing,
    noting,
    people,
    prefilling,
    prescoring,
    preview_chunks,
    proving,
    reminding,
    rescoring,
    telling,
    tidying,
)
from screening.web.candidate.links import status_link
from screening.web.interviewer.reminder_words import reminder_words
from screening.web.mention_words import mention_words
from screening.web.recruiter.bulk_letters import tell_of_interview, write_bulk_letter
from worker.running import CHUNK_SECONDS, finishing, going_on, looking, run_job, task

logger = logging.getLogger(__name__)


@task
def heartbeat() -> None:
    """Leave signs of life: a file for the supervisor, and a row that went through clock, broker, worker and database."""
    if file := os.environ.get("SCREENING_HEARTBEAT_FILE"):
        Path(file).touch()
    db.session.merge(Heartbeat(name="worker", at=datetime.now(UTC)))
    db.session.commit()


@task
def tidy() -> None:
    """Clear away what nobody needs any more; asked for by the clock, harmless to miss or to repeat."""
    now = datetime.now(UTC)
    application_drafts.forget_expired_drafts(db.session, now=now)
    db.session.commit()
    with looking() as session:
        tidying.remove_abandoned_files(session, uploads=current_app.config["SCREENING"].uploads, now=now)
    tidying.forget_done_jobs(db.session, now=now)
    tidying.forget_previews(db.session, now=now)
    noting.forget_removed_notes(db.session, now=now)
    proving.forget_codes(db.session, now=now)
    db.session.commit()


@task
def remind_interviewers() -> None:
    """Write the reminders and escalations that are due; asked for by the clock, harmless to miss, to repeat or to kill.

    A batch of interviews is one transaction, and only one of which something is due takes the write lock.
    """
    now, settings = datetime.now(UTC), current_app.config["SCREENING"]
    place = None
    while True:
        with looking() as session:
            batch = reminding.find_batch(session, settings=settings, now=now, after=place)
        if batch.interview_ids:
            written = reminding.write_notices(
                db.session, interview_ids=batch.interview_ids, words=reminder_words, settings=settings, now=now
            )
            db.session.commit()
            logger.info("%d mails about owed scorecards were written", written)
        if batch.following is None:
            return
        place = batch.following


@task
def tell_mentioned() -> None:
    """Write the mails to colleagues who were named in a note while they owed an evaluation and do so no more; harmless to miss or to repeat."""
    with looking() as session:
        if not mentions.untold_mentions(session, since=datetime.now(UTC) - noting.TOLD_WITHIN, limit=1):
            return
    noting.tell_mentioned(db.session, words=mention_words, now=datetime.now(UTC))
    db.session.commit()


@task
def prescore_application(*, job_id: int, application_id: int, rubric_version_id: int) -> None:
    """Judge one application against one rubric version and look for its duplicates; the résumé is read and judged while no transaction is open."""

    def act() -> None:
        with looking() as session:
            case = prescoring.read_case(session, application_id=application_id, rubric_version_id=rubric_version_id)
        outcome = prescoring.judge(case, uploads=current_app.config["SCREENING"].uploads)
        with finishing(job_id) as session:
            prescoring.store(session, outcome, now=datetime.now(UTC))
            people.look_again(session, application_id=application_id, now=datetime.now(UTC))

    def give_up(session: Session, error: str) -> None:
        prescoring.note_failure(
            session,
            application_id=application_id,
            rubric_version_id=rubric_version_id,
            message=error,
            now=datetime.now(UTC),
        )
        indexing.index_new(session, application_id=application_id)
        people.look_again(session, application_id=application_id, now=datetime.now(UTC))

    run_job(job_id, act, give_up=give_up)


@task
def index_application(*, job_id: int, application_id: int) -> None:
    """Write the words by which an application is found and look for its duplicates, where no prescore does."""

    def act() -> None:
        with finishing(job_id) as session:
            indexing.index_applications(session, application_ids=[application_id])
            people.look_again(session, application_id=application_id, now=datetime.now(UTC))

    run_job(job_id, act)


@task
def forget_words(*, job_id: int, first: int) -> None:
    """Rewrite SQLite's index of words after an erasure, a part a transaction; what is done already is no work."""

    def act() -> None:
        is_first = bool(first)
        until = time.monotonic() + CHUNK_SECONDS
        while time.monotonic() < until:
            if not indexing.forget_words(db.session, is_first=is_first):
                with finishing(job_id):
                    return
            db.session.commit()
            is_first = False
        with going_on(job_id, first=0):
            return

    run_job(job_id, act)


@task
def take_evidence(*, job_id: int, addition_id: int) -> None:
    """Take what a candidate added into the answers; its file is read while no transaction is open."""

    def act() -> None:
        with looking() as session:
            file = adding_evidence.unread_file(session, addition_id=addition_id)
        read = adding_evidence.read_added(file, uploads=current_app.config["SCREENING"].uploads) if file else None
        with finishing(job_id) as session:
            adding_evidence.take_evidence(session, addition_id=addition_id, read=read, now=datetime.now(UTC))

    run_job(job_id, act)


@task
def rescore_applications(
    *, job_id: int, rubric_version_id: int, first_id: int, last_id: int, applications: int, again: int = 0
) -> None:
    """Judge a chunk of a posting's applications against one rubric version and store all of them at once."""
    span = {"rubric_version_id": rubric_version_id, "first_id": first_id, "last_id": last_id}

    def act() -> None:
        with looking() as session:
            chunk = rescoring.read_chunk(session, **span, again=bool(again))
        until = time.monotonic() + CHUNK_SECONDS
        judged = rescoring.judge_chunk(chunk, has_time=lambda: time.monotonic() < until)
        end = going_on(job_id, first_id=judged.left[0]) if judged.left else finishing(job_id)
        with end as session:
            rescoring.store_chunk(session, judged, now=datetime.now(UTC))
        logger.info(
            "rubric version %d: %d of %d applications judged, %d as before, %d failed",
            rubric_version_id,
            len(judged.results),
            applications,
            len(judged.same),
            len(judged.failures),
        )

    def give_up(session: Session, error: str) -> None:
        handed = rescoring.hand_out_chunk(session, **span, now=datetime.now(UTC))
        logger.warning("%d applications are judged one by one, because their chunk failed: %s", handed, error)

    run_job(job_id, act, give_up=give_up)


@task
def preview_applications(*, job_id: int, preview_id: int, first_id: int, last_id: int, applications: int) -> None:
    """Judge a chunk of a posting's applications against its draft, beside the prescores that count."""

    def act() -> None:
        with looking() as session:
            chunk = preview_chunks.read_preview_chunk(
                session, preview_id=preview_id, first_id=first_id, last_id=last_id
            )
        effects = preview_chunks.judge_preview_chunk(chunk)
        with finishing(job_id) as session:
            preview_chunks.store_preview_chunk(
                session, preview_id=preview_id, effects=effects, applications=applications, now=datetime.now(UTC)
            )

    def give_up(session: Session, error: str) -> None:
        preview_chunks.give_up_preview_chunk(
            session,
            preview_id=preview_id,
            first_id=first_id,
            last_id=last_id,
            applications=applications,
            error=error,
            now=datetime.now(UTC),
        )

    run_job(job_id, act, give_up=give_up)


@task
def run_bulk(*, job_id: int, bulk_id: int) -> None:
    """Do or take back an act on many, a part a transaction; what is done already is no work, and a stop is seen at the next part."""

    def act() -> None:
        until = time.monotonic() + CHUNK_SECONDS
        while time.monotonic() < until:
            is_more = bulks.run_part(
                db.session, bulk_id=bulk_id, now=datetime.now(UTC), write=write_bulk_letter, tell=tell_of_interview
            )
            if not is_more:
                with finishing(job_id):
                    return
            db.session.commit()
        with going_on(job_id):
            return

    run_job(job_id, act)


@task
def fit_application(*, job_id: int, application_id: int) -> None:
    """Judge one application against the rubrics of the other postings."""
    run_job(job_id, lambda: _fit(job_id, application_id, application_id))


@task
def fit_applications(*, job_id: int, first_id: int, last_id: int) -> None:
    """Judge a chunk of applications against the rubrics of the other postings that they have no result of."""
    run_job(job_id, lambda: _fit(job_id, first_id, last_id))


def _fit(job_id: int, first_id: int, last_id: int) -> None:
    with looking() as session:
        ids = fitting.ids_between(session, first_id, last_id)
        others = fitting.read_others(session, application_ids=ids)
    fitted = fitting.judge_others(others)
    with finishing(job_id) as session:
        fitting.store_fits(session, fitted, now=datetime.now(UTC))


@task
def send_mail(*, job_id: int, mail_id: int) -> None:
    """Offer one mail to the mail server; each outcome is stored with the end of the job, the next attempt is a job of its own."""

    def take() -> None:
        mailing.take_mail(db.session, mail_id=mail_id, read=mail)
        db.session.commit()

    mail: Mail | None = None

    def act() -> None:
        nonlocal mail
        with looking() as session:
            mail = session.get(Mail, mail_id)
            is_moot = (
                mail is not None
                and mail.state is MailState.WAITING
                and any(one(session, mail=mail) for one in (reminding.is_moot, noting.is_moot, telling.is_overtaken))
            )
            if mail is not None:  # apart from the session it opens no transaction while the mail server is asked
                session.expunge(mail)
        if mail is None or mail.state not in {MailState.WAITING, MailState.SENDING}:
            with finishing(job_id):
                return
        if mail.state is MailState.WAITING and not mailing.is_due(mail, now=datetime.now(UTC)):
            with finishing(job_id) as session:
                mailing.ask_to_send(session, mail=mail, asked_at=datetime.now(UTC))
            return
        if is_moot:
            with finishing(job_id) as session:
                mailing.recall_mail(session, mail=mail)
            return
        state, failure = mailing.offer_mail(mail, settings=current_app.config["SCREENING"], take=take)
        with finishing(job_id) as session:
            mailing.note_outcome(session, mail=mail, state=state, failure=failure, now=datetime.now(UTC))

    run_job(job_id, act)


@task
def mail_links(*, job_id: int, person_id: int, base: str) -> None:
    """Write the mails with the links of one person's applications; for nobody (0) there is nothing to write."""

    def link_of(application_id: int) -> str:
        with current_app.test_request_context(base_url=base):
            return status_link(application_id)

    def act() -> None:
        with finishing(job_id) as session:
            lost_links.mail_links(
                session,
                person_id=person_id,
                link_of=link_of,
                settings=current_app.config["SCREENING"],
                now=datetime.now(UTC),
            )

    run_job(job_id, act)


@task
def read_draft_file(*, job_id: int, storage_key: str) -> None:
    """Read the résumé of a form that is being filled in, and keep what it offers for the form."""

    def act() -> None:
        with looking() as session:
            unread = prefilling.find_unread(session, storage_key=storage_key)
        now = datetime.now(UTC)
        uploads = current_app.config["SCREENING"].uploads
        read = prefilling.read_offers(unread, uploads=uploads, today=now.date()) if unread else None
        with finishing(job_id) as session:
            if read is not None:
                prefilling.store_offers(session, read)

    def give_up(session: Session, error: str) -> None:
        logger.warning("the file %s of a draft was not read: %s", storage_key, error)
        prefilling.give_up_reading(session, storage_key=storage_key)

    run_job(job_id, act, give_up=give_up)
