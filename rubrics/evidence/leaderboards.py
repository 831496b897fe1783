"""High places on public leaderboards."""

from __future__ import annotations

from rubrics.evidence.clauses import Clause
from rubrics.evidence.contest_results import ROLES, TOP_SHARE, place_in
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Passage, Role
from rubrics.model import LeaderboardAsk
from rubrics.prescore import Quote


def find_leaderboard(ask: LeaderboardAsk, reading: Reading) -> Outcome:  # noqa: ARG001 - every finder takes its ask; data sets named are examples
    """Judge a high place on a public leaderboard: with a place it is met, with a leaderboard alone partly."""
    partial: list[tuple[Quote, str, str]] = []
    denied: list[Quote] = []
    for passage, clause in reading.telling("leaderboard", ROLES):
        verdict, reason = _leaderboard_clause(passage, clause, reading)
        quote = reading.quote_clause(passage.source, clause, clause.start, clause.start)
        if verdict == 2:
            return met("在公开榜单上排名靠前", "a high place on a public leaderboard", quote)
        if verdict == 1:
            partial.append((quote, *reason))
        if verdict == -1:
            denied.append(quote)
    if partial:
        return partly(partial[0][1], partial[0][2], partial[0][0])
    if denied:
        return contradicted("写明没有榜单成绩", "says that there is no leaderboard result", denied[0])
    return not_shown("榜单成绩：材料里没有写", "leaderboards: not stated")


def _leaderboard_clause(passage: Passage, clause: Clause, reading: Reading) -> tuple[int, tuple[str, str]]:  # noqa: PLR0911 - a decision table, read from top to bottom
    """2 a high place, 1 a part, 0 nothing, -1 denied; named data sets are examples, any well-known one counts."""
    plain, cues = clause.plain, reading.cues
    if cues.has("quoted", plain) or _is_told_of_others(plain, reading):
        return 0, ("", "")
    if cues.has("denial", plain) and cues.has("leaderboard_word", plain):
        return -1, ("", "")
    if cues.has("denial", plain) or cues.has("wish", plain) or cues.has("leaderboard_not_own", plain):
        return 0, ("", "")
    line = reading.sources[passage.source].plain[max(passage.start, clause.start - 60) : clause.end]
    terms = reading.terms_within(passage.source, max(passage.start, clause.start - 60), clause.end)
    kinds = {term: reading.lexicon.terms[term].kind for term in terms}
    boards = {term for term, kind in kinds.items() if kind == "dataset"}
    contests = {
        term
        for term, kind in kinds.items()
        if kind == "contest" and reading.lexicon.terms[term].facts.get("contest") == "ml"
    }
    if not boards and not contests and not cues.has("leaderboard_word", line):
        return 0, ("", "")
    if (
        not boards
        and not contests
        and passage.role in {Role.EDUCATION, Role.SELF}
        and not cues.has("leaderboard_clear", line)
    ):
        return 0, ("", "")
    place = place_in(plain)
    high = _is_high(plain, place, reading)
    if high and (boards or (contests and cues.has("leaderboard_placing", plain))):
        return 2, ("", "")
    if high:
        return 1, ("有榜单名次，看不出是否为所问的数据集", "a place is told, but not on a data set that is asked for")
    if place is not None or cues.has("leaderboard_word", plain):
        return 1, ("写到了榜单，名次不高或没有写明", "a leaderboard is named, the place is low or not told")
    return 0, ("", "")


def _is_high(plain: str, place: tuple[int, int | None] | None, reading: Reading) -> bool:
    share = TOP_SHARE.search(plain)
    if share is not None:
        return float(share.group(1)) <= 10
    if place is not None:
        rank, total = place
        return rank <= 10 or (total is not None and rank / total <= 0.05)
    return reading.cues.has("leaderboard_best", plain)


def _is_told_of_others(plain: str, reading: Reading) -> bool:
    return reading.cues.pattern("contest_of_others").search(plain) is not None
