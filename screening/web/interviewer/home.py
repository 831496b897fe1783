"""What waits for the one who is signed in."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("home", __name__, url_prefix="/staff")
