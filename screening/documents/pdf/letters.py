"""Letters of a page looked at one by one, larger and in colour: a letter is seen where the page looks different without it.

Type under some points is hidden too. White letters on a dark bar are seen, so they are not. Words that
stand invisibly over the picture of a scanned page are its recognised text and are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from screening.documents.pdf.ink import Sight, look
from screening.documents.pdf.library import Box, Page
from screening.documents.pdf.painting import is_covered, is_painted, lacks_its_font, shows_a_scan

BUCKET = 4.0  # points
NO_ADVANCE = 0.18  # of two letters, in parts of their height
SCAN_SHARE, SCAN_INK, LONGEST_MISS = 0.8, 0.6, 8
FEW = 3  # letters within a seen word: a ligature, an accent
WIDE_SCRIPTS = 0x2E80
WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Unseen:
    """For each character of a page whether a reader sees it (None for blanks); ``is_recognised`` for the text of a scanned page."""

    states: list[bool | None] | None = None
    is_recognised: bool = False


def judge_letters(
    page: Page, sight: Sight, *, dim: list[Box], piled: list[Box], squeezed: set[int], tiny: float
) -> Unseen:
    """Judge the letters within dim and piled stretches and at squeezed places; all others are seen. ``tiny`` is in points."""
    text = page.characters
    states: list[bool | None] = [None if letter.isspace() or letter == "\0" else True for letter in text]
    boxes = page.boxes(range(page.count))
    doubtful: list[int] = []
    colourless: list[int] = []
    lacks_font = cache(lacks_its_font)
    within_dim, within_piled = _Field(dim), _Field(piled)
    for index, box in enumerate(boxes):
        if states[index] is None:
            continue
        is_dim = within_dim.holds(box)
        if not is_dim and index not in squeezed and not within_piled.holds(box):
            continue
        if _is_tiny(page, index, box, tiny) or (index in squeezed and _has_no_advance(boxes, index)):
            states[index] = False
        elif within_piled.holds(box) and not _has_colour(page, sight, index, box):
            colourless.append(index)
        elif is_dim and not sight.shows_some(box) and not _would_show(page, sight, text[index], index, box, lacks_font):
            doubtful.append(index)
    _look_alone(page, states, boxes, colourless)
    is_recognised = _look_again(page, text, states, boxes, doubtful)
    _mend_words(text, states)
    return Unseen(states, is_recognised)


def _look_alone(page: Page, states: list[bool | None], boxes: list[Box], colourless: list[int]) -> None:
    """Settle letters that lie on others and seem to have no colour: they must show where the others are left out."""
    if not colourless:
        return
    handles = {page.text_object(index) for index in colourless}
    sight = look(page, [boxes[index] for index in colourless], only=handles)
    for index in colourless:
        states[index] = sight.differs(boxes[index])


def _look_again(page: Page, text: str, states: list[bool | None], boxes: list[Box], doubtful: list[int]) -> bool:
    """Settle what did not show at a glance; tell whether it is the text of a scanned page."""
    if not doubtful:
        return False
    sight = look(page, [boxes[index] for index in doubtful])
    unseen = {index: boxes[index] for index in doubtful if not sight.differs(boxes[index])}
    for index in unseen:
        states[index] = False
    letters = sum(1 for state, letter in zip(states, text, strict=True) if state is not None and letter.isalnum())
    if sum(1 for index in unseen if text[index].isalnum()) < SCAN_SHARE * letters or not shows_a_scan(page):
        return False
    recognised = list(_recognised({index: sight.has_grounds_ink(_around(box)) for index, box in unseen.items()}))
    for index in recognised:
        states[index] = True
    return bool(recognised)


def _is_tiny(page: Page, index: int, box: Box, tiny: float) -> bool:
    return box[3] - box[1] < tiny and page.type_size(index) < tiny


def _has_no_advance(boxes: list[Box], index: int) -> bool:
    """Tell whether a letter and its neighbours stand on one spot, by their left edges."""
    for first, second in ((index - 2, index), (index, index + 2)):
        if first >= 0 and second < len(boxes):
            one, other = boxes[first], boxes[second]
            high = max(one[3] - one[1], other[3] - other[1])
            if max(abs(one[0] - other[0]), abs(one[1] - other[1])) < NO_ADVANCE * high:
                return True
    return False


def _has_colour(page: Page, sight: Sight, index: int, box: Box) -> bool:
    """Tell whether a letter that lies on others can be seen by its colour."""
    handle, ground = page.text_object(index), sight.ground_at(box)
    return ground is not None and (not handle or is_painted(handle, ground))


def _would_show(page: Page, sight: Sight, letter: str, index: int, box: Box, lacks_font: Callable[[int], bool]) -> bool:
    """Tell whether a letter is blank only because its font is not in the file."""
    if ord(letter) < WIDE_SCRIPTS:
        return False
    handle = page.text_object(index)
    if not handle or not lacks_font(handle):
        return False
    return _has_colour(page, sight, index, box) and not is_covered(page, handle, box)


def _recognised(shown: dict[int, bool]) -> Iterator[int]:
    """Give the letters of a scanned page that its picture shows, with short misses between them."""
    if sum(shown.values()) < SCAN_INK * len(shown):
        return
    missed: list[int] = []
    for index in sorted(shown):
        missed.append(index)
        if shown[index]:
            yield from missed if len(missed) <= LONGEST_MISS else [index]
            missed = []
    if len(missed) <= LONGEST_MISS:
        yield from missed


def _mend_words(text: str, states: list[bool | None]) -> None:
    """Let few unseen letters within a seen word take its state: parts of ligatures have no place of their own."""
    for word in WORD.finditer(text):
        place = word.start()
        while place < word.end():
            end = place
            while end < word.end() and states[end] is False:
                end += 1
            touches = (place > word.start() and states[place - 1]) or (end < word.end() and states[end])
            if place < end <= place + FEW and touches:
                states[place:end] = [None] * (end - place)
            place = max(end, place + 1)


class _Field:
    """Boxes in rows of ``BUCKET`` points, to tell quickly whether a letter's middle lies in one."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._rows: dict[int, list[Box]] = {}
        self._everywhere: list[Box] = []
        for box in boxes:
            if not (-1e5 < box[1] <= box[3] < 1e5):
                self._everywhere.append(box)
                continue
            for row in range(int((box[1] - 0.1) // BUCKET), int((box[3] + 0.1) // BUCKET) + 1):
                self._rows.setdefault(row, []).append(box)

    def holds(self, box: Box) -> bool:
        """Tell whether the middle of a box lies in one of these."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if not -1e7 < y < 1e7:
            return True
        near = self._rows.get(int(y // BUCKET), ())
        return any(
            left - 0.1 <= x <= right + 0.1 and bottom - 0.1 <= y <= top + 0.1
            for boxes in (near, self._everywhere)
            for left, bottom, right, top in boxes
        )


def _around(box: Box) -> Box:
    """Widen a box by what recognising programs are wrong about."""
    high = box[3] - box[1]
    return box[0] - 0.4 * high, box[1] - 0.2 * high, box[2] + 0.4 * high, box[3] + 0.2 * high
