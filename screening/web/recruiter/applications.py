"""One application: its text with evidence beside the rubric."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("applications", __name__, url_prefix="/staff/applications")
