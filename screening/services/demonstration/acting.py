"""Playing the stories: every event at its time, in the order of time, by the services that pages call."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore
from rubrics.prescore import Verdict
from screening.documents.recognition import file_name_for, recognise
from screening.documents.storage import store_file
from screening.models import (
    Application,
    FormVersion,
    Job,
    JobState,
    Outcome,
    ResumeFile,
    Stage,
    StoredPrescore,
    TextState,
)
from screening.services.applying import Contact, submit_application, withdraw_application
from screening.services.deciding import decide
from screening.services.demonstration.meetings import meeting_events
from screening.services.demonstration.pieces import table
from screening.services.demonstration.plan import Applicant
from screening.services.demonstration.reading_rounds import reading_events
from screening.services.demonstration.resumes import write_resume
from screening.services.demonstration.stories import Story
from screening.services.demonstration.troupe import Event, Troupe
from screening.services.demonstration.writing import choose, write_answers
from screening.services.judging import change_verdict
from screening.services.moving import move_application
from screening.services.noting import write_note
from screening.services.prescoring import prescore_application, prescore_key

CONSENT_VERSION = "2026-11"
READ_AS_IT_IS = (".txt", ".md")
DECIDED = {Stage.OFFER: Outcome.OFFER, Stage.HIRED: Outcome.HIRE, Stage.REJECTED: Outcome.REJECT}
EARLY = frozenset({Stage.APPLIED, Stage.SCREENING})


def act_out(troupe: Troupe, stories: Iterable[Story]) -> None:
    """Play all events of all stories in the order of time."""
    events = [event for story in stories for event in _events(troupe, story)]
    for _, act in sorted(events, key=lambda event: event[0]):
        act()


def _events(troupe: Troupe, story: Story) -> Iterable[Event]:
    applicant = story.applicant
    random = Random(applicant.brief.seed + 5)
    yield story.submitted_at, lambda: _submit(troupe, applicant, story.submitted_at)
    for at, stage in story.moves:
        yield at, _move(troupe, applicant, stage, at, random)
    yield from reading_events(troupe, story)
    yield from meeting_events(troupe, story)
    if story.remarked_at is not None:
        yield story.remarked_at, _remark(troupe, applicant, story.remarked_at, random)


def _submit(troupe: Troupe, applicant: Applicant, at: datetime) -> None:
    """Send the form with its résumé, and let the engine judge it as the worker would."""
    session, opened, today = troupe.session, troupe.opened[applicant.slug], at.date()
    form = session.scalars(select(FormVersion).where(FormVersion.rubric_version_id == opened.version_id)).one()
    chosen = choose(applicant.brief, today)
    written = write_resume(applicant.brief, chosen, today)
    media_type = recognise(written.content, file_name=written.name)
    name = file_name_for(media_type, written.name)
    stored = store_file(troupe.uploads, written.content, original_name=name, media_type=media_type.value)
    application = submit_application(
        session,
        posting=opened.posting,
        form_version=form,
        contact=Contact(applicant.brief.name, applicant.email),
        answers=write_answers(applicant.brief, chosen, email=applicant.email, questions=form.questions, today=today),
        files=[stored],
        idempotency_key=hashlib.sha256(f"demo {applicant.slug} {applicant.email}".encode()).hexdigest(),
        locale=applicant.locale,
        consent_version=CONSENT_VERSION,
        now=at,
        source=applicant.source,
    )
    troupe.applications[applicant.slug, applicant.email] = application
    if written.name.endswith(READ_AS_IT_IS):
        _read_at_once(session, application, written.content.decode())
    judged_at = min(at + timedelta(minutes=2), troupe.now)
    prescore_application(
        session,
        application_id=application.id,
        rubric_version_id=opened.version_id,
        uploads=troupe.uploads,
        now=judged_at,
    )
    job = session.scalars(select(Job).where(Job.key == prescore_key(application.id, opened.version_id))).one()
    job.state, job.attempts, job.finished_at = JobState.DONE, 1, judged_at


def _read_at_once(session: Session, application: Application, text: str) -> None:
    """Keep the text of a plain file, which is the file itself; a child process for each would take minutes."""
    file = session.scalars(select(ResumeFile).where(ResumeFile.application_id == application.id)).one()
    file.text_state, file.text, file.hidden = TextState.READ, text, []


def _move(troupe: Troupe, applicant: Applicant, stage: Stage, at: datetime, random: Random) -> Callable[[], None]:
    """Make the act that brings an application to a stage: the candidate's, a decision, or a plain move."""
    pick = random.randrange(1000)

    def act() -> None:
        application, session = troupe.application_of(applicant), troupe.session
        if stage is Stage.WITHDRAWN:
            withdraw_application(session, application=application, now=at)
        elif stage is Stage.REJECTED or stage in DECIDED:
            _decide(troupe, applicant, stage, at, pick)
        else:
            recruiter = troupe.recruiter_of(applicant)
            note = _one_of(table("interviews")["moves"][stage.value], pick) or None
            move_application(session, application=application, to=stage, actor_id=recruiter.id, now=at, note=note)
            application.owner_id = recruiter.id

    return act


def _decide(troupe: Troupe, applicant: Applicant, stage: Stage, at: datetime, pick: int) -> None:
    application, texts = troupe.application_of(applicant), table("interviews")
    if stage is Stage.REJECTED:
        reason = _reason(application, pick)
        note = _one_of(texts["rejections"][reason], pick)
    else:
        reason = (("offer_accepted", "panel_agrees") if stage is Stage.HIRED else ("panel_agrees", "strong_evidence"))[
            pick % 2
        ]
        note = _one_of(texts["moves"][stage.value], pick)
    decide(
        troupe.session,
        application=application,
        outcome=DECIDED[stage],
        reason=reason,
        note=note,
        actor_id=troupe.decider_of(applicant).id,
        now=at,
    )


def _reason(application: Application, pick: int) -> str:
    """Choose why an application is rejected, as fits where it stands and what its floors say."""
    if application.stage not in EARLY:
        return ("interview", "others_stronger")[pick % 4 == 0]
    if application.gates == "below":
        return "knock_out"
    return ("requirement", "requirement", "availability", "others_stronger")[pick % 4]


def _remark(troupe: Troupe, applicant: Applicant, at: datetime, random: Random) -> Callable[[], None]:
    """Make the act of looking closer: a verdict set right where the machine was unsure, or a note."""
    pick = random.randrange(1000)

    def act() -> None:
        application, session, texts = troupe.application_of(applicant), troupe.session, table("interviews")
        recruiter = troupe.recruiter_of(applicant)
        unsure = _unsure_criteria(session, application, troupe)
        if pick % 2 or not unsure:
            text = _one_of(texts["remarks"]["lines"], pick)
            write_note(session, application=application, text=text, actor_id=recruiter.id, now=at)
            return
        change_verdict(
            session,
            application=application,
            criterion_key=_one_of(unsure, pick),
            verdict=Verdict.MET if pick % 3 else Verdict.PARTLY,
            reason=_one_of(texts["verdicts"]["lines"], pick),
            actor_id=recruiter.id,
            now=at,
        )

    return act


def _unsure_criteria(session: Session, application: Application, troupe: Troupe) -> list[str]:
    """Give the keys of what the machine found nothing on, so that a person may know better."""
    stored = session.get(StoredPrescore, application.prescore_id) if application.prescore_id else None
    if stored is None:
        return []
    open_ids = {
        result.criterion for result in load_prescore(stored.result).results if result.verdict is Verdict.NOT_SHOWN
    }
    opened = next(one for one in troupe.opened.values() if one.posting.id == application.posting_id)
    return [criterion.key for criterion in opened.rubric.criteria if criterion.id in open_ids]


def _one_of(texts: list[str], pick: int) -> str:
    return texts[pick % len(texts)]
