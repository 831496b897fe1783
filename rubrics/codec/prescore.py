"""Prescores and applications as JSON documents: ``screening.prescore/1`` out and in, JSON Resume 1.0 in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from rubrics.dossier import Dossier, HiddenText, Json, input_digest
from rubrics.prescore import Because, Flag, Gates, Interval, Prescore, Quote, Result, Score, Verdict

PRESCORE_SCHEMA = "screening.prescore/1"
_MAXIMUM_DEPTH = 40
_FOR_PEOPLE = "custom"

__all__ = [
    "PRESCORE_SCHEMA",
    "ApplicationError",
    "PrescoreDocumentError",
    "dump_prescore",
    "input_digest",
    "load_dossier",
    "load_prescore",
]


class PrescoreDocumentError(ValueError):
    """A document is not a prescore of the schema that this version reads."""


class ApplicationError(ValueError):
    """An application document is not a JSON Resume; the message says what is wrong, in one sentence."""


def dump_prescore(prescore: Prescore) -> dict[str, Any]:
    """Write a prescore as the document of the contract, ready for ``json.dumps``; keys stand in the contract's order."""
    return {
        "schema": PRESCORE_SCHEMA,
        "posting": prescore.posting,
        "rubric_version": prescore.rubric_version,
        "engine": prescore.engine,
        "lexicon": prescore.lexicon,
        "input_sha256": prescore.input_sha256,
        "score": {
            "requirement": _dump_interval(prescore.score.requirement),
            "bonus": _dump_interval(prescore.score.bonus),
            "gates": prescore.score.gates.value,
        },
        "results": [
            {
                "criterion": result.criterion,
                "verdict": result.verdict.value,
                "evidence": [_dump_quote(quote) for quote in result.evidence],
                "because": {"zh": result.because.zh, "en": result.because.en},
            }
            for result in prescore.results
        ],
        "flags": [
            {"code": flag.code, "source": flag.source, "start": flag.start, "end": flag.end} for flag in prescore.flags
        ],
    }


def load_prescore(document: Mapping[str, Any]) -> Prescore:
    """Read the prescore of a document; ``load_prescore(dump_prescore(p)) == p``; raises PrescoreDocumentError for other shapes."""
    if not isinstance(document, Mapping) or document.get("schema") != PRESCORE_SCHEMA:
        raise PrescoreDocumentError(f"not a document of the schema {PRESCORE_SCHEMA}")
    try:
        score = document["score"]
        return Prescore(
            posting=document["posting"],
            rubric_version=document["rubric_version"],
            engine=document["engine"],
            lexicon=document["lexicon"],
            input_sha256=document["input_sha256"],
            score=Score(
                requirement=_load_interval(score["requirement"]),
                bonus=_load_interval(score["bonus"]),
                gates=Gates(score["gates"]),
            ),
            results=tuple(_load_result(result) for result in document["results"]),
            flags=tuple(Flag(flag["code"], flag["source"], flag["start"], flag["end"]) for flag in document["flags"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PrescoreDocumentError(f"the prescore document is incomplete: {error}") from error


def load_dossier(answers: Mapping[str, Any] | None, resume: str | None, hidden: Iterable[Any] = ()) -> Dossier:
    """Read an application from a JSON Resume document, a résumé's text, or both.

    ``hidden`` are stretches with ``start`` and ``end``, or pairs. Raises ApplicationError when the document is not an object of
    plain JSON values; unknown keys are kept and do no harm. Answers to a recruiter's own questions are for people: the
    engine never sees them.
    """
    if answers is not None and not isinstance(answers, Mapping):
        raise ApplicationError("the application must be a JSON object in the form of JSON Resume")
    stretches = tuple(_hidden_text(stretch) for stretch in hidden)
    return Dossier(
        answers={str(key): _json(value, 0) for key, value in (answers or {}).items() if key != _FOR_PEOPLE},
        resume=resume,
        hidden=tuple(sorted(stretches, key=lambda stretch: (stretch.start, stretch.end))),
    )


def _json(value: Any, depth: int) -> Json:
    if depth > _MAXIMUM_DEPTH:
        raise ApplicationError("the application is nested too deeply")
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ApplicationError("the application holds a number that is not finite")
        return value
    if isinstance(value, (list, tuple)):
        return [_json(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _json(item, depth + 1) for key, item in value.items()}
    raise ApplicationError("the application holds a value that JSON does not know")


def _hidden_text(stretch: Any) -> HiddenText:
    if isinstance(stretch, (tuple, list)):
        return HiddenText(int(stretch[0]), int(stretch[1]))
    return HiddenText(int(stretch.start), int(stretch.end))


def _dump_interval(interval: Interval | None) -> dict[str, float] | None:
    if interval is None:
        return None
    return {"low": interval.low, "point": interval.point, "high": interval.high}


def _load_interval(document: Mapping[str, float] | None) -> Interval | None:
    if document is None:
        return None
    return Interval(float(document["low"]), float(document["point"]), float(document["high"]))


def _dump_quote(quote: Quote) -> dict[str, Any]:
    return {"source": quote.source, "start": quote.start, "end": quote.end, "quote": quote.quote}


def _load_result(document: Mapping[str, Any]) -> Result:
    return Result(
        criterion=document["criterion"],
        verdict=Verdict(document["verdict"]),
        evidence=tuple(
            Quote(quote["source"], quote["start"], quote["end"], quote["quote"]) for quote in document["evidence"]
        ),
        because=Because(zh=document["because"]["zh"], en=document["because"]["en"]),
    )
