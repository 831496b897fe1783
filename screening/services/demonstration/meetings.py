"""Interviews of the demonstration: planned, held, judged blindly by their panel, some drafts still lying about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from screening.models import AbstainKind, Interview
from screening.services.demonstration.office_hours import MINUTES, ZONE
from screening.services.demonstration.opinions import Opinion, form_opinion
from screening.services.demonstration.pieces import table
from screening.services.demonstration.planning import focus_of
from screening.services.demonstration.stories import PlannedInterview, Sitting, Story
from screening.services.demonstration.troupe import Event, Troupe
from screening.services.evaluating import Judgement, abstain, save_draft, submit_evaluation
from screening.services.interviewing import Plan, schedule_interview

ABSTAINS = 13  # every so many interviews to come, one panel member declares a conflict of interest


def meeting_events(troupe: Troupe, story: Story) -> Iterable[Event]:
    """Give what happens in a story's interviews, each with its time."""
    for planned in story.interviews:
        meeting = Meeting(troupe, story, planned)
        yield planned.planned_at, meeting.schedule
        for sitting in planned.sittings:
            if sitting.submitted_at is not None:
                yield sitting.submitted_at, meeting.evaluation_of(sitting, sitting.submitted_at)
            elif sitting.has_draft:
                at = troupe.now - timedelta(minutes=2)
                yield at, meeting.draft_of(sitting, at)
        if planned.starts_at > troupe.now and story.applicant.brief.seed // 10 % ABSTAINS == 0:
            at = min(planned.planned_at + timedelta(minutes=50), troupe.now)
            yield at, meeting.abstention_of(planned.sittings[-1], at)


class Meeting:
    """One interview and the acts around it; it exists in the database once ``schedule`` was called."""

    def __init__(self, troupe: Troupe, story: Story, planned: PlannedInterview) -> None:
        self.troupe, self.story, self.planned = troupe, story, planned
        self.rubric = troupe.opened[story.applicant.slug].rubric
        self.focus = focus_of(self.rubric, planned.round)
        self.stored: Interview | None = None

    def schedule(self) -> None:
        """Plan the interview in the recruiter's name."""
        applicant, texts = self.story.applicant, table("interviews")
        plan = Plan(
            round=texts["rounds"][self.planned.round],
            starts_at=self.planned.starts_at,
            minutes=MINUTES,
            time_zone=ZONE,
            place=Random(applicant.brief.seed + 9).choice(texts["places"]),
            panel=tuple(self.troupe.staff[sitting.email].id for sitting in self.planned.sittings),
            focus=self.focus,
            round_id=self.troupe.rounds[applicant.slug, self.planned.round],
        )
        self.stored = schedule_interview(
            self.troupe.session,
            application=self.troupe.application_of(applicant),
            plan=plan,
            actor_id=self.troupe.recruiter_of(applicant).id,
            now=self.planned.planned_at,
        )

    def evaluation_of(self, sitting: Sitting, at: datetime) -> Any:
        """Make the act of sending one panel member's scorecard."""

        def act() -> None:
            opinion = self.opinion_of(sitting)
            submit_evaluation(
                self.troupe.session,
                interview=self.interview,
                user_id=self.troupe.staff[sitting.email].id,
                judgements={ident: Judgement(value, note) for ident, (value, note) in opinion.ratings.items()},
                recommendation=opinion.recommendation,
                summary=opinion.summary,
                now=at,
            )

        return act

    def draft_of(self, sitting: Sitting, at: datetime) -> Any:
        """Make the act of leaving a scorecard half done: the first ratings, no recommendation."""

        def act() -> None:
            ratings = list(self.opinion_of(sitting).ratings.items())[:2]
            content = {
                "ratings": {
                    ident: {"value": value, "skip": value is None, "note": note} for ident, (value, note) in ratings
                },
                "recommendation": "",
                "summary": "",
            }
            user_id = self.troupe.staff[sitting.email].id
            save_draft(
                self.troupe.session, interview=self.interview, user_id=user_id, content=content, revision=0, now=at
            )

        return act

    def abstention_of(self, sitting: Sitting, at: datetime) -> Any:
        """Make the act of declaring a conflict of interest."""

        def act() -> None:
            reason = table("interviews")["abstentions"]["lines"][0]
            user_id = self.troupe.staff[sitting.email].id
            abstain(
                self.troupe.session,
                interview=self.interview,
                user_id=user_id,
                kind=AbstainKind.WORKED_TOGETHER,
                reason=reason,
                now=at,
            )

        return act

    def opinion_of(self, sitting: Sitting) -> Opinion:
        """Form what this panel member thinks."""
        seat = [other.email for other in self.planned.sittings].index(sitting.email)
        brief = self.story.applicant.brief
        return form_opinion(
            [criterion for criterion in self.rubric.criteria if criterion.id in self.focus],
            strength=brief.strength,
            strictness=sitting.strictness,
            contrary=self.planned.disagree and seat == 1,
            applicant=brief.seed,
            sitting=brief.seed + 100 * self.planned.round + seat + 1,
        )

    @property
    def interview(self) -> Interview:
        """Give the stored interview."""
        if self.stored is None:
            raise LookupError("the interview was not scheduled yet")
        return self.stored
