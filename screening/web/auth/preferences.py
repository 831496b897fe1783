"""Language and theme, for everybody."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")
