"""Which characters of a page a reader does not see, whatever made it so.

First a glance: every stretch of type must show its own ink from end to end. Where one does not, lies on other type or is
squeezed together, its letters are looked at one by one (``letters``).
"""

from __future__ import annotations

from screening.documents.pdf.ink import glance
from screening.documents.pdf.letters import Unseen, judge_letters
from screening.documents.pdf.library import Box, Page

TINY = 2.5  # points on a page as high as A4; print of 4 points is still read
A4_HEIGHT = 842.0
BUCKET = 4.0  # points
STEP, SQUEEZED = 8, 0.09  # every so many characters; advance of one in parts of its height
NEAR = 24.0  # points; so many characters of ordinary type take more


def find_unseen(page: Page) -> Unseen:
    """Look at a page; ``states`` is None where everything is seen."""
    stretches = page.stretches
    sight = glance(page)
    tiny = TINY * max(A4_HEIGHT, page.height) / A4_HEIGHT
    dim = [box for box in sight.dim(stretches) if not _is_mark(page, box, tiny)]
    dim += [box for box in stretches if box[3] - box[1] < tiny and _type_size(page, box) < tiny]
    piled = _piled(stretches)
    squeezed = _squeezed(page)
    if not dim and not piled and not squeezed:
        return Unseen()
    return judge_letters(page, sight, dim=dim, piled=piled, squeezed=squeezed, tiny=tiny)


def _is_mark(page: Page, box: Box, tiny: float) -> bool:
    """Tell whether a flat stretch is a dot or a dash of ordinary type, which hides nothing."""
    if box[3] - box[1] >= tiny or _type_size(page, box) < tiny:
        return False
    return not page.characters[_index(page, box)].isalnum()


def _type_size(page: Page, box: Box) -> float:
    index = _index(page, box)
    return page.type_size(index) if index >= 0 else 0.0


def _index(page: Page, box: Box) -> int:
    return page.index_at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _piled(stretches: list[Box]) -> list[Box]:
    """Give the stretches that lie on others by more than letters touch; none of a page's plain lines does."""
    rightmost: dict[int, Box] = {}
    found: dict[Box, None] = {}
    for box in sorted(stretches):
        left, bottom, right, top = box
        high = top - bottom
        if not (0 < high < 1e5 and right - left < 1e5):
            continue
        for bucket in range(int((bottom + 0.2 * high) // BUCKET), int((top - 0.2 * high) // BUCKET) + 1):
            other = rightmost.get(bucket)
            if other is None:
                rightmost[bucket] = box
                continue
            if other[2] > left and min(right, other[2]) - left > 0.35 * min(high, other[3] - other[1]):
                found[box] = found[other] = None
            if right > other[2]:
                rightmost[bucket] = box
    return list(found)


def _squeezed(page: Page) -> set[int]:
    """Give the places around characters that advance by next to nothing: condensed beyond reading, or more words than shapes."""
    indices = range(0, page.count, STEP)
    boxes = page.boxes(indices)
    found: set[int] = set()
    for index, last, box in zip(indices, boxes, boxes[1:], strict=False):
        if not -NEAR < box[0] - last[0] < NEAR:
            continue
        high = min(box[3] - box[1], last[3] - last[1])
        across, upward = abs(box[0] - last[0]), abs(box[1] - last[1])
        if across < STEP * SQUEEZED * high and upward < STEP * SQUEEZED * high:
            found.update(range(max(0, index - STEP), min(page.count, index + 2 * STEP)))
    return found
