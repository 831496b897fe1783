"""Contest results against what is asked: which contest, which prize against having taken part."""

from __future__ import annotations

import re

from rubrics.evidence.clauses import Clause
from rubrics.evidence.contest_entries import Entry, contests_of
from rubrics.evidence.contest_results import ROLES
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.model import ContestAsk, PrizeFloor
from rubrics.prescore import Quote

_PRIZE_NAMES = {
    PrizeFloor.PARTICIPATION: ("参加过", "took part"),
    PrizeFloor.ANY_PRIZE: ("获奖", "a prize"),
    PrizeFloor.BRONZE: ("铜奖或三等奖", "bronze or third prize"),
    PrizeFloor.SILVER: ("银奖或二等奖", "silver or second prize"),
    PrizeFloor.GOLD: ("金奖或一等奖", "gold or first prize"),
}


def find_contest(ask: ContestAsk, reading: Reading) -> Outcome:
    """Judge the best contest result; an unnamed contest of the kind counts as partly when contests are named and the list is open."""
    found = reading.remember("contests", lambda: tuple(contests_of(reading)))
    judged = sorted((_judge(ask, entry, reading) for entry in found), key=lambda item: -item[0])
    judged = [item for item in judged if item[0]]
    if judged:
        rank, zh, en, quotes = judged[0]
        if rank >= 6:
            return met(zh, en, *quotes)
        if rank >= 2:
            return partly(zh, en, *quotes)
        return contradicted(zh, en, *quotes)
    denied = reading.remember("contest denied", lambda: _denied(reading))
    if denied:
        return contradicted("写明没有参加过竞赛或没有获奖", "says that there is no contest or no prize", denied[0])
    return not_shown("竞赛：材料里没有写", "contests: not stated")


def _judge(ask: ContestAsk, entry: Entry, reading: Reading) -> tuple[int, str, str, tuple[Quote, ...]]:  # noqa: PLR0911 - a decision table, read from top to bottom
    """Six and more is complete, two to five a part, one against it, nought beside the point."""
    fit = max((_fit(ask, contest, reading) for contest in entry.contests), default=0)
    if not fit:
        return 0, "", "", ()
    best = max(sorted(entry.contests), key=lambda contest: _fit(ask, contest, reading))
    name = reading.lexicon.name(best, "zh"), reading.lexicon.name(best, "en")
    if entry.denied:
        if fit == 1:
            part = (f"{name[0]}：参加过，不在所列竞赛之中", f"{name[1]}: took part, not among the contests named")
            return (2, *part, entry.quotes) if ask.prize is PrizeFloor.PARTICIPATION else (0, "", "", ())
        if ask.prize is PrizeFloor.PARTICIPATION:
            return 6, f"{name[0]}：参加过", f"{name[1]}: took part", entry.quotes
        return 1, f"{name[0]}：写明没有获奖", f"{name[1]}: says that there was no prize", entry.quotes
    prize = entry.prize
    reached = prize if prize is not None else PrizeFloor.PARTICIPATION
    word = _PRIZE_NAMES[reached]
    if reached >= ask.prize and fit == 2:
        return 6 + int(reached), f"{name[0]}：{word[0]}", f"{name[1]}: {word[1]}", entry.quotes
    if fit == 1:
        return (
            3 if reached >= ask.prize else 2,
            f"{name[0]}：{word[0]}，不在所列竞赛之中",
            f"{name[1]}: {word[1]}, not among the contests named",
            entry.quotes,
        )
    asked = _PRIZE_NAMES[ask.prize]
    return 4, f"{name[0]}：{word[0]}，要求{asked[0]}", f"{name[1]}: {word[1]}; asked for: {asked[1]}", entry.quotes


def _fit(ask: ContestAsk, contest: str, reading: Reading) -> int:
    """2 named or of the kind asked for, 1 an unnamed equal, 0 another kind."""
    facts = reading.lexicon.terms[contest].facts
    kinds = {str(facts.get("contest", "other")), *map(str, facts.get("counts_as", ()))}
    if any(reading.lexicon.is_a(contest, wanted) for wanted in ask.contests):
        return 2
    fits = ask.kind == "any" or ask.kind in kinds
    if not ask.contests:
        return 2 if fits else int(ask.kind == "ml" and "model" in kinds)
    if not ask.contests_open:
        return 0
    if fits and ask.kind != "any" and facts.get("commercial") and not facts.get("generic"):
        return 2
    if fits and ask.kind != "any" and ask.prize is PrizeFloor.PARTICIPATION:
        return 2  # 比赛经验: the contests named are examples
    wanted_kinds = {
        str(reading.lexicon.terms[c].facts.get("contest")) for c in ask.contests if c in reading.lexicon.terms
    }
    return 1 if fits or kinds & wanted_kinds else 0


def _tells_of_one_contest(clause: Clause, reading: Reading) -> bool:
    """Whether a clause only says that one contest gave no prize; that says nothing of all others."""
    if reading.cues.has("never_took_part", clause.plain):
        return False
    terms = (reading.lexicon.terms[term] for term in clause.terms)
    return any(term.kind == "contest" and not term.facts.get("generic") for term in terms)


def _names_no_result(plain: str, reading: Reading) -> bool:
    """Whether what is denied is a contest and not something else beside a prize (获奖，但没有用过 C++)."""
    match = reading.cues.first("denial", plain) or reading.cues.first("prize_none", plain)
    if match is not None and reading.cues.pattern("contest_word").search(plain, match.start()):
        return True
    return (
        re.search(r"(?:竞赛|比赛|contests?|competitions?)[^,，。;；]{0,8}$", plain[: match.start() if match else 0])
        is not None
    )


def _denied(reading: Reading) -> list[Quote]:
    found: list[Quote] = []
    denying, naming = reading.cues.groups("denial", "prize_none"), reading.cues.groups("contest_word")
    for passage in reading.passages(*ROLES):
        if not (passage.hints & denying and passage.hints & naming):
            continue
        for clause in reading.clauses(passage):
            if not reading.cues.may(denying, clause.plain) or not reading.cues.has("contest_word", clause.plain):
                continue
            if reading.cues.has("quoted", clause.plain) or _tells_of_one_contest(clause, reading):
                continue
            match = reading.cues.first("denial", clause.plain) or reading.cues.first("prize_none", clause.plain)
            if match is not None and _names_no_result(clause.plain, reading):
                found.append(
                    reading.quote_clause(
                        passage.source, clause, clause.start + match.start(), clause.start + match.end()
                    )
                )
    return found
