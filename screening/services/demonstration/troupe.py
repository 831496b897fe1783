"""Who plays, and where: what every event of the demonstration needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from screening.models import Application, User
from screening.services.demonstration.plan import Applicant
from screening.services.demonstration.planning import RoundIds
from screening.services.demonstration.postings import HIRING_MANAGER, SECOND_RECRUITER, Opened

Event = tuple[datetime, Callable[[], None]]
"""When something happens, and the act."""


@dataclass(slots=True)
class Troupe:
    """What the events need; ``applications`` fills up as they are submitted, by (posting's slug, e-mail)."""

    session: Session
    uploads: Path
    staff: Mapping[str, User]
    opened: Mapping[str, Opened]
    now: datetime
    rounds: RoundIds
    applications: dict[tuple[str, str], Application] = field(default_factory=dict)

    def application_of(self, applicant: Applicant) -> Application:
        """Give the applicant's application, once it was submitted."""
        return self.applications[applicant.slug, applicant.email]

    def recruiter_of(self, applicant: Applicant) -> User:
        """Give the one who looks after the posting."""
        return self.staff["qiu@example.com" if applicant.slug in SECOND_RECRUITER else "liang@example.com"]

    def decider_of(self, applicant: Applicant) -> User:
        """Give the one who decides: the hiring manager where the posting has one."""
        return self.staff["gu@example.com"] if applicant.slug in HIRING_MANAGER else self.recruiter_of(applicant)
