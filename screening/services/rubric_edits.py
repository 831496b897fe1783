"""Edits of a rubric as pure functions: a rubric in, the edited rubric out; ids follow the section, findings follow the ids."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from rubrics.findings import Finding, FindingCode
from rubrics.model import AssessedBy, Criterion, Degree, DegreeAsk, Rubric, Section

TEXT_LENGTH = 2000
TITLE_LENGTH = 200
TRACK_LENGTH = 80
HEAVIEST = 5.0
STEP = 1.0


class EditError(Exception):
    """An edit that makes no sense: ``code`` is criterion_unknown, text_missing, text_long, title_missing, title_long, weight_range or answer_unknown."""

    def __init__(self, code: str, criterion: str | None = None) -> None:
        self.code = code
        self.criterion = criterion
        super().__init__(f"{criterion}: {code}" if criterion else code)


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
    return _with(rubric, replace(criterion_of(rubric, ident), text=words))


def weigh(rubric: Rubric, ident: str, weight: float) -> Rubric:
    """Set how much a criterion counts within its section, 0 to ``HEAVIEST``."""
    if not 0 <= weight <= HEAVIEST:
        raise EditError("weight_range", ident)
    return _with(rubric, replace(criterion_of(rubric, ident), weight=weight))


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
    return _renamed(rubric, changed, taken) if changed.gate is not criterion.gate else _with(rubric, changed)


def remove(rubric: Rubric, ident: str) -> Rubric:
    """Take a criterion out; its line stays in the source text, where it shows as used by none."""
    criterion_of(rubric, ident)
    return replace(rubric, criteria=tuple(other for other in rubric.criteria if other.id != ident))


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


def _shown(criterion: Criterion) -> AssessedBy:
    return AssessedBy.APPLICATION if criterion.assessed_by is AssessedBy.INTERVIEW else criterion.assessed_by


def _with(rubric: Rubric, changed: Criterion) -> Rubric:
    return replace(rubric, criteria=tuple(changed if other.id == changed.id else other for other in rubric.criteria))


def _renamed(rubric: Rubric, changed: Criterion, taken: Collection[str]) -> Rubric:
    """Put a criterion in the place of its new kind under the next free id of that kind, and let findings follow it."""
    letter = "k" if changed.gate else "b" if changed.section is Section.BONUS else "r"
    if changed.id.startswith(letter):
        return _with(rubric, changed)
    used = {criterion.id for criterion in rubric.criteria} | set(taken)
    number = max((int(ident[1:]) for ident in used if ident[0] == letter and ident[1:].isdigit()), default=0) + 1
    renamed = replace(changed, id=f"{letter}{number}")
    rest = tuple(criterion for criterion in rubric.criteria if criterion.id != changed.id)
    warnings = tuple(
        replace(finding, criteria=tuple(renamed.id if ident == changed.id else ident for ident in finding.criteria))
        for finding in rubric.warnings
    )
    return replace(rubric, criteria=_in_order((*rest, renamed)), warnings=warnings)


def _in_order(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """Hard floors, then requirements, then bonus; within each the order that they had."""
    kinds = {"k": 0, "r": 1, "b": 2}
    return tuple(sorted(criteria, key=lambda criterion: kinds.get(criterion.id[0], 1)))
