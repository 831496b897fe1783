"""Looking at renderings: whether something stands out at a place, and whether it comes from the text itself.

Two renderings of a page are compared: as it is, and without its text (the ground).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from screening.documents.pdf.library import Box, Page, Rendering

CONTRAST = 24  # of 255; #eeeeee on white has 17
EVEN = 40  # a ground that varies by so much is still one ground
LARGE, LARGE_CONTRAST = 18.0, 10  # points high, letters as decoration are seen when they are fainter
NARROW = 8  # pixels
LEAST_HEIGHT = 0.3  # of a letter: what remains of one that only cuts into a line is none
GLANCE_PIXELS, GLANCE_SCALE = 500_000, 2.0
LOOK_PIXELS, LOOK_SCALE = 3_000_000, 3.0
Places = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Sight:
    """A page with and without its text at one scale; ``ground`` is None where there is nothing but text on white."""

    page: Page
    scale: float
    full: Rendering
    ground: Rendering | None
    _directions: tuple[tuple[float, float], tuple[float, float], tuple[float, float]] = field(init=False)

    def __post_init__(self) -> None:
        (x, y), across, upward = self.page.directions
        corner = x * self.scale - self.full.left, y * self.scale - self.full.top
        scaled = ((one * self.scale, other * self.scale) for one, other in (across, upward))
        object.__setattr__(self, "_directions", (corner, *scaled))

    def places(self, box: Box) -> Places | None:
        """Give whole pixels within the rendering; None where any part of the box lies outside the page."""
        (x, y), (x_across, y_across), (x_upward, y_upward) = self._directions
        left, bottom, right, top = box
        try:
            if x_upward == 0 == y_across:
                columns, rows = (
                    (int(x + left * x_across), int(x + right * x_across)),
                    (int(y + top * y_upward), int(y + bottom * y_upward)),
                )
            else:
                columns = int(x + left * x_across + top * x_upward), int(x + right * x_across + bottom * x_upward)
                rows = int(y + left * y_across + top * y_upward), int(y + right * y_across + bottom * y_upward)
        except (OverflowError, ValueError):  # a place without measure is on no page
            return None
        first, last = columns if columns[0] <= columns[1] else (columns[1], columns[0])
        upper, lower = rows if rows[0] <= rows[1] else (rows[1], rows[0])
        wide, high = self.full.width, self.full.height
        if first < -1 or upper < -1 or last > wide or lower > high:
            return None
        return max(0, first), max(0, upper), min(wide, last + 1), min(high, lower + 1)

    def dim(self, boxes: list[Box]) -> list[Box]:
        """Give the stretches of type that do not surely show from end to end: ink on an even ground, without a wide gap."""
        pixels = self.full.pixels.translate(_standing_out(255, 255))
        ground = None if self.ground is None else self.ground.pixels
        stride, width, height = self.full.stride, self.full.width, self.full.height
        widest, blank = 2 * NARROW / self.scale, bytes([255]) * (2 * NARROW + 2)
        found: list[Box] = []
        (x, y), (x_across, y_across), (x_upward, y_upward) = self._directions
        is_upright = y_across == 0 == x_upward and x_across > 0 > y_upward
        for box in boxes:
            if is_upright and box[2] - box[0] < widest:  # a letter or two: most show in their middle
                try:
                    first, wide = int(x + box[0] * x_across), int(x + box[2] * x_across) + 1
                    row = int(y + (box[1] + box[3]) / 2 * y_upward)
                except (OverflowError, ValueError):
                    first = row = -1
                if 0 <= first < wide <= width and 0 <= row < height:
                    start, wide = row * stride + first, wide - first
                    half = wide if wide <= NARROW else (wide + 1) // 2
                    if (
                        1 in pixels[start : start + half]
                        and 1 in pixels[start + wide - half : start + wide]
                        and (ground is None or ground.startswith(blank[:wide], start))
                    ):
                        continue
            places = self.places(box)
            if places is None or not self._shows_all(*places):
                found.append(box)
        return found

    def _shows_all(self, left: int, top: int, right: int, bottom: int) -> bool:
        high, wide = bottom - top, right - left
        if wide <= 0 or high <= 0 or (high > 2 * wide and high > 3 * NARROW):
            return False
        columns = self._inked_columns(left, top + high // 4, right, bottom - high // 4)
        gap = max(NARROW, high + high // 3)
        return any(columns) if wide <= gap else bytes(gap) not in columns

    def shows_some(self, box: Box) -> bool:
        """Tell whether anything of the text surely shows within a box, on an even ground."""
        places = self.places(box)
        if places is None:
            return False
        left, top, right, bottom = places
        margin = 1 if right - left > 3 else 0  # of a neighbour's ink
        return any(self._inked_columns(left + margin, top, right - margin, bottom))

    def _inked_columns(self, left: int, top: int, right: int, bottom: int) -> bytes:
        """Give one byte a column, not 0 where type stands out; all 0 where the ground is uneven."""
        low = high = 255
        stride, width = self.full.stride, right - left
        starts = range(top * stride + left, max(bottom, top + 1) * stride + left, stride)
        if self.ground is not None:
            under = [self.ground.pixels[start : start + width] for start in starts]
            low, high = min(map(min, under)), max(map(max, under))
            if high - low > EVEN:
                return bytes(width)
        table, pixels, inked = _standing_out(low, high), self.full.pixels, 0
        for start in starts:
            inked |= int.from_bytes(pixels[start : start + width].translate(table), "little")
        return inked.to_bytes(width, "little")

    def ground_at(self, box: Box) -> int | None:
        """Give the grey of the ground in the middle of a box."""
        places = self.places(box)
        if places is None:
            return None
        if self.ground is None:
            return 255
        left, top, right, bottom = places
        return self.ground.pixels[(top + bottom) // 2 * self.ground.stride + (left + right) // 2]

    def differs(self, box: Box) -> bool:
        """Tell whether the text changes enough of what stands in a box, in any colour, on any ground."""
        places = self.places(box)
        if places is None or self.ground is None:
            return False
        left, top, right, bottom = places
        depth, stride = self.full.depth, self.full.stride
        margin = (right - left) // 5  # of a neighbour's ink
        contrast = CONTRAST if box[3] - box[1] < LARGE else LARGE_CONTRAST
        changed, least = 0, max(1.0, LEAST_HEIGHT * (bottom - top))
        for row in range(top, bottom):
            start, end = row * stride + (left + margin) * depth, row * stride + (right - margin) * depth
            over, under = self.full.pixels[start:end], self.ground.pixels[start:end]
            if over != under and any(abs(a - b) >= contrast for a, b in zip(over, under, strict=True)):
                changed += 1
                if changed >= least:
                    return True
        return False

    def has_grounds_ink(self, box: Box) -> bool:
        """Tell whether the ground itself has something that stands out in a box, as a picture of a page has."""
        places = self.places(box)
        if places is None or self.ground is None:
            return False
        left, top, right, bottom = places
        depth, stride = self.ground.depth, self.ground.stride
        rows = [
            self.ground.pixels[row * stride + left * depth : row * stride + right * depth] for row in range(top, bottom)
        ]
        return bool(rows) and max(map(max, rows)) - min(map(min, rows)) >= 2 * CONTRAST


def glance(page: Page) -> Sight:
    """Draw a page small and grey, and once more without its text where there is anything else."""
    scale = min(GLANCE_SCALE, (GLANCE_PIXELS / max(1.0, page.width * page.height)) ** 0.5)
    full = page.render(scale)
    if len(page.drawings.texts) == len(page.drawings.handles) and not page.has_overlays:
        return Sight(page, scale, full, None)
    ground = _without_text(page, scale, None, colour=False)
    is_blank = ground.pixels.count(255) == ground.width * ground.height
    return Sight(page, scale, full, None if is_blank else ground)


def look(page: Page, boxes: list[Box], *, only: Collection[int] | None = None) -> Sight:
    """Draw the part of a page that holds these boxes large and in colour, with its text (or ``only`` some text objects) and without."""
    found = [place for box in boxes if (place := page.place(box, 1.0)) is not None]
    left, top = (max(0.0, min((place[side] for place in found), default=0.0) - 2) for side in (0, 1))
    right = min(page.width, max((place[2] for place in found), default=0.0) + 2)
    bottom = min(page.height, max((place[3] for place in found), default=0.0) + 2)
    area = max(1.0, right - left) * max(1.0, bottom - top)
    scale = min(LOOK_SCALE, (LOOK_PIXELS / area) ** 0.5)
    part = (int(left * scale), int(top * scale), int(right * scale) + 1, int(bottom * scale) + 1)
    full = _with_text(page, scale, part, only, colour=True)
    return Sight(page, scale, full, _without_text(page, scale, part, colour=True))


def _without_text(page: Page, scale: float, part: Places | None, *, colour: bool) -> Rendering:
    return _with_text(page, scale, part, (), colour=colour)


def _with_text(
    page: Page, scale: float, part: Places | None, handles: Collection[int] | None, *, colour: bool
) -> Rendering:
    if handles is None:
        return page.render(scale, part=part, colour=colour)
    page.show_text(handles)
    try:
        return page.render(scale, part=part, colour=colour)
    finally:
        page.show_text(None)


@lru_cache(maxsize=256)
def _standing_out(low: int, high: int) -> bytes:
    """Give a table for bytes.translate: 1 for a grey that stands out from a ground between two greys, else 0."""
    return bytes(1 if grey <= low - CONTRAST or grey >= high + CONTRAST else 0 for grey in range(256))
