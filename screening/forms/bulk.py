"""What people send to act on many applications: which ones, what to do, and with which words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from screening.forms.moving import NOTE_LENGTH, MoveFormError
from screening.models import BulkKind, Stage

MOST_TICKED = 1_000
LONGEST_ADDRESS = 4_000
LONGEST_WORDS = 20_000
LOCALES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """``seen`` holds the ticked applications with the stages they stood in on the page, or ``address`` asks for all that fit it.

    ``as_of`` is the time of the preview in ISO form: who came later is not meant. ``letters`` are subject and text by language.
    """

    kind: BulkKind | None
    seen: Mapping[int, Stage]
    takes_all: bool
    address: str
    as_of: str
    to: Stage | None
    reason: str
    note: str
    tag: str
    owner: str
    letters: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sure: str = ""
    previewed: str = ""
    does: bool = False


def read_bulk(fields: MultiDict[str, str]) -> BulkRequest:
    """Read a request to act on many; raise MoveFormError for values that pages do not offer."""
    try:
        pairs = [value.split(":", 1) for value in fields.getlist("seen")]
        seen = {int(ident): Stage(stage) for ident, stage in pairs}
        ids = dict.fromkeys(int(value) for value in fields.getlist("ids"))
        kind = fields.get("switch") or fields.get("kind") or ""
        to = fields.get("to", "")
        request = BulkRequest(
            kind=BulkKind(kind) if kind else None,
            seen={ident: seen[ident] for ident in ids},
            takes_all=fields.get("all") == "1",
            address=fields.get("address", "")[:LONGEST_ADDRESS],
            as_of=fields.get("as_of", "")[:40],
            to=Stage(to) if to else None,
            reason=fields.get("reason", "")[:40],
            note=fields.get("note", "").strip()[:NOTE_LENGTH],
            tag=fields.get("tag", "").strip()[:200],
            owner=fields.get("owner", "")[:20],
            letters={
                locale: (fields.get(f"subject-{locale}", "")[:1000], fields.get(f"text-{locale}", "")[:LONGEST_WORDS])
                for locale in LOCALES
                if f"text-{locale}" in fields
            },
            sure=fields.get("sure", "")[:200],
            previewed=fields.get("previewed", ""),
            does=fields.get("step") == "do" and "switch" not in fields,
        )
    except (ValueError, KeyError) as error:
        raise MoveFormError from error
    if len(request.seen) > MOST_TICKED:
        raise MoveFormError
    return request


def digest_of(kind: BulkKind, arguments: Mapping[str, object], seen: Mapping[int, Stage]) -> str:
    """Give what tells one preview from any other: the act, its words, and who stood where."""
    whole = [kind.value, arguments, sorted((ident, stage.value) for ident, stage in seen.items())]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
