"""The words of the domain as pages print them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from rubrics.model import Criterion, Degree, Level, Section
from screening.models import Role, Stage

STAGES = {
    Stage.APPLIED: _l("New"),
    Stage.SCREENING: _l("Review"),
    Stage.INTERVIEW: _l("Interview"),
    Stage.DEBRIEF: _l("Debrief"),
    Stage.OFFER: _l("Offer"),
    Stage.HIRED: _l("Hired"),
    Stage.REJECTED: _l("Rejected"),
    Stage.WITHDRAWN: _l("Withdrawn"),
}
ROLES = {
    Role.INTERVIEWER: _l("Interviewer"),
    Role.RECRUITER: _l("Recruiter"),
    Role.HIRING_MANAGER: _l("Hiring manager"),
    Role.ADMIN: _l("Admin"),
}
DEGREES = {
    Degree.ASSOCIATE: _l("Associate"),
    Degree.BACHELOR: _l("Bachelor’s"),
    Degree.MASTER: _l("Master’s"),
    Degree.DOCTORATE: _l("Doctorate"),
}
LEVELS = {
    Level.BASIC: _l("basic"),
    Level.FAMILIAR: _l("familiar"),
    Level.PROFICIENT: _l("proficient"),
    Level.EXPERT: _l("expert"),
}
SECTIONS = {Section.REQUIREMENT: _l("Requirements"), Section.BONUS: _l("Bonus")}


def code(criterion: Criterion) -> str:
    """Give a criterion's short name: K1, R2, B3."""
    return criterion.id.upper()
