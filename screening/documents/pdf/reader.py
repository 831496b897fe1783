"""From the bytes of a PDF to its text: pages in order, repeated heads and feet once, unseen stretches named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screening.documents.failures import SCANNED, TOO_MANY_PAGES, TOO_MUCH_TEXT, ExtractionError
from screening.documents.pdf.columns import reading_order
from screening.documents.pdf.library import Document
from screening.documents.pdf.sight import find_unseen
from screening.documents.reading import CHARACTERS, Reading
from screening.documents.wording import Passage, Ranges, tidy

PAGES = 60
REHEARSALS = 8
EDGE_LINES, LONGEST_EDGE = 2, 80
COUNTED = re.compile(
    r"(?:page|第)?\s*\d{1,3}\s*(?:页\s*)?(?:/|／|of|[,，]?\s*共)\s*\d{1,3}\s*页?|page\s*\d{1,3}|第\s*\d{1,3}\s*页",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"[\s\-–—]*(\d{1,3})[\s\-–—]*")
SAMPLE = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 90] /Contents 4 0 R
/Resources << /Font << /F1 5 0 R >> >> >> endobj
4 0 obj << /Length 66 >> stream
0 0 9 9 re f BT /F1 9 Tf 9 9 Td (Handgloves, 0123456789) Tj ET  \x20\x20
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> endobj
trailer << /Root 1 0 R >>
"""


def rehearse() -> None:
    """Read a page of our own, so that a process has loaded and learnt what every file needs."""
    for _ in range(REHEARSALS):
        read(SAMPLE)


def read(content: bytes) -> Reading:
    """Read a PDF; raise ExtractionError with a clear sentence."""
    document = Document(content)
    try:
        count = len(document)
        if count > PAGES:
            raise ExtractionError(TOO_MANY_PAGES)
        passages: list[Passage] = []
        is_recognised = False
        for number in range(count):
            passage, recognised = _read_page(document, number)
            passages.append(passage)
            is_recognised = is_recognised or recognised
            if sum(len(one.text) for one in passages) > CHARACTERS:
                raise ExtractionError(TOO_MUCH_TEXT)
    finally:
        document.close()
    text, hidden = _bound(_without_repetitions(passages))
    if not text.strip():
        raise ExtractionError(SCANNED)
    return Reading(text, hidden, count, is_recognised)


def _read_page(document: Document, number: int) -> tuple[Passage, bool]:
    page = document.page(number)
    try:
        if not page.count:
            return Passage(""), False
        unseen = find_unseen(page)
        text, states = page.characters, unseen.states
        order = reading_order(page)
        if order is not None:
            text = "".join(text[place] if place >= 0 else "\n" for place in order)
            states = None if states is None else [states[place] if place >= 0 else None for place in order]
        hidden = () if states is None else tuple(_stretches(text, states))
        return tidy(Passage(text.replace("\0", "\ufffd"), hidden)), unseen.is_recognised
    finally:
        page.close()


def _stretches(text: str, states: list[bool | None]) -> Iterator[tuple[int, int]]:
    """Give stretches of unseen characters; blanks between two of them belong to the stretch, one without a letter hides nothing."""
    start = end = None
    for place, state in enumerate([*states, True]):
        if state is False:
            start = place if start is None else start
            end = place + 1
        elif state and start is not None and end is not None:
            if any(letter.isalnum() for letter in text[start:end]):
                yield start, end
            start = end = None


def _without_repetitions(passages: list[Passage]) -> list[Passage]:
    """Leave out of later pages the first and last lines that stood on the page before, and bare page numbers."""
    if len(passages) < 2:
        return passages
    kept: list[Passage] = []
    before: list[set[str]] = [set(), set()]
    for number, passage in enumerate(passages, 1):
        cuts: list[tuple[int, int]] = []
        for side, spans in enumerate(_edges(passage.text)):
            names = {span: COUNTED.sub("#", passage.text[slice(*span)].strip()) for span in spans}
            cuts += [span for span, name in names.items() if name in before[side] or _is_number(name, number)]
            before[side] = set(names.values())
        kept.append(_cut(passage, cuts))
    return kept


def _is_number(line: str, page: int) -> bool:
    """Tell whether a line is nothing but the number of its page."""
    bare = NUMBERED.fullmatch(line)
    return line == "#" or (bare is not None and int(bare[1]) == page)


def _edges(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Give the places of the first and of the last short lines of a page."""
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    if len(lines) < 3 * EDGE_LINES:
        return [], lines[-1:] if len(lines) > 1 else []
    first, last = (
        [(start, end) for start, end in edge if end - start <= LONGEST_EDGE]
        for edge in (lines[:EDGE_LINES], lines[-EDGE_LINES:])
    )
    return first, last


def _cut(passage: Passage, spans: list[tuple[int, int]]) -> Passage:
    for start, end in sorted(set(spans), reverse=True):
        passage = _removed(passage, start, end + passage.text.startswith("\n", end))
    return passage


def _removed(passage: Passage, start: int, end: int) -> Passage:
    hidden = tuple(
        (first, last)
        for first, last in (
            (
                place - max(0, min(place, end) - start) if place > start else place,
                stop - max(0, min(stop, end) - start) if stop > start else stop,
            )
            for place, stop in passage.hidden
        )
        if first < last
    )
    return Passage(passage.text[:start] + passage.text[end:], hidden)


def _bound(passages: list[Passage]) -> tuple[str, Ranges]:
    """Put pages behind each other, an empty line between them."""
    texts: list[str] = []
    hidden: list[tuple[int, int]] = []
    offset = 0
    for passage in passages:
        text = passage.text.strip("\n")
        lead = len(passage.text) - len(passage.text.lstrip("\n"))
        hidden += [
            (offset + start - lead, min(offset + len(text), offset + end - lead)) for start, end in passage.hidden
        ]
        texts.append(text)
        offset += len(text) + 2
    return "\n\n".join(texts), tuple(hidden)
