"""From a pasted document to rubric drafts."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("imports", __name__, url_prefix="/staff/imports")
