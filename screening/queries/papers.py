"""What the documents show of each criterion: the verdict that counts, with the machine's quotations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rubrics.model import Rubric
from rubrics.prescore import Because, Prescore, Quote, Verdict
from screening.queries.verdicts import Change, standing_verdicts


@dataclass(frozen=True, slots=True)
class Paper:
    """One criterion of one application; ``changed`` where a person set the verdict, quotations and reason are the machine's."""

    verdict: Verdict
    changed: bool
    quotes: tuple[Quote, ...]
    because: Because | None


def papers_of(rubric: Rubric, prescore: Prescore, changed: Mapping[str, Change]) -> dict[str, Paper]:
    """Lay the changes that people made over a prescore, by criterion key, which outlives rubric versions."""
    standing = standing_verdicts(rubric, prescore, changed)
    results = {result.criterion: result for result in prescore.results}
    return {
        one.key: Paper(
            verdict=standing[one.id],
            changed=one.key in changed,
            quotes=results[one.id].evidence if one.id in results else (),
            because=results[one.id].because if one.id in results else None,
        )
        for one in rubric.criteria
        if one.id in standing
    }
