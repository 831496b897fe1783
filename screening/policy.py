"""Who may do what to which thing: one table of pure predicates; blindness is one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from screening.models import Role


class Permission(StrEnum):
    """Every act that a member of staff needs a right for."""

    __hash__ = str.__hash__  # an enumeration’s own is a call, and each page asks dozens
    STAFF = "staff"  # any signed-in member of staff: own home, own settings
    POSTING_LIST = "posting.list"
    POSTING_IMPORT = "posting.import"
    POSTING_VIEW = "posting.view"
    POSTING_EDIT = "posting.edit"
    APPLICATION_VIEW = "application.view"
    APPLICATION_MOVE = "application.move"
    APPLICATION_TAG = "application.tag"
    PRESCORE_VIEW = "prescore.view"
    FILE_VIEW = "file.view"
    INTERVIEW_SCHEDULE = "interview.schedule"
    INTERVIEW_VIEW = "interview.view"
    HOURS_KEEP = "hours.keep"
    EVALUATION_SUBMIT = "evaluation.submit"
    ABSTENTION_RETURN = "abstention.return"
    PRIVATE_NOTE_VIEW = "private_note.view"
    DEBRIEF_VIEW = "debrief.view"
    DECIDE = "decide"
    POOLS_MANAGE = "pools.manage"
    TEMPLATES_MANAGE = "templates.manage"
    OUTBOX_VIEW = "outbox.view"
    TAGS_MANAGE = "tags.manage"
    INSIGHTS_VIEW = "insights.view"
    RATERS_VIEW = "raters.view"
    IMPACT_VIEW = "impact.view"
    USERS_MANAGE = "users.manage"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Actor:
    """The member of staff who asks: id, role, and the postings on which they have rights."""

    id: int
    role: Role
    postings: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """What the predicates need to know of a thing: its posting, the panel members of its interviews, and who of them still owes or has submitted an evaluation.

    For an interview ``panel`` is that interview's; ``owing`` and ``submitted`` always speak of the whole application,
    since ratings of one round would colour the next. Who abstained owes nothing and has submitted nothing.
    """

    posting_id: int | None = None
    panel: frozenset[int] = field(default_factory=frozenset)
    owing: frozenset[int] = field(default_factory=frozenset)
    submitted: frozenset[int] = field(default_factory=frozenset)


Predicate = Callable[[Actor, Scope], bool]


def is_staff(actor: Actor, scope: Scope) -> bool:  # noqa: ARG001 - a predicate of the table
    """Hold for everybody who is signed in."""
    return True


def is_admin(actor: Actor, scope: Scope) -> bool:  # noqa: ARG001 - a predicate of the table
    """Hold for admins."""
    return actor.role is Role.ADMIN


def recruits_somewhere(actor: Actor, scope: Scope) -> bool:  # noqa: ARG001 - a predicate of the table
    """Hold for recruiters, hiring managers and admins."""
    return actor.role in {Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN}


def may_recruit(actor: Actor, scope: Scope) -> bool:  # noqa: ARG001 - a predicate of the table
    """Hold for recruiters and admins."""
    return actor.role in {Role.RECRUITER, Role.ADMIN}


def has_posting(actor: Actor, scope: Scope) -> bool:
    """Hold for admins and for recruiters and hiring managers with a right on the posting."""
    return actor.role is Role.ADMIN or (
        actor.role in {Role.RECRUITER, Role.HIRING_MANAGER} and scope.posting_id in actor.postings
    )


def recruits_for_posting(actor: Actor, scope: Scope) -> bool:
    """Hold for admins and for recruiters with a right on the posting."""
    return actor.role is Role.ADMIN or (actor.role is Role.RECRUITER and scope.posting_id in actor.postings)


def is_not_blind(actor: Actor, scope: Scope) -> bool:
    """Hold for those who owe no evaluation of this application: the one place where blindness is decided."""
    return actor.id not in scope.owing


def sits_on_panel(actor: Actor, scope: Scope) -> bool:
    """Hold for the interviewers of the interview, whatever their role."""
    return actor.id in scope.panel


def is_no_panelist(actor: Actor, scope: Scope) -> bool:
    """Hold for those who sit on no panel of it, also of those who abstained."""
    return not sits_on_panel(actor, scope)


def has_submitted(actor: Actor, scope: Scope) -> bool:
    """Hold for interviewers who have submitted an evaluation of the application."""
    return actor.id in scope.submitted


def both(first: Predicate, second: Predicate) -> Predicate:
    """Make a predicate that holds where both do."""
    return lambda actor, scope: first(actor, scope) and second(actor, scope)


def either(first: Predicate, second: Predicate) -> Predicate:
    """Make a predicate that holds where one does."""
    return lambda actor, scope: first(actor, scope) or second(actor, scope)


def neither(first: Predicate, second: Predicate) -> Predicate:
    """Make a predicate that holds where none of the two does."""
    return lambda actor, scope: not first(actor, scope) and not second(actor, scope)


RULES: Mapping[Permission, Predicate] = {
    Permission.STAFF: is_staff,
    Permission.POSTING_LIST: recruits_somewhere,
    Permission.POSTING_IMPORT: may_recruit,
    Permission.POSTING_VIEW: has_posting,
    Permission.POSTING_EDIT: recruits_for_posting,
    Permission.APPLICATION_VIEW: has_posting,
    Permission.APPLICATION_MOVE: recruits_for_posting,
    Permission.APPLICATION_TAG: both(has_posting, is_not_blind),  # tags are opinions of colleagues
    Permission.PRESCORE_VIEW: both(has_posting, is_not_blind),
    Permission.FILE_VIEW: either(has_posting, sits_on_panel),
    Permission.INTERVIEW_SCHEDULE: recruits_for_posting,
    Permission.HOURS_KEEP: may_recruit,
    Permission.INTERVIEW_VIEW: either(has_posting, sits_on_panel),
    Permission.EVALUATION_SUBMIT: sits_on_panel,
    # who could read others' evaluations while they abstained cannot judge afterwards (decision 025)
    Permission.ABSTENTION_RETURN: both(sits_on_panel, neither(has_posting, has_submitted)),
    Permission.PRIVATE_NOTE_VIEW: both(both(recruits_for_posting, is_not_blind), is_no_panelist),
    Permission.DEBRIEF_VIEW: both(either(has_posting, has_submitted), is_not_blind),
    Permission.DECIDE: both(has_posting, is_not_blind),
    Permission.POOLS_MANAGE: may_recruit,
    Permission.TEMPLATES_MANAGE: may_recruit,
    Permission.OUTBOX_VIEW: may_recruit,
    Permission.TAGS_MANAGE: may_recruit,
    Permission.INSIGHTS_VIEW: recruits_somewhere,
    # Figures of named interviewers: not for hiring managers, who sit on panels with them.
    Permission.RATERS_VIEW: may_recruit,
    # Rates of groups of candidates: for those who answer for the process, not for those who choose among the candidates.
    Permission.IMPACT_VIEW: may_recruit,
    Permission.USERS_MANAGE: is_admin,
    Permission.ERASE: is_admin,
}


def allows(actor: Actor, permission: Permission, scope: Scope | None = None) -> bool:
    """Tell whether the actor may do this to the thing that the scope describes."""
    return RULES[permission](actor, scope or Scope())
