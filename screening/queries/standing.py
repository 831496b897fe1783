"""How applications stand with the machine: scored, waiting, failed, read by a person, or not to be seen yet."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Rubric, Section
from rubrics.prescore import Gates, Interval, Prescore, Score, Verdict
from screening.models import PrescoreFailure, RubricVersion
from screening.models.base import JsonObject
from screening.queries.verdicts import Change, standing_score, standing_verdicts

LETTERS = {
    Verdict.MET: "m",
    Verdict.PARTLY: "p",
    Verdict.NOT_SHOWN: "n",
    Verdict.CONTRADICTED: "c",
    Verdict.FOR_INTERVIEW: "i",
}
NO_VERDICT = "-"
LONGEST_VERDICTS = 200
KEPT = 500
"""Rubrics whose dots a process keeps at most, some 30 kB each."""
KEPT_STANDINGS = 16_000
"""Texts of standings that a process keeps read, as many as drawn rows of lists."""


class State(StrEnum):
    """What a page says where the prescore would stand."""

    SCORED = "scored"
    WAITING = "waiting"
    FAILED = "failed"
    REFUSED = "refused"  # the candidate asked that a person reads it
    BLIND = "blind"  # the reader owes an evaluation


class Dot(NamedTuple):
    """One criterion's verdict in a row of many; ``changed`` by a person."""

    code: str
    text: str
    verdict: Verdict
    section: Section
    gate: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One application's result as lists show it; everything but ``state`` is empty unless it is scored."""

    state: State
    requirement: Interval | None = None
    bonus: Interval | None = None
    gates: Gates | None = None
    dots: tuple[Dot, ...] = ()
    flags: int = 0

    def __hash__(self) -> int:
        """Tell nearly all apart by their score: a list looks up fifty."""
        return hash(self.requirement)

    @property
    def ranked(self) -> bool:
        """Whether a place in the ranking means something."""
        return self.state is State.SCORED


class Judged(Protocol):
    """What is asked of an application, or of some of its columns, to tell how it stands."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def prescore_refused(self) -> bool:
        """Whether the candidate asked that a person reads it."""

    @property
    def standing(self) -> JsonObject | str | None:
        """What ``outline`` gave, or the text of that."""


Dots = tuple[Mapping[str, Dot], ...]
"""For each criterion of a rubric the dot of each letter; a capital is a verdict that a person changed."""

_dots_by_mark: dict[str, Dots] = {}
"""Kept by what ``mark_of`` gives, and so never wrong: a version whose content changes, as a draft's may, has another mark."""
_standing_by_text: dict[str, Standing] = {}
"""Kept where the rubric that the text names was found: the text says all the rest."""


def outline(
    rubric: Rubric, prescore: Prescore, changed: Mapping[str, Change], *, mark: str
) -> tuple[Score, JsonObject]:
    """Give the score that counts, and what lists show of it as ``Application.standing`` keeps it.

    ``mark`` says which content of which rubric version this is (``mark_of``). ``verdicts`` has a letter of ``LETTERS`` for each criterion
    in the order of the rubric, a capital where a person changed the verdict.
    """
    score = standing_score(rubric, prescore, changed)
    verdicts = standing_verdicts(rubric, prescore, changed)
    letters = [LETTERS[verdicts[one.id]] if one.id in verdicts else NO_VERDICT for one in rubric.criteria]
    marked = [
        letter.upper() if one.key in changed else letter for letter, one in zip(letters, rubric.criteria, strict=True)
    ]
    return score, {
        "rubric": mark,
        "requirement": list(score.requirement) if score.requirement else None,
        "bonus": list(score.bonus) if score.bonus else None,
        "gates": score.gates.value,
        "verdicts": "".join(marked),
        "flags": len(prescore.flags),
    }


def stored_verdicts(number: int, standing: JsonObject) -> str:
    """Give what ``Application.verdicts`` keeps, so that an index finds verdicts: the rubric version's number and the letters of ``outline``.

    Who gave a verdict makes no difference here. Criteria behind the place where the column ends are not found.
    """
    return f"{number}:{standing['verdicts'].lower()}"[:LONGEST_VERDICTS]


def verdict_words(posting_id: int, verdicts: str) -> Iterator[str]:
    """Give the words by which ``VerdictDocument`` finds what ``stored_verdicts`` gave."""
    number, _, letters = verdicts.partition(":")
    return (
        verdict_word(posting_id, int(number), place, letter)
        for place, letter in enumerate(letters)
        if letter != NO_VERDICT
    )


def verdict_word(posting_id: int, number: int, place: int, letter: str) -> str:
    """Give the word for a verdict on the criterion at a place of a posting's rubric version ``number``."""
    return f"{posting_id}_{number}_{place}{letter}"


def mark_of(version: RubricVersion) -> str:
    """Name a rubric version with its present content."""
    return f"{version.id}:{version.digest[:16]}"


def standings(
    session: Session, *, applications: Sequence[Judged], blind: Collection[int], failed: Collection[int] = ()
) -> Mapping[int, Standing]:
    """Give how these applications stand; no query but for rubrics that this process has not met yet.

    ``failed`` are those without a prescore whose last run failed (``failures``).
    """
    result: dict[int, Standing] = {}
    unread: list[tuple[int, JsonObject | str]] = []
    for one in applications:
        if one.id in blind:
            result[one.id] = Standing(State.BLIND)
        elif one.standing is None:
            result[one.id] = Standing(unscored_state(one, failed=one.id in failed))
        elif isinstance(one.standing, str) and (known := _standing_by_text.get(one.standing)) is not None:
            result[one.id] = known
        else:
            unread.append((one.id, one.standing))
    if unread:
        result |= _read(session, unread)
    return result


def failures(session: Session, *, applications: Sequence[Judged]) -> frozenset[int]:
    """Read which of these applications have no prescore because their last run failed."""
    unscored = [one.id for one in applications if one.standing is None]
    rows = select(PrescoreFailure.application_id).where(PrescoreFailure.application_id.in_(unscored))
    return frozenset(session.scalars(rows))


def unscored_state(application: Judged, *, failed: bool) -> State:
    """Say why an application has no prescore."""
    if application.prescore_refused:
        return State.REFUSED
    return State.FAILED if failed else State.WAITING


def _read(session: Session, unread: Sequence[tuple[int, JsonObject | str]]) -> dict[int, Standing]:
    """Read how these stand; a text that has been read is kept."""
    stored = [(ident, one, json.loads(one) if isinstance(one, str) else one) for ident, one in unread]
    dots = _dots(session, {document["rubric"] for _, _, document in stored})
    if len(_standing_by_text) > KEPT_STANDINGS:
        _standing_by_text.clear()
    result = {}
    for ident, written, document in stored:
        known = dots.get(document["rubric"])
        result[ident] = standing = _scored(document, known or ())
        if known is not None and isinstance(written, str):
            _standing_by_text[written] = standing
    return result


def _scored(stored: JsonObject, known: Dots) -> Standing:
    requirement, bonus, letters = stored["requirement"], stored["bonus"], stored["verdicts"]
    told = zip(known, letters, strict=True) if len(known) == len(letters) else ()
    return Standing(
        State.SCORED,
        Interval(*requirement) if requirement else None,
        Interval(*bonus) if bonus else None,
        Gates(stored["gates"]),
        tuple([dots[letter] for dots, letter in told if letter != NO_VERDICT]),
        stored["flags"],
    )


def _dots(session: Session, marks: Collection[str]) -> Mapping[str, Dots]:
    """Give the dots of the rubrics with these marks. A draft that changed since has none."""
    found = {mark: dots for mark in marks if (dots := _dots_by_mark.get(mark)) is not None}
    missing = {int(mark.partition(":")[0]) for mark in marks if mark not in found}
    if missing:
        versions = [session.get(RubricVersion, ident) for ident in sorted(missing)]
        found |= {mark_of(one): _all_dots(load_rubric(one.document)) for one in versions if one is not None}
        if len(_dots_by_mark) > KEPT:
            _dots_by_mark.clear()
        _dots_by_mark.update(found)
    return found


def _all_dots(rubric: Rubric) -> Dots:
    return tuple(
        {
            letter: Dot(one.id.upper(), one.text, verdict, one.section, one.gate, changed)
            for verdict, plain in LETTERS.items()
            for letter, changed in ((plain, False), (plain.upper(), True))
        }
        for one in rubric.criteria
    )
