"""Contests and leaderboards: which one, which prize against having taken part, whose result it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rubrics.evidence.clauses import Clause
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Answer, Passage, Role, entries, field_of
from rubrics.model import ContestAsk, LeaderboardAsk, PrizeFloor
from rubrics.prescore import Quote

_PRIZES = (
    (PrizeFloor.GOLD, "prize_gold"),
    (PrizeFloor.SILVER, "prize_silver"),
    (PrizeFloor.BRONZE, "prize_bronze"),
    (PrizeFloor.ANY_PRIZE, "prize_any"),
)
_PRIZE_NAMES = {
    PrizeFloor.PARTICIPATION: ("参加", "took part"),
    PrizeFloor.ANY_PRIZE: ("获奖", "a prize"),
    PrizeFloor.BRONZE: ("铜奖或三等奖", "bronze or third prize"),
    PrizeFloor.SILVER: ("银奖或二等奖", "silver or second prize"),
    PrizeFloor.GOLD: ("金奖或一等奖", "gold or first prize"),
}
_RATING = re.compile(r"(?:rating|积分|分数|最高分|峰值|max)[^\d]{0,10}(\d{3,4})|(?<!\d)(\d{4}) ?(?:分|rating)")
_PLACE = re.compile(
    r"第 ?(\d{1,5}|[一二三四五六七八九十]{1,3}) ?(?:名|位)|(?:rank(?:ed|ing)?|place[d]?|排名|名次)[^\d\n]{0,8}(\d{1,5})|(\d{1,5})(?:st|nd|rd|th)(?: place)?|(\d{1,4}) ?/ ?(\d{2,6})"
)
_TOP_SHARE = re.compile(r"(?:top|前) ?(\d{1,2}(?:\.\d+)?) ?%")
_ROLES = (
    Role.AWARD,
    Role.WORK,
    Role.PROJECT,
    Role.EDUCATION,
    Role.SELF,
    Role.STATEMENT,
    Role.SKILL,
    Role.OTHER,
    Role.PUBLICATION,
)
_ONLY_OTHERS = re.compile(
    r"(?:同学|室友|师兄|师姐|朋友|导师|学生|队友(?!一起|共同|合作))[^,，。；;]{0,6}(?:获|拿|参加)|(?:my |a )?(?:friend|classmate|roommate|colleague|advisor|student)s? (?:has |have )?(?:won|got|received|earned)"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One contest of the application: its ids, its prize (None: no word on it), whether a prize is denied."""

    contests: frozenset[str]
    prize: PrizeFloor | None
    denied: bool
    quotes: tuple[Quote, ...]


def find_contest(ask: ContestAsk, reading: Reading) -> Outcome:
    """Judge the best contest result; an unnamed contest of the kind counts as partly when contests are named and the list is open."""
    found = reading.remember("contests", lambda: tuple(_entries(reading)))
    judged = sorted((_judge(ask, entry, reading) for entry in found), key=lambda item: -item[0])
    judged = [item for item in judged if item[0]]
    if judged:
        rank, zh, en, quotes = judged[0]
        if rank >= 6:
            return met(zh, en, *quotes)
        if rank >= 2:
            return partly(zh, en, *quotes)
        return contradicted(zh, en, *quotes)
    denied = _denied(reading)
    if denied:
        return contradicted("写明没有参加过竞赛或没有获奖", "says that there is no contest or no prize", denied[0])
    return not_shown("竞赛：材料里没有写", "contests: not stated")


def _judge(ask: ContestAsk, entry: Entry, reading: Reading) -> tuple[int, str, str, tuple[Quote, ...]]:
    """Six and more is complete, two to five a part, one against it, nought beside the point."""
    fit = max((_fit(ask, contest, reading) for contest in entry.contests), default=0)
    if not fit:
        return 0, "", "", ()
    best = max(sorted(entry.contests), key=lambda contest: _fit(ask, contest, reading))
    name = reading.lexicon.name(best, "zh"), reading.lexicon.name(best, "en")
    if entry.denied:
        if ask.prize is PrizeFloor.PARTICIPATION and fit == 2:
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
    wanted_kinds = {
        str(reading.lexicon.terms[c].facts.get("contest")) for c in ask.contests if c in reading.lexicon.terms
    }
    return 1 if fits or kinds & wanted_kinds else 0


# --- reading contests ----------------------------------------------------------------------------------------------------


def _entries(reading: Reading) -> Iterator[Entry]:
    for pointer, row in entries(reading.dossier.answers, "awards"):
        answers = [
            a for name in ("contest", "title", "prize", "level", "summary") if (a := field_of(row, pointer, name))
        ]
        entry = _entry_answered(answers, reading)
        if entry is not None:
            yield entry
    for passage in reading.passages(*_ROLES):
        if not reading.sources[passage.source].pointer.startswith("/awards/"):
            yield from _entries_told(passage, reading)


def _entry_answered(answers: list[Answer], reading: Reading) -> Entry | None:
    named = [a for a in answers if _contests_in(a.text, reading)]
    everything = " | ".join(answer.plain for answer in answers)
    contests = frozenset(c for a in named for c in _contests_in(a.text, reading)) or frozenset(
        _contests_in(everything, reading)
    )
    if not contests or reading.cues.has("contest_role_not_own", everything):
        return None
    denied = reading.cues.has("prize_none", everything)
    prize = None if denied else _prize_in(everything, contests, reading)
    telling = [a for a in answers if a.pointer.endswith("/prize") or _prize_in(a.plain, contests, reading)]
    quotes = [reading.quote_answer(answer) for answer in (*named[:1], *telling[:1])] or [
        reading.quote_answer(answers[0])
    ]
    return Entry(contests, prize, denied, tuple(dict.fromkeys(quotes)))


def _contests_in(text: str, reading: Reading) -> frozenset[str]:
    return frozenset(mention.term_id for mention in reading.lexicon.find(text, frozenset({"contest"})))


def _entries_told(passage: Passage, reading: Reading) -> Iterator[Entry]:
    clauses = reading.clauses(passage)
    for place, clause in enumerate(clauses):
        terms = reading.terms_within(passage.source, clause.start, clause.end)
        contests = frozenset(term for term in terms if reading.lexicon.terms[term].kind == "contest")
        if len(contests) > 1:
            contests = frozenset(c for c in contests if not reading.lexicon.terms[c].facts.get("generic")) or contests
        if not contests or not _is_own(clause, reading):
            continue
        last, around = _with_result(clauses, place, passage, reading)
        around = _lead_in(clauses, place, passage, contests, reading) + around
        denied = reading.cues.has("prize_none", around)
        prize = None if denied else _prize_in(around, contests, reading)
        if prize is None and not denied and not _shows_part(around, passage, reading):
            continue
        stretch = Clause(clause.start, last, around)
        yield Entry(
            contests, prize, denied, (reading.quote_clause(passage.source, stretch, clause.start, clause.start),)
        )


def _with_result(clauses: list[Clause], place: int, passage: Passage, reading: Reading) -> tuple[int, str]:
    """Give the clause with the ones after it that tell its result: the next contest or sentence ends it."""
    plain = reading.sources[passage.source].plain
    last = clauses[place].end
    for follower in clauses[place + 1 : place + 4]:
        if re.search(r"[。!?\n]", plain[last : follower.start]):
            break
        terms = reading.terms_within(passage.source, follower.start, follower.end)
        if any(reading.lexicon.terms[term].kind == "contest" for term in terms):
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
    terms = reading.terms_within(passage.source, before.start, before.end)
    if any(reading.lexicon.terms[term].kind == "contest" for term in terms):
        return ""
    return f"{before.plain} " if _prize_in(before.plain, contests, reading) is not None else ""


def _is_own(clause: Clause, reading: Reading) -> bool:
    plain = clause.plain
    if any(reading.cues.has(name, plain) for name in ("quoted", "contest_role_not_own", "wish")):
        return False
    if any(m for m in reading.cues.pattern("denial").finditer(plain) if not reading.cues.has("prize_none", plain)):
        return False
    return _ONLY_OTHERS.search(plain) is None


def _shows_part(plain: str, passage: Passage, reading: Reading) -> bool:
    return passage.role is Role.AWARD or reading.cues.has("took_part", plain) or _RATING.search(plain) is not None


def _prize_in(plain: str, contests: frozenset[str], reading: Reading) -> PrizeFloor | None:
    for prize, name in _PRIZES:
        if reading.cues.has(name, plain):
            return prize
    if any(reading.lexicon.terms[contest].facts.get("rating") for contest in contests):
        rating = _RATING.search(plain)
        if rating is not None and int(next(group for group in rating.groups() if group)) >= 1900:
            return PrizeFloor.ANY_PRIZE
    share = _TOP_SHARE.search(plain)
    if share is not None and float(share.group(1)) <= 10:
        return PrizeFloor.ANY_PRIZE
    place = _place_in(plain)
    if place is not None and place[0] <= 10:
        return PrizeFloor.ANY_PRIZE
    return None


_NUMERALS = "零一二三四五六七八九十"


def _place_in(plain: str) -> tuple[int, int | None] | None:
    match = _PLACE.search(plain)
    if match is None:
        return None
    total = int(match.group(5)) if match.group(5) else None
    text = next(group for group in match.groups() if group)
    if text.isdigit():
        return int(text), total
    if len(text) == 1:
        return _NUMERALS.index(text), total
    tens, _, ones = text.partition("十")
    return (_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0), total


_CONTEST_WORD = re.compile(r"竞赛|比赛|奖项|获奖|contest|competition|prize")


def _denied(reading: Reading) -> list[Quote]:
    found: list[Quote] = []
    for passage in reading.passages(*_ROLES):
        for clause in reading.clauses(passage):
            if not _CONTEST_WORD.search(clause.plain) or reading.cues.has("quoted", clause.plain):
                continue
            match = reading.cues.pattern("denial").search(clause.plain) or reading.cues.pattern("prize_none").search(
                clause.plain
            )
            if match is not None and _CONTEST_WORD.search(clause.plain, match.start()):
                found.append(
                    reading.quote_clause(
                        passage.source, clause, clause.start + match.start(), clause.start + match.end()
                    )
                )
    return found


# --- leaderboards --------------------------------------------------------------------------------------------------------


def find_leaderboard(ask: LeaderboardAsk, reading: Reading) -> Outcome:  # noqa: ARG001 - every finder takes its ask; data sets named are examples
    """Judge a high place on a public leaderboard: with a place it is met, with a leaderboard alone partly."""
    partial: list[tuple[Quote, str, str]] = []
    denied: list[Quote] = []
    for passage, clause in reading.telling("leaderboard", _ROLES):
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
    if cues.has("quoted", plain) or _is_told_of_others(plain):
        return 0, ("", "")
    if cues.has("denial", plain) and re.search(r"榜|leaderboard", plain):
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
    if not boards and not contests and not re.search(r"leaderboard|榜", line):
        return 0, ("", "")
    if (
        not boards
        and not contests
        and passage.role in {Role.EDUCATION, Role.SELF}
        and not re.search(r"leaderboard|排行榜|打榜", line)
    ):
        return 0, ("", "")
    place = _place_in(plain)
    high = _is_high(plain, place, reading)
    if high and (boards or (contests and re.search(r"leaderboard|榜|第|top|前|rank|place", plain))):
        return 2, ("", "")
    if high:
        return 1, ("有榜单名次，看不出是否为所问的数据集", "a place is told, but not on a data set that is asked for")
    if place is not None or re.search(r"leaderboard|榜", plain):
        return 1, ("写到了榜单，名次不高或没有写明", "a leaderboard is named, the place is low or not told")
    return 0, ("", "")


def _is_high(plain: str, place: tuple[int, int | None] | None, reading: Reading) -> bool:
    share = _TOP_SHARE.search(plain)
    if share is not None:
        return float(share.group(1)) <= 10
    if place is not None:
        rank, total = place
        return rank <= 10 or (total is not None and rank / total <= 0.05)
    return reading.cues.has("leaderboard_best", plain)


def _is_told_of_others(plain: str) -> bool:
    return _ONLY_OTHERS.search(plain) is not None
