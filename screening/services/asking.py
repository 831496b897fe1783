"""Asking for a whole posting to be judged anew, and calling it off: one job for a chunk of many applications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from screening import queue
from screening.audit import record
from screening.models import Application, Job, JobState, Posting, RubricState, RubricVersion, Stage, StoredPrescore
from screening.services.fitting import ask_for_fits
from screening.services.prescoring import made_by_present_engine

# A chunk costs two durable commits and some messages: shared by this many applications they no longer count.
LARGEST_CHUNK = 250
SMALLEST_CHUNK = 25
# A small posting is parted too, so that all workers have something to do and the progress moves.
PARTS = 8


def ask_for_prescores(
    session: Session, *, posting_id: int, rubric_version_id: int, now: datetime, again: bool = False
) -> int:
    """Ask for a run of every application of a posting that has none by this engine and lexicon, as after a new rubric version.

    With ``again`` all are asked for, whatever is stored: see ``rescoring.judge_chunk``. Give how many applications were newly
    asked for. What waits of the posting's other versions is dropped; the fits with other postings are asked for, too.
    """
    session.get(Posting, posting_id, with_for_update=True)
    _drop_others(session, posting_id, rubric_version_id)
    prefix = _prefix(rubric_version_id, again=again)
    jobs = session.scalars(select(Job).where(Job.key.startswith(prefix, autoescape=True)).order_by(Job.id)).all()
    waiting = [job for job in jobs if job.state is JobState.WAITING]
    wanted = [
        ident
        for ident in _wanted(session, posting_id, rubric_version_id, again=again)
        if not any(job.arguments["first_id"] <= ident <= job.arguments["last_id"] for job in waiting)
    ]
    if not wanted:
        return 0
    if not waiting:  # progress counts the chunks of one asking: those of an earlier one are history
        session.execute(delete(Job).where(Job.id.in_([job.id for job in jobs])))
    size = min(LARGEST_CHUNK, max(SMALLEST_CHUNK, ceil(len(wanted) / PARTS)))
    for start in range(0, len(wanted), size):
        part = wanted[start : start + size]
        arguments = {
            "rubric_version_id": rubric_version_id,
            "first_id": part[0],
            "last_id": part[-1],
            "applications": len(part),
            "again": int(again),
        }
        _ask(session, f"{prefix}{part[0]}-{part[-1]}", arguments, now)
    session.flush()
    ask_for_fits(session, rubric_version_id=rubric_version_id, now=now)
    return len(wanted)


def stop_rescoring(session: Session, *, posting: Posting, actor_id: int, now: datetime) -> int:
    """Call off what is not judged yet of the version in force; give the number of applications that stay as they were.

    A chunk that runs at this moment finds its job stopped and stores nothing. What is stored already stays.
    """
    return _turn(session, posting, JobState.WAITING, JobState.STOPPED, "rescoring.stop", actor_id, now)


def go_on_rescoring(session: Session, *, posting: Posting, actor_id: int, now: datetime) -> int:
    """Let what was called off go on; give the number of applications."""
    return _turn(session, posting, JobState.STOPPED, JobState.WAITING, "rescoring.go_on", actor_id, now)


def _turn(
    session: Session, posting: Posting, before: JobState, after: JobState, act: str, actor_id: int, now: datetime
) -> int:
    version_id = session.scalar(
        select(RubricVersion.id).where(
            RubricVersion.posting_id == posting.id, RubricVersion.state == RubricState.PUBLISHED
        )
    )
    if version_id is None:
        return 0
    own = select(Job).where(_of_versions([version_id]), Job.state == before).order_by(Job.id).with_for_update()
    jobs = session.scalars(own).all()
    for job in jobs:
        job.state, job.attempts, job.due_at = after, 0, now
    session.flush()
    turned = sum(int(job.arguments["applications"]) for job in jobs)
    if jobs:
        record(
            session,
            act=act,
            actor_id=actor_id,
            subject_type="posting",
            subject_id=posting.id,
            now=now,
            applications=turned,
        )
    return turned


def _drop_others(session: Session, posting_id: int, rubric_version_id: int) -> None:
    """Drop what is open of the posting's other versions: nobody would see its results."""
    others = session.scalars(
        select(RubricVersion.id).where(RubricVersion.posting_id == posting_id, RubricVersion.id != rubric_version_id)
    ).all()
    if others:
        open_states = (JobState.WAITING, JobState.STOPPED)
        session.execute(delete(Job).where(_of_versions(others), Job.state.in_(open_states)))


def _of_versions(version_ids: Sequence[int]) -> ColumnElement[bool]:
    """Give the condition for all chunks of these rubric versions."""
    return or_(
        *(
            Job.key.startswith(_prefix(ident, again=again), autoescape=True)
            for ident in version_ids
            for again in (False, True)
        )
    )


def _ask(session: Session, key: str, arguments: dict[str, int], now: datetime) -> None:
    job = session.scalar(select(Job).where(Job.key == key))
    if job is None:
        session.add(Job(name=queue.RESCORE_APPLICATIONS, key=key, arguments=arguments, due_at=now, created_at=now))
        return
    job.state, job.attempts, job.due_at, job.finished_at = JobState.WAITING, 0, now, None
    job.arguments = arguments


def _prefix(rubric_version_id: int, *, again: bool) -> str:
    """Give what the keys of one asking's chunks begin with; ``queries.progress`` counts by it."""
    return f"{'again' if again else 'rescore'}:{rubric_version_id}:"


def _wanted(session: Session, posting_id: int, rubric_version_id: int, *, again: bool) -> list[int]:
    done = (
        select(StoredPrescore.id)
        .where(StoredPrescore.application_id == Application.id, *made_by_present_engine(rubric_version_id))
        .exists()
    )
    wanted = select(Application.id).where(
        Application.posting_id == posting_id,
        Application.prescore_refused.is_(False),
        Application.stage != Stage.WITHDRAWN,
    )
    return list(session.scalars((wanted if again else wanted.where(~done)).order_by(Application.id)))
