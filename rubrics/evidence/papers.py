"""The papers of an application, from answers and from running text; own papers only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rubrics.dossier import Json
from rubrics.evidence.clauses import Clause, tells_of_others
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Answer, Passage, Role, entries, field_of
from rubrics.evidence.venues import rank_of, titled_venues, venues_of
from rubrics.prescore import Quote

TEXT_ROLES = (
    Role.PUBLICATION,
    Role.WORK,
    Role.PROJECT,
    Role.EDUCATION,
    Role.SELF,
    Role.PLAN,
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


def papers_of(reading: Reading) -> Iterator[Paper]:
    """Read every own paper of the application."""
    for pointer, row in entries(reading.dossier.answers, "publications"):
        name, publisher = field_of(row, pointer, "name"), field_of(row, pointer, "publisher", "venue")
        if name is None and publisher is None:
            continue
        yield _paper_answered(reading, pointer, row, [answer for answer in (publisher, name) if answer is not None])
    publishing = reading.cues.groups("publish")
    for passage in reading.passages(*TEXT_ROLES):
        if passage.role is not Role.PUBLICATION and not passage.hints & publishing:
            continue
        if reading.sources[passage.source].pointer.startswith("/publications/"):
            continue
        yield from _papers_told(passage, reading)


def _paper_answered(reading: Reading, pointer: str, row: dict[str, Json], answers: list[Answer]) -> Paper:
    status = field_of(row, pointer, "status")
    summary = field_of(row, pointer, "summary")
    texts = [answer for answer in (*answers, status, summary) if answer is not None]
    everything = " | ".join(answer.plain for answer in texts)
    publisher = field_of(row, pointer, "publisher", "venue")
    venues = venues_of(publisher or answers[0], reading.lexicon)
    state = status.plain if status is not None else (publisher.plain if publisher is not None else "")
    weak = reading.cues.has("paper_status_weak", state) or venues == frozenset({"venue_arxiv"})
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
        rank=rank_of(venues, reading.lexicon) or (_told_rank(ranked) if ranked else None),
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
    named = passage in reading.naming("venue")
    for clause in clauses:
        venues = frozenset([term for term in clause.terms if reading.lexicon.terms[term].kind == "venue"])
        venues |= titled_venues(clause.plain, reading.lexicon) if passage.role is Role.PUBLICATION else frozenset()
        ranked = reading.cues.has("ccf_rank", clause.plain)
        own = reading.cues.has("paper_own", clause.plain)
        if not venues and not ranked and (not own or named):
            continue
        if not venues and passage.role is not Role.PUBLICATION and not reading.cues.has("paper_noun", clause.plain):
            continue  # software is published too
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
    around = _around(clause, passage, reading)
    if tells_of_others(plain, reading.cues) and not cues.has("author_self", around):
        return None
    wished = cues.places("wish", plain)
    accepted = reading.cues.pattern("paper_accepted").search(plain)
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
    weak = cues.has("publication_weak", around) and not _accepted_here(plain, reading)
    if not stated and not weak:
        return None
    ranked = cues.pattern("ccf_rank").search(around)
    quote = reading.quote_clause(passage.source, clause, clause.start, clause.end)
    real = venues - {"venue_arxiv"}
    if (
        not real
        and ranked is None
        and not weak
        and cues.has("paper_writing", plain)
        and not reading.cues.pattern("paper_accepted").search(plain)
    ):
        return None
    return Paper(
        quotes=(quote,),
        venues=real,
        rank=rank_of(real, reading.lexicon) or (_told_rank(ranked) if ranked else None),
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
        if reading.lexicon and any(reading.lexicon.terms[term].kind == "venue" for term in clauses[place].terms):
            break
        last = clauses[place].end
    place = clauses.index(clause)
    while place > 0 and not re.search(r"[。;!?\n]|\.\s", plain[clauses[place - 1].end : first]):
        place -= 1
        if any(reading.lexicon.terms[term].kind == "venue" for term in clauses[place].terms):
            break
        first = clauses[place].start
    return plain[first:last]


def _accepted_here(plain: str, reading: Reading) -> bool:
    return reading.cues.has("paper_accepted_clear", plain) and not reading.cues.has("paper_not_accepted", plain)


_MARKED_FIRST = re.compile(r"^\s*(?:[-*•·]\s+)?(?:\[?\d{1,2}[\].)]{0,2}\s*)?(?P<mark>\*\*|__)[^*_\n]{2,30}(?P=mark)")


def _first_author(plain: str, reading: Reading) -> bool | None:
    if reading.cues.has("shared_first_author", plain):
        return None
    if reading.cues.has("first_author", plain):
        return True
    if reading.cues.has("later_author", plain):
        return False
    if _MARKED_FIRST.match(plain):
        return True  # authors mark their own name in bold
    return None


def _told_rank(match: re.Match[str]) -> str | None:
    return next((group.upper() for group in match.groups() if group), None)
