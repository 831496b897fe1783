"""What pdfium knows of a text object without drawing it: its way of painting, its colours, its font, what lies over it."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2_raw.bindings as raw

from screening.documents.pdf.ink import CONTRAST
from screening.documents.pdf.library import Box, Page

FAINT = 26  # of 255: a tenth of full colour
FILLED, STROKED = frozenset({0, 2, 4, 6}), frozenset({1, 2, 5, 6})
SCAN_AREA = 0.6  # of the page


def is_painted(handle: int, ground: int) -> bool:
    """Tell whether a text object's own colours stand out from a grey ground; one that is neither filled nor stroked has none."""
    mode = raw.FPDFTextObj_GetTextRenderMode(_object(handle))
    ways = ((FILLED, raw.FPDFPageObj_GetFillColor), (STROKED, raw.FPDFPageObj_GetStrokeColor))
    return any(_stands_out(handle, ask, ground) for modes, ask in ways if mode in modes)


def lacks_its_font(handle: int) -> bool:
    """Tell whether the font of a text object is not in the file, so that nothing of it may show here."""
    font = raw.FPDFTextObj_GetFont(_object(handle))
    return bool(font) and raw.FPDFFont_GetIsEmbedded(font) == 0


def is_covered(page: Page, handle: int, box: Box) -> bool:
    """Tell whether a picture or a filled path is drawn over a box after a text object."""
    drawings = page.drawings
    place = drawings.handles.index(handle) if handle in drawings.handles else len(drawings.handles)
    later = zip(drawings.handles[place:], drawings.kinds[place:], strict=True)
    return any(
        kind != raw.FPDF_PAGEOBJ_TEXT and _fills(other, kind) and _overlap(_bounds(other), box) for other, kind in later
    )


def shows_a_scan(page: Page) -> bool:
    """Tell whether one picture takes most of a page."""
    area = page.width * page.height
    return any(
        _area(_bounds(handle)) >= SCAN_AREA * area
        for handle, kind in page.drawings.others
        if kind == raw.FPDF_PAGEOBJ_IMAGE
    )


def _object(handle: int) -> Any:
    return ctypes.cast(handle, raw.FPDF_PAGEOBJECT)


def _stands_out(handle: int, ask: Any, ground: int) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not ask(_object(handle), red, green, blue, alpha):  # a pattern or a shading
        return True
    grey = 0.3 * red.value + 0.59 * green.value + 0.11 * blue.value
    return alpha.value >= FAINT and abs(grey - ground) * alpha.value / 255 >= CONTRAST


def _fills(handle: int, kind: int) -> bool:
    if kind != raw.FPDF_PAGEOBJ_PATH:
        return True
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(_object(handle), mode, stroke)) and mode.value != 0


def _bounds(handle: int) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(_object(handle), left, bottom, right, top):
        return 0.0, 0.0, 0.0, 0.0
    return left.value, bottom.value, right.value, top.value


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
