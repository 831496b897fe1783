"""Whole applications to the postings beside the project: how right the verdicts are, and that every quotation stands at its place."""

from __future__ import annotations

import pytest

from rubrics.lexicon import load_lexicon
from rubrics.scoring import prescore_many
from tests.rubrics.posting_pairs import compiled_postings, read_posting_pairs
from tests.rubrics.prescore_accuracy import HELD_OUT, TUNED, measure_postings
from tests.rubrics.shared import DOCUMENT
from tests.rubrics.test_evidence import assert_quotes_stand

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="the postings are not beside the project")


@pytest.mark.parametrize("name", [*TUNED, *HELD_OUT])
def test_verdicts_on_whole_applications_are_right_enough(name: str) -> None:
    pairs = read_posting_pairs(name)
    assert sum(pair.result is None for pair in pairs) <= len(pairs) // 20
    accuracy = measure_postings(pairs)
    assert accuracy.macro_f1 >= 0.8
    assert accuracy.met_precision >= 0.95
    assert accuracy.met_where_contradicted == 0


@pytest.mark.parametrize("name", [*TUNED, *HELD_OUT])
def test_quotations_of_whole_applications_stand_at_their_places(name: str) -> None:
    dossiers = {pair.name: pair.dossier for pair in read_posting_pairs(name)}
    for dossier in dossiers.values():
        for found in prescore_many(compiled_postings(), dossier, load_lexicon()):
            assert_quotes_stand(found, dossier)


def test_rubrics_judged_together_are_judged_as_alone() -> None:
    dossier = read_posting_pairs("first")[0].dossier
    together = prescore_many(compiled_postings(), dossier, load_lexicon())
    assert together == tuple(prescore_many((rubric,), dossier, load_lexicon())[0] for rubric in compiled_postings())
