"""The words by which postings are read, found once in a text and asked of any clause of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from rubrics.lexicon.lexicon import Lexicon
from rubrics.text import Folded, fold

Places = dict[str, list[tuple[int, int]]]
Hit = tuple[int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CuePlaces:
    """Cue words by where they start; offsets count characters of the text as given. What was asked once is kept."""

    text: str
    lexicon: Lexicon
    hits: tuple[Hit, ...]
    starts: tuple[int, ...]
    known: dict[tuple[int, int], Places] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, text: str, lexicon: Lexicon, ranges: Iterable[tuple[int, Folded]]) -> CuePlaces:
        """Find the cue words of a text in ranges of it: where each begins, and its words made comparable."""
        hits: list[Hit] = []
        for offset, folded in ranges:
            found, places = lexicon.asking_hits(folded.text), folded.offsets
            if places is None:
                hits.extend((start + offset, end + offset, groups) for start, end, groups in found)
            else:
                hits.extend(
                    (places[start] + offset, places[end - 1] + 1 + offset, groups) for start, end, groups in found
                )
        return cls(text, lexicon, tuple(hits), tuple(hit[0] for hit in hits))

    def within(self, start: int, end: int) -> Places:
        """Give for each group the places of its words inside a range, counted from the range's start, from left to right."""
        places = self.known.get((start, end))
        if places is None:
            cut = self._cuts_word(start) or self._cuts_word(end)
            places = self.lexicon.asking_cues(fold(self.text[start:end]).text) if cut else self._inside(start, end)
            self.known[start, end] = places
        return places

    def _inside(self, start: int, end: int) -> Places:
        places: Places = {}
        for place in range(bisect_left(self.starts, start), len(self.hits)):
            first, last, groups = self.hits[place]
            if first >= end:
                break
            if last <= end:
                for group in groups:
                    places.setdefault(group, []).append((first - start, last - start))
        return places

    def _cuts_word(self, place: int) -> bool:
        """Whether a place stands inside a Latin word: the line break between two sentences was lost there."""
        around = self.text[place - 1 : place + 1] if place else ""
        return len(around) > 1 and around.isascii() and around.isalnum()
