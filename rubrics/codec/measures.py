"""Cases, tallies and figures of interviews as JSON documents, for the tables that keep them."""

from __future__ import annotations

from typing import Any

from cattrs import Converter

from rubrics.measures import Case, Measures, Tally

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


def _written(thing: Case | Tally | Measures) -> dict[str, Any]:
    document: dict[str, Any] = _CONVERTER.unstructure(thing)
    return document
