"""The overview of all postings with their stage counts."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("postings", __name__, url_prefix="/staff/postings")
