"""The tasks that count what pages only read: figures of interviews and pipelines, counters of stages, voluntary answers."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import current_app

from screening.extensions import db
from screening.services import impact_counts, insight_counts, measurements, measuring, stage_figures, voluntary
from worker.running import CHUNK_SECONDS, finishing, going_on, looking, run_job, task


@task
def measure_daily() -> None:
    """Ask, once a day, for the figures of interviews to be counted from the evaluations anew; harmless to miss or to repeat."""
    measuring.ask_for_all(db.session, now=datetime.now(UTC))
    db.session.commit()


@task
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


@task
def measure_set(*, job_id: int, reader_id: int) -> None:
    """Add up the figures of all postings that one person reads, or with 0 of all there are."""

    def act() -> None:
        with looking() as session:
            figures = measurements.add_up_set(session, reader_id=reader_id)
        with finishing(job_id) as session:
            measurements.store_figures(session, figures)

    run_job(job_id, act)


@task
def count_nightly() -> None:
    """Ask, once a night on the company's clock, for pipelines to be counted; harmless to miss or to repeat."""
    now = datetime.now(UTC)
    local = now.astimezone(ZoneInfo(current_app.config["SCREENING"].time_zone))
    insight_counts.ask_for_night(db.session, local=local, now=now)
    db.session.commit()


@task
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


@task
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


@task
def forget_voluntary(*, job_id: int, application_id: int) -> None:
    """Delete the voluntary answers of an application that was erased."""
    key = current_app.config["SCREENING"].voluntary_key

    def act() -> None:
        with finishing(job_id) as session:
            voluntary.forget_answers(session, key=key, application_ids=[application_id])

    run_job(job_id, act)


@task
def count_stages_daily() -> None:
    """Ask, once a day, for the counters of stages to be compared with the applications and their times to be counted; harmless to miss or to repeat."""
    stage_figures.ask_for_all(db.session, now=datetime.now(UTC))
    db.session.commit()


@task
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
