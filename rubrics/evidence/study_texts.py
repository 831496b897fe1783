"""What the readers of studies share: the parts in which people tell of them."""

from __future__ import annotations

from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Role

TEXT_ROLES = (Role.EDUCATION, Role.SELF, Role.PLAN, Role.STATEMENT, Role.OTHER)


def matches(reading: Reading, name: str, plain: str) -> bool:
    """Whether a cue of the group stands in a plain text."""
    return reading.cues.has(name, plain)
