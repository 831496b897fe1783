"""The page of one scorecard: the kit, the form or the locked evaluation with what each amendment changed, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, Unpack

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rubrics.anchors import guide_for
from screening.extensions import db
from screening.forms.scorecard import Problem, Scorecard
from screening.models import AbstainKind, Interview
from screening.policy import Permission
from screening.queries.comparison import Piece, word_pieces
from screening.queries.interviews import InterviewRow, own_agenda
from screening.queries.scorecard import EvaluationVersion, Kit
from screening.services.evaluating import NOTE_LENGTH
from screening.services.interviewing import InterviewError
from screening.web.access import actor, may, now
from screening.web.formatting import is_chinese
from screening.web.labels import ANSWER_FIELDS, ANSWER_SECTIONS, RATINGS, RECOMMENDATIONS

ABSTAIN_KINDS = {
    AbstainKind.KNOWS: _l("We know each other privately"),
    AbstainKind.WORKED_TOGETHER: _l("We worked, studied or published together"),
    AbstainKind.INTEREST: _l("Another conflict of interest"),
    AbstainKind.ABSENT: _l("I was not at the interview"),
    AbstainKind.OTHER: _l("Something else (say what)"),
}
QUESTION_KINDS = {
    "education": _l("Education"),
    "availability": _l("Availability"),
    "cities": _l("Where to work"),
    "skills": _l("Skills"),
    "publications": _l("Publications"),
    "awards": _l("Competitions and awards"),
    "leaderboards": _l("Leaderboards"),
    "projects": _l("Projects"),
    "certificates": _l("Certificates"),
    "languages": _l("Languages"),
    "statement": _l("The free text on it"),
}
"""What a question of the form is about, for saying that it was left empty."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of an amendment: what it is about and its words before and after."""

    label: str
    pieces: tuple[Piece, ...]


class Shown(TypedDict, total=False):
    """What a page says besides the scorecard: ``stored`` is what another tab saved meanwhile, ``revision`` its number."""

    problems: list[Problem]
    refused: str
    stored: Scorecard
    revision: int
    amending: bool


def scorecard_page(interview: Interview, found: Kit, card: Scorecard, **shown: Unpack[Shown]) -> str:
    """Render the scorecard as typed, or the locked evaluation unless it is being amended."""
    language, moment, amending = "zh" if is_chinese() else "en", now(), shown.get("amending", False)
    locked = bool(found.own) and not amending
    return render_template(
        "interviewer/scorecard.html",
        interview=interview,
        kit=found,
        card=card,
        guides={item.criterion.id: guide_for(item.criterion, language) for item in found.items},
        problems=shown.get("problems", []),
        refused=shown.get("refused"),
        stored=shown.get("stored"),
        revision=shown.get("revision", found.revision),
        amending=amending,
        locked=locked,
        started=moment >= interview.starts_at,
        late=moment > interview.due_at,
        ratings=RATINGS,
        recommendations=RECOMMENDATIONS,
        sections=ANSWER_SECTIONS,
        answer_fields=ANSWER_FIELDS,
        question_kinds=QUESTION_KINDS,
        abstain_kinds=ABSTAIN_KINDS,
        most=NOTE_LENGTH,
        changes={new.version: changes(old, new) for new, old in zip(found.own, found.own[1:], strict=False)},
        sent=sent_fields(found.own[0]) if locked else [],
        following=following(interview) if locked else None,
        may_debrief=may(Permission.DEBRIEF_VIEW),
    )


def following(interview: Interview) -> InterviewRow | None:
    """Find the next scorecard that the reader owes of an interview that has begun, the longest overdue first."""
    moment = now()
    rows = own_agenda(db.session, user_id=actor().id, since=moment)
    return next((row for row in rows if row.owes and row.starts_at <= moment and row.id != interview.id), None)


def as_content(own: EvaluationVersion) -> dict[str, object]:
    """Give an evaluation as a scorecard keeps it, to be amended."""
    return {
        "ratings": {
            ident: {"value": value, "skip": value is None, "note": note} for ident, (value, note) in own.ratings.items()
        },
        "recommendation": own.recommendation.value,
        "summary": own.summary,
        "private_note": own.private_note,
    }


def sent_fields(own: EvaluationVersion) -> list[tuple[str, str]]:
    """Give an evaluation as the form's fields, so that a browser can tell whether it kept other text."""
    fields = [("recommendation", own.recommendation.value), ("summary", own.summary)]
    fields.append(("private_note", own.private_note))
    for ident, (value, note) in own.ratings.items():
        fields += [(f"rating-{ident}", str(value)) if value else (f"skip-{ident}", "1"), (f"note-{ident}", note)]
    return [(name, value) for name, value in fields if value]


def is_the_same(own: EvaluationVersion, card: Scorecard) -> bool:
    """Tell whether a scorecard says what was submitted already."""
    typed = {ident: (one.value, one.note.strip()) for ident, one in card.judgements().items()}
    return (own.recommendation.value, own.summary, own.private_note, own.ratings) == (
        card.recommendation,
        card.summary.strip(),
        card.private_note.strip(),
        typed,
    )


def changes(old: EvaluationVersion, new: EvaluationVersion) -> tuple[Change, ...]:
    """Say what an amendment changed, in the order of the page; ratings as their words, notes word by word."""
    rows: list[tuple[str, str, str]] = []
    for ident, (value, note) in new.ratings.items():
        before, note_before = old.ratings.get(ident, (None, ""))
        rows.append((_("%(code)s, rating", code=ident.upper()), _rating(before), _rating(value)))
        rows.append((_("%(code)s, what you saw", code=ident.upper()), note_before, note))
    told = (str(RECOMMENDATIONS[one.recommendation]) for one in (old, new))
    rows.append((_("Recommendation"), *told))
    rows.append((_("Why, in a sentence or two"), old.summary, new.summary))
    rows.append((_("Private note"), old.private_note, new.private_note))
    return tuple(Change(label, word_pieces(before, after)) for label, before, after in rows if before != after)


def explain(error: InterviewError) -> str:
    """Say why a scorecard was not stored."""
    return {
        "too_early": _("The interview has not started yet. You can save a draft now and submit from its start."),
        "submitted": _("Your evaluation was submitted already, perhaps in another tab. Reload the page to see it."),
        "not_submitted": _("You have not submitted an evaluation yet; there is nothing to amend."),
        "abstained": _("You abstained from this interview."),
        "cancelled": _("This interview was cancelled."),
        "erased": _(
            "The candidate’s data were erased for good, so nothing is stored any more. Please delete your own notes."
        ),
        "changed": _("Your evaluation was amended in another tab. Reload the page to see it."),
        "reason_missing": _("Say why, in a few words."),
    }.get(error.code, _("This evaluation cannot be stored any more. Reload the page; your text is still in this one."))


def _rating(value: int | None) -> str:
    return f"{value} {RATINGS[value]}" if value else _("Not covered")
