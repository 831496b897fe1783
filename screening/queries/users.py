"""What the pages about staff accounts show."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import Posting, PostingMember, PostingState, Role, User


@dataclass(frozen=True, slots=True)
class UserRow:
    """One account in the list; ``postings`` counts its rights, ``can_all`` means that it needs none."""

    id: int
    name: str
    email: str
    role: Role
    is_active: bool
    postings: int

    @property
    def can_all(self) -> bool:
        """Tell whether the role alone opens every posting."""
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True)
class RightRow:
    """One posting and whether the account has rights on it."""

    posting_id: int
    title: str | None
    track: str | None
    state: PostingState
    granted: bool


def list_users(session: Session) -> tuple[UserRow, ...]:
    """List all accounts: open ones first, then by name."""
    rights = (
        select(PostingMember.user_id, func.count().label("postings")).group_by(PostingMember.user_id).subquery("rights")
    )
    rows = session.execute(
        select(User.id, User.name, User.email, User.role, User.is_active, func.coalesce(rights.c.postings, 0))
        .outerjoin(rights, rights.c.user_id == User.id)
        .order_by(User.is_active.desc(), User.name, User.id)
    )
    return tuple(UserRow(*row) for row in rows)


def list_rights(session: Session, user_id: int) -> tuple[RightRow, ...]:
    """List all postings with the rights of one account, granted ones first, then in the order of their documents."""
    granted = (
        select(PostingMember.posting_id)
        .where(PostingMember.user_id == user_id, PostingMember.posting_id == Posting.id)
        .exists()
    )
    rows = session.execute(
        select(Posting.id, Posting.title, Posting.track, Posting.state, granted.label("granted")).order_by(
            granted.desc(), Posting.document_id, Posting.first_line, Posting.id
        )
    )
    return tuple(RightRow(*row) for row in rows)
