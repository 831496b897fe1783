"""Reviewing, settling and publishing a posting's rubric."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("rubrics", __name__, url_prefix="/staff/postings")
