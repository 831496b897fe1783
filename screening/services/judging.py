"""What people add to the machine's result: changed verdicts, which stay over later runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.prescore import Score, Verdict
from screening.audit import record
from screening.models import Application, ChangedVerdict, RubricState, RubricVersion, StoredPrescore
from screening.models.base import JsonObject
from screening.queries.standing import mark_of, outline, stored_verdicts
from screening.queries.verdicts import changes
from screening.services.indexing import index_verdicts

REASON_LENGTH = 2000
UNSCORED: Mapping[str, Any] = {"rank_score": -1.0, "gates": None, "standing": None, "verdicts": None}
"""The columns of ``kept_of`` before there is a result."""


class JudgeError(Exception):
    """A change that cannot be stored: ``code`` is reason_missing, criterion_unknown or changed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def change_verdict(
    session: Session,
    *,
    application: Application,
    criterion_key: str,
    verdict: Verdict | None,
    reason: str,
    actor_id: int,
    now: datetime,
) -> ChangedVerdict:
    """Set a person's verdict on one criterion (None gives it back to the machine) and rank the application anew.

    The stored prescore stays as it is; the change lies over it and over every later run.
    """
    if not reason.strip():
        raise JudgeError("reason_missing")
    session.flush()
    session.get_one(Application, application.id, with_for_update=True, populate_existing=True)
    if not _has_criterion(session, application, criterion_key):
        raise JudgeError("criterion_unknown")
    changed = ChangedVerdict(
        application_id=application.id,
        criterion_key=criterion_key,
        verdict=verdict.value if verdict else None,
        reason=reason.strip()[:REASON_LENGTH],
        actor_id=actor_id,
        at=now,
    )
    session.add(changed)
    session.flush()
    rank_application(session, application=application)
    record(
        session,
        act="verdict.change",
        actor_id=actor_id,
        subject_type="application",
        subject_id=application.id,
        now=now,
        criterion=criterion_key,
        verdict=changed.verdict,
    )
    return changed


def take_back_verdict(session: Session, *, changed_id: int, actor_id: int, now: datetime) -> ChangedVerdict:
    """Undo a change of verdict by a row of its own that restores what counted before; raise JudgeError ``changed`` when a later one stands."""
    changed = session.get(ChangedVerdict, changed_id)
    if changed is None:
        raise JudgeError("changed")
    same = select(ChangedVerdict).where(
        ChangedVerdict.application_id == changed.application_id, ChangedVerdict.criterion_key == changed.criterion_key
    )
    latest, *earlier = session.scalars(same.order_by(ChangedVerdict.id.desc()).limit(2)).all()
    application = session.get(Application, changed.application_id)
    if latest.id != changed_id or application is None:
        raise JudgeError("changed")
    before = Verdict(earlier[0].verdict) if earlier and earlier[0].verdict else None
    return change_verdict(
        session,
        application=application,
        criterion_key=changed.criterion_key,
        verdict=before,
        reason=earlier[0].reason if before else changed.reason,
        actor_id=actor_id,
        now=now,
    )


def rank_application(session: Session, *, application: Application) -> Score | None:
    """Set what lists sort, filter and show from the current prescore and the verdicts that people changed; give the score, None while unscored."""
    stored = session.get(StoredPrescore, application.prescore_id) if application.prescore_id else None
    if stored is None:
        forget_result(session, application)
        session.flush()
        return None
    version = session.get_one(RubricVersion, stored.rubric_version_id)
    changed = changes(session, [application.id])[application.id]
    score, standing = outline(
        load_rubric(version.document), load_prescore(stored.result), changed, mark=mark_of(version)
    )
    _keep(session, application, kept_of(score, standing, number=version.number))
    session.flush()
    return score


def kept_of(score: Score, standing: JsonObject, *, number: int) -> dict[str, Any]:
    """Give everything that an application's row keeps of its result, by column: what ``outline`` made of rubric version ``number``."""
    return {
        "rank_score": rank_of(score),
        "gates": score.gates.value,
        "standing": standing,
        "verdicts": stored_verdicts(number, standing),
    }


def forget_result(session: Session, application: Application) -> None:
    """Take everything out of an application's row that a result left there."""
    _keep(session, application, UNSCORED)


def _keep(session: Session, application: Application, kept: Mapping[str, Any]) -> None:
    for column, value in kept.items():
        setattr(application, column, value)
    session.flush()  # the row before its words, as whoever else writes both
    index_verdicts(session, [(application.id, application.posting_id, application.verdicts)])


def _has_criterion(session: Session, application: Application, key: str) -> bool:
    documents = session.scalars(
        select(RubricVersion.document).where(
            RubricVersion.posting_id == application.posting_id, RubricVersion.state != RubricState.DRAFT
        )
    )
    return any(criterion.key == key for document in documents for criterion in load_rubric(document).criteria)


def rank_of(score: Score) -> float:
    """Give the one number, 0 to 1, that lists sort by: requirements in whole points, and only among equals the bonus.

    No surplus of bonus can lift an application over one with more requirements.
    """
    requirement = round(score.requirement.point * 100) if score.requirement else 0
    bonus = score.bonus.point if score.bonus else 0.0
    return round((requirement + 0.99 * bonus) / 101, 6)
