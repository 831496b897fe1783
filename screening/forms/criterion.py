"""What the pages of one criterion send: its fields as they were typed, and what can be made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from werkzeug.datastructures import MultiDict

from rubrics.anchors import category_guide, guide_for
from rubrics.model import AssessedBy, Category, Criterion, Rule
from screening.forms.rule_building import RuleProblem, build_rule
from screening.forms.rule_nodes import RuleNode, node_of, part_added, part_dropped, path_of, read_node
from screening.services.rubric_edits import ANCHOR_LENGTH, HEAVIEST, TEXT_LENGTH, CriterionEdit

Kind = Literal["k", "r", "b"]
KINDS: tuple[Kind, ...] = ("k", "r", "b")


@dataclass(frozen=True, slots=True)
class CriterionFields:
    """A criterion as its form holds it, right or wrong; ``anchors`` are four texts that are shown, own or the category's."""

    text: str
    kind: str
    category: str
    judged: str
    weight: str
    node: RuleNode
    anchors: tuple[str, ...]
    share: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What the fields come to: the edit, None when something is wrong; the rule alone, for its words; codes of problems by field, and those of the rule."""

    edit: CriterionEdit | None
    rule: Rule | None
    problems: dict[str, str]
    rule_problems: tuple[RuleProblem, ...]


def fields_of(criterion: Criterion, *, page_language: str, language: str) -> CriterionFields:
    """Fill the form with what is stored; terms by their names in the page's language, anchors in the posting's ``language``."""
    return CriterionFields(
        text=criterion.text,
        kind=criterion.id[0],
        category=criterion.category.value,
        judged=criterion.assessed_by.value,
        weight=f"{criterion.weight:g}",
        node=node_of(criterion.rule, page_language),
        anchors=guide_for(criterion, language).anchors,
    )


def read_criterion(fields: MultiDict[str, str]) -> CriterionFields:
    """Read the form, then do what a button of the rule says: ``add:<path>`` a condition, ``drop:<path>`` it."""
    name, _, path = fields.get("act", "").partition(":")
    node = read_node(fields)
    if name == "add":
        node = part_added(node, path_of(path))
    if name == "drop":
        node = part_dropped(node, path_of(path))
    return CriterionFields(
        text=fields.get("text", ""),
        kind=fields.get("kind", ""),
        category=fields.get("category", ""),
        judged=fields.get("judged", ""),
        weight=fields.get("weight", ""),
        node=node,
        anchors=tuple(fields.get(f"anchor-{number}", "") for number in (1, 2, 3, 4)),
        share="share" in fields,
    )


def check_criterion(typed: CriterionFields, stored: Criterion, *, page_language: str, language: str) -> Checked:
    """Tell what the fields come to. Anchors that are word for word a category's are not the criterion's own."""
    built = build_rule(typed.node, language=page_language, stored=stored.rule)
    problems = {
        "text": "" if typed.text.split() else "text_missing",
        "weight": "" if _number(typed.weight) is not None else "weight_range",
        "kind": "" if typed.kind in KINDS else "choice_missing",
        "judged": "" if typed.judged in set(AssessedBy) else "choice_missing",
        "category": "" if typed.category in set(Category) else "choice_missing",
    }
    if len(typed.text) > TEXT_LENGTH:
        problems["text"] = "text_long"
    if typed.kind == "k" and typed.judged == AssessedBy.INTERVIEW:
        problems["kind"] = "gate_interview"
    for number, text in enumerate(typed.anchors, 1):
        if not text.split() or len(text) > ANCHOR_LENGTH:
            problems[f"anchor-{number}"] = "anchor_long" if text.split() else "anchor_missing"
    problems = {name: code for name, code in problems.items() if code}
    edit = None
    if not problems and built.rule is not None:
        edit = CriterionEdit(
            text=typed.text,
            kind=cast("Kind", typed.kind),
            category=Category(typed.category),
            assessed_by=AssessedBy(typed.judged),
            weight=_number(typed.weight) or 0.0,
            rule=built.rule,
            anchors=_own(typed.anchors, language),
        )
    return Checked(edit, built.rule, problems, tuple(built.problems))


def category_anchors(category: str, language: str) -> tuple[str, ...]:
    """Give the anchors that a category starts from; those of ``other`` for an unknown one."""
    known = Category(category) if category in set(Category) else Category.OTHER
    return _guide(known, language)


def _own(texts: tuple[str, ...], language: str) -> tuple[str, str, str, str] | None:
    one, two, three, four = (" ".join(text.split()) for text in texts)
    typed = (one, two, three, four)
    return None if any(typed == _guide(category, language) for category in Category) else typed


def _guide(category: Category, language: str) -> tuple[str, str, str, str]:
    one, two, three, four = (" ".join(text.split()) for text in category_guide(category, language).anchors)
    return one, two, three, four


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number <= HEAVIEST else None
