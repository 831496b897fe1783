"""Why people decide as they do: one closed list for each outcome. Candidates read none of these; what they are told is a letter of its own."""

from __future__ import annotations

from collections.abc import Mapping

from screening.models import Outcome

REJECT_REASONS = (
    "requirement",
    "knock_out",
    "interview",
    "others_stronger",
    "availability",
    "filled",
    "no_answer",
    "offer_declined",
    "duplicate",
    "other",
)
"""Why a person rejects."""
ADVANCE_REASONS = (
    "requirements_met",
    "strong_evidence",
    "panel_agrees",
    "one_more_round",
    "open_question",
    "other",
)
"""Why a person lets an application go on."""
OFFER_REASONS = ("panel_agrees", "strong_evidence", "best_of_all", "special_skill", "other")
"""Why a person makes an offer."""
HIRE_REASONS = ("offer_accepted", "conditions_met", "panel_agrees", "other")
"""Why a person hires."""
WITHDRAWAL_REASONS = (
    "other_offer",
    "other_plans",
    "role_differs",
    "conditions",
    "time_or_place",
    "took_too_long",
    "other",
)
"""Why a candidate withdraws, who may say it and need not."""
REASONS: Mapping[Outcome, tuple[str, ...]] = {
    Outcome.ADVANCE: ADVANCE_REASONS,
    Outcome.OFFER: OFFER_REASONS,
    Outcome.HIRE: HIRE_REASONS,
    Outcome.REJECT: REJECT_REASONS,
}
"""The list of each outcome."""
