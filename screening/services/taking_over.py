"""Filling a draft with what its résumé offers, as the candidate has chosen, and taking that back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from screening.models import ApplicationDraft, FormVersion, Posting
from screening.queries.offers import FieldOffer
from screening.services.application_drafts import save_draft

Pairs = list[list[str]]


def take_over(
    session: Session,
    *,
    draft: ApplicationDraft,
    posting: Posting,
    form_version: FormVersion,
    fields: Sequence[Sequence[str]],
    offers: Sequence[FieldOffer],
    is_address: Callable[[str], bool],
    now: datetime,
) -> int:
    """Fill ``fields``, the draft's pairs as its form has them now, with these offers, and give how many were filled.

    ``is_address`` tells whether the draft's link can be sent to a text. An offer that replaces what was typed is only to be among
    ``offers`` if the candidate said so. Raises DraftError as ``save_draft`` does.
    """
    filled = {name: value for offer in offers for name, value in offer.fields}
    held = {name: value for name, value in fields if name in filled}
    unchanged = dict(still_taken(draft))
    before = [pair for pair in (draft.taken or {}).get("before", []) if pair[0] in unchanged]
    before += [[name, held[name]] for name in filled if name in held and name not in unchanged]
    taken = [[name, value] for name, value in (unchanged | filled).items()]
    _save(session, draft, posting, form_version, _with(fields, filled), is_address, now)
    draft.taken = {"fields": taken, "before": before}
    return len(filled)


def put_back(
    session: Session,
    *,
    draft: ApplicationDraft,
    posting: Posting,
    form_version: FormVersion,
    is_address: Callable[[str], bool],
    now: datetime,
) -> int:
    """Take back what was filled in from the résumé and not changed since; give how many fields that were."""
    taken = draft.taken or {"fields": [], "before": []}
    unchanged = {name for name, _ in still_taken(draft)}
    before = {name: value for name, value in taken["before"] if name in unchanged}
    left = [pair for pair in draft.fields if pair[0] not in unchanged or pair[0] in before]
    _save(session, draft, posting, form_version, _with(left, before), is_address, now)
    draft.taken = None
    return len(unchanged)


def still_taken(draft: ApplicationDraft) -> list[tuple[str, str]]:
    """Give [name, value] of the fields that stand as they were filled in from the résumé."""
    held = {(name, value) for name, value in draft.fields}
    return [(name, value) for name, value in (draft.taken or {}).get("fields", []) if (name, value) in held]


def _save(
    session: Session,
    draft: ApplicationDraft,
    posting: Posting,
    form_version: FormVersion,
    fields: Pairs,
    is_address: Callable[[str], bool],
    now: datetime,
) -> None:
    email = next((value for name, value in fields if name == "email"), "").strip()
    save_draft(
        session,
        key=draft.key,
        posting=posting,
        form_version=form_version,
        fields=[(name, value) for name, value in fields],
        version=draft.version,
        locale=draft.locale,
        now=now,
        email=email if is_address(email) else None,
    )


def _with(fields: Sequence[Sequence[str]], values: dict[str, str]) -> Pairs:
    """Give the pairs with these values in the place of those of the same name, new ones at the end."""
    left = dict(values)
    pairs = [[name, left.pop(name, value)] for name, value in fields]
    return [*pairs, *([name, value] for name, value in left.items())]
