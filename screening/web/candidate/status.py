"""A candidate's own application behind a signed link."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("status", __name__, url_prefix="")
