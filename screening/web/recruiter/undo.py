"""Taking the last step back."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("undo", __name__, url_prefix="/staff/undo")
