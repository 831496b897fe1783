"""One posting's applications: ranked table, board, stage moves."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("pipeline", __name__, url_prefix="/staff/postings")
