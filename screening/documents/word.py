"""Text of a Word file with the stretches that its page does not show. Runs only in the limited child process.

Headers first, then the body with tables (cells parted by tabs) and text boxes where they are anchored, then notes and footers.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE as KINDS
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from screening.documents.failures import BROKEN, NO_TEXT, ExtractionError
from screening.documents.reading import Reading
from screening.documents.recognition import check_word_package
from screening.documents.word_looks import BOX, RUN, Looks
from screening.documents.wording import Passage, tidy

PARAGRAPH, ROW, CELL, PROPERTIES = qn("w:p"), qn("w:tr"), qn("w:tc"), qn("w:pPr")
TEXT, TAB, BREAK, RETURN, HYPHEN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:noBreakHyphen")
SYMBOL, LIST, FORMULA = qn("w:sym"), qn("w:numPr"), qn("m:t")
BULLETED = "• "
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SKIPPED = frozenset(
    {FALLBACK, PROPERTIES, qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:delText"), qn("w:rt")}
)
NOTES = (KINDS.FOOTNOTES, KINDS.ENDNOTES)
STRICT, TRANSITIONAL = b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"

Piece = tuple[str, bool]
"""Characters and whether the page shows them."""


def rehearse() -> None:
    """Read an empty file of our own, so that a process has loaded and learnt what every file needs."""
    packed = io.BytesIO()
    docx.Document().save(packed)
    try:
        read(packed.getvalue())
    except ExtractionError:
        return


def read(content: bytes) -> Reading:
    """Read a Word file; raise ExtractionError with a clear sentence. Its pages are not fixed."""
    check_word_package(content)
    try:
        document = docx.Document(io.BytesIO(_transitional(content)))
        looks = Looks(document)
        pieces = [piece for part in _parts(document) for piece in _blocks(part, looks)]
    except (
        PackageNotFoundError,
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
    ) as error:
        raise ExtractionError(BROKEN) from error
    passage = tidy(_joined(pieces))
    if not passage.text.strip():
        raise ExtractionError(NO_TEXT)
    return Reading(passage.text, passage.hidden)


def _transitional(content: bytes) -> bytes:
    """Give a file that keeps the strict form of the format in the form that is read; others as they are."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if STRICT not in package.read("_rels/.rels"):
            return content
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as copy:
            for member in package.infolist():
                part = package.read(member)
                if member.filename.endswith((".xml", ".rels")):
                    part = part.replace(STRICT + b"officeDocument/", TRANSITIONAL + b"officeDocument/2006/")
                    part = part.replace(STRICT + b"wordprocessingml/main", TRANSITIONAL + b"wordprocessingml/2006/main")
                    part = part.replace(STRICT + b"drawingml/", TRANSITIONAL + b"drawingml/2006/")
                copy.writestr(member.filename, part)
    return packed.getvalue()


def _parts(document: Any) -> Iterator[Any]:
    """Give headers, body, notes, footers; one that is linked to the section before is read once."""
    heads: list[Any] = []
    feet: list[Any] = []
    for section in document.sections:
        kinds = (
            (True, section.header, section.footer),
            (section.different_first_page_header_footer, section.first_page_header, section.first_page_footer),
            (document.settings.odd_and_even_pages_header_footer, section.even_page_header, section.even_page_footer),
        )
        for is_used, head, foot in kinds:
            if is_used and not head.is_linked_to_previous:
                heads.append(head._element)  # noqa: SLF001 - python-docx has no public way to text boxes
            if is_used and not foot.is_linked_to_previous:
                feet.append(foot._element)  # noqa: SLF001 - as above
    yield from _once(heads)
    yield document.element.body
    for relation in document.part.rels.values():
        if relation.reltype in NOTES:
            yield etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False))
    yield from _once(feet)


def _once(parts: list[Any]) -> Iterator[Any]:
    """Leave out a head or foot with the words of one before."""
    known: set[str] = set()
    for part in parts:
        words = "".join(part.itertext()).strip()
        if words not in known:
            known.add(words)
            yield part


def _blocks(parent: Any, looks: Looks) -> Iterator[Piece]:
    """Give the paragraphs and tables inside an element, each ended by a line end."""
    for child in parent:
        if child.tag in SKIPPED:
            continue
        if child.tag == PARAGRAPH:
            boxes: list[Any] = []
            yield from _paragraph(child, boxes, looks)
            for box in boxes:
                yield from _blocks(box, looks)
        elif child.tag == ROW:
            yield from _row(child, looks)
        elif isinstance(child.tag, str):
            yield from _blocks(child, looks)


def _paragraph(paragraph: Any, boxes: list[Any], looks: Looks) -> Iterator[Piece]:
    pieces = list(_inline(paragraph, boxes, looks))
    if paragraph.find(f"{PROPERTIES}/{LIST}") is not None and any(characters.strip() for characters, _ in pieces):
        yield BULLETED, True
    yield from pieces
    yield "\n", True


def _row(row: Any, looks: Looks) -> Iterator[Piece]:
    cells = [list(_blocks(cell, looks)) for cell in row.iter(CELL) if next(cell.iterancestors(ROW)) is row]
    for number, cell in enumerate(cells):
        while cell and not cell[-1][0].strip():
            cell.pop()
        if number:
            yield "\t", True
        yield from cell
    yield "\n", True


def _inline(parent: Any, boxes: list[Any], looks: Looks) -> Iterator[Piece]:
    """Give the characters of a paragraph; text boxes are put aside until it ends."""
    for child in parent:
        if child.tag in SKIPPED:
            continue
        if child.tag == BOX:
            boxes.append(child)
        elif child.tag in {TEXT, FORMULA}:
            yield child.text or "", looks.shows(child)
        elif child.tag == TAB and parent.tag == RUN:
            yield "\t", True
        elif child.tag in {BREAK, RETURN}:
            yield "\n", True
        elif child.tag == HYPHEN:
            yield "-", True
        elif child.tag == SYMBOL:
            yield _symbol(child), True
        elif isinstance(child.tag, str):
            yield from _inline(child, boxes, looks)


def _symbol(symbol: Any) -> str:
    code = symbol.get(qn("w:char")) or ""
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def _joined(pieces: list[Piece]) -> Passage:
    text: list[str] = []
    hidden: list[tuple[int, int]] = []
    position = 0
    for raw_characters, shown in pieces:
        characters = "".join(
            character
            for character in raw_characters
            if (character >= " " or character in "\t\n") and character != "\xad"
        )
        if not shown and characters.strip():
            if hidden and hidden[-1][1] == position:
                hidden[-1] = (hidden[-1][0], position + len(characters))
            else:
                hidden.append((position, position + len(characters)))
        text.append(characters)
        position += len(characters)
    return Passage("".join(text), tuple(hidden))
