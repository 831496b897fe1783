"""Messages after an action: one line, with the way back when there is one."""

from __future__ import annotations

from flask import flash


def toast(text: str, *, undo: str | None = None) -> None:
    """Show ``text`` on the next page; ``undo`` is the token of an undo step (screening.services.undoing)."""
    flash(text, f"undo:{undo}" if undo else "said")
