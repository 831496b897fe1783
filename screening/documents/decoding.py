"""Bytes of a text file to characters: UTF-8, UTF-16, GB18030, Big5 or Windows-1252, with a byte order mark or without."""

from __future__ import annotations

import codecs

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESSES = ("gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252")
SAMPLE = 4000
LEAST_PLAUSIBLE = 0.3
CONTROLS_ALLOWED = frozenset("\t\n\r\f\x0b\x1a\x85")
COMMON = frozenset(
    "的一是不了在人有我他这中大来上个国和地到以说时要就出会可也你对生能而子得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产新已做项目技术计算数据研究开发设计系统软件硕士博士本科大学学院专业教育实习工程师电话邮箱姓名熟悉精通掌握语言模型训练负责参与获奖论文发表能力英语"
    "這個來說時會對發後經麼學現當沒動還進樣開從實無與長機關點業將兩間問應戰頭體見產術計數據設統軟碩電話郵熟練語訓負責參與獲獎論文發表項歷簡畢職務專題課習僅總組織團隊處環讓邊網際國們為過裡種東書車門風馬魚鳥龍齊優勢轉變導領選擇標準運"
)
TYPOGRAPHY = frozenset(
    "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022\xb7\xb0\xa7\xab\xbb\xa9\xae\u2122\u20ac\xa3\xbd\xb1\xd7\u2192\u25cf\u25a0\u25c6\u2605"
)


class UndecodableError(Exception):
    """The bytes are no text in a known encoding."""


def decode_text(content: bytes) -> str:
    """Decode a text file without changing it otherwise; raise UndecodableError for bytes that are no text.

    A mark decides; then UTF-8, which other encodings hardly ever satisfy by chance; then the encoding in which the
    characters beyond ASCII are most plausible: common ones of Chinese, accented letters within Latin words.
    """
    text = _marked(content)
    if text is None:
        text = _attempt(content, "utf-8")
        if text is None or "\0" in text:
            text = _likeliest(content)
    if text is None or _is_binary(text):
        raise UndecodableError
    return text


def _marked(content: bytes) -> str | None:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            text = _attempt(content[len(mark) :], encoding)
            if text is None:
                raise UndecodableError
            return text
    return None


def _likeliest(content: bytes) -> str | None:
    candidates = [
        (text, _plausibility(text[:SAMPLE]))
        for encoding in GUESSES
        if (text := _attempt(content, encoding)) is not None
    ]
    text, plausible = max(candidates, key=lambda candidate: candidate[1], default=(None, 0.0))
    return text if plausible >= LEAST_PLAUSIBLE else None


def _attempt(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _plausibility(text: str) -> float:
    """Give the mean worth of the characters beyond ASCII; 0 where controls stand among the rest, 1 for plain ASCII."""
    if any(
        character.isascii() and not character.isprintable() and character not in CONTROLS_ALLOWED for character in text
    ):
        return 0.0
    places = [place for place, character in enumerate(text) if not character.isascii()]
    return sum(_worth(text, place) for place in places) / len(places) if places else 1.0


def _worth(text: str, place: int) -> float:
    character = text[place]
    if character in COMMON:
        return 1.0
    if character in TYPOGRAPHY or "\u3000" <= character <= "\u303f" or "\uff01" <= character <= "\uff5e":
        return 0.7
    if "\xc0" <= character <= "\u017f":
        return 0.8 if _is_within_a_latin_word(text, place) else 0.1
    if "\u4e00" <= character <= "\u9fff":
        return max(_worth_in(character, "gb2312", 0xB0, 0xD7), _worth_in(character, "big5", 0xA4, 0xC6))
    return 0.6 if character > "\U0001f000" else 0.0


def _is_within_a_latin_word(text: str, place: int) -> bool:
    """Tell whether a letter stands beside one of ASCII and beside none that is not."""
    neighbours = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    letters = [neighbour for neighbour in neighbours if neighbour.isalpha()]
    return bool(letters) and all(letter.isascii() for letter in letters)


def _worth_in(character: str, encoding: str, first: int, last: int) -> float:
    """Give what a character is worth where a standard lists it first among the common ones, by its first byte."""
    try:
        lead = character.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0.0
    return 0.5 if first <= lead <= last else 0.15


def _is_binary(text: str) -> bool:
    """NUL never stands in a text, other control characters seldom."""
    controls = sum(
        1
        for character in text
        if (character < " " or "\x7f" <= character <= "\x9f") and character not in CONTROLS_ALLOWED
    )
    return "\0" in text or controls > len(text) // 200
