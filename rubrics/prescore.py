"""What pre-scoring returns: verdicts with quotations, intervals, and facts beside the score.

They are named tuples, because hundreds of them are made for an application and a tuple is made in a third of the time.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """What one application shows for one criterion; unknown is not no."""

    MET = "met"
    PARTLY = "partly"
    NOT_SHOWN = "not_shown"
    CONTRADICTED = "contradicted"
    FOR_INTERVIEW = "for_interview"


class Gates(StrEnum):
    """Whether the hard floors hold: any contradicted is below, any unshown is unknown."""

    PASS = "pass"  # noqa: S105 - a verdict on hard floors, not a password
    BELOW = "below"
    UNKNOWN = "unknown"


class Quote(NamedTuple):
    """An exact quotation: ``source`` is "resume" or an answer's JSON Pointer, offsets count characters of that text."""

    source: str
    start: int
    end: int
    quote: str


class Because(NamedTuple):
    """The reason in both languages."""

    zh: str
    en: str


class Result(NamedTuple):
    """The verdict on one criterion; met, partly and contradicted carry at least one quotation."""

    criterion: str
    verdict: Verdict
    evidence: tuple[Quote, ...]
    because: Because


class Interval(NamedTuple):
    """Shares between 0 and 1: if every unknown turned out no, as it stands, if every unknown turned out yes."""

    low: float
    point: float
    high: float


class Score(NamedTuple):
    """Each section on its own; None where the section has nothing that a machine can assess."""

    requirement: Interval | None
    bonus: Interval | None
    gates: Gates


class Flag(NamedTuple):
    """A fact beside the score that changes nothing in it: hidden_text, keyword_stuffing, scorer_instruction, posting_copied, conflicting_answers."""

    code: str
    source: str
    start: int
    end: int


class Prescore(NamedTuple):
    """One application against one rubric version; the same input gives the same value on any machine."""

    posting: str
    rubric_version: int
    engine: str
    lexicon: str
    input_sha256: str
    score: Score
    results: tuple[Result, ...]
    flags: tuple[Flag, ...]
