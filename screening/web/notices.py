"""The privacy notice and its versions: what a candidate was shown is what is stored, and can be read for ever.

A version's text stands in ``templates/candidate/notices/`` under its name. A changed text is a new version; an earlier one is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Notice:
    """One version, in force from a day on until the next one."""

    version: str
    since: date

    @property
    def template(self) -> str:
        """Name the file with its text."""
        return f"candidate/notices/{self.version}.html"


NOTICES = (
    Notice("2026-11-30", date(2026, 11, 30)),
    Notice("2026-11-29", date(2026, 11, 29)),
    Notice("2026-11", date(2026, 11, 1)),
)
"""All versions, the newest first."""
CURRENT = NOTICES[0]


def notice_of(version: str | None) -> Notice | None:
    """Find a version by its name; None for a name that no version has."""
    return next((notice for notice in NOTICES if notice.version == version), None)
