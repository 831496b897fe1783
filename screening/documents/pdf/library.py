"""pdfium, as far as it is needed: documents, pages, characters with their boxes, drawings, renderings.

The library starts without the fonts of the machine, so that a file gives the same text everywhere and nothing is
searched for on disk. Lengths are points, y grows upward; pixels count from the upper left corner.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pypdfium2_raw.bindings as raw

from screening.documents.failures import BROKEN, ENCRYPTED, ExtractionError

SPAN, FINE = 1000.0, 100
DEPTH = 12  # of drawings within drawings
OBJECTS = 60_000  # of one page that are looked at
WHITE = 0xFFFFFFFF
OVERLAYS = 2_000  # comments and fields of a page that are looked at
TYPED = frozenset({raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_WIDGET})

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


def _start() -> None:
    """Start the library with an empty list of font folders."""
    no_folders = (ctypes.POINTER(ctypes.c_char) * 1)()
    settings = raw.FPDF_LIBRARY_CONFIG(version=2)
    settings.m_pUserFontPaths = ctypes.cast(no_folders, type(settings.m_pUserFontPaths))
    raw.FPDF_InitLibraryWithConfig(settings)


def _quick(function: Any, result: Any, *arguments: Any) -> Any:
    """Give a function of the library that takes and gives plain numbers, which is twice as fast for thousands of calls."""
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_start()
POINTER, NUMBER = ctypes.c_void_p, ctypes.c_int
_count_objects = _quick(raw.FPDFPage_CountObjects, NUMBER, POINTER)
_get_object = _quick(raw.FPDFPage_GetObject, POINTER, POINTER, NUMBER)
_count_inner = _quick(raw.FPDFFormObj_CountObjects, NUMBER, POINTER)
_get_inner = _quick(raw.FPDFFormObj_GetObject, POINTER, POINTER, ctypes.c_ulong)
_get_type = _quick(raw.FPDFPageObj_GetType, NUMBER, POINTER)
_set_active = _quick(raw.FPDFPageObj_SetIsActive, NUMBER, POINTER, NUMBER)
_get_box = _quick(raw.FPDFText_GetCharBox, NUMBER, POINTER, NUMBER, *[POINTER] * 4)
_get_rect = _quick(raw.FPDFText_GetRect, NUMBER, POINTER, NUMBER, *[POINTER] * 4)
_get_text_object = _quick(raw.FPDFText_GetTextObject, POINTER, POINTER, NUMBER)
DOUBLE = ctypes.sizeof(ctypes.c_double)


@dataclass(frozen=True, slots=True)
class Drawings:
    """What is drawn on a page, from the bottom to the top, inside forms too: ``others`` are paths, pictures and shadings."""

    handles: list[int]
    kinds: list[int]
    texts: list[int]

    @property
    def others(self) -> list[tuple[int, int]]:
        """Give handle and kind of everything that is no text."""
        return [
            (handle, kind)
            for handle, kind in zip(self.handles, self.kinds, strict=True)
            if kind != raw.FPDF_PAGEOBJ_TEXT
        ]


@dataclass(frozen=True, slots=True)
class Rendering:
    """A part of a page as a reader sees it: ``depth`` bytes a pixel, ``stride`` bytes a row; ``left`` and ``top`` are its place in the whole page."""

    pixels: bytes
    left: int
    top: int
    width: int
    height: int
    stride: int
    depth: int


class Document:
    """An open PDF; raises ExtractionError for one that is broken or needs a password. Close it."""

    def __init__(self, content: bytes) -> None:
        self._content = content  # pdfium reads from it as long as the document is open
        self._handle = raw.FPDF_LoadMemDocument64(content, len(content), None)
        if not self._handle:
            needs_password = raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
            raise ExtractionError(ENCRYPTED if needs_password else BROKEN)

    def __len__(self) -> int:
        return int(raw.FPDF_GetPageCount(self._handle))

    def page(self, number: int) -> Page:
        """Open a page, counted from 0; raise ExtractionError for one that cannot be opened."""
        page = raw.FPDF_LoadPage(self._handle, number)
        if (
            page
            and _has_typed_words(page)
            and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS
        ):
            raw.FPDF_ClosePage(page)
            page = raw.FPDF_LoadPage(self._handle, number)
        if not page:
            raise ExtractionError(BROKEN)
        return Page(page)

    def close(self) -> None:
        """Give its memory back."""
        raw.FPDF_CloseDocument(self._handle)


class Page:
    """An open page. Close it."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._text = raw.FPDFText_LoadPage(handle)
        self._text_address = ctypes.cast(self._text, POINTER).value
        self.count = max(0, raw.FPDFText_CountChars(self._text)) if self._text else 0
        self.width = float(raw.FPDF_GetPageWidthF(handle))
        self.height = float(raw.FPDF_GetPageHeightF(handle))

    def close(self) -> None:
        """Give its memory back."""
        if self._text:
            raw.FPDFText_ClosePage(self._text)
        raw.FPDF_ClosePage(self._handle)

    @cached_property
    def characters(self) -> str:
        """Give one character for each of pdfium's ``count``; NUL stands for what is none."""
        buffer = (ctypes.c_ushort * (self.count + 1))()
        if raw.FPDFText_GetText(self._text, 0, self.count, buffer) == self.count + 1:
            text = bytes(buffer)[: 2 * self.count].decode("utf-16-le", "surrogatepass")
            if len(text) == self.count and "\0" not in text:
                return text
        return _from_codes([raw.FPDFText_GetUnicode(self._text, index) for index in range(self.count)])

    @cached_property
    def stretches(self) -> list[Box]:
        """Give the boxes of stretches of type that stand together, in the order of the file."""
        count = max(0, raw.FPDFText_CountRects(self._text, 0, -1))
        return self._boxes(_get_rect, range(count), (0, 3, 2, 1))

    def boxes(self, indices: Sequence[int]) -> list[Box]:
        """Give the tight boxes of characters; all 0 for one that has none."""
        return self._boxes(_get_box, indices, (0, 2, 1, 3))

    def _boxes(self, ask: Any, indices: Sequence[int], order: tuple[int, int, int, int]) -> list[Box]:
        """Let pdfium write four numbers for each index; ``order`` tells where left, bottom, right, top go among them."""
        numbers = (ctypes.c_double * (4 * len(indices)))()
        start, step = ctypes.addressof(numbers), 4 * DOUBLE
        places = [range(start + DOUBLE * place, start + DOUBLE * place + step * len(indices), step) for place in order]
        deque(map(ask, [self._text_address] * len(indices), indices, *places), maxlen=0)
        values = iter(numbers)
        return list(zip(values, values, values, values, strict=False))

    def index_at(self, x: float, y: float) -> int:
        """Give the place of a character at a point, negative where there is none."""
        return int(raw.FPDFText_GetCharIndexAtPos(self._text, x, y, 0.5, 0.5))

    def is_generated(self, index: int) -> bool:
        """Tell whether a character is pdfium's own: a blank or line end between stretches."""
        return bool(raw.FPDFText_IsGenerated(self._text, index) == 1)

    def type_size(self, index: int) -> float:
        """Give the size of a character's type on the page: the font's size times the scale of its matrix."""
        size = float(raw.FPDFText_GetFontSize(self._text, index))
        matrix = raw.FS_MATRIX()
        if not raw.FPDFText_GetMatrix(self._text, index, matrix):
            return size
        scale: float = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
        return size * scale

    def text_object(self, index: int) -> int:
        """Give the handle of the text object that a character belongs to, 0 where there is none."""
        return _get_text_object(self._text_address, index) or 0

    @cached_property
    def drawings(self) -> Drawings:
        """Give everything that is drawn."""
        handles: list[int] = []
        address = ctypes.cast(self._handle, POINTER).value
        _gather(handles, [_get_object(address, index) for index in range(_count_objects(address))], 0)
        kinds = [_get_type(handle) for handle in handles]
        texts = [handle for handle, kind in zip(handles, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_TEXT]
        return Drawings(handles, kinds, texts)

    @cached_property
    def has_overlays(self) -> bool:
        """Tell whether comments, stamps or form fields are laid over the page."""
        return bool(raw.FPDFPage_GetAnnotCount(self._handle) > 0)

    def show_text(self, handles: Collection[int] | None) -> None:
        """Let only these text objects stand in the next renderings, or all of them."""
        for handle in self.drawings.texts:
            _set_active(handle, handles is None or handle in handles)

    @cached_property
    def directions(self) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
        """Ask pdfium where points lie on a rendering one pixel a point: boxes, rotation and cropping are its business."""
        corner, right, up = (self._device(*point) for point in ((0.0, 0.0), (SPAN, 0.0), (0.0, SPAN)))
        across = ((right[0] - corner[0]) / SPAN, (right[1] - corner[1]) / SPAN)
        upward = ((up[0] - corner[0]) / SPAN, (up[1] - corner[1]) / SPAN)
        return corner, across, upward

    def _device(self, x: float, y: float) -> tuple[float, float]:
        column, row = ctypes.c_int(), ctypes.c_int()
        wide, high = round(self.width * FINE), round(self.height * FINE)
        raw.FPDF_PageToDevice(self._handle, 0, 0, wide, high, 0, x, y, column, row)
        return column.value / FINE, row.value / FINE

    def place(self, box: Box, scale: float) -> tuple[float, float, float, float] | None:
        """Give left, top, right, bottom in pixels of a rendering; None for a place without measure."""
        corner, across, upward = self.directions
        x1, y1, x2, y2 = box
        columns = [corner[0] + x * across[0] + y * upward[0] for x, y in ((x1, y1), (x2, y2))]
        rows = [corner[1] + x * across[1] + y * upward[1] for x, y in ((x1, y1), (x2, y2))]
        places = min(columns) * scale, min(rows) * scale, max(columns) * scale, max(rows) * scale
        return places if all(-1e7 < place < 1e7 for place in places) else None

    def render(self, scale: float, *, part: tuple[int, int, int, int] | None = None, colour: bool = False) -> Rendering:
        """Draw the page, or the part of it within left, top, right, bottom in pixels."""
        wide, high = max(1, round(self.width * scale)), max(1, round(self.height * scale))
        left, top, right, bottom = part or (0, 0, wide, high)
        width, height = max(1, right - left), max(1, bottom - top)
        form = raw.FPDFBitmap_BGRx if colour else raw.FPDFBitmap_Gray
        bitmap = raw.FPDFBitmap_CreateEx(width, height, form, None, 0)
        if not bitmap:
            raise MemoryError
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
        raw.FPDF_RenderPageBitmap(bitmap, self._handle, -left, -top, wide, high, 0, raw.FPDF_ANNOT)
        stride = raw.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * height)
        raw.FPDFBitmap_Destroy(bitmap)
        return Rendering(pixels, left, top, width, height, stride, 4 if colour else 1)


def _has_typed_words(page: Any) -> bool:
    """Tell whether words may stand in form fields or were typed onto a page; they become part of it then."""
    for index in range(min(OVERLAYS, raw.FPDFPage_GetAnnotCount(page))):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in TYPED:
            return True
    return False


def _from_codes(codes: list[int]) -> str:
    """Join pairs of surrogates; the second half of a pair and what is no character become NUL."""
    characters: list[str] = []
    for index, code in enumerate(codes):
        following = codes[index + 1] if index + 1 < len(codes) else 0
        if 0xD800 <= code < 0xDC00 and 0xDC00 <= following < 0xE000:
            characters.append(chr(0x10000 + ((code - 0xD800) << 10) + (following - 0xDC00)))
        elif 0xD800 <= code < 0xE000 or not 0 < code <= 0x10FFFF:
            characters.append("\0")
        else:
            characters.append(chr(code))
    return "".join(characters)


def _gather(handles: list[int], found: list[int], depth: int) -> None:
    """Add the handles to the list, what is inside forms in the place of the form."""
    for handle in found:
        if len(handles) >= OBJECTS:
            return
        if _get_type(handle) == raw.FPDF_PAGEOBJ_FORM and depth < DEPTH:
            inner = range(min(OBJECTS, max(0, _count_inner(handle))))
            _gather(handles, [_get_inner(handle, index) for index in inner], depth + 1)
        else:
            handles.append(handle)
