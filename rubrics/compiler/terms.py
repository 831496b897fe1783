"""The terms of a whole document, found once: a clause sees its own, told apart by the words around it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from rubrics.lexicon import CuePlaces, Lexicon, Mention
from rubrics.postings import Part
from rubrics.rules import Clause, Reading
from rubrics.text import Span, fold

_LONE = 30


@dataclass(frozen=True, slots=True)
class DocumentTerms:
    """A document's text, its mentions in order and where each starts, and its cue words."""

    text: str
    lexicon: Lexicon
    mentions: tuple[Mention, ...]
    starts: tuple[int, ...]
    cues: CuePlaces
    clauses: dict[tuple[int, int, bool], Clause] = field(default_factory=dict, repr=False)
    read: dict[tuple[str, bool], tuple[Clause, tuple[Reading, ...]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, text: str, lexicon: Lexicon, told: Iterable[Span], asking: Iterable[Span]) -> DocumentTerms:
        """Find the terms and the cue words of a document, each in ranges of it that do not overlap."""
        mentions: list[Mention] = []
        for part in sorted(told):
            mentions.extend(
                Mention(mention.start + part.start, mention.end + part.start, mention.term_id)
                for mention in lexicon.find(text[part.start : part.end])
            )
        cues = CuePlaces.of(text, lexicon, ((part.start, fold(text[part.start : part.end])) for part in sorted(asking)))
        return cls(text, lexicon, tuple(mentions), tuple(mention.start for mention in mentions), cues)

    def clause(self, parts: tuple[Part, ...], *, bonus: bool) -> Clause:
        """Give a run of clauses with its terms; a lone word that is a term's spelling needs no context."""
        place = (parts[0].start, parts[-1].end, bonus)
        if place not in self.clauses:
            self.clauses[place] = self._clause(*place)
        return self.clauses[place]

    def _clause(self, start: int, end: int, bonus: bool) -> Clause:
        found = self.mentions[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
        inside = tuple(
            Mention(mention.start - start, mention.end - start, mention.term_id)
            for mention in found
            if mention.end <= end
        )
        raw = self.text[start:end]
        if not inside and len(raw) <= _LONE:
            inside = tuple(Mention(0, len(raw), term_id) for term_id in self.lexicon.exact(raw))
        return Clause(raw, bonus, self.lexicon, inside, self.cues.within(start, end))
