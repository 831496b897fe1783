"""Engineering strength: figures, scale, performance, production."""

from __future__ import annotations

from rubrics.evidence.clauses import EVIDENCE, Stance
from rubrics.evidence.episodes import assists, episodes_hinting, quote_stretch, tells_of
from rubrics.evidence.outcome import Outcome, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.model import LEVEL_ORDER, EngineeringAsk, Level
from rubrics.prescore import Quote


def find_engineering(ask: EngineeringAsk, reading: Reading) -> Outcome:  # noqa: C901 - a decision table, read from top to bottom
    """Judge engineering: figures, scale, production or performance work are met; plain development is partly."""
    soft: list[Quote] = []
    aside: list[Quote] = []
    cues = reading.cues
    telling = cues.groups("engineering_hard", "performance_gain", "deployment", "engineering_soft")
    topics = frozenset(ask.topics)
    for episode in episodes_hinting(telling, reading):
        if episode.kinds.isdisjoint(_DONE):
            continue
        on_topic: bool | None = None if ask.topics else True
        for stretch in episode.stretches:
            plain = stretch.clause.plain
            if not cues.may(telling, plain):
                continue
            if on_topic is None:
                on_topic = tells_of(episode.stretches, topics, reading)
            gain = cues.has("performance_gain", plain)
            if gain or _is_a_fact(plain, reading):
                if on_topic or (gain and "performance_tuning" in ask.topics):
                    return met(
                        "写到工程规模、性能或上线的具体事实",
                        "concrete facts on scale, performance or production",
                        quote_stretch(stretch, reading),
                    )
                aside.append(quote_stretch(stretch, reading))
            if on_topic and cues.has("engineering_soft", plain) and cues.has("use", plain):
                soft.append(quote_stretch(stretch, reading))
    stated = _stated_topics(ask.topics, reading)
    if stated is not None:
        return stated
    if aside:
        return partly(
            "有工程事实，看不出与所问方面一致", "engineering facts, perhaps not on the side asked for", aside[0]
        )
    if soft:
        return partly("有开发经历，没有写规模或效果", "development work, without scale or effect", soft[0])
    return not_shown("工程能力：材料里没有写具体事实", "engineering: no concrete facts")


def _is_a_fact(plain: str, reading: Reading) -> bool:
    """Whether a clause tells of size or scale, or of something that the person brought into use."""
    cues = reading.cues
    if cues.has("engineering_hard", plain):
        return True
    return cues.has("deployment", plain) and cues.has("use", plain) and not assists(plain, reading)


def _stated_topics(topics: tuple[str, ...], reading: Reading) -> Outcome | None:
    """Give a side of engineering that is named (性能调优) and used or claimed."""
    for topic in topics:
        for sighting in reading.family_sightings(topic):
            name = reading.lexicon.name(sighting.term, "zh"), reading.lexicon.name(sighting.term, "en")
            if sighting.stance is Stance.OWN or (
                sighting.stance is Stance.CLAIM and sighting.judged.level >= _FAMILIAR
            ):
                return met(
                    f"{name[0]}：用过或自述熟悉", f"{name[1]}: used or claimed", reading.quote_sighting(sighting)
                )
            if sighting.stance in EVIDENCE:
                return partly(f"{name[0]}：只是提到", f"{name[1]}: only named", reading.quote_sighting(sighting))
    return None


_DONE = frozenset({"work", "internship", "project", "deployment", "production", "told"})
_FAMILIAR = LEVEL_ORDER[Level.FAMILIAR]
