"""Edits of a rubric as pure functions: a rubric in, the edited rubric out; ids follow the section, findings follow the ids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rubrics.findings import Finding, FindingCode
from rubrics.model import (
    Anchors,
    AssessedBy,
    Category,
    Criterion,
    Degree,
    DegreeAsk,
    LocationAsk,
    Rubric,
    Rule,
    Section,
    TraitAsk,
    WordsAsk,
)

TEXT_LENGTH = 2000
ANCHOR_LENGTH = 400
TITLE_LENGTH = 200
TRACK_LENGTH = 80
HEAVIEST = 5.0


class EditError(Exception):
    """An edit that makes no sense: ``code`` is criterion_unknown, text_missing, text_long, title_missing, title_long, weight_range, answer_unknown, anchor_missing, anchor_long, gate_interview, line_missing, nothing_chosen, join_few, join_sections, group_gate, split_one or split_many."""

    def __init__(self, code: str, criterion: str | None = None) -> None:
        self.code = code
        self.criterion = criterion
        super().__init__(f"{criterion}: {code}" if criterion else code)


@dataclass(frozen=True, slots=True)
class CriterionEdit:
    """What a person set for a criterion: ``kind`` is k (hard floor), r (requirement) or b (bonus); ``anchors`` None means those of its category."""

    text: str
    kind: Literal["k", "r", "b"]
    category: Category
    assessed_by: AssessedBy
    weight: float
    rule: Rule
    anchors: tuple[str, str, str, str] | None = None


def criterion_of(rubric: Rubric, ident: str) -> Criterion:
    """Find a criterion by its id; raise EditError when the rubric has none."""
    for criterion in rubric.criteria:
        if criterion.id == ident:
            return criterion
    raise EditError("criterion_unknown", ident)


def retitle(rubric: Rubric, *, title: str, track: str | None) -> Rubric:
    """Give the posting a title and a track."""
    words = " ".join(title.split())
    if not words:
        raise EditError("title_missing")
    kept_track = " ".join((track or "").split()) or None
    if len(words) > TITLE_LENGTH or len(kept_track or "") > TRACK_LENGTH:
        raise EditError("title_long")
    return replace(rubric, title=words, track=kept_track)


def reword(rubric: Rubric, ident: str, text: str) -> Rubric:
    """Change how a criterion reads; its source lines and its rule stay."""
    words = " ".join(text.split())
    if not words:
        raise EditError("text_missing", ident)
    if len(words) > TEXT_LENGTH:
        raise EditError("text_long", ident)
    return change_criterion(rubric, replace(criterion_of(rubric, ident), text=words))


def weigh(rubric: Rubric, ident: str, weight: float) -> Rubric:
    """Set how much a criterion counts within its section, 0 to ``HEAVIEST``."""
    if not 0 <= weight <= HEAVIEST:
        raise EditError("weight_range", ident)
    return change_criterion(rubric, replace(criterion_of(rubric, ident), weight=weight))


def change_section(rubric: Rubric, ident: str, section: Section, *, taken: Collection[str] = ()) -> Rubric:
    """Make a criterion a requirement or a bonus; a bonus is no floor, and what leaves a bonus group counts on its own."""
    criterion = criterion_of(rubric, ident)
    if criterion.section is section:
        return rubric
    gate = criterion.gate and section is Section.REQUIREMENT
    return _renamed(rubric, replace(criterion, section=section, gate=gate, group=None), taken)


def change_gate(rubric: Rubric, ident: str, *, gate: bool, taken: Collection[str] = ()) -> Rubric:
    """Make a criterion a hard floor or no longer one; a floor is a requirement that the application can show."""
    criterion = criterion_of(rubric, ident)
    if criterion.gate is gate:
        return rubric
    changed = replace(criterion, gate=gate)
    if gate:
        changed = replace(changed, section=Section.REQUIREMENT, group=None, assessed_by=_shown(criterion))
    return _renamed(rubric, changed, taken)


def leave_to_interview(rubric: Rubric, ident: str, *, interview: bool, taken: Collection[str] = ()) -> Rubric:
    """Let only an interviewer judge a criterion, or let the application count again."""
    criterion = criterion_of(rubric, ident)
    assessed_by = AssessedBy.INTERVIEW if interview else AssessedBy.APPLICATION
    changed = replace(criterion, assessed_by=assessed_by, gate=criterion.gate and not interview)
    return _renamed(rubric, changed, taken) if changed.gate is not criterion.gate else change_criterion(rubric, changed)


def remove(rubric: Rubric, ident: str) -> Rubric:
    """Take a criterion out; its line stays in the source text, where it shows as used by none."""
    criterion_of(rubric, ident)
    rest = tuple(other for other in rubric.criteria if other.id != ident)
    return without_empty_groups(replace(rubric, criteria=rest))


def edit_criterion(rubric: Rubric, ident: str, edit: CriterionEdit, *, taken: Collection[str] = ()) -> Rubric:
    """Change all of a criterion that a person can change; what stays the same is left alone. ``id_after`` tells its id.

    Raise EditError text_missing, text_long, weight_range, anchor_missing, anchor_long or gate_interview (what only an
    interviewer can judge is no floor).
    """
    old = criterion_of(rubric, ident)
    if edit.text.split() != old.text.split():
        rubric = reword(rubric, ident, edit.text)
    rubric = weigh(rubric, ident, edit.weight)
    if edit.anchors != (old.anchors.texts if old.anchors else None):
        rubric = set_anchors(rubric, ident, edit.anchors)
    gate, section = edit.kind == "k", Section.BONUS if edit.kind == "b" else Section.REQUIREMENT
    judged = _judges(edit)
    if gate and judged is AssessedBy.INTERVIEW:
        raise EditError("gate_interview", ident)
    changed = replace(
        criterion_of(rubric, ident),
        section=section,
        category=edit.category,
        rule=edit.rule,
        assessed_by=judged,
        gate=gate,
        group=old.group if section is old.section and not gate else None,
    )
    rubric = _renamed(rubric, changed, taken)
    return _follow_floor(rubric, edit.rule) if gate and (edit.rule != old.rule or not old.gate) else rubric


def id_after(before: Rubric, after: Rubric, ident: str) -> str:
    """Tell which id a criterion has after an edit that may have given it another one."""
    known = {criterion.id for criterion in before.criteria}
    fresh = [criterion.id for criterion in after.criteria if criterion.id not in known]
    stays = any(criterion.id == ident for criterion in after.criteria)
    return ident if stays or not fresh else fresh[0]


def set_anchors(rubric: Rubric, ident: str, texts: Sequence[str] | None) -> Rubric:
    """Give a criterion anchors of its own for 1 to 4; None gives it those of its category again."""
    criterion = criterion_of(rubric, ident)
    if texts is None:
        return change_criterion(rubric, replace(criterion, anchors=None))
    one, two, three, four = (" ".join(text.split()) for text in texts)
    if not (one and two and three and four):
        raise EditError("anchor_missing", ident)
    if max(map(len, (one, two, three, four))) > ANCHOR_LENGTH:
        raise EditError("anchor_long", ident)
    return change_criterion(rubric, replace(criterion, anchors=Anchors((one, two, three, four))))


def choose_degree(rubric: Rubric, degree: Degree) -> Rubric:
    """Settle which degree is the floor, in the rubric's head and in every criterion that is a degree floor."""
    criteria = tuple(
        replace(criterion, rule=DegreeAsk(degree))
        if criterion.gate and isinstance(criterion.rule, DegreeAsk)
        else criterion
        for criterion in rubric.criteria
    )
    return replace(rubric, degree_floor=degree, criteria=criteria)


def answers_for(finding: Finding) -> tuple[str, ...]:
    """Give the answers that a finding can be settled with; the first is the one that the finding suggests."""
    match finding.code:
        case FindingCode.MISSING_TITLE:
            return ("title",)
        case FindingCode.DEGREE_CONFLICT:
            return tuple(
                degree.value for degree in (Degree.DOCTORATE, Degree.MASTER, Degree.BACHELOR, Degree.ASSOCIATE)
            )
        case FindingCode.BONUS_IN_REQUIREMENTS:
            return ("bonus", "keep")
        case FindingCode.NOT_SCREENABLE:
            return ("interview", "keep")
        case FindingCode.UNLAWFUL_QUESTION:
            return ("remove", "noted") if finding.criteria else ("noted",)
        case _:
            return ("noted",)


def settle(rubric: Rubric, finding: Finding, answer: str, *, taken: Collection[str] = ()) -> Rubric:
    """Do to the rubric what an answer to a finding means; criteria that are gone are passed over. A title is given by ``retitle``."""
    if answer not in answers_for(finding):
        raise EditError("answer_unknown")
    if finding.code is FindingCode.DEGREE_CONFLICT:
        return choose_degree(rubric, Degree(answer))
    for ident in finding.criteria:
        if all(criterion.id != ident for criterion in rubric.criteria):
            continue
        match finding.code, answer:
            case FindingCode.BONUS_IN_REQUIREMENTS, "bonus":
                rubric = change_section(rubric, ident, Section.BONUS, taken=taken)
            case FindingCode.BONUS_IN_REQUIREMENTS, "keep":
                rubric = change_section(rubric, ident, Section.REQUIREMENT, taken=taken)
            case FindingCode.NOT_SCREENABLE, _:
                rubric = leave_to_interview(rubric, ident, interview=answer == "interview", taken=taken)
            case FindingCode.UNLAWFUL_QUESTION, "remove":
                rubric = remove(rubric, ident)
    return rubric


def _judges(edit: CriterionEdit) -> AssessedBy:
    """Leave a trait to the interview, and words that the machine does not understand to a person as well."""
    if isinstance(edit.rule, TraitAsk):
        return AssessedBy.INTERVIEW
    if isinstance(edit.rule, WordsAsk) and edit.assessed_by is AssessedBy.APPLICATION:
        return AssessedBy.BOTH
    return edit.assessed_by


def _follow_floor(rubric: Rubric, rule: Rule) -> Rubric:
    """Let the posting's head say what a floor that was just set says: its degree, its cities."""
    if isinstance(rule, DegreeAsk):
        return choose_degree(rubric, rule.degree)
    return replace(rubric, locations=rule.cities) if isinstance(rule, LocationAsk) else rubric


def _shown(criterion: Criterion) -> AssessedBy:
    return AssessedBy.APPLICATION if criterion.assessed_by is AssessedBy.INTERVIEW else criterion.assessed_by


def change_criterion(rubric: Rubric, changed: Criterion) -> Rubric:
    """Put a criterion in the place of the one with its id."""
    return replace(rubric, criteria=tuple(changed if other.id == changed.id else other for other in rubric.criteria))


def free_id(rubric: Rubric, letter: str, taken: Collection[str]) -> str:
    """Give the next id of a kind that neither this rubric nor another version (``taken``) has used."""
    used = {criterion.id for criterion in rubric.criteria} | set(taken)
    number = max((int(ident[1:]) for ident in used if ident[:1] == letter and ident[1:].isdigit()), default=0) + 1
    return f"{letter}{number}"


def letter_of(section: Section, *, gate: bool) -> str:
    """Give the letter that ids of a kind begin with: k hard floors, r requirements, b bonus."""
    return "k" if gate else "b" if section is Section.BONUS else "r"


def without_empty_groups(rubric: Rubric) -> Rubric:
    """Drop groups that no criterion belongs to any more."""
    used = {criterion.group for criterion in rubric.criteria}
    return replace(rubric, groups=tuple(group for group in rubric.groups if group.id in used))


def in_order(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """Hard floors, then requirements, then bonus; within each the order that they had."""
    kinds = {"k": 0, "r": 1, "b": 2}
    return tuple(sorted(criteria, key=lambda criterion: kinds.get(criterion.id[0], 1)))


def _renamed(rubric: Rubric, changed: Criterion, taken: Collection[str]) -> Rubric:
    """Put a criterion in the place of its new kind under the next free id of that kind, and let findings follow it."""
    letter = letter_of(changed.section, gate=changed.gate)
    if changed.id.startswith(letter):
        return without_empty_groups(change_criterion(rubric, changed))
    renamed = replace(changed, id=free_id(rubric, letter, taken))
    rest = tuple(criterion for criterion in rubric.criteria if criterion.id != changed.id)
    warnings = tuple(
        replace(finding, criteria=tuple(renamed.id if ident == changed.id else ident for ident in finding.criteria))
        for finding in rubric.warnings
    )
    return without_empty_groups(replace(rubric, criteria=in_order((*rest, renamed)), warnings=warnings))
