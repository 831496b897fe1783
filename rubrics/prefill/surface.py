"""A résumé's visible text with the part that each place stands in, for readers that look at words as they are written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rubrics.evidence import Reading
from rubrics.evidence.texts import RESUME, Passage, Role, blank_out, hidden_stretches, plain_text, without_markup
from rubrics.prescore import Quote
from rubrics.text import plain


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """``text`` is the résumé in half width with its own case, ``plain`` the same in lower case; hidden stretches are blanks in both and every offset is the résumé's own.

    ``passages`` are the résumé's, in order; without a résumé all are empty.
    """

    reading: Reading
    text: str
    plain: str
    passages: tuple[Passage, ...]
    starts: Sequence[int]

    def role_at(self, place: int) -> Role | None:
        """Give the part in which a character stands; None for a heading and the line of the name."""
        number = bisect_right(self.starts, place) - 1
        return self.passages[number].role if number >= 0 and place < self.passages[number].end else None

    def quote(self, start: int, end: int) -> Quote:
        """Quote a stretch of the résumé without the blanks around it."""
        original = self.reading.dossier.resume or ""
        words = original[start:end]
        start += len(words) - len(words.lstrip())
        return Quote(RESUME, start, start + len(words.strip()), words.strip())


def surface_of(reading: Reading) -> Surface:
    """Give the surface of a reading's résumé."""
    resume = reading.dossier.resume or ""
    visible = blank_out(without_markup(resume), hidden_stretches(reading.dossier))
    own = [passage for passage in reading.passages() if reading.sources[passage.source].pointer == RESUME]
    passages = tuple(sorted(own, key=lambda passage: passage.start))
    text = plain(visible)
    return Surface(reading, text, plain_text(text), passages, [passage.start for passage in passages])
