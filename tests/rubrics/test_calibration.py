"""Where the interviews bear out the documents, and what is never compared."""

from __future__ import annotations

import pytest

from rubrics.calibration import Confrontation, Direction, confront
from rubrics.prescore import Verdict


@pytest.mark.parametrize(
    ("verdict", "ratings", "direction"),
    [
        (Verdict.MET, (3, 2), Direction.IN_LINE),
        (Verdict.MET, (2, 2), Direction.BELOW),
        (Verdict.PARTLY, (3, 4), Direction.IN_LINE),
        (Verdict.PARTLY, (4, 4), Direction.ABOVE),
        (Verdict.PARTLY, (1, 1), Direction.BELOW),
        (Verdict.CONTRADICTED, (2, 2), Direction.IN_LINE),
        (Verdict.CONTRADICTED, (3, 4), Direction.ABOVE),
    ],
)
def test_direction_of_each_verdict(verdict, ratings, direction):
    (found,) = confront({"r1": verdict}, {"r1": dict(zip("ab", ratings, strict=True))})
    assert found.direction is direction


def test_what_is_no_claim_and_what_one_person_rated_is_left_out():
    verdicts = {
        "r1": Verdict.NOT_SHOWN,
        "r2": Verdict.FOR_INTERVIEW,
        "r3": Verdict.MET,
        "r4": Verdict.MET,
        "r6": Verdict.MET,
    }
    two = {"a": 4, "b": 3}
    ratings = {"r1": two, "r2": two, "r3": {"a": 4, "b": None}, "r4": two, "r5": two}

    assert confront(verdicts, ratings) == (Confrontation("r4", 1.0, 0.8333, 2, Direction.IN_LINE),)
