"""The public list of open postings and each posting's page."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("careers", __name__, url_prefix="")
