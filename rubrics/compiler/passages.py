"""What a passage asks for when a person takes it for criteria: the compiler's own reading, without the posting around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rubrics.compiler.reading import read_chunk
from rubrics.compiler.terms import DocumentTerms
from rubrics.lexicon import Lexicon
from rubrics.model import AllOf, AssessedBy, Category, Rule, Section, WordsAsk
from rubrics.postings import Item, chunks_of
from rubrics.postings.headings import HeadingKind
from rubrics.text import SourceText, Span, plain

_MARK = re.compile(r"[\s>#*•●▪■◆◇·\-–—]*(?:\(?\d{1,2}\s?[、.:)](?!\d)|\(?[一二三四五六七八九十]{1,3}[、.)]|[①-⑳])?\s*")
_CONTEXT = 300  # characters around a passage in which an ambiguous term may find what it needs
_EDGE = " \t\r\n*_`|;,。；，、"


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing that a passage asks for: its place in the document, its section, and what the compiler reads in it."""

    span: Span
    section: Section
    category: Category
    rule: Rule
    assessed_by: AssessedBy
    gate: bool


def read_passage(source: SourceText, span: Span, *, bonus: bool, lexicon: Lexicon) -> tuple[Passage, ...]:
    """Read a stretch of a document as one item of a section; bullets and numbers at its start are passed over.

    ``bonus`` says that the stretch stands in a bonus section; in a requirement a preferred clause is a bonus all the same.
    What is not understood stays words for a person. Nothing but blanks and marks gives an empty tuple.
    """
    span = words_of(source, span)
    if span.end <= span.start:
        return ()
    kind = HeadingKind.BONUS if bonus else HeadingKind.REQUIREMENT
    item = Item(source, span, source.lines_of(span), kind, heading=None, number=None, style="", gap=False)
    around = Span(max(0, span.start - _CONTEXT), min(len(source.text), span.end + _CONTEXT))
    terms = DocumentTerms.of(source.text, lexicon, (around,), (span,))
    found = []
    for chunk in chunks_of(item, lexicon, terms.cues):
        section = Section.BONUS if chunk.bonus else Section.REQUIREMENT
        for parts, readings in read_chunk(chunk, terms):
            place = Span(parts[0].start, parts[-1].end)
            found += [
                Passage(
                    place,
                    section,
                    reading.category,
                    reading.rule,
                    reading.assessed_by,
                    gate=reading.gate and section is Section.REQUIREMENT,
                )
                for reading in readings
            ]
    return tuple(found)


def read_words(words: str, *, bonus: bool, lexicon: Lexicon) -> Passage:
    """Read words that a person typed as one criterion; several asks are asked together. The span counts in the words."""
    source = SourceText(words)
    whole = Span(0, len(words))
    section = Section.BONUS if bonus else Section.REQUIREMENT
    every = read_passage(source, whole, bonus=bonus, lexicon=lexicon)
    if not every:
        return Passage(whole, section, Category.OTHER, WordsAsk(words), AssessedBy.BOTH, gate=False)
    first = every[0]
    if len(every) == 1:
        return replace(first, section=section, gate=first.gate and not bonus)
    return Passage(
        Span(first.span.start, every[-1].span.end),
        section,
        first.category,
        AllOf(tuple(dict.fromkeys(passage.rule for passage in every))),
        first.assessed_by if len({passage.assessed_by for passage in every}) == 1 else AssessedBy.BOTH,
        gate=not bonus and all(passage.gate for passage in every),
    )


def words_of(source: SourceText, span: Span) -> Span:
    """Give a stretch without the bullet or number at its start and without blanks and marks at its edges."""
    text = plain(source.text[span.start : span.end])
    mark = _MARK.match(text)
    start = mark.end() if mark else 0
    end = len(text.rstrip(_EDGE))
    return Span(span.start + start, span.start + max(start, end))
