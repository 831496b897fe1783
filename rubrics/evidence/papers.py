"""Publications: venue and its CCF rank, accepted against submitted, place among the authors, topic; own papers only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rubrics.dossier import Json
from rubrics.evidence.clauses import Clause, tells_of_others
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Answer, Passage, Role, entries, field_of, plain_text
from rubrics.lexicon import Lexicon
from rubrics.model import PublicationAsk, VenueRank
from rubrics.prescore import Quote

_RANK_ORDER = {"A": 3, "B": 2, "C": 1}
_ACCEPTED = re.compile(r"accept|publish|in press|录用|接收|发表|见刊|出版|camera[- ]ready|已录")
_WEAK_STATUS = re.compile(
    r"submit|review|preprint|arxiv|prepar|draft|revision|在投|投稿|在审|撰写|预印|返修|拒|reject|planned|计划"
)
_TEXT_ROLES = (
    Role.PUBLICATION,
    Role.WORK,
    Role.PROJECT,
    Role.EDUCATION,
    Role.SELF,
    Role.STATEMENT,
    Role.AWARD,
    Role.OTHER,
    Role.SKILL,
)
_YEAR = re.compile(r"(?:19|20)\d\d|['’]\d\d|\d\d(?=\b)")


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its venues (lexicon ids), CCF rank or None, whether it is accepted and a full paper, first author (None: not told), topics."""

    quotes: tuple[Quote, ...]
    venues: frozenset[str]
    rank: str | None
    accepted: bool
    full: bool
    first: bool | None
    topics: frozenset[str]
    named_venue: bool


def find_publication(ask: PublicationAsk, reading: Reading, relevant: frozenset[str] = frozenset()) -> Outcome:
    """Judge the strongest paper of the application; one without any bound must touch the ``relevant`` terms to count in full."""
    papers = reading.remember("papers", lambda: tuple(_papers(reading)))
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
    denied = _denied(reading)
    if denied and not papers:
        return contradicted("写明没有发表论文", "says that nothing is published", denied[0])
    return not_shown("论文：材料里没有写自己的论文", "publications: no own paper is named")


Judgement = tuple[int, int, str, str, tuple[Quote, ...]]


def _judge(ask: PublicationAsk, paper: Paper, relevant: frozenset[str], reading: Reading) -> Judgement:
    """2 complete, 1 started, 0 beside the point; then the strength, the reasons and the quotations."""
    strength = _RANK_ORDER.get(paper.rank or "", 0) * 4 + 2 * paper.accepted + paper.full
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
    if ask.topics:
        return any(reading.lexicon.is_a(term, topic) for topic in ask.topics for term in paper.topics)
    if ask.rank is not None or ask.venues or not relevant:
        return True
    return any(term in relevant or reading.lexicon.ancestors(term) & relevant for term in paper.topics)


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
        if _RANK_ORDER[paper.rank] < _RANK_ORDER[VenueRank(ask.rank).value]:
            return f"CCF {paper.rank}，低于要求的 {ask.rank.value}", f"CCF {paper.rank}, below {ask.rank.value}"
    return None


def _venue_name(paper: Paper, lexicon: Lexicon) -> tuple[str, str]:
    for venue in sorted(paper.venues):
        return lexicon.name(venue, "zh"), lexicon.name(venue, "en")
    return "论文", "a paper"


# --- reading papers ----------------------------------------------------------------------------------------------------


def _papers(reading: Reading) -> Iterator[Paper]:
    for pointer, row in entries(reading.dossier.answers, "publications"):
        name, publisher = field_of(row, pointer, "name"), field_of(row, pointer, "publisher", "venue")
        if name is None and publisher is None:
            continue
        yield _paper_answered(reading, pointer, row, [answer for answer in (publisher, name) if answer is not None])
    for passage in reading.passages(*_TEXT_ROLES):
        if reading.sources[passage.source].pointer.startswith("/publications/"):
            continue
        yield from _papers_told(passage, reading)


def _paper_answered(reading: Reading, pointer: str, row: dict[str, Json], answers: list[Answer]) -> Paper:
    status = field_of(row, pointer, "status")
    summary = field_of(row, pointer, "summary")
    texts = [answer for answer in (*answers, status, summary) if answer is not None]
    everything = " | ".join(answer.plain for answer in texts)
    publisher = field_of(row, pointer, "publisher", "venue")
    venues = _venues_of(publisher or answers[0], reading.lexicon)
    state = status.plain if status is not None else (publisher.plain if publisher is not None else "")
    weak = _WEAK_STATUS.search(state) is not None or venues == frozenset({"venue_arxiv"})
    minor = (
        reading.cues.pattern("publication_minor").search(" ".join(a.plain for a in texts if a is not summary))
        is not None
    )
    author = row.get("authorPosition")
    first: bool | None = None
    if isinstance(author, (int, float)) and not isinstance(author, bool):
        first = author == 1
    else:
        first = _first_author(everything, reading)
    position = field_of(row, pointer, "authorPosition")
    quotes = [
        reading.quote_answer(answer) for answer in (publisher or answers[0], status, position) if answer is not None
    ]
    topics = frozenset(m.term_id for a in texts for m in reading.lexicon.find(a.text))
    ranked = reading.cues.pattern("ccf_rank").search(everything)
    return Paper(
        quotes=tuple(quotes),
        venues=venues - {"venue_arxiv"},
        rank=_rank_of(venues, reading.lexicon) or (_told_rank(ranked) if ranked else None),
        accepted=not weak,
        full=not minor,
        first=first,
        topics=topics,
        named_venue=bool(venues),
    )


def _papers_told(passage: Passage, reading: Reading) -> Iterator[Paper]:
    source = reading.sources[passage.source]
    line = source.plain[passage.start : passage.end]
    if passage.role is not Role.PUBLICATION and not reading.cues.has("publish", line):
        return
    clauses = reading.clauses(passage)
    context = line if len(clauses) <= 8 else None
    named = any(
        reading.lexicon.terms[term].kind == "venue"
        for term in reading.terms_within(passage.source, passage.start, passage.end)
    )
    for clause in clauses:
        terms = reading.terms_within(passage.source, clause.start, clause.end)
        venues = frozenset(term for term in terms if reading.lexicon.terms[term].kind == "venue")
        venues |= _titled_venues(clause.plain, reading.lexicon) if passage.role is Role.PUBLICATION else frozenset()
        ranked = reading.cues.has("ccf_rank", clause.plain)
        own = reading.cues.has("paper_own", clause.plain)
        if not venues and not ranked and (not own or named):
            continue
        paper = _paper_told(passage, clause, venues, own or passage.role is Role.PUBLICATION, context, reading)
        if paper is not None:
            yield paper


def _paper_told(
    passage: Passage, clause: Clause, venues: frozenset[str], own: bool, line: str | None, reading: Reading
) -> Paper | None:
    cues = reading.cues
    plain = clause.plain
    if any(cues.has(name, plain) for name in ("publication_not_own", "denial", "quoted")):
        return None
    if tells_of_others(plain, reading.cues):
        return None
    around = _around(clause, passage, reading)
    wished = cues.places("wish", plain)
    accepted = _ACCEPTED.search(plain)
    if wished and (accepted is None or wished[0][0] < accepted.start()):
        return None
    stated = (
        own
        or (line is not None and cues.has("paper_own", line))
        or (
            bool(venues)
            and _YEAR.search(plain) is not None
            and passage.role in {Role.WORK, Role.PROJECT, Role.AWARD, Role.EDUCATION}
            and cues.has("publish", around)
        )
    )
    weak = cues.has("publication_weak", around) and not _accepted_here(plain)
    if not stated and not weak:
        return None
    ranked = cues.pattern("ccf_rank").search(around)
    quote = reading.quote_clause(passage.source, clause, clause.start, clause.end)
    real = venues - {"venue_arxiv"}
    if not real and ranked is None and not weak and cues.has("paper_writing", plain) and not _ACCEPTED.search(plain):
        return None
    return Paper(
        quotes=(quote,),
        venues=real,
        rank=_rank_of(real, reading.lexicon) or (_told_rank(ranked) if ranked else None),
        accepted=not weak and not (venues and not real),
        full=not cues.has("publication_minor", around),
        first=_first_author(around, reading),
        topics=reading.terms_within(passage.source, passage.start, passage.end),
        named_venue=bool(real),
    )


def _around(clause: Clause, passage: Passage, reading: Reading) -> str:
    """Give the clause with its neighbours in the same sentence, so that ", 一作, 已录用" still belongs to the venue before it."""
    clauses = reading.clauses(passage)
    place = clauses.index(clause)
    plain = reading.sources[passage.source].plain
    first, last = clause.start, clause.end
    while place + 1 < len(clauses) and not re.search(r"[。;!?\n]|\.\s", plain[last : clauses[place + 1].start]):
        place += 1
        if reading.lexicon and any(
            reading.lexicon.terms[t].kind == "venue"
            for t in reading.terms_within(passage.source, clauses[place].start, clauses[place].end)
        ):
            break
        last = clauses[place].end
    place = clauses.index(clause)
    while place > 0 and not re.search(r"[。;!?\n]|\.\s", plain[clauses[place - 1].end : first]):
        place -= 1
        if any(
            reading.lexicon.terms[t].kind == "venue"
            for t in reading.terms_within(passage.source, clauses[place].start, clauses[place].end)
        ):
            break
        first = clauses[place].start
    return plain[first:last]


def _accepted_here(plain: str) -> bool:
    return (
        re.search(r"录用|接收|已发表|accepted|published", plain) is not None
        and re.search(r"未(?:被)?(?:录用|接收|发表)|not (?:yet )?(?:accepted|published)", plain) is None
    )


def _first_author(plain: str, reading: Reading) -> bool | None:
    if reading.cues.has("shared_first_author", plain):
        return None
    if reading.cues.has("first_author", plain):
        return True
    if reading.cues.has("later_author", plain):
        return False
    return None


def _told_rank(match: re.Match[str]) -> str | None:
    return next((group.upper() for group in match.groups() if group), None)


def _rank_of(venues: frozenset[str], lexicon: Lexicon) -> str | None:
    ranks = [str(lexicon.terms[venue].facts.get("rank", "")) for venue in venues if venue in lexicon.terms]
    return max((rank for rank in ranks if rank in _RANK_ORDER), key=lambda rank: _RANK_ORDER[rank], default=None)


def _venues_of(answer: Answer, lexicon: Lexicon) -> frozenset[str]:
    """Give the venues that a publisher field names: by mention, by abbreviation or by its full title."""
    found = {mention.term_id for mention in lexicon.find(answer.text, frozenset({"venue"}))}
    titles = _titles(lexicon)
    core = re.sub(
        r"\b(?:19|20)\d\d\b|['’]\d\d\b|[()（）,，]|\bproceedings of (?:the )?|\bproc\.? (?:of )?", " ", answer.plain
    )
    known = titles.get(" ".join(core.split()))
    if known:
        found.add(known)
    return frozenset(found)


_TITLE_WORD = re.compile(
    r"conference|symposium|transactions|journal|proceedings|letters|workshop|meeting|advances in|international"
)


def _titled_venues(plain: str, lexicon: Lexicon) -> frozenset[str]:
    if _TITLE_WORD.search(plain) is None:
        return frozenset()
    return frozenset(venue for title, venue in _titles(lexicon).items() if len(title) > 20 and title in plain)


_TITLES: dict[str, dict[str, str]] = {}


def _titles(lexicon: Lexicon) -> dict[str, str]:
    """Full titles and abbreviations of all venues in plain form, worked out once for each version of the tables."""
    known = _TITLES.get(lexicon.version)
    if known is None:
        known = {}
        for term in lexicon.terms.values():
            if term.kind == "venue":
                for title in (*term.facts.get("titles", ()), term.en):
                    known.setdefault(plain_text(str(title)), term.id)
        _TITLES[lexicon.version] = known
    return known


def _writing(reading: Reading) -> list[Quote]:
    found: list[Quote] = []
    for passage, clause in reading.telling("paper_writing", _TEXT_ROLES):
        match = reading.cues.pattern("paper_writing").search(clause.plain)
        if match is None or any(
            reading.cues.has(n, clause.plain) for n in ("denial", "wish", "quoted", "publication_not_own")
        ):
            continue
        if not tells_of_others(clause.plain, reading.cues):
            found.append(
                reading.quote_clause(passage.source, clause, clause.start + match.start(), clause.start + match.end())
            )
    return found


_NO_PAPER = re.compile(r"论文|发表|publi|paper")


def _denied(reading: Reading) -> list[Quote]:
    found: list[Quote] = []
    for passage, clause in reading.telling("denial", _TEXT_ROLES):
        if not _NO_PAPER.search(clause.plain):
            continue
        for match in reading.cues.pattern("denial").finditer(clause.plain):
            if _NO_PAPER.search(clause.plain[match.start() :]) and not reading.cues.pattern("quoted").search(
                clause.plain
            ):
                found.append(
                    reading.quote_clause(
                        passage.source, clause, clause.start + match.start(), clause.start + match.end()
                    )
                )
                break
    return found
