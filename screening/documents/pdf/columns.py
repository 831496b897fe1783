"""Reading order: a page whose file jumps between two columns line by line is put column by column.

Most files hold their columns one after the other and are left as they are. A table or a line with a date at its end
is read across: there the sides stand level and one of them is short.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from screening.documents.pdf.library import Box, Page

LEAST_STRETCHES, LEAST_ROWS, LEAST_SWITCHES = 8, 4, 6
JOINED_GAP = 1.2  # of a line's height
SIDES = (0.15, 0.85)  # of the page's width: where a gutter may run
STEP = 4.0  # points
CROSSING_SHARE, LEVEL_SHARE, DATED_SHARE = 0.3, 0.5, 0.4
LEVEL = 0.25  # of a line's height
LONG_SIDE = 3.5  # words in a line
YEAR = re.compile(r"(?:19|20)\d\d")
WORD = re.compile(r"[\u3400-\u9fff]{2}|[^\W\d\u3400-\u9fff]+")
ROW_HEIGHT = 7.0  # points
NEW_LINE = -1


@dataclass(frozen=True, slots=True)
class Gutter:
    """A vertical blank between columns: its place, and the middles of the lines that cross it, from the top."""

    x: float
    crossings: tuple[float, ...]

    def part(self, box: Box) -> tuple[int, int]:
        """Tell between which crossing lines, and on which side, a letter stands; a line that crosses is a part of its own."""
        middle = (box[1] + box[3]) / 2
        above = 0
        for crossing in self.crossings:
            if abs(crossing - middle) < max(2.0, 0.6 * (box[3] - box[1])):
                return 2 * above + 1, 0
            above += crossing > middle
        return 2 * above, int((box[0] + box[2]) / 2 > self.x)


def reading_order(page: Page) -> list[int] | None:
    """Give the places of a page's characters in reading order, ``NEW_LINE`` between parts; None where the file has it."""
    if len(page.stretches) < LEAST_STRETCHES:
        return None
    lines = _lines(page.stretches)
    gutter = _gutter(lines, page)
    if gutter is None or _switches(lines, gutter) < LEAST_SWITCHES:
        return None
    boxes = page.boxes(range(page.count))
    if _stand_level(lines, gutter) and not _are_both_long(page.characters, boxes, gutter):
        return None
    return list(_ordered(page.characters, boxes, gutter))


def _lines(stretches: list[Box]) -> list[Box]:
    """Join stretches that follow each other closely on one line."""
    lines: list[Box] = []
    left, bottom, right, top = stretches[0]
    for box in stretches[1:]:
        start, low, end, high = box
        size = max(high - low, top - bottom)
        middle = (low + high) / 2
        if -size < start - right < JOINED_GAP * size and (bottom < middle < top or low < (bottom + top) / 2 < high):
            left = min(start, left)
            bottom = min(low, bottom)
            right = max(end, right)
            top = max(high, top)
        else:
            lines.append((left, bottom, right, top))
            left, bottom, right, top = box
    return [*lines, (left, bottom, right, top)]


def _gutter(lines: list[Box], page: Page) -> Gutter | None:
    """Find where the fewest lines cross and each side has some."""
    begun, ended = sorted(box[0] for box in lines), sorted(box[2] for box in lines)
    best: tuple[int, float] | None = None
    x = SIDES[0] * page.width
    while x < SIDES[1] * page.width:
        left, right = bisect_right(ended, x), len(begun) - bisect_left(begun, x)
        crossing = len(lines) - left - right
        if left >= LEAST_ROWS <= right and crossing <= CROSSING_SHARE * (left + right):
            worth = min(left, right) - 2 * crossing
            if best is None or worth > best[0]:
                best = worth, x
        x += STEP
    if best is None:
        return None
    crossings = ((box[1] + box[3]) / 2 for box in lines if box[0] < best[1] < box[2])
    return Gutter(best[1], tuple(sorted(crossings, reverse=True)))


def _switches(lines: list[Box], gutter: Gutter) -> int:
    """Count how often the file changes sides between two crossing lines."""
    count = 0
    before: tuple[int, int] | None = None
    for box in lines:
        part = gutter.part(box)
        if before is not None and before[0] == part[0] and before[1] != part[1]:
            count += 1
        before = part
    return count


def _stand_level(lines: list[Box], gutter: Gutter) -> bool:
    """Tell whether most lines of the side with fewer lines have a neighbour at their height."""
    sides: tuple[list[Box], list[Box]] = ([], [])
    for box in lines:
        part, side = gutter.part(box)
        if part % 2 == 0:
            sides[side].append(box)
    few, many = sorted(sides, key=len)
    level = sum(1 for box in few if any(_is_level(box, other) for other in many))
    return level >= LEVEL_SHARE * len(few)


def _is_level(one: Box, other: Box) -> bool:
    high = max(one[3] - one[1], other[3] - other[1])
    return abs(one[1] + one[3] - other[1] - other[3]) / 2 < LEVEL * high


def _are_both_long(text: str, boxes: list[Box], gutter: Gutter) -> bool:
    """Tell whether both sides hold sentences: several words a line, and not mostly dates."""
    sides: tuple[list[str], list[str]] = ([], [])
    last: tuple[tuple[int, int], float] | None = None
    for letter, box in zip(text, boxes, strict=True):
        if letter.isspace():
            if last is not None and last[0][0] % 2 == 0:
                sides[last[0][1]][-1] += " "
            continue
        part, middle = gutter.part(box), (box[1] + box[3]) / 2
        is_same = last is not None and last[0] == part and abs(last[1] - middle) < ROW_HEIGHT
        if part[0] % 2 == 0 and is_same:
            sides[part[1]][-1] += letter
        elif part[0] % 2 == 0:
            sides[part[1]].append(letter)
        last = part, last[1] if last is not None and is_same else middle
    return all(rows and _are_long(rows) for rows in sides)


def _are_long(rows: list[str]) -> bool:
    words = sum(len(WORD.findall(row)) for row in rows)
    dated = sum(1 for row in rows if YEAR.search(row))
    return words >= LONG_SIDE * len(rows) and dated <= DATED_SHARE * len(rows)


def _ordered(text: str, boxes: list[Box], gutter: Gutter) -> Iterator[int]:
    """Give the places part by part, each part in the order of the file; blanks stay behind their letter."""
    parts: dict[tuple[int, int], list[int]] = {}
    part = (0, 0)
    for place, box in enumerate(boxes):
        if not text[place].isspace():
            part = gutter.part(box)
        parts.setdefault(part, []).append(place)
    for key in sorted(parts):
        before = None
        for place in parts[key]:
            if before is not None and place != before + 1:
                yield NEW_LINE
            yield place
            before = place
        yield NEW_LINE
