"""Skills and languages that the form asks for, where the résumé shows them; a level only where it states one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rubrics.evidence import Reading
from rubrics.evidence.clauses import Stance
from rubrics.evidence.languages import told_command
from rubrics.evidence.reading import Sighting
from rubrics.evidence.skills import find_skill
from rubrics.evidence.texts import RESUME, Role, plain_text
from rubrics.model import LEVEL_ORDER, Level, SkillAsk
from rubrics.prefill.offers import Kind, Offer, Wanted, offer
from rubrics.prefill.words import pattern
from rubrics.prescore import Verdict

QUOTES = 2
LONGEST_FLUENCY = 200
_PIECE = re.compile(r"[^,，;；、]+")
_LANGUAGES = frozenset({"language", "language_certificate"})
_NAMES = frozenset({Role.AWARD, Role.PUBLICATION})
"""Parts in which a skill's name is most often a part of another name."""
_LISTS = frozenset({Role.SKILL, Role.LANGUAGE, Role.OTHER, Role.CERTIFICATE})
_SHOWN = {Stance.OWN: 2, Stance.CLAIM: 3, Stance.LISTED: 1}
_LEVELS = {number: level.value for level, number in LEVEL_ORDER.items()}


def skill_offers(reading: Reading, wanted: Wanted) -> Iterator[Offer]:
    """Offer each asked skill that is named as own, not as a course, a wish or somebody else's, and that is nowhere denied."""
    for term in sorted(wanted.terms & reading.seen_terms):
        outcome = find_skill(SkillAsk(term, Level.BASIC), reading)
        if outcome.conflicts or outcome.verdict not in {Verdict.MET, Verdict.PARTLY}:
            continue
        seen = [s for s in reading.sightings(term) if s.stance in _SHOWN and s.passage.role not in _NAMES]
        if not seen:
            continue
        seen.sort(key=lambda sighting: (-_SHOWN[sighting.stance], sighting.source, sighting.start))
        levels = {s.judged.level for s in seen if _states_level(s, reading)}
        quotes = tuple(reading.quote_sighting(sighting) for sighting in seen)
        yield offer(
            Kind.SKILL,
            tuple(dict.fromkeys(quotes))[:QUOTES],
            term=term,
            level=_LEVELS[levels.pop()] if len(levels) == 1 else None,
        )


def _states_level(sighting: Sighting, reading: Reading) -> bool:
    """Whether a level is stated in so many words, in a list or a line of particulars; a document has a field for it."""
    if sighting.stance is not Stance.CLAIM or not sighting.judged.level or sighting.passage.role not in _LISTS:
        return False
    has_field = reading.sources[sighting.source].pointer.startswith("/skills/")
    return has_field or pattern("level_word").search(sighting.clause.plain) is not None


def language_offers(reading: Reading, wanted: Wanted) -> Iterator[Offer]:
    """Offer what the résumé says of each asked language, in its own words."""
    for language in sorted(wanted.languages):
        told = told_command(language, reading)
        quotes = tuple(quote for quote in told if quote.source == RESUME and "\n" not in quote.quote)[:QUOTES]
        words = " · ".join(dict.fromkeys(_about(language, quote.quote, reading) for quote in quotes))
        if words and len(words) <= LONGEST_FLUENCY:
            yield offer(Kind.LANGUAGE, quotes, language=language, fluency=words)


def _about(language: str, words: str, reading: Reading) -> str:
    """Give the part of a clause that speaks of one language, without a label before it."""
    pieces = list(_PIECE.finditer(words))
    own = [piece for piece in pieces if language in languages_in(piece.group(), reading)]
    line = " ".join((words[own[0].start() : own[-1].end()] if own else words).split())
    label = pattern("language_label").match(plain_text(line))
    return line[label.end() :] if label else line


def languages_in(words: str, reading: Reading) -> set[str]:
    """Give the codes of the languages that a text names, by themselves or by a certificate."""
    found = reading.lexicon.find(words, _LANGUAGES)
    return {str(reading.lexicon.terms[mention.term_id].facts.get("code", "")) for mention in found}
