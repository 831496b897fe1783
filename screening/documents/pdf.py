"""Text of a PDF with the stretches that a reader of the page would not see. Runs only in the limited child process.

Each character's place is looked up in a rendering of its page: where nothing contrasts there, the character is hidden,
whatever made it so (white on white, transparent, invisible, covered, outside the page). Type under ``TINY`` points is
hidden too. White letters on a dark bar are seen, so they are not.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

from screening.documents.failures import BROKEN, ENCRYPTED, SCANNED, TOO_MANY_PAGES, ExtractionError
from screening.documents.reading import Reading

PAGES = 60
TINY = 2.5  # points on a page as high as A4; print of 4 points is still read
A4_HEIGHT = 842.0
CONTRAST = 24  # of 255; #eeeeee on white has 17
PIXELS = 3_000_000  # a page rendered has at most so many
SCALE = 2.0
SPACED = re.compile(r"(?<![^\W_])[A-Za-z](?: [a-z]){3,}(?![^\W_])(?! [a-z]\b)", re.ASCII)
SPAN, FINE = 1000.0, 100


@dataclass(frozen=True, slots=True)
class PageText:
    """Characters of one page and, for each, whether a reader sees it (None for blanks, which take the state of their neighbours)."""

    text: str
    seen: tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Rendering:
    """A page in grey: one byte a pixel, ``stride`` bytes a row."""

    pixels: bytes
    width: int
    height: int
    stride: int

    def has_contrast(self, left: int, top: int, right: int, bottom: int) -> bool:
        """Tell whether anything stands out in a rectangle; one outside the page has nothing in it."""
        left, right = max(0, left), min(self.width, right)
        top, bottom = max(0, top), min(self.height, bottom)
        if left >= right or top >= bottom:
            return False
        place = (top + bottom) // 2 * self.stride  # most letters show in their middle
        pixels = self.pixels[place + left : place + right]
        low, high = min(pixels), max(pixels)
        if high - low >= CONTRAST:
            return True
        for row in range(top, bottom):
            pixels = self.pixels[row * self.stride + left : row * self.stride + right]
            low, high = min(low, min(pixels)), max(high, max(pixels))  # noqa: PLW3301 - min of bytes is the fast way
            if high - low >= CONTRAST:
                return True
        return False


class Eye:
    """Tells for one page which characters a reader sees; its buffers and its way from points to pixels are made once."""

    def __init__(self, page: Any, textpage: Any) -> None:
        self._textpage = textpage
        self._rendering = _render(page)
        self._tall = max(A4_HEIGHT, page.get_height())
        self._box = [ctypes.c_double() for _ in range(4)]
        corner, right, up = (_pixel(page, self._rendering, *point) for point in ((0, 0), (SPAN, 0), (0, SPAN)))
        self._origin = corner
        self._across = ((right[0] - corner[0]) / SPAN, (right[1] - corner[1]) / SPAN)
        self._upward = ((up[0] - corner[0]) / SPAN, (up[1] - corner[1]) / SPAN)

    def sees(self, index: int) -> bool:
        """Tell whether a character is large enough and stands out from what is around it."""
        left, right, bottom, top = self._box
        if not raw.FPDFText_GetCharBox(self._textpage, index, left, right, bottom, top):
            return True
        low, high = bottom.value, top.value
        if abs(high - low) < TINY and _type_size(self._textpage, index) * A4_HEIGHT / self._tall < TINY:
            return False
        try:
            first, last = self._place(left.value, high), self._place(right.value, low)
        except (OverflowError, ValueError):  # a place without measure is on no page
            return False
        columns = (first[0], last[0]) if first[0] <= last[0] else (last[0], first[0])
        rows = (first[1], last[1]) if first[1] <= last[1] else (last[1], first[1])
        return self._rendering.has_contrast(columns[0] - 1, rows[0] - 1, columns[1] + 2, rows[1] + 2)

    def _place(self, x: float, y: float) -> tuple[int, int]:
        across, upward, origin = self._across, self._upward, self._origin
        return int(origin[0] + x * across[0] + y * upward[0]), int(origin[1] + x * across[1] + y * upward[1])


def read(content: bytes) -> Reading:
    """Read a PDF; raise ExtractionError with a clear sentence."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise ExtractionError(ENCRYPTED if error.err_code == raw.FPDF_ERR_PASSWORD else BROKEN) from error
    count = len(document)
    if count > PAGES:
        raise ExtractionError(TOO_MANY_PAGES)
    try:
        pages = [_read_page(document[number]) for number in range(count)]
    except pypdfium2.PdfiumError as error:
        raise ExtractionError(BROKEN) from error
    text = "\n\n".join(page.text for page in pages)
    if not text.strip():
        raise ExtractionError(SCANNED)
    return Reading(text, tuple(_hidden(pages)), count)


def _read_page(page: Any) -> PageText:
    textpage = page.get_textpage()
    count = max(0, raw.FPDFText_CountChars(textpage))
    if count == 0:
        return PageText("", ())
    codes = _codes(textpage, count)
    eye = Eye(page, textpage)
    characters: list[str] = []
    seen: list[bool | None] = []
    for index, code in enumerate(codes):
        character = _character(codes, index, code)
        if not character:
            continue
        characters.append(character)
        blank = character.isspace() or raw.FPDFText_IsGenerated(textpage, index) == 1
        seen.append(None if blank else eye.sees(index))
    return _tidied(characters, seen)


def _codes(textpage: Any, count: int) -> list[int]:
    """Give pdfium's code of each character: in one call where that gives all of them, else one by one."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(textpage, 0, count, buffer) == count + 1 and 0 not in buffer[:count]:
        return list(buffer[:count])
    return [raw.FPDFText_GetUnicode(textpage, index) for index in range(count)]


def _character(codes: list[int], index: int, code: int) -> str:
    """Turn pdfium's code into a character: pairs of surrogates are joined, its line-end hyphen is a hyphen, controls go."""
    if 0xD800 <= code < 0xDC00 and index + 1 < len(codes) and 0xDC00 <= codes[index + 1] < 0xE000:
        return chr(0x10000 + ((code - 0xD800) << 10) + (codes[index + 1] - 0xDC00))
    if code in {0x02, 0xAD}:
        return "-"
    if 0xD800 <= code < 0xE000 or code in {0x0D, 0xFFFE, 0xFFFF} or code > 0x10FFFF:
        return ""
    return chr(code) if code >= 0x20 or code in {0x09, 0x0A} else ""


def _render(page: Any) -> Rendering:
    width, height = page.get_size()
    scale = min(SCALE, (PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    return Rendering(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride)


def _type_size(textpage: Any, index: int) -> float:
    """Give the size of the type on the page: the font's size times the scale of its matrix."""
    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(textpage, index, matrix):
        return float(raw.FPDFText_GetFontSize(textpage, index))
    scale = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
    return float(raw.FPDFText_GetFontSize(textpage, index) * scale)


def _pixel(page: Any, rendering: Rendering, x: float, y: float) -> tuple[float, float]:
    """Ask pdfium where a point lies, in hundredths of a pixel: boxes, rotation and cropping of the page are its business."""
    column, row = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, rendering.width * FINE, rendering.height * FINE, 0, x, y, column, row)
    return column.value / FINE, row.value / FINE


def _tidied(characters: list[str], seen: list[bool | None]) -> PageText:
    """Drop blanks at line ends and empty lines in a row, which PDF producers leave everywhere."""
    kept: list[str] = []
    states: list[bool | None] = []
    for character, state in zip(characters, seen, strict=True):
        if character == "\n":
            while kept and kept[-1] in " \t":
                kept.pop()
                states.pop()
            if len(kept) > 1 and kept[-1] == kept[-2] == "\n":
                continue
        kept.append(character)
        states.append(state)
    while kept and kept[-1].isspace():
        kept.pop()
        states.pop()
    return _joined(kept, states)


def _joined(characters: list[str], states: list[bool | None]) -> PageText:
    """Close words whose letters were set apart by blanks (P y t h o n)."""
    text = "".join(characters)
    dropped = {
        match.start() + place for match in SPACED.finditer(text) for place in range(1, match.end() - match.start(), 2)
    }
    kept = [place for place in range(len(characters)) if place not in dropped]
    return PageText("".join(characters[place] for place in kept), tuple(states[place] for place in kept))


def _hidden(pages: list[PageText]) -> Iterator[tuple[int, int]]:
    """Give stretches of unseen characters over the whole text; blanks between two of them belong to the stretch."""
    offset = 0
    for page in pages:
        start = end = None
        for position, state in enumerate(page.seen):
            if state is False:
                start = position if start is None else start
                end = position + 1
            elif state and start is not None and end is not None:
                yield offset + start, offset + end
                start = end = None
        if start is not None and end is not None:
            yield offset + start, offset + end
        offset += len(page.text) + 2
