"""A clause of an item, and what the cue words in it say of how it joins the clauses beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rubrics.lazy import Kept
from rubrics.lexicon import CuePlaces, Lexicon, stands_free
from rubrics.postings.items import Item
from rubrics.text import SourceText, fold

_LEAD_EDGE = " \t(*"
_DEGREE_FLOOR = re.compile(
    r"(?:本科|硕士|博士|大专|研究生|专科)(?:研究生)?(?:学历|学位)?(?:及其?以上|以上|或以上)|(?:相关|类|等|学)专业|(?:bachelor|master|ph\.?d|doctora)\S*"
)
_YEARS = re.compile(
    r"\d+\s*\+?\s*(?:[-~至到]\s*\d+\s*)?(?:年|个月|years?|yrs?)"
    r"|[一二两三四五六七八九十]\s*年(?:及?以上|左右|的?工作|相关|.{0,16}经[验历])"
    r"|\b(?:one|two|three|four|five|six|seven|eight|ten|several)\s+(?:\(\d+\)\s*)?(?:or more\s+)?years?\b"
)
_CHINESE = re.compile("[一-鿿]")
_GLUED = re.compile(r"(?<=[a-z]{3})[A-Z][a-z]+(?= [a-z])")
_TURN = re.compile(r" (?:and|with|but)(?: an?)? $")
_TURN_REACH = 10
_FIRST_WORD = re.compile(r"[a-z]+|最好")
_MARKS = re.compile(r"\W*")
_HEAD = 48
_LATIN_HEAD = 40
_FEW_WORDS = 2
INNER = re.compile(r"\([^()]*\)")
_MINIMUM = 2


@dataclass(frozen=True)
class Part:
    """A clause: a span of the document between commas and the like."""

    source: SourceText
    start: int
    end: int

    @Kept
    def text(self) -> str:
        """Give the clause's words, full-width forms settled, character for character."""
        return self.source.words(self.start, self.end)

    @Kept
    def folded(self) -> str:
        """Give the clause's words made comparable."""
        return fold(self.text).text


@dataclass(frozen=True, slots=True)
class Words:
    """The cue words of a document, asked of an item's clauses."""

    lexicon: Lexicon
    places: CuePlaces

    def of(self, part: Part) -> dict[str, list[tuple[int, int]]]:
        """Give the cue words of a clause, group by group."""
        return self.places.within(part.start, part.end)

    def prefers(self, part: Part) -> bool:
        """Whether a clause says that something is only preferred."""
        cues = self.of(part)
        return stands_free(cues.get("read_preference", ()), cues.get("read_preference_no", ()))

    def prefers_within(self, item: Item, start: int, end: int) -> bool:
        """Give the same for a stretch of an item."""
        return self.prefers(Part(item.source, item.span.start + start, item.span.start + end))

    def owns_predicate(self, part: Part) -> bool:
        """Whether a clause has a verb or the like of its own near its start; what stands in brackets counts for nothing."""
        if "(" in part.text:
            return self._owns_predicate(INNER.sub(" ", part.folded).strip())
        if self.continues(part):
            return False
        latin = not _CHINESE.search(part.text, 0, _LATIN_HEAD)
        head = _LATIN_HEAD if latin else _HEAD
        first = next((start for start, end in self.of(part).get("read_predicate", ()) if end <= head), None)
        return first is not None and (not latin or part.text.count(" ", 0, first) <= _FEW_WORDS)

    def _owns_predicate(self, folded: str) -> bool:
        marks = _MARKS.match(folded)
        place = marks.end() if marks else 0
        cues = self.lexicon.asking_cues(folded)
        if any(first <= place for first, _ in cues.get("read_continuation", ())):
            return False
        latin = not _CHINESE.search(folded, 0, _LATIN_HEAD)
        head = _LATIN_HEAD if latin else _HEAD
        first = next((start for start, end in cues.get("read_predicate", ()) if end <= head), None)
        return first is not None and (not latin or folded.count(" ", 0, first) <= _FEW_WORDS)

    def has_predicate(self, part: Part) -> bool:
        """Whether a verb or the like stands anywhere in a clause."""
        return "read_predicate" in self.of(part)

    def continues(self, part: Part) -> bool:
        """Whether a clause begins as the rest of a longer one."""
        return self._starts_with("read_continuation", part)

    def glued(self, text: str) -> frozenset[int]:
        """Places where one English sentence runs on to the next one, its line break lost (teamsExperience with)."""
        openers = self.lexicon.cues("read_predicate")
        return frozenset(match.start() for match in _GLUED.finditer(text) if match.group().lower() in openers)

    def turns(self, item: Item, text: str) -> frozenset[int]:
        """Places where a clause turns to a preference in its middle (… and bonus points if, … with preference for)."""
        if not text.isascii():
            return frozenset()
        lower = text.lower()
        return frozenset(
            start
            for start, end in self.places.within(item.span.start, item.span.end).get("read_preference", ())
            if _TURN.search(lower[max(0, start - _TURN_REACH) : start]) and len(lower) - end > _MINIMUM
        )

    def leads_on(self, part: Part) -> bool:
        """Whether a clause begins as an example of the one before it or as an alternative to it."""
        return self._starts_with("read_forward", part)

    def _starts_with(self, group: str, part: Part) -> bool:
        found = self.of(part).get(group)
        if not found:
            return False
        marks = _MARKS.match(part.text)
        return found[0][0] <= (marks.end() if marks else 0)

    def starts_preferring(self, part: Part) -> bool:
        """Whether a clause begins with a preference, which then is said of what follows (…, ideally at a consumer brand)."""
        first = _FIRST_WORD.match(part.folded)
        return (
            first is not None
            and first.group() in self.lexicon.cues("preference_leading")
            and first.end() < len(part.folded)
        )

    def leads_sentence(self, part: Part) -> bool:
        """Whether a clause is nothing but a preference that may stand before its sentence (Ideally, …)."""
        return part.text.strip(_LEAD_EDGE).lower() in self.lexicon.cues("preference_leading")

    def leads_vaguely(self, part: Part) -> bool:
        """Whether a clause asks for something that only the clauses after it make clear (较强的研究能力，…)."""
        return "read_vague_lead" in self.of(part)

    def is_bare(self, part: Part) -> bool:
        """Whether a clause is neither a sentence of its own nor a floor."""
        return not (self.owns_predicate(part) or self.asks_hard(part))

    def asks_hard(self, part: Part) -> bool:
        """Whether a clause is a floor or says that it must be met."""
        return "read_hard" in self.of(part) or is_floor(part)


def is_floor(part: Part) -> bool:
    """Whether a clause names a degree or years: a floor that no preference beside it takes away."""
    return bool(_DEGREE_FLOOR.search(part.folded) or _YEARS.search(part.folded))
