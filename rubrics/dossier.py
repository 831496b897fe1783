"""An application in the engine's terms: structured answers first, résumé text second."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class HiddenText:
    """A stretch of the résumé's text that a reader of the rendered page would not see; offsets in characters of the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """One application: ``answers`` is a JSON Resume document (schema 1.0) with the optional object ``availability``; ``resume`` is the résumé's text as extracted, or None; ``hidden`` are quarantined stretches of it."""

    answers: Mapping[str, Json] = field(default_factory=dict)
    resume: str | None = None
    hidden: tuple[HiddenText, ...] = ()


def input_digest(dossier: Dossier) -> str:
    """SHA-256 of what was judged: the answers with sorted keys, the résumé's text and its hidden stretches."""
    document = {
        "answers": dossier.answers,
        "resume": dossier.resume,
        "hidden": [[stretch.start, stretch.end] for stretch in dossier.hidden],
    }
    text = json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
