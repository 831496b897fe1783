"""Who applies where, how strong they are, and how far they have come: a fixed cast of two hundred applications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from rubrics.catalogue import CatalogueEntry
from screening.models import Stage
from screening.services.demonstration.pieces import table
from screening.services.demonstration.writing import Brief

SEED = 20
APPLICATIONS = 200
SECOND_APPLICATIONS = 12  # so many people apply to a second posting
OTHER_ADDRESS = 4  # of them every fourth by another spelling of the address, so that somebody has to say who is who

# How many apply to each posting of the catalogue, and what these people do.
CROWDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "end-to-end-driving": (34, ("driving", "driving", "driving", "simulation")),
    "perception-engineering": (18, ("perception",)),
    "dialogue-nlp": (16, ("language",)),
    "multimodal-research": (12, ("multimodal", "multimodal", "aigc")),
    "driving-agi": (12, ("driving", "multimodal")),
    "world-model": (10, ("aigc", "driving")),
    "nlp-large-model": (10, ("language",)),
    "irdc-vision": (10, ("perception",)),
    "perception-research": (10, ("perception",)),
    "aigc": (9, ("aigc",)),
    "mig-vision": (9, ("perception", "aigc")),
    "driving-systems": (8, ("driving", "systems")),
    "model-deployment": (8, ("systems",)),
    "llm-platform": (7, ("systems", "language")),
    "driving-simulation": (6, ("simulation",)),
    "llm-training-framework": (5, ("systems",)),
    "multimodal-evaluation": (5, ("data", "multimodal")),
    "multimodal-data": (5, ("data",)),
    "multimodal-foundation-model": (4, ("multimodal",)),
    "multimodal-large-model": (2, ("multimodal",)),
}
STAGES = {
    Stage.APPLIED: 60,
    Stage.SCREENING: 40,
    Stage.INTERVIEW: 36,
    Stage.DEBRIEF: 16,
    Stage.OFFER: 8,
    Stage.HIRED: 6,
    Stage.REJECTED: 24,
    Stage.WITHDRAWN: 10,
}
STRENGTHS = {
    Stage.APPLIED: (1, 1, 1, 2, 2, 2, 3, 4),
    Stage.SCREENING: (1, 1, 2, 2, 3, 4),
    Stage.INTERVIEW: (2, 2, 3, 3, 3, 4),
    Stage.DEBRIEF: (2, 3, 3, 4),
    Stage.OFFER: (3, 4, 4),
    Stage.HIRED: (4, 4, 3),
    Stage.REJECTED: (1, 1, 1, 2, 2, 3),
    Stage.WITHDRAWN: (2, 3, 4),
}
ODDITIES = ("hidden", "exchange", "scorer_note", "stuffing", "exchange", "scorer_note", "exchange")


@dataclass(frozen=True, slots=True)
class Applicant:
    """One application to come: to which posting, by whom, and where it shall stand in the end."""

    slug: str
    email: str
    brief: Brief
    stage: Stage
    source: str

    @property
    def locale(self) -> str:
        """The language of the form that they filled in."""
        return "en" if self.brief.language == "en" else "zh"


def cast_applicants(entries: tuple[CatalogueEntry, ...]) -> tuple[Applicant, ...]:
    """Give the whole cast, always the same for the same catalogue; nobody stands twice at one posting."""
    random = Random(SEED)
    cities = {entry.slug: entry.rubric.locations or ("北京", "上海") for entry in entries}
    places = [
        (slug, trade)
        for slug, (crowd, trades) in CROWDS.items()
        for trade in (random.choice(trades) for _ in range(crowd))
    ]
    stages = [stage for stage, count in STAGES.items() for _ in range(count)]
    random.shuffle(stages)
    hero = len(table("people")["hard_names"])  # the first of the ordinary names: somebody to show around with
    shown = stages.index(Stage.INTERVIEW)
    stages[hero], stages[shown] = stages[shown], stages[hero]
    people = _people(random)
    applicants: list[Applicant] = []
    for number, ((slug, trade), stage) in enumerate(zip(places, stages, strict=True)):
        if number < APPLICATIONS - SECOND_APPLICATIONS:
            name, latin, email = next(people)
        else:
            earlier = applicants[(number * 7) % 60]
            name, latin, email = earlier.brief.name, earlier.brief.latin, earlier.email
            if number % OTHER_ADDRESS == 0:
                email = email.replace("@", "+work@")
        language = "zh" if number <= hero else random.choices(("zh", "en", "mixed"), (66, 19, 15))[0]
        brief = Brief(
            name=latin if language == "en" else name,
            latin=latin,
            trade=trade,
            strength=4 if number == hero else random.choice(STRENGTHS[stage]),
            language=language,
            cities=tuple(random.sample(cities[slug], min(len(cities[slug]), random.choice((1, 1, 2))))),
            seed=SEED * 1000 + number * 10,
            oddity=ODDITIES[number // 9 % len(ODDITIES)] if number % 9 == 8 else None,
        )
        applicants.append(Applicant(slug, email, brief, stage, random.choice(table("common")["sources"])))
    return tuple(applicants)


def _people(random: Random) -> Iterator[tuple[str, str, str]]:
    """Give names and addresses, the hard names first, then ever new "little" somethings."""
    tables = table("people")
    for name, latin, mailbox in tables["hard_names"]:
        yield name, latin, f"{mailbox}@example.com"
    pairs = [(surname, given) for surname in tables["surnames"] for given in tables["givens"]]
    random.shuffle(pairs)
    first = [((surname, given)) for surname, given in pairs if (surname[0], given[0]) == ("云", "小鹤")]
    used: set[str] = set()
    for surname, given in [*first, *pairs]:
        mailbox = f"{given[1]}.{surname[1]}".lower()
        if mailbox not in used:
            used.add(mailbox)
            yield surname[0] + given[0], f"{surname[1]} {given[1]}", f"{mailbox}@example.com"
