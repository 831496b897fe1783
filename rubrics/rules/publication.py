"""Papers: rank of the venue, named venues, authorship, topic; reading papers is no publication."""

from __future__ import annotations

import re

from rubrics.model import AllOf, AnyOf, Degree, DegreeAsk, PublicationAsk, Rule, VenueRank
from rubrics.rules.clause import SKILL_KINDS, Clause

_RANK = re.compile(
    r"(?:ccf\s*-?\s*)([abc])\s*(?:[/、]\s*[abc])*\s*(?:类|级|档)?|(?<![a-z])([abc])\s*类(?:会议|期刊|论文|及?以上)"
)
_CASES = re.compile(r"(?:研究生|硕士|博士|本科)[^,;。]{0,6}(?:发表|一作|第一作者)")
_SUBJECT = {"研究生": Degree.MASTER, "硕士": Degree.MASTER, "博士": Degree.DOCTORATE, "本科": Degree.BACHELOR}
_PUBLISHING = frozenset({"published", "publishing", "publish"})
_TOP = re.compile(r"顶会|顶刊|顶级|顶尖|top[- ](?:tier|conference)|premier|flagship")


def asks(clause: Clause) -> tuple[Rule, ...]:
    """Give the papers asked for; "研究生 … A 类, 或本科 … B 类" becomes two cases, each with its degree."""
    if not _speaks_of_papers(clause) and not (clause.terms("venue") and _is_venue_list(clause)):
        return ()
    writing = clause.has("read_paper_writing")
    if clause.has("read_paper_reading") and not (writing or "发表" in clause.words or clause.terms("venue")):
        return ()
    starts = [match.start() for match in _CASES.finditer(clause.words)]
    if len(starts) >= 2:
        cases: list[Rule] = []
        for start, end in zip(starts, [*starts[1:], len(clause.words)], strict=True):
            words = clause.words[start:end]
            degree = next(found for word, found in _SUBJECT.items() if words.startswith(word))
            cases.append(AllOf((DegreeAsk(degree), _ask(clause, words))))
        return (AnyOf(tuple(cases), open=False),)
    return (_ask(clause, clause.words),)


def _speaks_of_papers(clause: Clause) -> bool:
    """Whether papers are meant: an app or a game is published too."""
    if not clause.has("read_publication"):
        return False
    only = {clause.words[start:end] for start, end in clause.where("read_publication")} <= _PUBLISHING
    return not only or clause.has("read_scholarly") or bool(clause.terms("venue"))


def _ask(clause: Clause, words: str) -> PublicationAsk:
    rank = _RANK.search(words)
    venues = tuple(term.id for _, term in clause.terms("venue")) if words == clause.words else ()
    found = VenueRank((rank[1] or rank[2]).upper()) if rank else None
    if found is None and not venues and _TOP.search(words):
        found = VenueRank.A
    return PublicationAsk(
        rank=found,
        venues=venues,
        venues_open=True,
        first_author=any(word in words for word in ("第一作者", "一作", "first author", "first-author")),
        topics=_topics(clause) if words == clause.words else (),
        writing_counts=clause.has("read_paper_writing"),
    )


def _topics(clause: Clause) -> tuple[str, ...]:
    return tuple(
        term.id for _, term in clause.terms(*SKILL_KINDS) if term.kind == "knowledge" and not term.facts.get("generic")
    )


def _is_venue_list(clause: Clause) -> bool:
    return any(word in clause.words for word in ("会议", "期刊", "conference", "journal", "发表"))
