"""Telling headings by their words: what they announce, alone in a row or inside a running line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rubrics.lexicon import Lexicon
from rubrics.text import fold

_LINK = re.compile(r"\[([^\[\]]*)\]\(\S*\)")
_BRACKETED = re.compile(r"\([^()]*\)")
_BOXED = re.compile(r"(?:^|(?<=[。;.!?\s]))【[^【】]{2,14}】")
_CHINESE = re.compile("[一-鿿]")
_EDGE = re.compile(r"^[\s\W_]*(?:[一二三四五六七八九十]{1,2}[、.]|\d{1,2}[、.)])?[\s\W_]*|[\s\W_]+$")
_PREFIXES = re.compile(
    r"(?:(?:^|(?<=[。;!?\s])|(?<=\d\.))[a-zA-Z一-鿿]{1,6}|[【\[「(]|[一二三四五六七八九十]{1,2}[、.]\s*|\d{1,2}\s*[.、)]\s*【?)$"
)
_CLAUSE = re.compile(r"[,;。!?]")
_STRONG_LENGTH = 3
_PREFIX = 8


class HeadingKind(StrEnum):
    """What a heading announces."""

    REQUIREMENT = "requirement"
    DUTY = "duty"
    BONUS = "bonus"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``strength`` 2 is a heading of its own words, 1 a set-off row whose words only hint."""

    kind: HeadingKind
    strength: int = 2


@dataclass(frozen=True, slots=True)
class InlineHeading:
    """A heading inside a row: its range in the row's words, colon included."""

    kind: HeadingKind
    start: int
    end: int
    strength: int = 2


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of one lexicon, ready to be told."""

    forms: dict[str, HeadingKind]
    chinese: re.Pattern[str]
    english: re.Pattern[str]
    preference: re.Pattern[str]

    def read_row(self, words: str, *, level: int = 0, bold: bool = False, marked: bool = False) -> Heading | None:
        """What a whole row announces, or None when it is no heading."""
        if len(words) > 90:
            return None
        set_off = level > 0 or bold
        if words.rstrip(" *_\t").endswith((";", "。", ",")):
            return None
        core = _core(words)
        colon = words.rstrip(" *_\t】」]").endswith(":")
        if not core:
            return None
        if core in self.forms and (not marked or colon or len(core) > _STRONG_LENGTH):
            return Heading(self.forms[core])
        if any("一" <= character <= "鿿" for character in core):
            return self._read_chinese(core, colon=colon, set_off=set_off, marked=marked)
        return self._read_english(core, colon=colon, set_off=set_off, marked=marked)

    def inline(self, words: str) -> list[InlineHeading]:
        """Headings inside a running line, each followed by a colon, a number or the line's end."""
        found: list[InlineHeading] = []
        boxed = [match.span() for match in _BOXED.finditer(words)]
        for match in self.chinese.finditer(words):
            form = match["form"]
            start = match.start("form")
            boxed = [span for span in boxed if not span[0] <= start < span[1]]
            before = words[:start].rstrip()
            after = words[match.end("form") :]
            colon = after.lstrip(" 】」]").startswith(":")
            numbered = re.match(r"[\s】」\]:]*(?:\(?1\s?[、.):,](?!\d)|[①❶]|[-•●*])", after)
            closed = not before or before[-1] in "。;.!?】、:*)(【|" or before[-1].isdigit() or words[start - 1] in " \t"
            ends = not after.strip(" :】")
            if not (colon or numbered or (ends and before)):
                continue
            strong = len(form) > _STRONG_LENGTH or form == "加分项"
            if not closed and not (strong and (colon or numbered) and form not in {"岗位方向"}):
                if not (numbered and len(form) >= 4):
                    continue
            if not strong and not closed:
                continue
            if self.forms[form] is HeadingKind.OTHER and not (closed and colon and (strong or not before)):
                continue
            start -= _prefix_length(words[:start])
            end = match.end("form") + len(after) - len(after.lstrip(" 】」]:"))
            found.append(InlineHeading(self.forms[form], start, end))
        found.extend(InlineHeading(HeadingKind.OTHER, start, end, 1) for start, end in boxed if start)
        return sorted(found, key=lambda heading: heading.start)

    def _read_chinese(self, core: str, *, colon: bool, set_off: bool, marked: bool) -> Heading | None:
        if len(_CHINESE.findall(core)) > 34 or len(core) > 70:
            return None
        preference = self.preference.search(core)
        if preference is not None and len(core) <= 30:
            return Heading(HeadingKind.BONUS)
        if _CLAUSE.search(core) or len(_CHINESE.findall(core)) > 22:
            return None
        best = ""
        for match in self.chinese.finditer(core):
            form = match["form"]
            at_end = match.end("form") == len(core)
            at_start = match.start("form") == 0
            far = match.start("form") > _PREFIX and not set_off
            if len(form) > len(best) and ((at_end and not far) or (at_start and (colon or set_off) and len(form) >= 4)):
                best = form
        if not best:
            return Heading(HeadingKind.OTHER, 1) if set_off and level_like(core) else None
        if len(best) <= _STRONG_LENGTH and not (colon or set_off) and len(core) > len(best) + 4:
            return None
        if marked and not colon and not set_off and len(core) > len(best):
            return None
        return Heading(self.forms[best])

    def _read_english(self, core: str, *, colon: bool, set_off: bool, marked: bool) -> Heading | None:
        words = core.split()
        if len(words) > 14 or (marked and not (colon or set_off)):
            return None
        best = ""
        for match in self.english.finditer(core):
            if len(match.group()) > len(best):
                best = match.group()
        share = len(best) / len(core)
        if best and (share >= 0.6 or ((colon or set_off) and (share >= 0.25 or core.startswith(best)))):
            if share >= 0.6 or len(words) <= 10:
                return Heading(self.forms[best])
        if set_off and len(words) <= 10 and not marked:
            return Heading(HeadingKind.OTHER, 1)
        return None


def level_like(core: str) -> bool:
    """Whether a set-off row is short enough to be a heading at all."""
    return len(core) <= 12


@lru_cache(maxsize=4)
def headings_of(lexicon: Lexicon) -> Headings:
    """The headings of a lexicon, made once."""
    forms: dict[str, HeadingKind] = {}
    for kind in (HeadingKind.OTHER, HeadingKind.DUTY, HeadingKind.REQUIREMENT, HeadingKind.BONUS):
        for word in lexicon.cues(f"heading_{kind.value}"):
            forms[fold(word).text] = kind
    chinese = sorted((form for form in forms if not form.isascii()), key=len, reverse=True)
    english = sorted((form for form in forms if form.isascii()), key=len, reverse=True)
    return Headings(
        forms,
        re.compile("(?P<form>" + "|".join(map(re.escape, chinese)) + ")"),
        re.compile(r"(?<![a-z])(?:" + "|".join(map(re.escape, english)) + r")(?![a-z])"),
        re.compile(
            r"^(?:额外)?加分(?:项|条件|技能)?(?:,|$|\s)"
            r"|(?:以下|下列|如下|下述).{0,16}(?:优先|加分|更佳|优先考虑)"
            r"|^(?:优先|加分).{0,6}(?:条件|考虑|项|者)?$"
            r"|(?:满足|符合|具备|具有).{0,3}(?:一项|一条|任一|多项|以下|下列).{0,10}(?:优先|加分)"
            r"|(?:优先|加分)(?:考虑)?.{0,4}(?:满足|符合|具备).{0,10}(?:一项|多项|一条|任一)"
        ),
    )


def _core(words: str) -> str:
    text = _LINK.sub(lambda match: match[1], fold(words).text).replace("’", "'").replace("`", "'").replace("‘", "'")
    bare = _BRACKETED.sub(" ", text)
    if not bare.strip(" :*#_"):
        bare = text
    return _EDGE.sub("", _EDGE.sub("", bare)).strip()


def _prefix_length(before: str) -> int:
    """How much before a heading's form belongs to it: 【, 一、, or a short word that names the job (前端岗位要求)."""
    match = _PREFIXES.search(before)
    return len(match.group()) if match else 0
