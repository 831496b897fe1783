"""A posting's interview plan as pages need it: rubric, form, rounds and coverage together, and the commit of an act with its undo."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rubrics.codec import load_rubric
from rubrics.model import Criterion, Rubric
from screening.extensions import db
from screening.forms.rounds import KINDS
from screening.models import Posting, RoundKind, RubricState
from screening.queries.interview_plans import LostCriterion, RoundRow, lost_criteria, rounds_of
from screening.services.covering import Asking, CoverageLine, Form, cover
from screening.services.drafting import version_in
from screening.services.forming import questions_for
from screening.services.interview_plans import RoundFields, Snapshot, digest_of, snapshot
from screening.services.round_proposals import Ground, ProposedRound, propose_rounds
from screening.services.undoing import Act, remember
from screening.web.access import actor, now
from screening.web.toasts import toast

GROUND_WORDS = {
    Ground.READABLE: _l("Papers, contests and projects can be read; somebody should, before anybody is met."),
    Ground.PRACTICAL: _l("When and where somebody can come decides whether a meeting makes sense."),
    Ground.OWN_WORD: _l("For skills and experience the form has only the candidate’s own word."),
    Ground.SPOKEN: _l("Only a conversation shows these."),
}
FORM_WORDS = {
    Form.SETTLES: _l("The form settles it"),
    Form.HINTS: _l("The candidate’s own word"),
    Form.SILENT: _l("The form does not ask"),
}
DEFAULTS = {
    RoundKind.RESUME_REVIEW: (20, 1, 48),
    RoundKind.PHONE: (20, 1, 24),
    RoundKind.TECHNICAL: (60, 2, 24),
    RoundKind.PANEL: (45, 2, 24),
    RoundKind.OTHER: (45, 1, 24),
}
"""Minutes, interviewers and hours until the scorecard is due that a new round begins with."""


@dataclass(frozen=True, slots=True)
class PlanWork:
    """The plan, and the rubric that it is held against: the one in force, else the draft (``is_draft``), else none."""

    posting: Posting
    rubric: Rubric | None
    is_draft: bool
    rounds: tuple[RoundRow, ...]
    lines: tuple[CoverageLine, ...]
    lost: Mapping[str, LostCriterion]
    digest: str

    @property
    def in_use(self) -> tuple[RoundRow, ...]:
        """The rounds that are offered, in their order."""
        return tuple(one for one in self.rounds if not one.retired)

    @property
    def retired(self) -> tuple[RoundRow, ...]:
        """The rounds that are offered no more."""
        return tuple(one for one in self.rounds if one.retired)

    @property
    def gaps(self) -> tuple[CoverageLine, ...]:
        """The criteria that nobody settles."""
        return tuple(line for line in self.lines if line.is_gap)

    @property
    def proposal(self) -> tuple[ProposedRound, ...]:
        """A first plan, where there is none yet."""
        return propose_rounds(self.rubric) if self.rubric is not None and not self.rounds else ()

    def criteria_of(self, keys: Sequence[str]) -> list[Criterion]:
        """Give the criteria with these keys, in the rubric's order."""
        return [one for one in self.rubric.criteria if one.key in keys] if self.rubric is not None else []

    def lost_of(self, keys: Sequence[str]) -> list[LostCriterion]:
        """Give what these keys meant that the rubric has no more."""
        return [self.lost[key] for key in keys if key in self.lost]


def open_work(posting: Posting) -> PlanWork:
    """Read a posting's plan with its coverage; the same number of queries for one round and for twenty."""
    version = version_in(db.session, posting, RubricState.PUBLISHED)
    draft = version is None
    if version is None:
        version = version_in(db.session, posting, RubricState.DRAFT)
    rubric = load_rubric(version.document) if version is not None else None
    rounds = rounds_of(db.session, posting_id=posting.id)
    criteria = rubric.criteria if rubric is not None else ()
    askings = [Asking(one.id, one.kind, one.name, one.keys) for one in rounds if not one.retired]
    return PlanWork(
        posting=posting,
        rubric=rubric,
        is_draft=draft and rubric is not None,
        rounds=rounds,
        lines=cover(criteria, questions=questions_for(rubric) if rubric is not None else (), rounds=askings),
        lost=lost_criteria(
            db.session,
            posting_id=posting.id,
            keys=(key for one in rounds for key in one.keys),
            known=(criterion.key for criterion in criteria),
        ),
        digest=digest_of(snapshot(db.session, posting_id=posting.id)),
    )


def proposed_name(one: ProposedRound) -> str:
    """Name a proposed round in the reader's language."""
    words = str(KINDS[one.kind])
    return f"{words} {one.number}" if one.number else words


def fields_of(one: ProposedRound) -> RoundFields:
    """Turn a proposed round into what a person would have typed."""
    return RoundFields(
        kind=one.kind,
        name=proposed_name(one),
        minutes=one.minutes,
        seats=one.seats,
        focus=one.focus,
        due_hours=one.due_hours,
    )


def offer_undo(posting: Posting, before: Snapshot, words: str) -> None:
    """Commit a change of the plan and offer the way back; what changed nothing says so."""
    after = snapshot(db.session, posting_id=posting.id)
    if after == before:
        db.session.rollback()
        toast(_("Nothing was changed."))
        return
    token = remember(
        db.session,
        actor_id=actor().id,
        act=Act.PLAN,
        now=now(),
        posting=posting.id,
        before=json.dumps(before),
        after=digest_of(after),
    )
    db.session.commit()
    toast(words, undo=token)


def plan_problem(code: str) -> str:
    """Say why a plan was not changed."""
    return {
        "changed": _(
            "Somebody changed this plan while you were looking at it. It is shown as it is now; look again, then repeat what you wanted."
        ),
        "too_many": _("A plan holds 20 rounds at most."),
        "focus_unknown": _("The rubric does not have this criterion any more. Look at the table again."),
        "seats_few": _("These are more people than the round has seats."),
        "panel_unknown": _("Somebody you chose has left. Choose again."),
        "pool_unknown": _("This pool is gone. Choose another."),
    }.get(code, _("This round is not in the plan any more."))
