"""Publications against what is asked: venue and CCF rank, acceptance, place among the authors, topic."""

from __future__ import annotations

from rubrics.evidence.clauses import tells_of_others
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.papers import TEXT_ROLES, Paper, papers_of
from rubrics.evidence.reading import Reading
from rubrics.evidence.venues import RANK_ORDER, subjects_of
from rubrics.lexicon import Lexicon
from rubrics.model import PublicationAsk, VenueRank
from rubrics.prescore import Quote


def find_publication(ask: PublicationAsk, reading: Reading, relevant: frozenset[str] = frozenset()) -> Outcome:
    """Judge the strongest paper of the application; one without any bound must touch the ``relevant`` terms to count in full."""
    papers = reading.remember("papers", lambda: tuple(papers_of(reading)))
    judged = [_judge(ask, paper, relevant, reading) for paper in papers]
    complete = [outcome for outcome in judged if outcome[0] == 2]
    started = sorted((outcome for outcome in judged if outcome[0] == 1), key=lambda outcome: -outcome[1])
    if complete:
        best = max(complete, key=lambda outcome: outcome[1])
        return met(best[2], best[3], *best[4])
    writing = _writing(reading) if ask.writing_counts else []
    if writing:
        return met("有论文写作经验", "experience of writing a paper", writing[0])
    if started:
        return partly(started[0][2], started[0][3], *started[0][4])
    denied = reading.remember("paper denied", lambda: _denied(reading))
    if denied and not papers:
        return contradicted("写明没有发表论文", "says that nothing is published", denied[0])
    return not_shown("论文：材料里没有写自己的论文", "publications: no own paper is named")


Judgement = tuple[int, int, str, str, tuple[Quote, ...]]


def _judge(  # noqa: PLR0911 - a decision table, read from top to bottom
    ask: PublicationAsk, paper: Paper, relevant: frozenset[str], reading: Reading
) -> Judgement:
    """2 complete, 1 started, 0 beside the point; then the strength, the reasons and the quotations."""
    strength = 20 * paper.accepted + 4 * RANK_ORDER.get(paper.rank or "", 0) + paper.full
    name = _venue_name(paper, reading.lexicon)
    if not _is_on_topic(ask, paper, relevant, reading):
        return (
            (1 if paper.accepted else 0),
            strength,
            f"{name[0]}：主题与要求未必一致",
            f"{name[1]}: the topic may differ",
            paper.quotes,
        )
    if not paper.accepted:
        counts = ask.writing_counts
        return (
            (2 if counts else 1),
            strength,
            f"{name[0]}：已投稿或预印本，尚未录用",
            f"{name[1]}: submitted or preprint, not accepted yet",
            paper.quotes,
        )
    if ask.writing_counts and (not paper.full or _falls_short(ask, paper) is not None):
        return 2, strength, f"{name[0]}：写过论文", f"{name[1]}: has written a paper", paper.quotes
    if not paper.full:
        return 1, strength, f"{name[0]}：研讨会或 Findings 论文", f"{name[1]}: workshop or Findings paper", paper.quotes
    short = _falls_short(ask, paper)
    if short is not None:
        return 1, strength, f"{name[0]}：{short[0]}", f"{name[1]}: {short[1]}", paper.quotes
    if ask.first_author and paper.first is not True:
        reason = (
            ("没有写明第一作者", "first authorship is not stated")
            if paper.first is None
            else ("不是第一作者", "not as first author")
        )
        return 1, strength, f"{name[0]}：{reason[0]}", f"{name[1]}: {reason[1]}", paper.quotes
    rank = f"，CCF {paper.rank}" if paper.rank else ""
    return 2, strength, f"{name[0]} 论文{rank}", f"paper at {name[1]}{rank.replace('，', ', ')}", paper.quotes


def _is_on_topic(ask: PublicationAsk, paper: Paper, relevant: frozenset[str], reading: Reading) -> bool:
    """Give a paper at a named venue is on the topic for which the venue is named; without any bound it must touch the rubric's terms."""
    if paper.venues & set(ask.venues):
        return True
    lexicon = reading.lexicon
    subjects = subjects_of(paper.venues, lexicon)
    if ask.topics:
        return any(lexicon.is_a(term, topic) for topic in ask.topics for term in paper.topics | subjects)
    if ask.rank is not None or ask.venues or not relevant:
        return True
    if any(lexicon.is_a(term, subject) for term in relevant for subject in subjects):
        return True
    return any(term in relevant or lexicon.ancestors(term) & relevant for term in paper.topics)


def _falls_short(ask: PublicationAsk, paper: Paper) -> tuple[str, str] | None:  # noqa: PLR0911 - a decision table, read from top to bottom
    if ask.venues:
        if paper.venues & set(ask.venues):
            return None
        if not ask.venues_open:
            return "不在所列会议期刊之中", "not one of the venues named"
        if paper.rank is None:
            return "不在所列会议期刊之中，级别不明", "not one of the venues named, rank unknown"
        return f"未列出的会议或期刊（CCF {paper.rank}）", f"a venue that is not named (CCF {paper.rank})"
    if ask.rank is not None:
        if paper.rank is None:
            return "看不出 CCF 级别", "its CCF rank cannot be told"
        if RANK_ORDER[paper.rank] < RANK_ORDER[VenueRank(ask.rank).value]:
            return f"CCF {paper.rank}，低于要求的 {ask.rank.value}", f"CCF {paper.rank}, below {ask.rank.value}"
    return None


def _venue_name(paper: Paper, lexicon: Lexicon) -> tuple[str, str]:
    for venue in sorted(paper.venues):
        return lexicon.name(venue, "zh"), lexicon.name(venue, "en")
    return "论文", "a paper"


def _writing(reading: Reading) -> list[Quote]:
    found: list[Quote] = []
    for passage, clause in reading.telling("paper_writing", TEXT_ROLES):
        match = reading.cues.first("paper_writing", clause.plain)
        if match is None or any(
            reading.cues.has(n, clause.plain) for n in ("denial", "wish", "quoted", "publication_not_own")
        ):
            continue
        if not tells_of_others(clause.plain, reading.cues):
            found.append(
                reading.quote_clause(passage.source, clause, clause.start + match.start(), clause.start + match.end())
            )
    return found


def _denied(reading: Reading) -> list[Quote]:
    found: list[Quote] = []
    for passage, clause in reading.telling("denial", TEXT_ROLES):
        if not reading.cues.has("paper_word", clause.plain):
            continue
        for match in reading.cues.pattern("denial").finditer(clause.plain):
            if reading.cues.pattern("paper_word").search(clause.plain[match.start() :]) and not reading.cues.pattern(
                "quoted"
            ).search(clause.plain):
                found.append(
                    reading.quote_clause(
                        passage.source, clause, clause.start + match.start(), clause.start + match.end()
                    )
                )
                break
    return found
