"""Proving stored prescores: computed again from the stored inputs with the same rubric version and compared byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import dump_prescore, load_dossier, load_rubric
from rubrics.dossier import Dossier, input_digest
from rubrics.lexicon import Lexicon, load_lexicon
from rubrics.scoring import ENGINE_VERSION, prescore
from screening.models import Answer, ResumeFile, RubricVersion, StoredPrescore
from screening.models.application import RESUME
from screening.queries.additions import earlier_answers

MOST_DIFFERENCES = 5
LONGEST_VALUE = 60


class Proof(StrEnum):
    """What replaying one run showed."""

    SAME = "same"
    DIFFERENT = "different"
    OTHER_VERSION = "other_version"  # made by an engine or a lexicon that is not the present one
    OTHER_INPUT = "other_input"  # the answers or the text of the file are not those that were judged


@dataclass(frozen=True, slots=True)
class Replay:
    """One stored run and what replaying it showed.

    ``size`` and ``sha256`` are of the stored bytes; ``differences`` names up to ``MOST_DIFFERENCES`` places where the bytes computed
    now are others, each with what is stored and what was computed.
    """

    prescore_id: int
    rubric_version: int
    engine: str
    lexicon: str
    proof: Proof
    size: int
    sha256: str
    differences: tuple[str, ...] = ()


def replay(session: Session, *, application_id: int) -> list[Replay]:
    """Replay every stored run of an application, oldest first; empty when there is none. Nothing is changed."""
    runs = select(StoredPrescore, RubricVersion).join(
        RubricVersion, RubricVersion.id == StoredPrescore.rubric_version_id
    )
    found = session.execute(
        runs.where(StoredPrescore.application_id == application_id).order_by(StoredPrescore.id)
    ).all()
    if not found:
        return []
    dossiers, lexicon = _dossiers(session, application_id), load_lexicon()
    return [_replay(run, version, dossiers.get(run.input_sha256), lexicon) for run, version in found]


def canonical(document: Mapping[str, Any]) -> bytes:
    """Give a document's one form in bytes: keys sorted, no blanks, UTF-8."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _replay(run: StoredPrescore, version: RubricVersion, dossier: Dossier | None, lexicon: Lexicon) -> Replay:
    stored = canonical(run.result)
    differences: tuple[str, ...] = ()
    if (run.engine_version, run.lexicon_version) != (ENGINE_VERSION, lexicon.version):
        proof = Proof.OTHER_VERSION
    elif dossier is None:
        proof = Proof.OTHER_INPUT
    else:
        again = dump_prescore(prescore(load_rubric(version.document), dossier, lexicon))
        proof = Proof.SAME if canonical(again) == stored else Proof.DIFFERENT
        differences = tuple(islice(_differences("", run.result, again), MOST_DIFFERENCES))
    return Replay(
        prescore_id=run.id,
        rubric_version=version.number,
        engine=run.engine_version,
        lexicon=run.lexicon_version,
        proof=proof,
        size=len(stored),
        sha256=sha256(stored).hexdigest(),
        differences=differences,
    )


def _differences(place: str, stored: Any, again: Any) -> Iterator[str]:
    """Walk two documents and name the places, as JSON Pointers, where they differ."""
    if isinstance(stored, dict) and isinstance(again, dict):
        for key in sorted(stored.keys() | again.keys()):
            yield from _differences(f"{place}/{key}", stored.get(key), again.get(key))
    elif isinstance(stored, list) and isinstance(again, list) and len(stored) == len(again):
        for number, (one, other) in enumerate(zip(stored, again, strict=True)):
            yield from _differences(f"{place}/{number}", one, other)
    elif stored != again:
        yield f"{place}: stored {_short(stored)}, computed {_short(again)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _dossiers(session: Session, application_id: int) -> dict[str, Dossier]:
    """Give each input that the application has had, by its hash: as it stands, and as it was before each addition of the candidate."""
    rows = select(Answer).where(Answer.application_id == application_id).order_by(Answer.id)
    answers = {row.field: row.value for row in session.scalars(rows)}
    files = select(ResumeFile).where(ResumeFile.application_id == application_id, ResumeFile.field == RESUME)
    newest = session.scalar(files.order_by(ResumeFile.id.desc()).limit(1))
    text = newest.text if newest else None
    hidden = tuple((start, end) for start, end in (newest.hidden or ())) if newest else ()
    found = [
        load_dossier(then, text, hidden)
        for then in earlier_answers(session, application_id=application_id, answers=answers)
    ]
    return {input_digest(dossier): dossier for dossier in found}
