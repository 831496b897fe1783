"""Writing a plain PDF: headings, names with values, running text, in Chinese and English, with the font's used glyphs inside.

The font is Noto Sans CJK (SIL Open Font License), so the text looks the same everywhere and can be selected and copied.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from noto_cjk_sans_otc import FONT_PATH

FONT = "noto"
SIMPLIFIED_CHINESE = 2  # the font file holds Japanese, Korean, simplified Chinese and two more, in this order
MARGIN = 20.0
LABEL = 42.0
WIDTH = 210 - 2 * MARGIN
SIZES = {1: 17.0, 2: 13.0, 3: 10.5}
BODY = 9.5
LEADING = 1.55
MILLIMETRES = 25.4 / 72
INK, PALE, RULE = (24, 26, 31), (96, 101, 112), (214, 217, 222)
UNKNOWN = "□"
CJK = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
CLOSING = "，。、；：？！）》」』】〉”’…—·,.;:?!)%"
UNIT = re.compile(rf"(?:[{CJK}][{CLOSING}]*|[“‘（《「『【〈]+[^\s]|[^\s{CJK}“‘（《「『【〈]+|\S)[ ]*|[ ]+")
"""What is never parted at the end of a line: a word, or a Chinese character with the signs that may not begin a line."""

# They tell the log which characters a text holds, and the log holds no candidate's words.
for talkative in ("fpdf", "fontTools"):
    logging.getLogger(talkative).setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (the sheet's title) to 3."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Row:
    """A value with its name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Text:
    """Running text."""

    text: str


Block = Heading | Row | Text


def write_sheet(blocks: Iterable[Block], *, title: str, language: str, foot: str, made_at: datetime) -> bytes:
    """Give the PDF (A4) of these blocks; ``language`` is a BCP 47 tag, ``foot`` stands on every page before its number.

    A character that the font does not know is shown as □.
    """
    pdf = _Sheet(foot)
    pdf.set_title(title)
    pdf.set_lang(language)
    pdf.set_creation_date(made_at)
    pdf.set_margin(MARGIN)
    pdf.c_margin = 0
    pdf.set_auto_page_break(auto=True, margin=MARGIN + 4)
    pdf.add_font(FONT, fname=str(FONT_PATH), collection_font_number=SIMPLIFIED_CHINESE)
    pdf.add_page()
    for block in blocks:
        match block:
            case Heading():
                _heading(pdf, block)
            case Row():
                _row(pdf, block)
            case Text():
                _paragraph(pdf, block.text)
    return bytes(pdf.output())


class _Sheet(FPDF):
    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self._foot = foot

    def footer(self) -> None:
        """Write the foot of a page; fpdf2 calls it."""
        self.set_y(-MARGIN + 4)
        self.set_font(FONT, size=7.5)
        self.set_text_color(*PALE)
        self.cell(0, 4, self.known(f"{self._foot} · {self.page_no()}"), align="R")

    def known(self, text: str) -> str:
        """Give text that the font can show: line ends stay, other invisible characters go."""
        glyphs = self.fonts[FONT].cmap  # type: ignore[union-attr] # it is a TrueType or OpenType font
        plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", "    "))
        kept = (mark for mark in plain if mark == "\n" or unicodedata.category(mark) not in {"Cc", "Cf", "Mn", "Me"})
        return "".join(mark if mark == "\n" or ord(mark) in glyphs else UNKNOWN for mark in kept)


def _heading(pdf: _Sheet, heading: Heading) -> None:
    size = SIZES[heading.level]
    room = size * MILLIMETRES * 4
    if pdf.get_y() + room > pdf.h - MARGIN - 4:  # never the last line of a page
        pdf.add_page()
    elif pdf.get_y() > MARGIN + 1:
        pdf.ln(size * MILLIMETRES * (1.2 if heading.level > 2 else 1.8))
    if heading.level == 2:
        pdf.set_draw_color(*RULE)
        pdf.line(MARGIN, pdf.get_y(), pdf.w - MARGIN, pdf.get_y())
        pdf.ln(2.5)
    _write(pdf, heading.text, width=WIDTH, size=size, ink=INK)
    pdf.ln(1)


def _row(pdf: _Sheet, row: Row) -> None:
    top, page = pdf.get_y(), pdf.page_no()
    _write(pdf, row.name, width=LABEL - 3, size=BODY, ink=PALE)
    below_name, page_of_name = pdf.get_y(), pdf.page_no()
    if page_of_name == page:
        pdf.set_xy(MARGIN + LABEL, top)
    else:  # the name itself went to the next page
        pdf.set_xy(MARGIN + LABEL, MARGIN)
    _write(pdf, row.value, width=WIDTH - LABEL, size=BODY, ink=INK, left=MARGIN + LABEL)
    if pdf.page_no() == page_of_name:
        pdf.set_y(max(pdf.get_y(), below_name))
    pdf.set_x(MARGIN)


def _paragraph(pdf: _Sheet, text: str) -> None:
    _write(pdf, text, width=WIDTH, size=BODY, ink=INK)
    pdf.ln(1)


def _write(
    pdf: _Sheet, text: str, *, width: float, size: float, ink: tuple[int, int, int], left: float = MARGIN
) -> None:
    """Write text that wraps: between characters where it is Chinese, else between words."""
    pdf.set_font(FONT, size=size)
    pdf.set_text_color(*ink)
    pdf.set_left_margin(left)
    lines = [line for typed in pdf.known(text).split("\n") for line in _wrapped(pdf, typed, width)]
    for line in lines:
        pdf.cell(width, size * MILLIMETRES * LEADING, line, new_x=XPos.LEFT, new_y=YPos.NEXT)
    pdf.set_left_margin(MARGIN)


def _wrapped(pdf: _Sheet, line: str, width: float) -> list[str]:
    """Part a line into as many as the width needs; a word that is wider than that is cut."""
    done: list[str] = []
    present, used = "", 0.0
    units = deque(UNIT.findall(line))
    while units:
        unit = units.popleft()
        wide = pdf.get_string_width(unit.rstrip())
        if used + wide <= width:
            present, used = present + unit, used + pdf.get_string_width(unit)
        elif present:
            done.append(present.rstrip())
            present, used = "", 0.0
            units.appendleft(unit.lstrip() or unit)
        else:
            half = max(1, int(len(unit) * width / wide) - 1)
            done.append(unit[:half])
            units.appendleft(unit[half:])
    return [*done, present.rstrip()]
