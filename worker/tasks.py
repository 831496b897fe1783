"""The tasks: one function for each kind of job, named as the job is. Ids come by keyword, one service is called."""

from __future__ import annotations

import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from celery import shared_task
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
    impact_counts,
    indexing,
    insight_counts,
    lost_links,
    mailing,
    measurements,
    measuring,
    noting,
    people,
    prefilling,
    prescoring,
    preview_chunks,
    proving,
    reminding,
    rescoring,
    stage_figures,
    telling,
    tidying,
    voluntary,
)
from screening.web.candidate.links import status_link
from screening.web.interviewer.reminder_words import reminder_words
from screening.web.mention_words import mention_words
from screening.web.recruiter.bulk_letters import write_bulk_letter
from worker.running import finishing, going_on, looking, run_job

# Far below the time limit of a task, which would strike an application that is not to blame for a busy machine.
CHUNK_SECONDS = 15.0

logger = logging.getLogger(__name__)


@shared_task
def heartbeat() -> None:
    """Leave signs of life: a file for the supervisor, and a row that went through clock, broker, worker and database."""
    if file := os.environ.get("SCREENING_HEARTBEAT_FILE"):
        Path(file).touch()
    db.session.merge(Heartbeat(name="worker", at=datetime.now(UTC)))
    db.session.commit()


@shared_task
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


@shared_task
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


@shared_task
def tell_mentioned() -> None:
    """Write the mails to colleagues who were named in a note while they owed an evaluation and do so no more; harmless to miss or to repeat."""
    with looking() as session:
        if not mentions.untold_mentions(session, since=datetime.now(UTC) - noting.TOLD_WITHIN, limit=1):
            return
    noting.tell_mentioned(db.session, words=mention_words, now=datetime.now(UTC))
    db.session.commit()


@shared_task
def measure_daily() -> None:
    """Ask, once a day, for the figures of interviews to be counted from the evaluations anew; harmless to miss or to repeat."""
    measuring.ask_for_all(db.session, now=datetime.now(UTC))
    db.session.commit()


@shared_task
def measure_posting(*, job_id: int, posting_id: int, anew: int) -> None:
    """Count a posting's interviews: facts of what changed, a chunk a transaction, then the figures of all periods."""

    def act() -> None:
        now = datetime.now(UTC)
        if anew:
            with going_on(job_id, anew=0) as session:
                measuring.repair(session, posting_id=posting_id, now=now)
            return
        with looking() as session:
            reading = measurements.read_anew(session, posting_id=posting_id)
        if reading.changes:
            with going_on(job_id) as session:
                measurements.store_facts(session, reading, now=now)
            return
        with looking() as session:
            figures = measurements.add_up_posting(session, posting_id=posting_id, now=now)
        with finishing(job_id) as session:
            measurements.store_figures(session, figures)
            measuring.ask_for_sets(session, posting_id=posting_id, now=now)

    run_job(job_id, act)


@shared_task
def measure_set(*, job_id: int, reader_id: int) -> None:
    """Add up the figures of all postings that one person reads, or with 0 of all there are."""

    def act() -> None:
        with looking() as session:
            figures = measurements.add_up_set(session, reader_id=reader_id)
        with finishing(job_id) as session:
            measurements.store_figures(session, figures)

    run_job(job_id, act)


@shared_task
def count_nightly() -> None:
    """Ask, once a night on the company's clock, for pipelines to be counted; harmless to miss or to repeat."""
    now = datetime.now(UTC)
    local = now.astimezone(ZoneInfo(current_app.config["SCREENING"].time_zone))
    insight_counts.ask_for_night(db.session, local=local, now=now)
    db.session.commit()


@shared_task
def count_insights(*, job_id: int, reader_id: int, only_id: int, after: int, done: int, of: int) -> None:
    """Count the pipelines of a tour of postings, as many a turn as there is time for; then the sums of all, and ask for the voluntary answers."""
    tour = insight_counts.Tour(reader_id, only_id)

    def act() -> None:
        now, until = datetime.now(UTC), time.monotonic() + CHUNK_SECONDS
        finished, unfinished = [], None
        with looking() as session:
            for posting_id in insight_counts.postings_of(session, tour, after=after):
                count = insight_counts.begin_count(session, posting_id=posting_id, job_id=job_id, now=now)
                while not count.is_done and time.monotonic() < until:
                    insight_counts.count_chunk(session, count)
                if not count.is_done:
                    unfinished = count
                    break
                finished.append(count)
        if finished or unfinished:
            last = finished[-1].posting_id if finished else after
            with going_on(job_id, after=last, done=done + len(finished), of=max(of, done + len(finished))) as session:
                for count in finished:
                    insight_counts.store_count(session, count, job_id=job_id)
                if unfinished is not None:
                    insight_counts.store_part(session, unfinished, job_id=job_id)
            return
        with looking() as session:
            figures = insight_counts.add_everything(session)
        with finishing(job_id) as session:
            insight_counts.store_everything(session, figures, now=now)
            impact_counts.ask_for_impact(session, run=str(job_id), now=now)

    run_job(job_id, act)


@shared_task
def count_voluntary(*, job_id: int) -> None:
    """Count voluntary answers against what became of the applications, and publish the tables that have enough news."""
    key = current_app.config["SCREENING"].voluntary_key

    def act() -> None:
        now, until = datetime.now(UTC), time.monotonic() + CHUNK_SECONDS
        with looking() as session:
            sums = impact_counts.begin_sums(session, job_id=job_id)
            while not sums.is_done and time.monotonic() < until:
                impact_counts.sum_chunk(session, sums, key=key)
        if not sums.is_done:
            with going_on(job_id) as session:
                impact_counts.store_sums(session, sums, job_id=job_id, now=now)
            return
        with finishing(job_id) as session:
            impact_counts.publish_tables(session, sums, job_id=job_id, now=now)

    run_job(job_id, act)


@shared_task
def forget_voluntary(*, job_id: int, application_id: int) -> None:
    """Delete the voluntary answers of an application that was erased."""
    key = current_app.config["SCREENING"].voluntary_key

    def act() -> None:
        with finishing(job_id) as session:
            voluntary.forget_answers(session, key=key, application_ids=[application_id])

    run_job(job_id, act)


@shared_task
def count_stages_daily() -> None:
    """Ask, once a day, for the counters of stages to be compared with the applications and their times to be counted; harmless to miss or to repeat."""
    stage_figures.ask_for_all(db.session, now=datetime.now(UTC))
    db.session.commit()


@shared_task
def count_stages(*, job_id: int, posting_id: int, mend: int) -> None:
    """Count how long applications of a posting stand in each stage; with ``mend`` set its counters right first."""

    def act() -> None:
        now = datetime.now(UTC)
        if mend:
            with going_on(job_id, mend=0) as session:
                stage_figures.mend_posting(session, posting_id=posting_id, now=now)
            return
        with looking() as session:
            times = stage_figures.read_times(session, posting_id=posting_id)
        with finishing(job_id) as session:
            stage_figures.store_times(session, times, now=now)

    run_job(job_id, act)


@shared_task
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


@shared_task
def index_application(*, job_id: int, application_id: int) -> None:
    """Write the words by which an application is found and look for its duplicates, where no prescore does."""

    def act() -> None:
        with finishing(job_id) as session:
            indexing.index_applications(session, application_ids=[application_id])
            people.look_again(session, application_id=application_id, now=datetime.now(UTC))

    run_job(job_id, act)


@shared_task
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


@shared_task
def take_evidence(*, job_id: int, addition_id: int) -> None:
    """Take what a candidate added into the answers; its file is read while no transaction is open."""

    def act() -> None:
        with looking() as session:
            file = adding_evidence.unread_file(session, addition_id=addition_id)
        read = adding_evidence.read_added(file, uploads=current_app.config["SCREENING"].uploads) if file else None
        with finishing(job_id) as session:
            adding_evidence.take_evidence(session, addition_id=addition_id, read=read, now=datetime.now(UTC))

    run_job(job_id, act)


@shared_task
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


@shared_task
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


@shared_task
def run_bulk(*, job_id: int, bulk_id: int) -> None:
    """Do or take back an act on many, a part a transaction; what is done already is no work, and a stop is seen at the next part."""

    def act() -> None:
        until = time.monotonic() + CHUNK_SECONDS
        while time.monotonic() < until:
            is_more = bulks.run_part(db.session, bulk_id=bulk_id, now=datetime.now(UTC), write=write_bulk_letter)
            if not is_more:
                with finishing(job_id):
                    return
            db.session.commit()
        with going_on(job_id):
            return

    run_job(job_id, act)


@shared_task
def fit_application(*, job_id: int, application_id: int) -> None:
    """Judge one application against the rubrics of the other postings."""
    run_job(job_id, lambda: _fit(job_id, application_id, application_id))


@shared_task
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


@shared_task
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


@shared_task
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


@shared_task
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
