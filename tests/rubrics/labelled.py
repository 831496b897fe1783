"""The labelled pairs: an application, a rule tree and the verdict that a careful reader gives."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from rubrics.codec import load_dossier
from rubrics.codec.rules import load_rule
from rubrics.dossier import Dossier
from rubrics.lexicon import load_lexicon
from rubrics.model import Category, Criterion, Group, Rubric, Rule, Section
from rubrics.prescore import Prescore, Verdict
from rubrics.scoring import prescore
from rubrics.text import Lines, Span

FOLDER = Path(__file__).parent / "pairs"


@dataclass(frozen=True)
class Pair:
    name: str
    rule: Rule
    dossier: Dossier
    verdict: Verdict


def read_pairs() -> list[Pair]:
    rules = tomllib.loads((FOLDER / "rules.toml").read_text("utf-8"))
    pairs: list[Pair] = []
    for path in sorted(FOLDER.glob("*.toml")):
        if path.stem == "rules":
            continue
        for number, row in enumerate(tomllib.loads(path.read_text("utf-8"))["pairs"], 1):
            answers = json.loads(row["answers"]) if "answers" in row else None
            pairs.append(
                Pair(
                    name=f"{path.stem}-{number:03}-{row['rule']}",
                    rule=load_rule(rules[row["rule"]]),
                    dossier=load_dossier(answers, row.get("resume")),
                    verdict=Verdict(row["verdict"]),
                )
            )
    return pairs


def criterion_of(rule: Rule, identity: str = "r1", **changes: object) -> Criterion:
    values: dict[str, object] = {
        "id": identity,
        "key": identity,
        "section": Section.REQUIREMENT,
        "category": Category.OTHER,
        "lines": Lines(1, 1),
        "span": Span(0, 1),
        "text": "…",
        "rule": rule,
    }
    return Criterion(**(values | changes))  # type: ignore[arg-type]  # the changes are fields by name


def rubric_of(*criteria: Criterion, groups: tuple[Group, ...] = ()) -> Rubric:
    return Rubric("fictional", "Fictional", None, Lines(1, 1), (), None, (), criteria, groups)


def judge(rule: Rule, dossier: Dossier) -> Prescore:
    return prescore(rubric_of(criterion_of(rule)), dossier, load_lexicon())
