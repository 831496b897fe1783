"""The application form that a posting's rubric makes, and its submission."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("apply", __name__, url_prefix="")
