"""Natural languages and their certificates: 英语六级, IELTS 6.5, fluent English."""

from __future__ import annotations

import re

from rubrics.model import Category, LanguageAsk, Rule
from rubrics.rules.clause import Clause, Reading, one_or_all

_SCORE = re.compile(r"(\d{2,3}(?:\.\d)?|\d\.\d)\s*(?:分|以上|\+|及以上)?")


def read(clause: Clause) -> tuple[Reading, ...]:
    """Languages asked for; a certificate names its language when the words do not."""
    certificates = clause.terms("language_certificate")
    languages = clause.terms("language")
    asks: list[Rule] = []
    for mention, term in certificates:
        after = _SCORE.match(clause.words[mention.end :].lstrip(" :成绩达到不低于"))
        score = float(after[1]) if after else None
        asks.append(LanguageAsk(str(term.facts["code"]), certificate=term.en, score=score))
    if not asks and languages and (clause.has("read_language_skill") or not clause.skill_terms()):
        asks = [LanguageAsk(str(term.facts["code"])) for _, term in languages]
    if not asks:
        return ()
    either = len(asks) > 1 and (bool(certificates) or clause.has("read_either") or "/" in clause.words)
    return (Reading(Category.NATURAL_LANGUAGE, one_or_all(asks, either=either)),)
