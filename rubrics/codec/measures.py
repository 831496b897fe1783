"""Cases, tallies and figures of interviews as JSON documents, for the tables that keep them."""

from __future__ import annotations

from typing import Any

from cattrs import Converter

from rubrics.measures import Case, Measures, Tally
from rubrics.measures.impact import Impact
from rubrics.measures.passage import Flow, Seats

_CONVERTER = Converter(forbid_extra_keys=True)


def dump_case(case: Case) -> dict[str, Any]:
    """Write one candidate's facts."""
    return _written(case)


def load_case(document: dict[str, Any]) -> Case:
    """Read what ``dump_case`` wrote."""
    return _CONVERTER.structure(document, Case)


def dump_tally(tally: Tally) -> dict[str, Any]:
    """Write a posting's sums."""
    return _written(tally)


def load_tally(document: dict[str, Any]) -> Tally:
    """Read what ``dump_tally`` wrote."""
    return _CONVERTER.structure(document, Tally)


def dump_measures(measures: Measures) -> dict[str, Any]:
    """Write the figures of one scope and period."""
    return _written(measures)


def load_measures(document: dict[str, Any]) -> Measures:
    """Read what ``dump_measures`` wrote."""
    return _CONVERTER.structure(document, Measures)


def dump_flow(flow: Flow) -> dict[str, Any]:
    """Write the sums of a pipeline."""
    return _written(flow)


def load_flow(document: dict[str, Any]) -> Flow:
    """Read what ``dump_flow`` wrote."""
    return _CONVERTER.structure(document, Flow)


def dump_seats(seats: dict[int, Seats]) -> dict[str, Any]:
    """Write the sums of interviewers by their numbers."""
    return {str(user): _written(one) for user, one in seats.items()}


def load_seats(document: dict[str, Any]) -> dict[int, Seats]:
    """Read what ``dump_seats`` wrote."""
    return {int(user): _CONVERTER.structure(one, Seats) for user, one in document.items()}


def dump_impact(impact: Impact) -> dict[str, Any]:
    """Write a table of adverse impact."""
    return _written(impact)


def load_impact(document: dict[str, Any]) -> Impact:
    """Read what ``dump_impact`` wrote."""
    return _CONVERTER.structure(document, Impact)


def _written(thing: Case | Tally | Measures | Flow | Seats | Impact) -> dict[str, Any]:
    document: dict[str, Any] = _CONVERTER.unstructure(thing)
    return document
