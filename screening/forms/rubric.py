"""What the rubric page sends: one form with every text and weight, and the act of the button that was pressed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from rubrics.model import Rubric, Section
from screening.services.rubric_edits import (
    EditError,
    change_gate,
    change_section,
    leave_to_interview,
    remove,
    retitle,
    reword,
    weigh,
)
from screening.services.rubric_shaping import leave_group, move_criterion, reorder_criteria


@dataclass(frozen=True, slots=True)
class Act:
    """The button: ``name`` save, gate, ungate, section, interview, screen, remove, up, down, order, ungroup, settle, reopen, publish or discard; ``parts`` what it speaks of."""

    name: str
    parts: tuple[str, ...] = ()


def read_act(fields: MultiDict[str, str]) -> Act:
    """Read the pressed button; saving is what happens without one."""
    name, *parts = fields.get("act", "save").split(":")
    return Act(name, tuple(parts))


def read_revision(fields: MultiDict[str, str]) -> int:
    """Read the revision that the page showed; −1, which fits none, for nonsense."""
    text = fields.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def apply_fields(rubric: Rubric, fields: MultiDict[str, str]) -> Rubric:
    """Put the typed title, track, texts and weights into the rubric; raise EditError at the first that cannot be."""
    title = fields.get("title")
    if title is not None and (title.strip() or rubric.title):
        rubric = retitle(rubric, title=title, track=fields.get("track", rubric.track))
    for criterion in rubric.criteria:
        text = fields.get(f"text-{criterion.id}")
        if text is not None and text.split() != criterion.text.split():
            rubric = reword(rubric, criterion.id, text)
        weight = fields.get(f"weight-{criterion.id}")
        if weight is not None:
            rubric = weigh(rubric, criterion.id, _number(weight, criterion.id))
    return rubric


def changed_fields(before: Rubric, fields: Mapping[str, str]) -> dict[str, str]:
    """Give those of the fields that a person changed on a page that showed ``before``; the others may follow what is stored."""
    shown = shown_fields(before)
    return {
        name: text
        for name, text in fields.items()
        if (name in {"title", "track"} or name.startswith(("text-", "weight-")))
        and text.split() != shown.get(name, "").split()
    }


def shown_fields(rubric: Rubric) -> dict[str, str]:
    """Give what stands in the fields of a page that shows a rubric."""
    shown = {"title": rubric.title or "", "track": rubric.track or ""}
    for criterion in rubric.criteria:
        shown[f"text-{criterion.id}"] = criterion.text
        shown[f"weight-{criterion.id}"] = f"{criterion.weight:g}"
    return shown


def apply_act(rubric: Rubric, act: Act, *, taken: Collection[str]) -> Rubric:
    """Do what the button of one criterion says; raise EditError for a button that the page does not have."""
    ident = act.parts[0] if act.parts else ""
    match act.name, act.parts[1:]:
        case "save", ():
            edited = rubric
        case "gate" | "ungate", ():
            edited = change_gate(rubric, ident, gate=act.name == "gate", taken=taken)
        case "section", ("requirement" | "bonus" as section,):
            edited = change_section(rubric, ident, Section(section), taken=taken)
        case "interview" | "screen", ():
            edited = leave_to_interview(rubric, ident, interview=act.name == "interview", taken=taken)
        case "remove", ():
            edited = remove(rubric, ident)
        case "up" | "down", ():
            edited = move_criterion(rubric, ident, -1 if act.name == "up" else 1)
        case "order", (_, *_):
            edited = reorder_criteria(rubric, act.parts)
        case "ungroup", ():
            edited = leave_group(rubric, ident)
        case _:
            raise EditError("answer_unknown")
    return edited


def _number(text: str, ident: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise EditError("weight_range", ident) from error
