"""What was found for one ask: a verdict, its quotations and its reason in both languages; and how outcomes join in a rule tree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rubrics.prescore import Quote, Verdict

QUOTES_AT_MOST = 4
_new = tuple.__new__  # makes a named tuple in half the time that its class takes


class Outcome(NamedTuple):
    """A verdict with its reason; ``conflicts`` are quotations in which answers and résumé disagree."""

    verdict: Verdict
    zh: str
    en: str
    quotes: tuple[Quote, ...] = ()
    conflicts: tuple[Quote, ...] = ()


Shown = tuple[int, str, str, Sequence[Quote]]
"""A skill as it is shown: at which level, how in both languages, and by what."""

_ORDER = {
    Verdict.CONTRADICTED: 0,
    Verdict.NOT_SHOWN: 1,
    Verdict.PARTLY: 2,
    Verdict.MET: 3,
}


_MET, _PARTLY, _NOT_SHOWN = Verdict.MET, Verdict.PARTLY, Verdict.NOT_SHOWN
_CONTRADICTED, _FOR_INTERVIEW = Verdict.CONTRADICTED, Verdict.FOR_INTERVIEW


def met(zh: str, en: str, *quotes: Quote) -> Outcome:
    """Say that the application shows it."""
    return _shown(_MET, zh, en, quotes)


def partly(zh: str, en: str, *quotes: Quote) -> Outcome:
    """Say that the application shows a part, a lower level or an unnamed equal."""
    return _shown(_PARTLY, zh, en, quotes)


def contradicted(zh: str, en: str, *quotes: Quote) -> Outcome:
    """Say that the application itself says otherwise."""
    return _shown(_CONTRADICTED, zh, en, quotes)


def not_shown(zh: str, en: str, *quotes: Quote) -> Outcome:
    """Nothing speaks to it; unknown, not no. Without a quotation the same words give the same object."""
    return Outcome(_NOT_SHOWN, zh, en, distinct(quotes)) if quotes else _silence(zh, en)


@lru_cache(maxsize=4096)
def _silence(zh: str, en: str) -> Outcome:
    return Outcome(_NOT_SHOWN, zh, en)


def for_interview(zh: str, en: str) -> Outcome:
    """Only a person can judge it."""
    return Outcome(Verdict.FOR_INTERVIEW, zh, en)


def disagreement(zh: str, en: str, answer: Quote, resume: Quote) -> Outcome:
    """Answers and résumé disagree: a person decides, with both quotations."""
    return Outcome(Verdict.PARTLY, zh, en, distinct((answer, resume)), (answer, resume))


def best_of(outcomes: Sequence[Outcome]) -> Outcome:
    """Give the strongest outcome; the first of equals."""
    return max(outcomes, key=lambda outcome: _ORDER.get(outcome.verdict, 1))


def distinct(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Quotations without repetitions, a handful at most, in the order in which they were found."""
    return tuple(quotes) if len(quotes) < 2 else tuple(dict.fromkeys(quotes))[:QUOTES_AT_MOST]


def join_all(outcomes: Sequence[Outcome]) -> Outcome:
    """Every branch is asked for: one that is contradicted contradicts the whole; traits are left to the interview."""
    judged = [outcome for outcome in outcomes if outcome.verdict is not Verdict.FOR_INTERVIEW]
    if not judged:
        return _joined(Verdict.FOR_INTERVIEW, outcomes)
    verdicts = {outcome.verdict for outcome in judged}
    if Verdict.CONTRADICTED in verdicts:
        verdict = Verdict.CONTRADICTED
    elif verdicts == {Verdict.MET}:
        verdict = Verdict.MET
    elif verdicts == {Verdict.NOT_SHOWN}:
        verdict = Verdict.NOT_SHOWN
    else:
        verdict = Verdict.PARTLY
    return _joined(verdict, judged)


def join_any(outcomes: Sequence[Outcome], needed: int = 1) -> Outcome:
    """``needed`` branches are enough."""
    complete = [outcome for outcome in outcomes if outcome.verdict is _MET]
    if len(complete) >= needed:
        return _joined(_MET, complete[: max(needed, 2)], outcomes)
    started = [outcome for outcome in outcomes if outcome.verdict is _MET or outcome.verdict is _PARTLY]
    if started:
        return _joined(_PARTLY, started, outcomes)
    judged = [outcome for outcome in outcomes if outcome.verdict is not _FOR_INTERVIEW]
    if len(judged) < len(outcomes):
        return _joined(_FOR_INTERVIEW, outcomes)
    open_still = [outcome for outcome in judged if outcome.verdict is _NOT_SHOWN]
    if len(open_still) < needed:
        return _joined(_CONTRADICTED, [o for o in judged if o.verdict is _CONTRADICTED], outcomes)
    return _joined(_NOT_SHOWN, judged)


def _joined(verdict: Verdict, outcomes: Sequence[Outcome], everything: Sequence[Outcome] | None = None) -> Outcome:
    if len(outcomes) == 1 and outcomes[0].verdict is verdict and (everything is None or len(everything) == 1):
        return outcomes[0]
    quotes: list[Quote] = []
    for outcome in outcomes:
        if outcome.quotes and (verdict is not _CONTRADICTED or outcome.verdict is _CONTRADICTED):
            quotes += outcome.quotes
    conflicts: list[Quote] = []
    for outcome in everything or outcomes:
        if outcome.conflicts:
            conflicts += outcome.conflicts
    zh, en = tuple([outcome.zh for outcome in outcomes]), tuple([outcome.en for outcome in outcomes])
    if verdict is _NOT_SHOWN and not quotes and not conflicts:
        return _silent_together(zh, en)
    both = _together(zh, en) if quotes else _silently_together(zh, en)
    return _new(Outcome, (verdict, *both, distinct(quotes), tuple(dict.fromkeys(conflicts))))


@lru_cache(maxsize=4096)
def _silent_together(zh: tuple[str, ...], en: tuple[str, ...]) -> Outcome:
    """Who is silent is so in the same words as many others."""
    return _silence(*_together(zh, en))


def _together(zh: tuple[str, ...], en: tuple[str, ...]) -> tuple[str, str]:
    return "；".join(_merged(zh, "：", "、")), "; ".join(_merged(en, ": ", ", "))


_silently_together = lru_cache(maxsize=4096)(_together)


def _merged(reasons: Sequence[str], colon: str, comma: str) -> list[str]:
    """Give reasons once each; what is said of several things alike is said of them together (C、C++：材料里没有提到)."""
    subjects: dict[str, list[str]] = {}
    for reason in dict.fromkeys(reasons):
        subject, _, told = reason.partition(colon)
        subjects.setdefault(told or subject, []).append(subject if told else "")
    return [f"{comma.join(names)}{colon}{told}" if names[0] else told for told, names in subjects.items()]


def _shown(verdict: Verdict, zh: str, en: str, quotes: Sequence[Quote]) -> Outcome:
    if not quotes:
        return Outcome(_NOT_SHOWN, zh, en)
    return _new(Outcome, (verdict, zh, en, distinct(quotes), ()))
