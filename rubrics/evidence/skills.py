"""Languages, tools and topics at a level: used in own work, claimed with a level word, listed only, or from a course."""

from __future__ import annotations

from collections.abc import Sequence

from rubrics.evidence.clauses import EVIDENCE, Stance
from rubrics.evidence.outcome import Outcome, Shown, contradicted, disagreement, met, not_shown, partly
from rubrics.evidence.reading import Reading, Sighting
from rubrics.evidence.texts import RESUME, Role
from rubrics.lexicon import Lexicon
from rubrics.model import LEVEL_ORDER, Level, SkillAsk
from rubrics.prescore import Quote

_OWN, _CLAIM, _DENIED = Stance.OWN, Stance.CLAIM, Stance.DENIED
_CLAIMING = frozenset({Stance.CLAIM, Stance.OWN})
_BASIC = LEVEL_ORDER[Level.BASIC]
_FAMILIAR = LEVEL_ORDER[Level.FAMILIAR]
_PROFICIENT = LEVEL_ORDER[Level.PROFICIENT]
_EXPERT = LEVEL_ORDER[Level.EXPERT]
_HANDLED = frozenset({"programming_language", "tool", "dataset", "operating_system"})
_LEVEL_NAMES = {
    _BASIC: ("了解", "basic"),
    _FAMILIAR: ("熟悉", "familiar"),
    _PROFICIENT: ("熟练", "proficient"),
    _EXPERT: ("精通", "expert"),
}


def find_skill(ask: SkillAsk, reading: Reading) -> Outcome:
    """Judge one skill ask; ``partly`` for a lower level, a bare list entry or coursework."""
    known = reading.skills.get(ask.term)
    if known is None:
        known = reading.skills[ask.term] = _shown(ask.term, reading)
    if isinstance(known, Outcome):
        return known
    level, zh, en, quotes = known
    wanted = LEVEL_ORDER[ask.level]
    if level >= wanted:
        return met(zh, en, *quotes)
    asked_zh, asked_en = _LEVEL_NAMES[wanted]
    return partly(f"{zh}，要求「{asked_zh}」", f"{en}; asked for: {asked_en}", *quotes)


def _shown(term: str, reading: Reading) -> Outcome | Shown:
    """Give how a skill is shown, or what is said of it whatever level is asked for."""
    zh, en = reading.lexicon.names(term)
    seen = reading.family_sightings(term)
    positive = [sighting for sighting in seen if sighting.stance in EVIDENCE]
    denied = _denials(term, seen, reading)
    if denied and positive:
        return _at_odds(zh, en, denied[0], positive, reading)
    if denied:
        return contradicted(
            f"{zh}：申请里写明不具备",
            f"{en}: the application says that it is lacking",
            reading.quote_sighting(denied[0]),
        )
    if not positive:
        return _nothing(zh, en, seen)
    return _at_level(term, zh, en, positive, reading)


def shown_level(term: str, positive: Sequence[Sighting], lexicon: Lexicon) -> int:
    """Give the level that sightings of a term and its family show: own work counts more than a claim, a claim more than a list."""
    own = [sighting for sighting in positive if sighting.stance is _OWN]
    entries = {(sighting.source, sighting.passage.entry) for sighting in own}
    claim = max([_claimed(term, sighting, lexicon) for sighting in positive], default=0)
    kind = lexicon.terms[term].kind if term in lexicon.terms else "knowledge"
    level = _BASIC if positive else 0
    if entries:
        direct = any(sighting.term == term for sighting in own)
        level = _PROFICIENT if (kind in _HANDLED and direct) or len(entries) >= 2 else _FAMILIAR
        if claim >= _FAMILIAR and level < _PROFICIENT:
            level = _PROFICIENT
        if claim >= _PROFICIENT and len(entries) >= 3:
            level = _EXPERT
    return max(level, claim)


def _claimed(term: str, sighting: Sighting, lexicon: Lexicon) -> int:
    """Give a claim about a tool of a topic's family says a little less about the topic."""
    level = sighting.judged.level
    if not level or sighting.stance not in _CLAIMING:
        return 0
    if sighting.term == term or term not in lexicon.terms or sighting.term not in lexicon.terms:
        return level
    return level if lexicon.terms[term].kind == lexicon.terms[sighting.term].kind else max(_BASIC, level - 1)


def _at_level(term: str, zh: str, en: str, positive: list[Sighting], reading: Reading) -> Outcome | Shown:
    ranked = positive
    odd = None
    if len(positive) > 1:
        ranked = sorted(positive, key=lambda s: (-_STRENGTH[s.stance], -s.judged.level, s.source, s.start))
        odd = _levels_at_odds(positive, reading)
    if odd is not None:
        return disagreement(f"{zh}：填写项与简历的程度不一致", f"{en}: answers and résumé give different levels", *odd)
    how_zh, how_en = _how(ranked[0])
    shown = ranked[0].term
    if shown != term:  # say by what a subject is shown
        name_zh, name_en = reading.lexicon.names(shown)
        how_zh, how_en = f"{how_zh}（{name_zh}）", f"{how_en} ({name_en})"
    quotes = [reading.quote_sighting(sighting) for sighting in ranked[:2]]
    return shown_level(term, positive, reading.lexicon), f"{zh}：{how_zh}", f"{en}: {how_en}", quotes


def _how(sighting: Sighting) -> tuple[str, str]:
    """Tell how a skill is shown; a claim with the level that it claims."""
    claimed = _LEVEL_NAMES.get(sighting.judged.level)
    if sighting.stance is Stance.CLAIM and claimed is not None:
        return f"自述「{claimed[0]}」", f"stated as {claimed[1]}"
    return _HOW[sighting.stance]


def _denials(term: str, seen: Sequence[Sighting], reading: Reading) -> list[Sighting]:
    """Give a denial of the term itself or of a family that it belongs to; a denied member says nothing of the family."""
    deniable = reading.deniable
    if term in deniable:
        own = [sighting for sighting in seen if sighting.stance is _DENIED and sighting.term == term]
        if own:
            return own
    above = reading.lexicon.ancestors(term)
    if above.isdisjoint(deniable):
        return []
    families = {
        family
        for family in above & deniable
        if _is_handled(family, reading.lexicon) or not _is_handled(term, reading.lexicon)
    }
    return [
        sighting for family in sorted(families) for sighting in reading.sightings(family) if sighting.stance is _DENIED
    ]


def _is_handled(term: str, lexicon: Lexicon) -> bool:
    """Whether a term is something to use (a tool), not something to know: who lacks a subject need not lack its tools."""
    return term in lexicon.terms and lexicon.terms[term].kind in _HANDLED


def _at_odds(zh: str, en: str, denial: Sighting, positive: Sequence[Sighting], reading: Reading) -> Outcome:
    """Said in one place, denied in another: a person looks at both."""
    strongest = max(positive, key=lambda s: (_STRENGTH[s.stance], s.judged.level))
    no, yes = reading.quote_sighting(denial), reading.quote_sighting(strongest)
    if no == yes:
        return contradicted(f"{zh}：申请里写明不具备", f"{en}: the application says that it is lacking", no)
    if strongest.stance in {Stance.LISTED, Stance.COURSE}:
        return contradicted(
            f"{zh}：一处列出，另一处写明没有用过", f"{en}: listed in one place, denied in another", no, yes
        )
    return disagreement(
        f"{zh}：一处写明没有，另一处又写到用过", f"{en}: denied in one place, claimed in another", no, yes
    )


def _levels_at_odds(positive: Sequence[Sighting], reading: Reading) -> tuple[Quote, Quote] | None:
    """Give the level that the answers state and the one that the résumé states, when they lie two steps or more apart."""
    stated = [s for s in positive if s.stance is _CLAIM and s.judged.level]
    if len(stated) < 2:
        return None
    answers = [s for s in stated if s.passage.role is Role.SKILL and s.passage.entry.startswith("/skills/")]
    resume = [s for s in stated if reading.sources[s.source].pointer == RESUME]
    if not answers or not resume:
        return None
    first = max(answers, key=lambda s: s.judged.level)
    second = max(resume, key=lambda s: s.judged.level)
    if abs(first.judged.level - second.judged.level) < 2:
        return None
    return reading.quote_sighting(first), reading.quote_sighting(second)


def _nothing(zh: str, en: str, seen: Sequence[Sighting]) -> Outcome:
    if not seen:
        return not_shown(f"{zh}：材料里没有提到", f"{en}: not mentioned")
    stances = {sighting.stance for sighting in seen}
    if Stance.WISH in stances:
        return not_shown(f"{zh}：只写了想学", f"{en}: only a wish to learn it")
    if Stance.OTHER_PERSON in stances:
        return not_shown(f"{zh}：写的是别人用过", f"{en}: only told of other people")
    if Stance.QUOTED in stances:
        return not_shown(f"{zh}：只是引用了职位要求", f"{en}: only quoted from the posting")
    return not_shown(f"{zh}：材料里没有提到", f"{en}: not mentioned")


_STRENGTH = {Stance.OWN: 4, Stance.CLAIM: 3, Stance.COURSE: 1, Stance.LISTED: 2}
_HOW = {
    Stance.OWN: ("自己的经历里用过", "used in own work"),
    Stance.CLAIM: ("自述掌握程度", "stated with a level"),
    Stance.LISTED: ("只列出名称，没有写程度和用处", "listed without level or use"),
    Stance.COURSE: ("来自课程学习", "from coursework"),
}
