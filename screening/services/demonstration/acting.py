"""Playing the stories: every event at its time, in the order of time, by the services that pages call."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.documents.recognition import file_name_for, recognise
from screening.documents.storage import store_file
from screening.models import Application, FormVersion, Job, JobState, ResumeFile, Stage, TextState, User
from screening.services.applying import Contact, submit_application, withdraw_application
from screening.services.demonstration.pieces import table
from screening.services.demonstration.plan import Applicant
from screening.services.demonstration.postings import SECOND_RECRUITER, Opened
from screening.services.demonstration.resumes import write_resume
from screening.services.demonstration.stories import Story
from screening.services.demonstration.writing import choose, write_answers
from screening.services.judging import add_note
from screening.services.moving import move_application
from screening.services.prescoring import prescore_application, prescore_key

CONSENT_VERSION = "2026-11"
READ_AS_IT_IS = (".txt", ".md")

Event = tuple[datetime, Callable[[], None]]


@dataclass(slots=True)
class Troupe:
    """What the events need; ``applications`` fills up as they are submitted, by (posting's slug, e-mail)."""

    session: Session
    uploads: Path
    staff: Mapping[str, User]
    opened: Mapping[str, Opened]
    now: datetime
    applications: dict[tuple[str, str], Application] = field(default_factory=dict)

    def application_of(self, applicant: Applicant) -> Application:
        """Give the applicant's application, once it was submitted."""
        return self.applications[applicant.slug, applicant.email]

    def recruiter_of(self, applicant: Applicant) -> User:
        """Who looks after the posting."""
        return self.staff["qiu@example.com" if applicant.slug in SECOND_RECRUITER else "liang@example.com"]


def act_out(troupe: Troupe, stories: Iterable[Story]) -> None:
    """Play all events of all stories in the order of time."""
    events = [event for story in stories for event in _events(troupe, story)]
    for _, act in sorted(events, key=lambda event: event[0]):
        act()


def _events(troupe: Troupe, story: Story) -> Iterable[Event]:
    applicant, session = story.applicant, troupe.session
    random = Random(applicant.brief.seed + 5)
    yield story.submitted_at, lambda: _submit(troupe, applicant, story.submitted_at)
    for at, stage in story.moves:
        yield at, _move(troupe, applicant, stage, at, random)
    if story.remarked_at is not None:
        at, text = story.remarked_at, random.choice(table("interviews")["remarks"]["lines"])
        actor = troupe.recruiter_of(applicant).id
        yield at, lambda: _note(session, troupe.application_of(applicant), text, actor, at)


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
    note = random.choice(table("interviews")["moves"][stage.value]) or None
    reason = (
        random.choice(("requirement", "interview", "others_stronger", "availability"))
        if stage is Stage.REJECTED
        else None
    )

    def act() -> None:
        application = troupe.application_of(applicant)
        if stage is Stage.WITHDRAWN:
            withdraw_application(troupe.session, application=application, now=at)
            return
        move_application(
            troupe.session,
            application=application,
            to=stage,
            actor_id=troupe.recruiter_of(applicant).id,
            now=at,
            reason=reason,
            note=note,
        )

    return act


def _note(session: Session, application: Application, text: str, actor_id: int, at: datetime) -> None:
    add_note(session, application=application, text=text, actor_id=actor_id, now=at)
