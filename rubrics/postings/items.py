"""Sections of a posting and their items: which rows ask for something, which are duties, which end the asking."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rubrics.lexicon import Lexicon
from rubrics.postings.headings import HeadingKind, Headings, headings_of
from rubrics.postings.rows import Row
from rubrics.text import Lines, SourceText, Span, fold

_SENTENCE_END = re.compile(r"[。;.!?；…]\s*[\"'”)]*$")
_STOP = re.compile(r"(?<=[a-z)][.!?])\s+(?=[A-Z])|(?<=[。!?])")
_PARAGRAPH = 100
_OPENING = 60
_SHORT = 80
_LEAD_IN = re.compile(r"(?:具有|具备|有|满足|符合).{0,3}(?:以下|下列|如下).{0,8}优先")
_FLOOR_FIRST = re.compile(
    r"^(?:具备|具有|有|拥有|需要?)?\s*(?:至少)?\s*(?:\d{1,2}|[一二两三四五六七八九十])\s*年(?:及)?以上.{0,30}(?:经验|经历)"
    r"|^(?:at least |minimum (?:of )?|over )?\d{1,2}\+? (?:or more )?years? (?:of |in )|^(?:bachelor|master|ph\.?d)\S* degree"
    r"|^(?:统招|全日制)?(?:本科|硕士|博士|大专)(?:研究生)?(?:学历|学位)?(?:及其?以上|以上|或以上)"
)
_ADDRESS = re.compile(r"(?<=\w)@[\w-]{1,60}\.\w|https?://|www\.")
_ADDRESS_SIGNS = ("@", "://", "www.")
_HARD_BONUS = re.compile(
    r"优先(?:考虑|录取|录用|选择)?[\s。;,!)]*$|优先(?:考虑|录取|录用)|者优先|的优先|加[^，。;,]{0,3}分|[尤更为]佳"
)


@dataclass(frozen=True, slots=True)
class SectionRows:
    """Rows under one heading; ``kind`` None before any heading; ``group`` the heading's row."""

    kind: HeadingKind | None
    heading: Row | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a section: a span of the document; ``heading`` the row that governs it; ``lead`` the same row where it is the beginning of the item's sentence."""

    source: SourceText
    span: Span
    lines: Lines
    kind: HeadingKind
    heading: Row | None
    number: int | None
    style: str
    gap: bool
    marked: bool = False
    lead: Row | None = None

    @property
    def text(self) -> str:
        """The item's words, full-width forms settled, character for character."""
        return self.source.words(self.span.start, self.span.end)


def sections_of(rows: list[Row], lexicon: Lexicon) -> tuple[SectionRows, ...]:
    """Rows grouped under their headings; a ruler or a contact line ends a section."""
    sections: list[SectionRows] = []
    outer: tuple[HeadingKind | None, Row | None] = (None, None)
    kind: HeadingKind | None = None
    heading: Row | None = None
    current: list[Row] = []
    last: Row | None = None
    contact = _start_pattern(lexicon, "read_contact")
    team = _start_pattern(lexicon, "read_team")
    headings = headings_of(lexicon)
    for place, row in enumerate(rows):
        asking = kind in {HeadingKind.REQUIREMENT, HeadingKind.BONUS}
        ends = row.ruler or (asking and (_ends_asking(row, contact, team, lexicon) or _is_other_cell(row, headings)))
        if ends and not row.ruler and _is_remark(row, current, rows[place + 1 : place + 2]):
            continue
        returns = row.heading is None and heading is not None and _counts_on(heading, row, current, last)
        if row.heading is None and not ends and not returns:
            current.append(row)
            continue
        sections.append(SectionRows(kind, heading, tuple(current)))
        before, current = current, [row] if returns else []
        if returns:
            kind, heading = outer
        elif row.heading is not None:
            outer = (kind, heading)
            last = before[-1] if before and not row.marker else row
            kind, heading = row.heading.kind, row
        else:
            kind, heading = HeadingKind.OTHER, None
            if not row.ruler:
                current.append(row)
    sections.append(SectionRows(kind, heading, tuple(current)))
    return tuple(section for section in sections if section.rows or section.heading is not None)


def _counts_on(heading: Row, row: Row, between: list[Row], last: Row | None) -> bool:
    """Whether a row goes on with the numbers among which an inner heading stood (2. … 优先 / (1) … / (2) … / 3. …)."""
    return (
        last is not None
        and last.number is not None
        and row.number == last.number + 1
        and row.style == last.style
        and heading.heading is not None
        and heading.heading.kind is HeadingKind.BONUS
        and bool(between)
        and between[0].style != last.style
    )


def _is_other_cell(row: Row, headings: Headings) -> bool:
    """Whether a table's row speaks of something else by its first cell (| 福利 | 免费三餐 |)."""
    if row.style != "table":
        return False
    cell = row.text.lstrip(" |").partition("|")[0]
    heading = headings.read_row(cell.strip())
    return heading is not None and heading.kind is HeadingKind.OTHER


def _ends_asking(row: Row, contact: re.Pattern[str], team: re.Pattern[str], lexicon: Lexicon) -> bool:
    """Whether a row speaks of contact, pay or the company: no number stands before it, and for the company no bullet."""
    start = row.folded[:_OPENING]
    if row.marker != "number" and (contact.match(start) is not None or _names_address(row.text)):
        return True
    return not row.marker and (
        team.match(start) is not None or headings_of(lexicon).names_other(start) or _speaks_of_law(row, lexicon)
    )


def _names_address(text: str) -> bool:
    return any(sign in text for sign in _ADDRESS_SIGNS) and _ADDRESS.search(text) is not None


def _speaks_of_law(row: Row, lexicon: Lexicon) -> bool:
    """Whether a paragraph is about equal treatment, pay or welfare; a row that was cut from a longer line may be an item."""
    return not row.cut and "read_legal" in lexicon.asking_cues(row.folded)


def _is_remark(row: Row, before: list[Row], after: list[Row]) -> bool:
    """Whether a row only remarks on the list that follows it (if you do not meet all of these, apply all the same)."""
    return not row.marker and not before and any(other.marker and other.heading is None for other in after)


def items_of(sections: tuple[SectionRows, ...], lexicon: Lexicon) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Duties and asking items of a posting's sections."""
    duties: list[Item] = []
    items: list[Item] = []
    person = _start_pattern(lexicon, "read_person")
    bare = not any(section.kind in {HeadingKind.REQUIREMENT, HeadingKind.BONUS} for section in sections)
    for section in sections:
        if section.kind in {HeadingKind.REQUIREMENT, HeadingKind.BONUS}:
            items.extend(_asking_items(section, lexicon))
        elif section.kind is HeadingKind.DUTY or section.kind is None:
            for item in _joined(section.rows, HeadingKind.DUTY, section.heading):
                asking = [one for one in _sentences(item) if _asks(one, lexicon)] if bare else []
                if asking:
                    items.extend(_turned(one, HeadingKind.REQUIREMENT) for one in asking)
                elif section.kind is HeadingKind.DUTY and _is_hidden_bonus(item):
                    items.append(_turned(item, HeadingKind.BONUS))
                elif section.kind is HeadingKind.DUTY and _describes(item, person):
                    items.append(_turned(item, HeadingKind.REQUIREMENT))
                elif section.kind is HeadingKind.DUTY or item.marked or _is_duty(item, lexicon):
                    duties.append(item)
    return tuple(duties), tuple(items)


def _asking_items(section: SectionRows, lexicon: Lexicon) -> list[Item]:
    assert section.kind is not None  # noqa: S101  # the caller chose asking sections
    rows = list(section.rows)
    marked = [row for row in rows if row.marker]
    chinese = sum("一" <= character <= "鿿" for row in rows for character in row.text[:80]) > 10
    if len(marked) >= 2 and len(marked) * 2 >= len(rows):
        rows = _without_prose(rows, lexicon, chinese=chinese)
    items = _joined(tuple(rows), section.kind, section.heading)
    if items and section.heading is not None and not marked and _LEAD_IN.search(section.heading.text):
        items[0] = replace(items[0], lead=section.heading)
    return items


def _without_prose(rows: list[Row], lexicon: Lexicon, *, chinese: bool) -> list[Row]:
    """Rows of a list, without paragraphs before and after it that ask for nothing."""
    kept: list[Row] = []
    ended = False
    for row in rows:
        if row.cut and row is rows[0]:
            kept.append(row)
            continue
        if row.marker:
            if not ended:
                kept.append(row)
            continue
        if kept and not row.gap and _continues(kept[-1], row):
            if not ended:
                kept.append(row)
            continue
        text = row.text
        if (chinese and (_HARD_BONUS.search(text) or _starts_asking(text, lexicon))) or (
            chinese and not row.gap and kept and not ended
        ):
            kept.append(row)
        elif kept and row.gap and len(text) > 60:
            ended = True
    return kept


def _joined(rows: tuple[Row, ...], kind: HeadingKind, heading: Row | None) -> list[Item]:
    """Items of rows: a line without a mark that goes on with a marked one belongs to it."""
    items: list[Item] = []
    marked = sum(1 for row in rows if row.marker) >= 2
    before: Row | None = None
    for row in rows:
        if row.blank or row.ruler:
            continue
        if before is not None and items and marked and not row.marker and not row.gap and _continues(before, row):
            last = items[-1]
            items[-1] = replace(last, span=Span(last.span.start, row.end), lines=Lines(last.lines.first, row.line))
        else:
            items.append(
                Item(
                    row.source,
                    Span(row.start, row.end),
                    Lines(row.line, row.line),
                    kind,
                    heading,
                    row.number,
                    row.style,
                    row.gap,
                    bool(row.marker),
                )
            )
        before = row
    return items


def _continues(before: Row, row: Row) -> bool:
    return (
        not row.marker and row.heading is None and row.line == before.line + 1 and not _SENTENCE_END.search(before.text)
    )


def _sentences(item: Item) -> list[Item]:
    """Give the sentences of a paragraph; any other item stays whole."""
    ends = [] if item.marked or len(item.text) < _PARAGRAPH else [match.end() for match in _STOP.finditer(item.text)]
    edges = [0, *ends, len(item.text)]
    pieces = []
    for left, right in pairwise(edges):
        words = item.text[left:right]
        start = item.span.start + left + len(words) - len(words.lstrip())
        end = item.span.start + left + len(words.rstrip())
        if end > start:
            span = Span(start, end)
            pieces.append(replace(item, span=span, lines=item.source.lines_of(span)))
    return pieces


def _turned(item: Item, kind: HeadingKind) -> Item:
    return replace(item, kind=kind)


def _is_duty(item: Item, lexicon: Lexicon) -> bool:
    return item.text.startswith(tuple(lexicon.cues("read_duty_verb")))


def _describes(item: Item, person: re.Pattern[str]) -> bool:
    """Whether an item among duties says what the person must be or have."""
    text = fold(item.text).text
    return person.match(text) is not None or _FLOOR_FIRST.match(text) is not None


def _is_hidden_bonus(item: Item) -> bool:
    text = item.text
    return len(text) <= _SHORT and _HARD_BONUS.search(text) is not None


def _asks(item: Item, lexicon: Lexicon) -> bool:
    return bool(_sign_pattern(lexicon).search(fold(item.text).text))


def _starts_asking(text: str, lexicon: Lexicon) -> bool:
    return bool(_sign_pattern(lexicon).match(fold(text).text))


@lru_cache(maxsize=4)
def _sign_pattern(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in lexicon.cues("read_requirement_sign")))


@lru_cache(maxsize=4)
def _start_pattern(lexicon: Lexicon, group: str) -> re.Pattern[str]:
    words = "|".join(re.escape(fold(word).text) for word in lexicon.cues(group))
    return re.compile(rf"^[\W_]*(?:{words})")
