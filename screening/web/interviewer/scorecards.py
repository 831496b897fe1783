"""An interview's kit and the scorecard that one interviewer fills in."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("scorecards", __name__, url_prefix="/staff/interviews")
