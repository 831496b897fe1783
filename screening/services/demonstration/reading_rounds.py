"""Reviews of documents in the demonstration: some who stand at the stage review are being read, some were."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from rubrics.model import Criterion
from screening.models import Interview, InterviewRound, Stage
from screening.services.demonstration.office_hours import ZONE
from screening.services.demonstration.opinions import form_opinion
from screening.services.demonstration.planning import READING
from screening.services.demonstration.stories import STRICTNESS, Story
from screening.services.demonstration.troupe import Event, Troupe
from screening.services.evaluating import Judgement, submit_evaluation
from screening.services.interviewing import Plan, schedule_interview

READERS = ("xu@example.com", "wenqu@example.com")
EVERY = 4  # of those at the stage review, one in so many is read
ASKED_AFTER = timedelta(minutes=40)
JUST_NOW = timedelta(hours=5)  # so long ago a third of them was asked for; it is still owed
READ_AFTER = timedelta(hours=19)


def reading_events(troupe: Troupe, story: Story) -> Iterable[Event]:
    """Give what happens in a story's review of documents: it is asked for, and written a day later."""
    applicant = story.applicant
    number = applicant.brief.seed // 10
    if applicant.stage is not Stage.SCREENING or (applicant.slug, READING) not in troupe.rounds or number % EVERY:
        return
    asked = story.moves[-1][0] + ASKED_AFTER
    if number // EVERY % 3 == 0:
        asked = max(asked, troupe.now - JUST_NOW)
    if asked >= troupe.now:
        return
    kept: list[Interview] = []
    reader = READERS[number // EVERY % 2]
    yield asked, _ask(troupe, story, reader, asked, kept)
    if asked + READ_AFTER < troupe.now:
        yield asked + READ_AFTER, _read(troupe, story, reader, asked + READ_AFTER, kept)


def _ask(troupe: Troupe, story: Story, reader: str, at: datetime, kept: list[Interview]) -> Callable[[], None]:
    def act() -> None:
        applicant = story.applicant
        one = troupe.session.get_one(InterviewRound, troupe.rounds[applicant.slug, READING])
        plan = Plan(
            round=one.name,
            starts_at=at,
            minutes=one.minutes,
            time_zone=ZONE,
            place="",
            panel=(troupe.staff[reader].id,),
            focus=tuple(criterion.id for criterion in _focus(troupe, story, one)),
            due_hours=one.due_hours,
            round_id=one.id,
        )
        kept.append(
            schedule_interview(
                troupe.session,
                application=troupe.application_of(applicant),
                plan=plan,
                actor_id=troupe.recruiter_of(applicant).id,
                now=at,
            )
        )

    return act


def _read(troupe: Troupe, story: Story, reader: str, at: datetime, kept: list[Interview]) -> Callable[[], None]:
    def act() -> None:
        (interview,) = kept
        one = troupe.session.get_one(InterviewRound, interview.round_id)
        opinion = form_opinion(
            _focus(troupe, story, one),
            strength=story.applicant.brief.strength,
            strictness=STRICTNESS.get(reader, 0.0),
            contrary=False,
            applicant=story.applicant.brief.seed,
            sitting=story.applicant.brief.seed + 900,
        )
        submit_evaluation(
            troupe.session,
            interview=interview,
            user_id=troupe.staff[reader].id,
            judgements={ident: Judgement(value, note) for ident, (value, note) in opinion.ratings.items()},
            recommendation=opinion.recommendation,
            summary=opinion.summary,
            now=at,
        )

    return act


def _focus(troupe: Troupe, story: Story, one: InterviewRound) -> list[Criterion]:
    rubric = troupe.opened[story.applicant.slug].rubric
    return [criterion for criterion in rubric.criteria if criterion.key in one.focus]
