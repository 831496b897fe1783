"""The contests of an application, each with its result, from answers and from running text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rubrics.evidence.clauses import Clause
from rubrics.evidence.contest_results import RATING, ROLES, prize_in
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Answer, Passage, Role, entries, field_of
from rubrics.model import PrizeFloor
from rubrics.prescore import Quote


@dataclass(frozen=True, slots=True)
class Entry:
    """One contest of the application: its ids, its prize (None: no word on it), whether a prize is denied."""

    contests: frozenset[str]
    prize: PrizeFloor | None
    denied: bool
    quotes: tuple[Quote, ...]


def contests_of(reading: Reading) -> Iterator[Entry]:
    """Read every contest of the application with its result."""
    for pointer, row in entries(reading.dossier.answers, "awards"):
        answers = [
            a for name in ("contest", "title", "prize", "level", "summary") if (a := field_of(row, pointer, name))
        ]
        entry = _entry_answered(answers, reading)
        if entry is not None:
            yield entry
    naming, named = reading.naming("contest"), reading.cues.groups("contest_named_ml", "contest_named_code")
    for passage in reading.passages(*ROLES):
        if not (passage.hints & named or passage in naming):
            continue
        if not reading.sources[passage.source].pointer.startswith("/awards/"):
            yield from _entries_told(passage, reading)


def _entry_answered(answers: list[Answer], reading: Reading) -> Entry | None:
    named = [a for a in answers if _contests_in(a.text, reading)]
    everything = " | ".join(answer.plain for answer in answers)
    contests = frozenset(c for a in named for c in _contests_in(a.text, reading)) or frozenset(
        _contests_in(" | ".join(answer.text for answer in answers), reading)
    )
    contests = _by_name(contests, everything, reading)
    if not contests or reading.cues.has("contest_role_not_own", everything):
        return None
    denied = reading.cues.has("prize_none", everything)
    prize = None if denied else prize_in(everything, contests, reading)
    telling = [a for a in answers if a.pointer.endswith("/prize") or prize_in(a.plain, contests, reading)]
    quotes = [reading.quote_answer(answer) for answer in (*named[:1], *telling[:1])] or [
        reading.quote_answer(answers[0])
    ]
    return Entry(contests, prize, denied, tuple(dict.fromkeys(quotes)))


def _contests_in(text: str, reading: Reading) -> frozenset[str]:
    return frozenset(mention.term_id for mention in reading.lexicon.find(text, frozenset({"contest"})))


def _entries_told(passage: Passage, reading: Reading) -> Iterator[Entry]:
    clauses = reading.clauses(passage)
    for place, clause in enumerate(clauses):
        contests = frozenset([term for term in clause.terms if reading.lexicon.terms[term].kind == "contest"])
        contests = _by_name(contests, clause.plain, reading)
        if len(contests) > 1:
            contests = frozenset(c for c in contests if not reading.lexicon.terms[c].facts.get("generic")) or contests
        if not contests or not _is_own(clause, reading):
            continue
        last, around = _with_result(clauses, place, passage, reading)
        around = _lead_in(clauses, place, passage, contests, reading) + around
        denied = reading.cues.has("prize_none", around)
        prize = None if denied else prize_in(around, contests, reading)
        if prize is None and not denied and not _shows_part(around, passage, reading):
            continue
        stretch = Clause(clause.start, last, around)
        yield Entry(
            contests, prize, denied, (reading.quote_clause(passage.source, stretch, clause.start, clause.start),)
        )


def _by_name(contests: frozenset[str], plain: str, reading: Reading) -> frozenset[str]:
    """Give the kind of a contest that no table knows by what its name is about; 图像算法大赛 is no programming contest."""
    known = frozenset(c for c in contests if not reading.lexicon.terms[c].facts.get("generic"))
    if known:
        return contests
    if reading.cues.has("contest_named_ml", plain):
        return frozenset({"ml_contest"})
    if not contests and reading.cues.has("contest_named_code", plain):
        return frozenset({"programming_contest"})
    return contests


def _with_result(clauses: list[Clause], place: int, passage: Passage, reading: Reading) -> tuple[int, str]:
    """Give the clause with the ones after it that tell its result: the next contest or sentence ends it."""
    plain = reading.sources[passage.source].plain
    last = clauses[place].end
    for follower in clauses[place + 1 : place + 4]:
        if re.search(r"[。!?\n]", plain[last : follower.start]):
            break
        if any(reading.lexicon.terms[term].kind == "contest" for term in follower.terms):
            break
        last = follower.end
    return last, plain[clauses[place].start : last]


def _lead_in(clauses: list[Clause], place: int, passage: Passage, contests: frozenset[str], reading: Reading) -> str:
    """Give a prize that stands before its contest (Silver medal, ICPC …): the clause before, when it names a prize and no contest."""
    if place == 0:
        return ""
    before = clauses[place - 1]
    plain = reading.sources[passage.source].plain
    if re.search(r"[。;!?\n]|\.\s", plain[before.end : clauses[place].start]) or len(before.plain) > 40:
        return ""
    if any(reading.lexicon.terms[term].kind == "contest" for term in before.terms):
        return ""
    return f"{before.plain} " if prize_in(before.plain, contests, reading) is not None else ""


def _is_own(clause: Clause, reading: Reading) -> bool:
    plain = clause.plain
    if any(reading.cues.has(name, plain) for name in ("quoted", "contest_role_not_own", "wish")):
        return False
    if reading.cues.has("denial", plain) and not reading.cues.has("prize_none", plain):
        return False
    return not reading.cues.has("contest_of_others", plain)


def _shows_part(plain: str, passage: Passage, reading: Reading) -> bool:
    return passage.role is Role.AWARD or reading.cues.has("took_part", plain) or RATING.search(plain) is not None
