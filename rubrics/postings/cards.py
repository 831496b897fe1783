"""What stands above a posting's body: title, track, cities and degree floor, run together or in a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rubrics.lexicon import Lexicon
from rubrics.model import DEGREE_ORDER, Degree
from rubrics.postings.rows import Row
from rubrics.text import Span, fold

_SALARY = re.compile(
    r"[￥¥$]?\s*\d+(?:\.\d+)?\s*[kK千万]?\s*[-~—至到]\s*[￥¥$]?\d+(?:\.\d+)?\s*(?:[kK千万]|元)?(?:\s*[·xX*]\s*\d+\s*薪)?(?:\s*/\s*(?:天|月|年|day|month|year))?"
    r"|\d+\s*[·xX*]?\s*\d*薪|\d+\s*元/[天月]"
)
_YEARS = re.compile(r"\d+\s*(?:[-~—至到]\s*\d+)?\s*\+?\s*(?:年|天|个?月)(?:经验)?(?:以上|及以上|/周)?|\d+\s*人")
_KEY = re.compile(
    r"^\s*\|?\s*\**\s*(?P<key>[^|:*。,;]{2,24}?)\s*\**\s*(?:[:|]|:\s*\*\*)\s*\**\s*(?P<value>[^|]+?)\s*\|?\s*$"
)
_BOXED_KEY = re.compile(r"^\s*【(?P<key>[^【】]{2,12})】\s*:?\s*(?P<value>\S.*?)\s*$")
_LINK = re.compile(r"^\[(?P<words>[^\]]+)\]\([^)]*\)")
_LINE = 200
_CHAPTER = 24
_LONG_TITLE = 40
_FIRST_SENTENCE = re.compile(r"[.。!]\s+(?=[A-Z一-鿿])")
_SEPARATORS = " \t/|,、·;-—~+()&:`'\"`“”*_>\u3000。."
_PAY = re.compile(
    rf"[\d\s￥¥$.kK千万元\-~—至到·xX*薪/天月年daymonthyear{re.escape(_SEPARATORS)}]*"
)  # all that a row of pay is made of
_BUTTON_END = re.compile(r"[\s|·]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_END = re.compile(r"[。;,!?]\s*$|[。;!?]\s*\S")
_DECORATION = re.compile(r"^[\s*_#`]+|[\s*_#`]+$")
_BOX = re.compile(r"^[\[【]([^\[\]【】]*)[\]】]?$|^([^\[\]【】]*)】$")


@dataclass(frozen=True, slots=True)
class Card:
    """What a line of cities, degree and the like says; a place and its span, a degree and its span."""

    row: Row
    cities: tuple[tuple[str, Span], ...]
    degree: Degree | None
    degree_span: Span | None


@dataclass(frozen=True, slots=True)
class CardWords:
    """Word patterns for cards and titles, made once for a lexicon."""

    card: re.Pattern[str]
    buttons: frozenset[str]
    roles: re.Pattern[str]
    role_end: re.Pattern[str]
    tracks: re.Pattern[str]
    lists: re.Pattern[str]
    duty_verbs: tuple[str, ...]
    title_keys: frozenset[str]
    city_keys: frozenset[str]
    degree_keys: frozenset[str]


@lru_cache(maxsize=4)
def card_words(lexicon: Lexicon) -> CardWords:
    """Give the patterns of a lexicon."""

    def alternatives(name: str) -> str:
        words = sorted((fold(word).text for word in lexicon.cues(name)), key=len, reverse=True)
        return "|".join(re.escape(word) if not word.isascii() else rf"\b{re.escape(word)}\b" for word in words)

    role_end = alternatives("read_role_end")
    tracks = alternatives("read_track")
    return CardWords(
        re.compile(alternatives("read_card_word")),
        frozenset(fold(word).text for word in lexicon.cues("read_button")),
        re.compile(alternatives("read_role")),
        re.compile(rf"(?:{role_end})(?!{role_end})"),
        re.compile(rf"^(?:{tracks}|类|族|岗|-){{1,5}}$"),
        re.compile(alternatives("read_document_title")),
        tuple(lexicon.cues("read_duty_verb")),
        frozenset(lexicon.cues("card_title")),
        frozenset(lexicon.cues("card_city")),
        frozenset(lexicon.cues("card_degree")),
    )


def is_button(row: Row, words: CardWords) -> bool:
    """Whether a row is nothing but page buttons (立即投递 收藏 分享)."""
    if "button" not in row.known:
        row.known["button"] = _is_button(row.text.strip().lower(), words)
    return row.known["button"] is True


def _is_button(text: str, words: CardWords) -> bool:
    if text in words.buttons:
        return True
    return 0 < len(text) <= _LONG_TITLE and all(part in words.buttons for part in _BUTTON_END.split(text) if part)


def read_card(row: Row, lexicon: Lexicon) -> Card | None:
    """Give a row of cities, degree floor, years, pay and the like and nothing else; None for any other row."""
    if "card" not in row.known:
        row.known["card"] = _read_card(row, lexicon)
    card = row.known["card"]
    return card if isinstance(card, Card) else None


def _read_card(row: Row, lexicon: Lexicon) -> Card | None:
    text = row.text
    if len(text) > 120 or row.heading is not None or any(mark in text for mark in "。;!?"):
        return None
    key = _KEY.match(text) or _BOXED_KEY.match(text)
    if key and _name(key) in card_words(lexicon).city_keys:
        return _card_of(row, key.start("value"), text[key.start("value") :], lexicon)
    if key and _name(key) in card_words(lexicon).degree_keys and len(text) < 30:
        return _card_of(row, key.start("value"), text[key.start("value") :], lexicon)
    card = _card_of(row, 0, text, lexicon)
    rest = fold(_without(text, card, row.start)).text
    rest = _YEARS.sub(" ", _SALARY.sub(" ", rest))
    rest = card_words(lexicon).card.sub(" ", rest).strip(_SEPARATORS)
    rest = re.sub(rf"[{re.escape(_SEPARATORS)}市\d]+", "", rest)
    if rest or not (card.cities or card.degree is not None):
        return None
    return card if card.cities or len(text) <= 24 else None


def read_keyed_card(row: Row, lexicon: Lexicon) -> Card | None:
    """Give the cities of a row that names them so (工作地点：上海) wherever it stands; None for any other row."""
    key = _key_of(row)
    if key is None or _name(key) not in card_words(lexicon).city_keys:
        return None
    card = read_card(row, lexicon)
    return card if card is not None and card.cities else None


def read_remote_line(row: Row, lexicon: Lexicon) -> Card | None:
    """Give a set-off line with a place sign (🌎 Remote, London): its cities; None for any other row."""
    if "🌎" not in row.source.text[row.start : row.end] and "📍" not in row.source.text[row.start : row.end]:
        return None
    return _card_of(row, 0, row.text, lexicon)


def _key_of(row: Row) -> re.Match[str] | None:
    """Give the name and the value of a row that is a pair of them; None for any other row and for a long one."""
    if "key" not in row.known:
        text = row.text
        row.known["key"] = (_KEY.match(text) or _BOXED_KEY.match(text)) if len(text) <= _LINE else None
    key = row.known["key"]
    return key if isinstance(key, re.Match) else None


def is_salary(row: Row) -> bool:
    """Whether a row is pay and nothing else."""
    text = row.text
    return (
        _PAY.fullmatch(text) is not None
        and _SALARY.search(text) is not None
        and not _SALARY.sub("", text).strip(_SEPARATORS)
    )


def is_key_value(row: Row) -> bool:
    """Whether a row is a short pair of name and value (Department: Data, URL: …)."""
    return (
        len(row.text) <= 130
        and row.marker == ""
        and _KEY.match(row.text) is not None
        and not row.text.rstrip().endswith(("。", ";"))
    )


def read_title_key(row: Row, words: CardWords) -> Span | None:
    """Give the title in a row such as 岗位名称: x or | 岗位名称 | x |."""
    key = _key_of(row)
    if key and _name(key) in words.title_keys:
        return Span(row.start + key.start("value"), row.start + key.end("value"))
    return None


def is_title_like(row: Row, words: CardWords) -> bool:
    """Whether a row could be a title: short, one phrase, no list item, no sentence, no heading."""
    if "title" not in row.known:
        row.known["title"] = _is_title_like(row, words)
    return row.known["title"] is True


def _is_title_like(row: Row, words: CardWords) -> bool:
    text = row.text.strip()
    if (row.heading is not None and row.heading.strength > 1) or row.blank or row.ruler or row.style == "table":
        return False
    if (row.marker == "bullet" and not row.level) or (
        row.marker == "number" and not row.level and row.style != "chinese"
    ):
        return False
    bare = _LINK.sub(lambda match: match["words"], text)
    if len(bare) > 90 or (len(bare) > 46 and not bare.isascii() and not row.level) or ":" in bare[-1:]:
        return False
    if row.level == 1 or ((row.level or row.bold) and words.roles.search(fold(bare).text)):
        return not _END.search(_BRACKETS.sub("", bare)) or row.level == 1
    if _END.search(_BRACKETS.sub("", bare)) or "http" in bare or "@" in bare:
        return False
    return (
        bool(words.roles.search(fold(bare).text))
        and len(bare.split()) <= 14
        and (not bare.startswith(words.duty_verbs) or bool(words.role_end.search(fold(bare).text)))
    )


def is_set_off(row: Row) -> bool:
    """Whether a row stands as a title by its looks: after a blank line, short, no sentence, and numbered like a chapter (三、人事主管)."""
    return (
        row.gap
        and row.style == "chinese"
        and not row.ruler
        and row.heading is None
        and 0 < len(row.text) <= _CHAPTER
        and not _END.search(row.text)
    )


def names_document(row: Row, words: CardWords) -> bool:
    """Whether a title speaks of many postings (2026 校园招聘岗位汇总) rather than of one."""
    text = row.folded
    return words.lists.search(text) is not None and words.role_end.search(text) is None


def split_title(source_text: str, start: int, end: int, words: CardWords) -> tuple[str, str | None]:
    """Give a title line as title and track: a role, its brackets, and the careers page's category run on to it."""
    text = source_text[start:end]
    link = _LINK.match(text)
    if link:
        text = link["words"]
    text = _DECORATION.sub("", text).strip()
    box = _BOX.match(text)
    text = (box[1] or box[2] or "").strip() if box else text
    pay = _SALARY.search(text)
    if pay and pay.start() > 0:
        text = text[: pay.start()].rstrip(" -—|·\t")
    sentence = _FIRST_SENTENCE.search(text) if len(text) > _LONG_TITLE else None
    if sentence is not None:
        text = text[: sentence.start()]
    settled = "".join(_bracket(character) for character in text)
    stops = [match.end() for match in words.role_end.finditer(settled)]
    for stop in reversed(stops):
        place = _after_brackets(settled, stop)
        rest = settled[place:].strip(" |·/-\t")
        if rest and words.tracks.match(rest):
            return text[:place].strip(), text[place:].strip(" |·/\t-｜")
    return text, None


def _after_brackets(text: str, stop: int) -> int:
    while stop < len(text) and text[stop] == "(":
        close = text.find(")", stop)
        if close < 0:
            return stop
        stop = close + 1
    return stop


def _bracket(character: str) -> str:
    return {"（": "(", "）": ")", "【": "(", "】": ")"}.get(character, character)


def _name(key: re.Match[str]) -> str:
    """Give the name of a pair, without the marks around it."""
    return key["key"].strip(" 【】[]「」").lower()


def _card_of(row: Row, offset: int, text: str, lexicon: Lexicon) -> Card:
    cities: list[tuple[str, Span]] = []
    degree: Degree | None = None
    degree_span: Span | None = None
    base = row.start + offset
    for mention in lexicon.find(text, frozenset({"city", "degree"})):
        span = Span(base + mention.start, base + mention.end)
        if lexicon.terms[mention.term_id].kind == "city":
            name = text[mention.start : mention.end]
            name = name.removesuffix("市")
            if name not in [known for known, _ in cities]:
                cities.append((name, span))
        else:
            found = Degree(mention.term_id)
            tail = re.match(r"(?:研究生|学历|学位)?\s*(?:及其?以上|以上|或以上|起)?(?:学历|学位)?", text[mention.end :])
            span = Span(span.start, span.end + (tail.end() if tail else 0))
            if degree is None or DEGREE_ORDER[found] < DEGREE_ORDER[degree]:
                degree = found
                degree_span = (
                    Span(min(span.start, degree_span.start), max(span.end, degree_span.end)) if degree_span else span
                )
    return Card(row, tuple(cities), degree, degree_span)


def _without(text: str, card: Card, base: int) -> str:
    spans = [span for _, span in card.cities] + ([card.degree_span] if card.degree_span else [])
    characters = list(text)
    for span in spans:
        for place in range(max(0, span.start - base), min(len(characters), span.end - base)):
            characters[place] = " "
    return "".join(characters)
