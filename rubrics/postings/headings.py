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
_FIRST_NUMBER = re.compile(r"[\s】」\]:]*(?:\(?1\s?[、.):,](?!\d)|[①❶]|[-•●*])")
_SURE = frozenset({"加分项"})
_PREDICATES = ("优先", "优先考虑", "优先录用", "加分")
_CONDITION = re.compile(r"\bif(?: you(?: are| have| can| also have)?)?$")
_STOPS = "。;.!?】"
_SAYS = re.compile("放宽|降低|满足|符合|达到|不限|超出|除了|可以|能够|提出|制定|编写|分析|理解|根据|按照")
_BILINGUAL = re.compile(r"^([^a-z]*[一-鿿])[\s/|&:·-]*([a-z][a-z' &/-]{3,40})$")
_BILINGUAL_TURNED = re.compile(r"^([a-z][a-z' &-]{3,40}?)[\s/|&:·-]+([一-鿿]{2,12})$")
_CONTRACTED = re.compile(r"'(ll|re|ve|d)\b")
_LONG_FORMS = {"ll": " will", "re": " are", "ve": " have", "d": " would"}
_NEARBY = 16
_FEW_WORDS = 10
_FEW_FILLED = 7
_LONG = 10
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
    noted: re.Pattern[str]
    sentence: re.Pattern[str]
    prefers: re.Pattern[str]
    role_tail: re.Pattern[str]
    role_inside: re.Pattern[str]
    away: re.Pattern[str]
    fillers: frozenset[str]
    title_names: frozenset[str]
    card_names: frozenset[str]

    def read_row(self, words: str, *, level: int = 0, bold: bool = False, marked: bool = False) -> Heading | None:
        """Tell what a whole row announces, or None when it is no heading."""
        if len(words) > 90:
            return None
        if words.rstrip(" *_\t").endswith((";", "。", ",")):
            return None
        heading = self._read_core(words, level=level, bold=bold, marked=marked)
        if heading is None or heading.kind is not HeadingKind.REQUIREMENT or not self.noted.search(fold(words).text):
            return heading
        return Heading(HeadingKind.BONUS, heading.strength)

    def _read_core(self, words: str, *, level: int, bold: bool, marked: bool) -> Heading | None:
        set_off = level > 0 or bold
        core = _core(words)
        if core.isascii() and core not in self.forms:
            core = _spelt_out(core)
        colon = words.rstrip(" *_\t】」]").endswith(":")
        if not core:
            return None
        if core in self.forms and (not marked or colon or len(core) > _STRONG_LENGTH):
            return Heading(self.forms[core])
        if not core.isascii() and _CHINESE.search(core):
            pair = _BILINGUAL.match(core) or _BILINGUAL_TURNED.match(core)
            names = (_spelt_out(name).strip() for name in pair.groups()) if pair else ()
            kind = next((self.forms[name] for name in names if name in self.forms), None)
            if kind is not None:
                return Heading(kind)
            return self._read_chinese(core, colon=colon, set_off=set_off, marked=marked)
        return self._read_english(core, colon=colon, set_off=set_off, marked=marked)

    def names_other(self, words: str) -> bool:
        """Whether a line is a pair of name and value whose name announces something else (Location: Singapore)."""
        name, colon, _ = words.partition(":")
        return bool(colon) and self.forms.get(_core(name)) is HeadingKind.OTHER

    def inline(self, words: str, *, marked: bool = False) -> list[InlineHeading]:
        """Headings inside a running line, each followed by a colon, a number or the line's end; English ones not behind a bullet."""
        found: list[InlineHeading] = []
        if not words.isascii():
            found = [one for match in self.chinese.finditer(words) if (one := self._inline(words, match)) is not None]
        if not marked and not found and ":" in words:
            found = self._english_inline(words)
        if "【" not in words:
            return found
        taken = {place for heading in found for place in range(heading.start, heading.end)}
        boxes = (match.span() for match in _BOXED.finditer(words) if match.start())
        found.extend(InlineHeading(HeadingKind.OTHER, *box, 1) for box in boxes if taken.isdisjoint(range(*box)))
        return sorted(found, key=lambda heading: heading.start)

    def _english_inline(self, words: str) -> list[InlineHeading]:
        lower = words.lower()
        if len(lower) != len(words):
            return []
        found = [
            InlineHeading(kind, match.start(1), match.end())
            for match in self.sentence.finditer(lower)
            if (kind := self.forms[match[1]]) is HeadingKind.OTHER
            or kind is not HeadingKind.DUTY
            or len(match[1]) >= _LONG
        ]
        asks = [place for place, heading in enumerate(found) if heading.kind is not HeadingKind.OTHER]
        return [heading for place, heading in enumerate(found) if asks and place >= asks[0]]

    def _inline(self, words: str, match: re.Match[str]) -> InlineHeading | None:
        form, start, end = match["form"], match.start("form"), match.end("form")
        before = words[max(0, start - _NEARBY) : start]
        after = words[end : end + _NEARBY]
        colon = after.lstrip(" 】」]").startswith(":")
        numbered = _FIRST_NUMBER.match(after) is not None
        first = not before.rstrip()
        closed = first or before[-1] in " \t" or before[-1] in "。;.!?】、:*)(【|" or before[-1].isdigit()
        ends = not after.strip(" :】") and end + _NEARBY >= len(words)
        strong = len(form) > _STRONG_LENGTH or form in _SURE
        if not (colon or numbered or (ends and not first)) or not (strong or closed):
            return None
        if not closed and not (colon or numbered):
            return None
        if form.endswith(_PREDICATES) and not (first or (closed and colon)):
            return None
        kind = self.forms[form]
        if kind is HeadingKind.OTHER and not (closed and colon and (strong or first or before[-1] in _STOPS)):
            return None
        stop = end + len(after) - len(after.lstrip(" 】」]:"))
        return InlineHeading(kind, start - _prefix_length(before), stop)

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
            said = not set_off and not colon and _SAYS.search(core[: match.start("form")]) is not None
            far = (
                said or (match.start("form") > _PREFIX and not set_off) or (not at_start and form.endswith(_PREDICATES))
            )
            if len(form) > len(best) and ((at_end and not far) or (at_start and (colon or set_off) and len(form) >= 4)):
                best = form
        if not best:
            return Heading(HeadingKind.OTHER, 1) if set_off and len(core) <= 12 else None
        plain = not (colon or set_off)
        short = len(best) <= _STRONG_LENGTH and len(core) > len(best) + 2
        return None if plain and (short or (marked and len(core) > len(best))) else Heading(self.forms[best])

    def _read_english(self, core: str, *, colon: bool, set_off: bool, marked: bool) -> Heading | None:
        words = core.split()
        if len(words) > 14 or (marked and not (colon or set_off)):
            return None
        if self.away.search(core) and (colon or set_off):
            return Heading(HeadingKind.OTHER)
        if _CONDITION.search(core) and (colon or set_off) and len(words) <= _FEW_WORDS:
            return Heading(HeadingKind.BONUS if self.prefers.search(core) else HeadingKind.REQUIREMENT)
        best = ""
        for match in self.english.finditer(core):
            if len(match.group()) > len(best):
                best = match.group()
        bare = len(words) <= _FEW_FILLED and ":" not in core and "," not in core
        rest = sum(len(word) for word in core.replace(best, " ", 1).split() if word not in self.fillers)
        share = len(best) / max(1, len(best) + rest if bare else len(core))
        hinted = (colon or set_off) and len(words) <= _FEW_WORDS and (share >= 0.25 or core.startswith(best))
        says = best.startswith("you ") and not (colon or set_off)
        if best and (share >= (0.75 if says else 0.6) or hinted):
            asks = self.forms[best] is HeadingKind.REQUIREMENT
            return Heading(HeadingKind.BONUS if asks and self.prefers.search(core) else self.forms[best])
        if set_off and len(words) <= _FEW_WORDS and not marked:
            return Heading(HeadingKind.OTHER, 1)
        return None


@lru_cache(maxsize=4)
def headings_of(lexicon: Lexicon) -> Headings:
    """Give the headings of a lexicon, made once."""
    forms: dict[str, HeadingKind] = {}
    for kind in (HeadingKind.OTHER, HeadingKind.DUTY, HeadingKind.REQUIREMENT, HeadingKind.BONUS):
        for word in lexicon.cues(f"heading_{kind.value}"):
            form = fold(word).text
            forms[form] = kind
            if form.isascii():
                forms.setdefault(_spelt_out(form), kind)
    chinese = sorted((form for form in forms if not form.isascii()), key=len, reverse=True)
    english = sorted((form for form in forms if form.isascii()), key=len, reverse=True)
    role_end = "|".join(re.escape(word) for word in lexicon.cues("read_role_end"))
    role = rf"[^。;,:!?]{{0,20}}(?:{role_end})(?:\([^()]{{1,24}}\))?"
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
        re.compile(
            r"\([^()]*(?:加分|优先|非必须|非必需|可选|preferred|nice[ -]to[ -]have|bonus|optional|desirable|desired|a plus)[^()]*\)"
        ),
        re.compile(
            r"(?:^\W*|(?<=[.;!?]\s)\**|(?<=[.;!?])\**)("
            + "|".join(map(re.escape, english))
            + r")\s{0,2}:\**\s{1,3}(?=\S)"
        ),
        re.compile(r"\b(?:" + "|".join(map(re.escape, lexicon.cues("heading_sign_bonus"))) + r")\b"),
        re.compile(rf"[。;!]\s*(?P<title>{role})\s*$"),
        re.compile(rf"(?:^|[。;!])\s*(?P<title>{role})\s{{0,2}}(?=1\s{{0,2}}[、.])"),
        re.compile("|".join(map(re.escape, lexicon.cues("heading_sign_away")))),
        frozenset(lexicon.cues("heading_filler")),
        frozenset(lexicon.cues("card_title")),
        frozenset((*lexicon.cues("card_city"), *lexicon.cues("card_degree"))),
    )


def _core(words: str) -> str:
    text = fold(words).text
    if "](" in text:
        text = _LINK.sub(lambda match: match[1], text)
    text = text.replace("’", "'").replace("`", "'").replace("‘", "'")
    bare = _BRACKETED.sub(" ", text) if "(" in text else text
    if not bare.strip(" :*#_"):
        bare = text
    return _EDGE.sub("", _EDGE.sub("", bare)).strip()


def _spelt_out(text: str) -> str:
    """Give an English heading without hyphens and contractions: what you'll bring, what you will bring."""
    text = text.replace("-", " ")
    return _CONTRACTED.sub(lambda match: _LONG_FORMS[match[1]], text) if "'" in text else text


def _prefix_length(before: str) -> int:
    """How much before a heading's form belongs to it: 【, 一、, or a short word that names the job (前端岗位要求)."""
    match = _PREFIXES.search(before)
    return len(match.group()) if match else 0
