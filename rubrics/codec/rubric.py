"""Rubrics and compilations as JSON documents: ``screening.compile/1`` out, rubrics out and in, byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from rubrics.codec.rules import RubricDocumentError, dump_rule, load_rule
from rubrics.findings import Finding, FindingCode
from rubrics.model import (
    Anchors,
    AssessedBy,
    Category,
    Compilation,
    Criterion,
    Degree,
    Group,
    Responsibility,
    Rubric,
    Section,
)
from rubrics.text import Lines, Span

COMPILE_SCHEMA = "screening.compile/1"


def dump_compilation(compilation: Compilation) -> dict[str, Any]:
    """Write a compilation as the document of the contract, ready for ``json.dumps``; keys stand in the contract's order."""
    return {
        "schema": COMPILE_SCHEMA,
        "document": {"name": compilation.name, "sha256": compilation.sha256, "lines": compilation.lines},
        "postings": [dump_rubric(rubric) for rubric in compilation.postings],
    }


def dump_rubric(rubric: Rubric) -> dict[str, Any]:
    """Write a rubric as a posting of the contract; ``version`` and ``suggested_title`` only where they say something."""
    shape: dict[str, Any] = {"slug": rubric.slug, "title": rubric.title}
    if rubric.suggested_title is not None:
        shape["suggested_title"] = rubric.suggested_title
    shape |= {"track": rubric.track, "lines": _dump_lines(rubric.lines)}
    if rubric.version:
        shape["version"] = rubric.version
    return shape | {
        "locations": list(rubric.locations),
        "degree_floor": rubric.degree_floor.value if rubric.degree_floor else None,
        "responsibilities": [{"lines": _dump_lines(duty.lines), "text": duty.text} for duty in rubric.responsibilities],
        "criteria": [_dump_criterion(criterion) for criterion in rubric.criteria],
        "groups": [{"id": group.id, "rule": group.rule, "lines": _dump_lines(group.lines)} for group in rubric.groups],
        "warnings": [_dump_finding(finding) for finding in rubric.warnings],
    }


def load_rubric(document: Mapping[str, Any]) -> Rubric:
    """Read a rubric: a posting of a compile output or a rubric file; raise RubricDocumentError with one sentence on what is wrong."""
    try:
        return _load_rubric(document)
    except RubricDocumentError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise RubricDocumentError(f"this is no rubric: {type(error).__name__} {error}") from error


def dump_text(document: Mapping[str, Any]) -> str:
    """Give a document as the text that is stored and compared: UTF-8 letters kept, two blanks a step, one line end at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def digest(document: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a document's content, whatever the order of its keys."""
    canonical = json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _dump_criterion(criterion: Criterion) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": criterion.id,
        "key": criterion.key,
        "section": criterion.section.value,
        "category": criterion.category.value,
        "lines": _dump_lines(criterion.lines),
        "span": [criterion.span.start, criterion.span.end],
        "text": criterion.text,
        "rule": dump_rule(criterion.rule),
        "assessed_by": criterion.assessed_by.value,
        "gate": criterion.gate,
        "weight": criterion.weight,
        "group": criterion.group,
    }
    if criterion.anchors is not None:
        shape["anchors"] = list(criterion.anchors.texts)
    return shape


def _dump_finding(finding: Finding) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "code": finding.code.value,
        "lines": _dump_lines(finding.lines),
        "message": finding.message,
        "message_zh": finding.message_zh,
    }
    if finding.span is not None:
        shape["span"] = [finding.span.start, finding.span.end]
    if finding.criteria:
        shape["criteria"] = list(finding.criteria)
    return shape


def _dump_lines(lines: Lines) -> list[int]:
    return [lines.first, lines.last]


def _load_rubric(document: Mapping[str, Any]) -> Rubric:
    floor = document.get("degree_floor")
    return Rubric(
        slug=_text(document["slug"]),
        title=_optional_text(document.get("title")),
        track=_optional_text(document.get("track")),
        lines=_load_lines(document["lines"]),
        locations=tuple(_text(name) for name in document.get("locations", ())),
        degree_floor=Degree(floor) if floor is not None else None,
        responsibilities=tuple(
            Responsibility(_load_lines(duty["lines"]), _text(duty["text"]))
            for duty in document.get("responsibilities", ())
        ),
        criteria=tuple(_load_criterion(shape) for shape in document["criteria"]),
        groups=tuple(
            Group(_text(group["id"]), _text(group["rule"]), _load_lines(group["lines"]))
            for group in document.get("groups", ())
        ),
        warnings=tuple(_load_finding(shape) for shape in document.get("warnings", ())),
        suggested_title=_optional_text(document.get("suggested_title")),
        version=int(document.get("version", 0)),
    )


def _load_criterion(shape: Mapping[str, Any]) -> Criterion:
    anchors = shape.get("anchors")
    weight = float(shape["weight"])
    if not 0 <= weight < float("inf"):
        raise RubricDocumentError(f"the weight of {shape['id']} must be 0 or more")
    return Criterion(
        id=_text(shape["id"]),
        key=_text(shape["key"]),
        section=Section(shape["section"]),
        category=Category(shape["category"]),
        lines=_load_lines(shape["lines"]),
        span=_load_span(shape["span"]),
        text=_text(shape["text"]),
        rule=load_rule(shape["rule"]),
        assessed_by=AssessedBy(shape["assessed_by"]),
        gate=bool(shape["gate"]),
        weight=weight,
        group=_optional_text(shape.get("group")),
        anchors=Anchors(_four(anchors)) if anchors is not None else None,
    )


def _load_finding(shape: Mapping[str, Any]) -> Finding:
    span = shape.get("span")
    message = _text(shape["message"])
    return Finding(
        FindingCode(shape["code"]),
        _load_lines(shape["lines"]),
        message,
        _text(shape.get("message_zh", message)),
        _load_span(span) if span is not None else None,
        tuple(_text(name) for name in shape.get("criteria", ())),
    )


def _four(texts: Any) -> tuple[str, str, str, str]:
    one, two, three, four = texts
    return _text(one), _text(two), _text(three), _text(four)


def _load_lines(pair: Any) -> Lines:
    first, last = pair
    return Lines(int(first), int(last))


def _load_span(pair: Any) -> Span:
    start, end = pair
    return Span(int(start), int(end))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise RubricDocumentError(f"a text is expected where {value!r} stands")
    return value


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)
