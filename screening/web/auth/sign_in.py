"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("sign_in", __name__, url_prefix="")
