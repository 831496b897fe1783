"""The panel's evaluations side by side, and the decision."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("debriefs", __name__, url_prefix="/staff/applications")
