"""Text of a Word file with the stretches that its page does not show. Runs only in the limited child process.

Headers first, then the body with tables (cells parted by tabs) and text boxes where they are anchored, then footers.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from screening.documents.failures import BROKEN, NO_TEXT, ExtractionError
from screening.documents.reading import Reading
from screening.documents.recognition import check_word_package

PARAGRAPH, ROW, CELL, RUN = qn("w:p"), qn("w:tr"), qn("w:tc"), qn("w:r")
TEXT, TAB, BREAK, RETURN, HYPHEN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:noBreakHyphen")
BOX, FALLBACK = qn("w:txbxContent"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SKIPPED = frozenset({FALLBACK, qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:delText")})
WHITE = "FFFFFF"
TINY_HALF_POINTS = 4

Piece = tuple[str, bool]
"""Characters and whether the page shows them."""


def read(content: bytes) -> Reading:
    """Read a Word file; raise ExtractionError with a clear sentence. Its pages are not fixed."""
    check_word_package(content)
    try:
        document = docx.Document(io.BytesIO(content))
        pieces = [piece for part in _parts(document) for piece in _blocks(part)]
    except (
        PackageNotFoundError,
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
    ) as error:
        raise ExtractionError(BROKEN) from error
    text, hidden = _joined(pieces)
    if not text.strip():
        raise ExtractionError(NO_TEXT)
    return Reading(text, tuple(hidden))


def _parts(document: Any) -> Iterator[Any]:
    """Give headers, body, footers; one that is linked to the section before is read once."""
    for section in document.sections:
        if not section.header.is_linked_to_previous:
            yield section.header._element  # noqa: SLF001 - python-docx has no public way to text boxes
    yield document.element.body
    for section in document.sections:
        if not section.footer.is_linked_to_previous:
            yield section.footer._element  # noqa: SLF001 - as above


def _blocks(parent: Any) -> Iterator[Piece]:
    """Give the paragraphs and tables inside an element, each ended by a line end."""
    for child in parent:
        if child.tag in SKIPPED:
            continue
        if child.tag == PARAGRAPH:
            boxes: list[Any] = []
            yield from _inline(child, boxes)
            yield "\n", True
            for box in boxes:
                yield from _blocks(box)
        elif child.tag == ROW:
            yield from _row(child)
        elif isinstance(child.tag, str):
            yield from _blocks(child)


def _row(row: Any) -> Iterator[Piece]:
    cells = [list(_blocks(cell)) for cell in row.iter(CELL) if next(cell.iterancestors(ROW)) is row]
    for number, cell in enumerate(cells):
        while cell and not cell[-1][0].strip():
            cell.pop()
        if number:
            yield "\t", True
        yield from cell
    yield "\n", True


def _inline(parent: Any, boxes: list[Any]) -> Iterator[Piece]:
    """Give the characters of a paragraph; text boxes are put aside until it ends."""
    for child in parent:
        if child.tag in SKIPPED:
            continue
        if child.tag == BOX:
            boxes.append(child)
        elif child.tag == TEXT:
            yield child.text or "", _is_shown(child)
        elif child.tag == TAB and parent.tag == RUN:
            yield "\t", True
        elif child.tag in {BREAK, RETURN}:
            yield "\n", True
        elif child.tag == HYPHEN:
            yield "-", True
        elif isinstance(child.tag, str):
            yield from _inline(child, boxes)


def _is_shown(text: Any) -> bool:
    """Tell from the run's own properties: not vanished, not tiny, not white on the plain page."""
    run = next(text.iterancestors(RUN), None)
    properties = run.find(qn("w:rPr")) if run is not None else None
    if properties is None:
        return True
    vanish = properties.find(qn("w:vanish"))
    if vanish is not None and vanish.get(qn("w:val")) not in {"0", "false", "off"}:
        return False
    size = properties.find(qn("w:sz"))
    if size is not None and (size.get(qn("w:val")) or "").isdigit() and int(size.get(qn("w:val"))) <= TINY_HALF_POINTS:
        return False
    colour = properties.find(qn("w:color"))
    white = colour is not None and (colour.get(qn("w:val")) or "").upper() == WHITE
    return not white or _has_ground(run)


def _has_ground(run: Any) -> bool:
    """Tell whether something dark may lie under a run: shading or highlight of it or around it, a table style, a text box."""
    if run.find(f"{qn('w:rPr')}/{qn('w:highlight')}") is not None:
        return True
    for element in (run, *run.iterancestors()):
        if element.tag in {BOX, qn("w:tblStylePr")} or element.find(f"{element.tag}Pr/{qn('w:tblStyle')}") is not None:
            return True
        shading = element.find(f"{element.tag}Pr/{qn('w:shd')}")
        if shading is not None and (shading.get(qn("w:fill")) or "auto").upper() not in {"AUTO", WHITE}:
            return True
    return False


def _joined(pieces: list[Piece]) -> tuple[str, list[tuple[int, int]]]:
    text: list[str] = []
    hidden: list[tuple[int, int]] = []
    position = 0
    for raw_characters, shown in pieces:
        characters = "".join(character for character in raw_characters if character >= " " or character in "\t\n")
        if not shown and characters.strip():
            if hidden and hidden[-1][1] == position:
                hidden[-1] = (hidden[-1][0], position + len(characters))
            else:
                hidden.append((position, position + len(characters)))
        text.append(characters)
        position += len(characters)
    return "".join(text), hidden
