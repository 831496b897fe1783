"""Papers with a clear title, contests with a result, certificates that are held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rubrics.evidence import Reading
from rubrics.evidence.contest_entries import contests_of
from rubrics.evidence.contest_results import PLACE, TOP_SHARE
from rubrics.evidence.languages import find_certification
from rubrics.evidence.papers import Paper, papers_of
from rubrics.evidence.texts import RESUME, Role, plain_text
from rubrics.model import CertificationAsk
from rubrics.prefill.dates import year_told
from rubrics.prefill.offers import Kind, Offer, offer
from rubrics.prefill.surface import Surface
from rubrics.prefill.words import pattern
from rubrics.prescore import Quote, Verdict

ENTRIES = 3
_QUOTED = re.compile(r"[“\"«《「]([^”\"»》」\n]{8,250})[”\"»》」]")
_NUMBERING = re.compile(r"^[\s*·•●■◆▪►>–—\-]*(?:\[?\d{1,2}[\].)、]\s*)?")
_MARKS = re.compile(r"[*\\\n\r]")
_SEMICOLON = re.compile(r"[;；]")
_BEFORE_VENUE = re.compile(
    r"[\s,，.(（\[|·:：-]*(?:(?:\b[Ii]n\b:?|Findings of|Proc(?:eedings)?\.?(?: of)?|发表于|发表在)(?: the)?)*[\s,，.(（\[|·:：-]*$"
)
_UNSURE = re.compile(r"[,，;；|]|\b[A-Z]\.")
_SENTENCE = re.compile(r"(?<=[\w\u4e00-\u9fff)?!])(?<!\b[A-Za-z])\.\s+|。")
_PRIZES = ("prize_gold", "prize_silver", "prize_bronze", "prize_any")
_PIECES = re.compile(r"[,，;；|·。()（）:：\t]|\s[-–—]\s")


def paper_offers(surface: Surface) -> Iterator[Offer]:
    """Offer own papers whose title can be told from authors and venue."""
    made: set[str] = set()
    for paper in papers_of(surface.reading):
        quote = paper.quotes[0]
        if quote.source != RESUME or not paper.venues:
            continue
        segment = _segment(quote, surface)
        if segment is None:
            continue
        start, end, role = segment
        text, plain = (_MARKS.sub(" ", whole[start:end]) for whole in (surface.text, surface.plain))
        venues = _venues(text, paper, surface.reading)
        if len({term for _, _, term in venues}) != 1:
            continue
        title = _title(text, role, venues)
        if not title or title in made or len(made) == ENTRIES or pattern("paper_refused").search(plain):
            continue
        made.add(title)
        yield offer(
            Kind.PUBLICATION,
            (surface.quote(start, end),),
            name=title,
            publisher=text[venues[0][0] : venues[0][1]] if paper.full else None,
            year=year_told(plain),
            status=_status(paper, plain),
            position="1" if paper.first or _is_first(paper, plain, surface.reading) else None,
        )


def _is_first(paper: Paper, plain: str, reading: Reading) -> bool:
    """Whether a place among the authors that the finder left open is told at the line's end."""
    told = [reading.cues.has(name, plain) for name in ("first_author", "shared_first_author", "later_author")]
    return paper.first is None and told == [True, False, False]


def _segment(quote: Quote, surface: Surface) -> tuple[int, int, Role] | None:
    """Give the part of a passage, between semicolons, in which a quotation begins."""
    passage = next((p for p in surface.passages if p.start <= quote.start < p.end), None)
    if passage is None:
        return None
    cuts = [match.end() for match in _SEMICOLON.finditer(surface.text, passage.start, passage.end)]
    start = max((cut for cut in cuts if cut <= quote.start), default=passage.start)
    return start, min((cut - 1 for cut in cuts if cut > quote.start), default=passage.end), passage.role


def _venues(text: str, paper: Paper, reading: Reading) -> list[tuple[int, int, str]]:
    """Give the paper's venues as (start, end, id) where they are written as names, outside of its title."""
    titles = [match.span() for match in _QUOTED.finditer(text)]
    return [
        (mention.start, mention.end, mention.term_id)
        for mention in reading.lexicon.find(text)
        if mention.term_id in paper.venues
        and not text[mention.start : mention.end].islower()
        and not any(start < mention.start < end for start, end in titles)
    ]


def _title(text: str, role: Role, venues: Sequence[tuple[int, int, str]]) -> str:
    quoted = _QUOTED.findall(text)
    if quoted:
        return " ".join(quoted[0].split()).rstrip(",.，。") if len(quoted) == 1 else ""
    if role is not Role.PUBLICATION:
        return ""
    numbering = _NUMBERING.match(text)
    before = _BEFORE_VENUE.sub("", text[numbering.end() if numbering else 0 : venues[0][0]])
    sentences = [" ".join(part.split()) for part in _SENTENCE.split(before) if part.strip()]
    title = sentences[-1] if sentences else ""
    words = 3 if len(sentences) == 1 else 2
    is_long_enough = len(title) >= 10 and (len(title.split()) >= words or not title.isascii())
    if not is_long_enough or len(title) > 250 or _UNSURE.search(title):
        return ""
    return "" if pattern("no_title").search(title.lower()) else title


def _status(paper: Paper, plain: str) -> str | None:
    if not paper.accepted:
        return "preparing" if pattern("paper_in_preparation").search(plain) else "submitted"
    taken, out = (pattern(name).search(plain) is not None for name in ("paper_taken", "paper_out"))
    return None if taken == out else "accepted" if taken else "published"


def contest_offers(surface: Surface) -> Iterator[Offer]:
    """Offer contests that a result is told of."""
    made: set[tuple[str, str]] = set()
    for entry in contests_of(surface.reading):
        quote = entry.quotes[0]
        if entry.denied or entry.prize is None or quote.source != RESUME:
            continue
        stretch = quote.start, quote.end
        told = contest_told(surface.text[slice(*stretch)], surface.reading)
        segment = _segment(quote, surface)
        if told is None and segment is not None:  # the prize stands before the contest
            stretch = segment[0], segment[1]
            told = contest_told(surface.text[slice(*stretch)], surface.reading)
        if told is None or told.key in made or len(made) == ENTRIES:
            continue
        made.add(told.key)
        line = surface.plain.rfind("\n", 0, stretch[0]) + 1
        year = told.year or year_told(surface.plain[line : stretch[0]])
        yield offer(Kind.AWARD, (surface.quote(*stretch),), contest=told.contest, prize=told.prize, year=year)


class ToldContest(NamedTuple):
    """A contest as a text writes it, its result, and the year (empty when it is not told)."""

    contest: str
    prize: str
    year: str

    @property
    def key(self) -> tuple[str, str]:
        """What two mentions of one result share."""
        return self.contest, self.prize


def contest_told(text: str, reading: Reading) -> ToldContest | None:
    """Give a contest's name and prize as a text writes them; None unless it names a contest and its result."""
    plain = plain_text(text)
    mentions = reading.lexicon.find(text, frozenset({"contest"}))
    if not mentions or pattern("not_a_result").search(plain):
        return None
    first, last = mentions[0].start, mentions[0].end
    prize = _prize_place(plain, first, last, reading)
    if prize is None or any(last < mention.start < prize[0] for mention in mentions):
        return None
    start = max((m.end() for m in _PIECES.finditer(text) if m.end() <= first), default=0)
    end = min((m.start() for m in _PIECES.finditer(text) if m.start() >= last), default=len(text))
    if prize[0] >= last:
        end = min(end, prize[0])
    else:
        start = max(start, prize[1])
    piece = plain[min(start, prize[0]) : max(end, prize[1])]
    name = text[start:end]
    lead = pattern("achievement_lead").match(name.lower())
    name = name[lead.end() if lead else 0 :]
    tail = pattern("achievement_tail").search(name.lower())
    name = " ".join((name[: tail.start()] if tail else name).split())
    if not 2 <= len(name) <= 120:
        return None
    year = year_told(piece) or (year_told(plain) if len({m.term_id for m in mentions}) == 1 else "")
    return ToldContest(name, " ".join(text[prize[0] : prize[1]].split()), year)


def _prize_place(plain: str, first: int, last: int, reading: Reading) -> tuple[int, int] | None:
    """Find the words that tell the result, a medal, a place or a share: the nearest after the contest, else before it."""
    found = [place for name in _PRIZES for place in reading.cues.places(name, plain)]
    found += [match.span() for told in (PLACE, TOP_SHARE) for match in told.finditer(plain)]
    places: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if plain.startswith("学金", end):
            continue
        if places and not plain[places[-1][1] : start].strip(" -"):
            places[-1] = places[-1][0], max(end, places[-1][1])
        else:
            places.append((start, end))
    after = [place for place in places if place[0] >= last]
    before = [place for place in places if place[1] <= first]
    chosen = after[0] if after else before[-1] if before else None
    if chosen is None:
        return None
    lead = pattern("prize_lead").search(plain[last if after else 0 : chosen[0]])
    tail = pattern("prize_tail").match(plain[chosen[1] :])
    return chosen[0] - (len(lead.group()) if lead else 0), chosen[1] + (len(tail.group()) if tail else 0)


def certificate_offers(reading: Reading) -> Iterator[Offer]:
    """Offer professional certificates that the résumé says are held."""
    count = 0
    for term in sorted(reading.seen_terms):
        if reading.lexicon.terms[term].kind != "certification":
            continue
        outcome = find_certification(CertificationAsk(term), reading)
        if outcome.verdict is not Verdict.MET or outcome.quotes[0].source != RESUME:
            continue
        quote = outcome.quotes[0]
        names = [m for m in reading.lexicon.find(quote.quote) if m.term_id == term]
        if names and count < ENTRIES:
            count += 1
            name = _word_around(quote.quote, names[0].start, names[0].end)
            yield offer(Kind.CERTIFICATE, (quote,), name=name, year=year_told(quote.quote.lower()))


def _word_around(text: str, start: int, end: int) -> str:
    """Give a mention with what is written on to it (软考中级)."""
    head = re.search(r"[^\s,，;；、:：()（）|·•]*$", text[:start])
    tail = re.match(r"[^\s,，;；、:：()（）|·•]*(?: [A-Z][\w-]*)*", text[end:])
    word = (head.group() if head else "") + text[start:end] + (tail.group() if tail else "")
    return word if len(word) <= 40 else text[start:end]
