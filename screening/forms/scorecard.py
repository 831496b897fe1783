"""What an interviewer typed on a scorecard: kept as a draft whatever it is, checked when it is submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from rubrics.model import Criterion
from screening.models import AbstainKind, Recommendation
from screening.services.evaluating import NOTE_LENGTH, REASON_LENGTH, Judgement

SCALE = ("1", "2", "3", "4")
CONTROLS = frozenset({"rating", "skip", "note"})
CODE = 16
"""No criterion has a longer id."""

Problem = tuple[str, str, Any]
"""The id of a control, its label, and what to put right."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A scorecard as typed; ``content`` is what a draft keeps: ratings by criterion id with value, skip and note, recommendation, summary, private_note.

    ``odd`` are criteria whose rating is none of 1 to 4, ``foreign`` what was sent for criteria that the interview does not cover, by id.
    """

    content: dict[str, Any]
    criteria: Sequence[Criterion]
    odd: frozenset[str] = frozenset()
    foreign: Mapping[str, str] = field(default_factory=dict)

    def entry(self, ident: str) -> dict[str, Any]:
        """Give what was typed for one criterion."""
        found: dict[str, Any] = self.content.get("ratings", {}).get(ident, {})
        return {"value": found.get("value"), "skip": bool(found.get("skip")), "note": str(found.get("note") or "")}

    @property
    def recommendation(self) -> str:
        """The chosen recommendation, empty while there is none."""
        return str(self.content.get("recommendation") or "")

    @property
    def summary(self) -> str:
        """The reason for the recommendation."""
        return str(self.content.get("summary") or "")

    @property
    def private_note(self) -> str:
        """What only the posting's recruiters read."""
        return str(self.content.get("private_note") or "")

    @property
    def dropped(self) -> list[tuple[str, str]]:
        """Notes on criteria that the plan has dropped since they were written: (id, note)."""
        known = {criterion.id for criterion in self.criteria}
        ratings = self.content.get("ratings", {})
        return [(ident, one["note"]) for ident, one in ratings.items() if ident not in known and one.get("note")]

    @property
    def rated(self) -> int:
        """How many criteria have a rating or are marked as not covered."""
        return sum(bool(entry["value"] or entry["skip"]) for entry in map(self.entry, (c.id for c in self.criteria)))

    def oddities(self) -> list[Problem]:
        """Say what no page of ours sends: a rating beside the scale, a criterion that the interview does not cover (any more)."""
        found: list[Problem] = [
            (f"r-{ident}", ident.upper(), _l("A rating is 1, 2, 3 or 4.")) for ident in sorted(self.odd)
        ]
        for ident, note in self.foreign.items():
            words = _l("This interview does not cover this criterion.")
            if note:
                words = _l("This interview does not cover this criterion any more. Your note was: %(note)s", note=note)
            found.append(("main", ident.upper(), words))
        return found

    def problems(self) -> list[Problem]:
        """Say what is missing before it can be submitted, in the order of the page."""
        found = self.oddities()
        for criterion in self.criteria:
            entry, code = self.entry(criterion.id), criterion.id.upper()
            if criterion.id in self.odd:
                continue
            if entry["value"] is None and not entry["skip"]:
                found.append((f"r-{criterion.id}", code, _l("Choose a rating, or tick Not covered.")))
            elif entry["value"] is not None and entry["skip"]:
                found.append((f"r-{criterion.id}", code, _l("Choose either a rating or Not covered.")))
            elif entry["value"] in {1, 4} and not entry["note"].strip():
                found.append((f"n-{criterion.id}", code, _l("A 1 or a 4 needs a sentence on what you saw.")))
        if self.recommendation not in set(Recommendation):
            found.append(("recommendation", _l("Overall"), _l("Choose a recommendation.")))
        if not self.summary.strip():
            found.append(("summary", _l("Overall"), _l("Say why, in a sentence or two.")))
        return found

    def judgements(self) -> dict[str, Judgement]:
        """Give the ratings for the service."""
        entries = {criterion.id: self.entry(criterion.id) for criterion in self.criteria}
        return {ident: Judgement(entry["value"], entry["note"]) for ident, entry in entries.items()}


def read_scorecard(fields: MultiDict[str, str], criteria: Sequence[Criterion]) -> Scorecard:
    """Read the controls of the page; what it does not offer is kept apart, to be refused by name."""
    known = {criterion.id for criterion in criteria}
    foreign: dict[str, str] = {}
    for name, value in fields.items():
        kind, _, ident = name.partition("-")
        if kind in CONTROLS and ident not in known and value.strip():
            note = _clean(value).strip() if kind == "note" else ""
            foreign[_clean(ident)[:CODE]] = note or foreign.get(_clean(ident)[:CODE], "")
    odd = {ident for ident in known if fields.get(f"rating-{ident}", "") not in {"", *SCALE}}
    ratings = {}
    for criterion in criteria:
        value = fields.get(f"rating-{criterion.id}", "")
        ratings[criterion.id] = {
            "value": int(value) if value in SCALE else None,
            "skip": bool(fields.get(f"skip-{criterion.id}")),
            "note": _clean(fields.get(f"note-{criterion.id}", "")),
        }
    content = {
        "ratings": ratings,
        "recommendation": fields.get("recommendation", "")[:20],
        "summary": _clean(fields.get("summary", "")),
        "private_note": _clean(fields.get("private_note", "")),
    }
    return Scorecard(content, criteria, frozenset(odd), foreign)


def read_reason(fields: MultiDict[str, str]) -> str:
    """Read why somebody abstains or amends."""
    return _clean(fields.get("reason", "")).strip()[:REASON_LENGTH]


def read_abstention(fields: MultiDict[str, str]) -> AbstainKind | None:
    """Read which of the listed reasons somebody abstains for; None for none of them."""
    chosen = fields.get("kind", "")
    return AbstainKind(chosen) if chosen in set(AbstainKind) else None


def _clean(text: str) -> str:
    """PostgreSQL stores no NUL; a note ends where the page's limit ends."""
    return text.replace("\x00", "").replace("\r\n", "\n")[:NOTE_LENGTH]
