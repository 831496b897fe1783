"""An item's clauses: what is asked, what is only preferred, and which clauses belong together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rubrics.lexicon import CuePlaces, Lexicon
from rubrics.postings.clause_words import INNER, Part, Words, is_floor
from rubrics.postings.headings import HeadingKind
from rubrics.postings.items import Item
from rubrics.text import Span, fold

_EDGE = " \t\r\n\v\f\u3000,;。.、!?:-—*_`#>|\"'“”"
_LEAD_COLON = re.compile(r"^[^:]{2,40}(?:之一|其一|任一|一项|至少|以下|下列|如下|任意)[^:]{0,16}:")
_BARE_HARD = re.compile(r"^[(\s]*(?:required|mandatory|a must|must[- ]have|必须|必备)[\s)]*$")
_NAME_START = re.compile(r"^[a-z0-9][a-z0-9+#.\-]*(?:[、,/和与及等]|\s*$|\s*[一-鿿])")
_NAME_END = re.compile(r"(?:^|[一-鿿、,/\s])[a-z0-9][a-z0-9+#.\-]*$")
_AND = ("和", "及", "以及", "与", "或", "and ", "or ")
_HAVING = ("有", "具有", "具备", "拥有")
_SECOND_ASK = re.compile(
    r" and (?:\w[\w-]*\s+){0,2}(?:experience|knowledge|proficiency|familiarity|understanding|ability|fluency|passion|eagerness|desire|interest|commitment|expertise|skills)\s+(?:of|in|with|to|for|using)\b"
)
_OBJECT = re.compile(r"\w (?:of|in|with|to|for|using) \w")
_LONG_ASK = 4
_ASK_REACH = 200
_LIST_END = re.compile(r" (?:and|or|&) \S+(?: \S+){0,2}$")
_OPENS_ITEM = re.compile(r"(?:能力|经验|精神|背景|成绩|经历)优先")
_CUT = re.compile(r"[(\[【《)\]】》,;。!?\n.]")
_OPENING = frozenset("([【《")
_CLOSING = frozenset(")]】》")
_MOST_PARTS = 20
_FEW_NAMES = 3
_MINIMUM = 2


@dataclass(frozen=True, slots=True)
class Chunk:
    """Clauses that ask for one thing, in one section; ``hidden`` when a preference stands among requirements."""

    parts: tuple[Part, ...]
    bonus: bool
    hidden: bool

    @property
    def span(self) -> Span:
        """From the first clause's start to the last one's end, without marks at the edges."""
        return Span(self.parts[0].start, self.parts[-1].end)


def chunks_of(item: Item, lexicon: Lexicon, cues: CuePlaces | None = None) -> tuple[Chunk, ...]:
    """Give the clauses of an item, marked as asked or preferred; together they cover all its words.

    ``cues`` are the cue words of the document where they were found already.
    """
    if cues is None:
        text = item.source.text
        cues = CuePlaces.of(text, lexicon, [(item.span.start, fold(text[item.span.start : item.span.end]))])
    words = Words(lexicon, cues)
    parts = _parts(item, words)
    in_bonus = item.kind is HeadingKind.BONUS
    marks = [in_bonus] * len(parts) if in_bonus else _preferred(item, parts, words)
    chinese = not item.text.isascii()
    chunks: list[Chunk] = []
    for part, bonus in zip(parts, marks, strict=True):
        last = chunks[-1] if chunks else None
        if (
            last is not None
            and last.bonus == bonus
            and len(last.parts) < _MOST_PARTS
            and _belongs(last.parts, part, words, chinese=chinese)
        ):
            chunks[-1] = Chunk((*last.parts, part), bonus, hidden=last.hidden)
        else:
            chunks.append(Chunk((part,), bonus, hidden=bonus and not in_bonus))
    return tuple(chunks)


def _parts(item: Item, words: Words) -> list[Part]:
    """Clauses at commas, semicolons and sentence ends outside brackets; edges are trimmed, nothing else is lost."""
    text = item.text
    pieces: list[Part] = []
    whole = bool(_LEAD_COLON.match(text))
    opened = {
        place
        for match in INNER.finditer(text)
        if words.prefers_within(item, *match.span()) or _BARE_HARD.match(match.group().lower())
        for place in match.span()
    }
    glued = words.glued(text) | words.turns(item, text) | _second_asks(text, words.prefers_within(item, 0, len(text)))
    marks = {match.start() for match in _CUT.finditer(text)}
    start = depth = 0
    for place in sorted(marks | glued | opened):
        character = text[place : place + 1]
        if place in glued:
            _add(pieces, item, text, start, place)
            start = place
        if place in opened or (place + 1 in opened and character == ")"):
            _add(pieces, item, text, start, place)
            start = place + 1
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        elif depth == 0 and not whole and _is_cut(text, place, character):
            _add(pieces, item, text, start, place)
            start = place + 1
    _add(pieces, item, text, start, len(text))
    if pieces:
        return pieces
    return [Part(item.source, item.span.start, item.span.end)]


def _second_asks(text: str, preferring: bool) -> frozenset[int]:
    """Places where an English clause that has asked for one thing asks for another (knowledge of X and experience with Y)."""
    if preferring or " and " not in text:
        return frozenset()
    places = set()
    for match in _SECOND_ASK.finditer(text):
        before = (
            text[max(0, match.start() - _ASK_REACH) : match.start()]
            .rpartition(",")[2]
            .rpartition(";")[2]
            .rpartition(". ")[2]
        )
        if _OBJECT.search(before) or before.count(" ") >= _LONG_ASK:
            places.add(match.start() + 1)
    return frozenset(places)


def _is_cut(text: str, place: int, character: str) -> bool:
    if character in ",;。!?\n":
        if character == "," and text[place - 1 : place].isdigit() and text[place + 1 : place + 4].isdigit():
            return False
        return not (character == "\n" and not _ends_sentence(text, place))
    if character == ".":
        after = text[place + 1 : place + 2]
        before = text[max(0, place - 4) : place].lower()
        if after == "" or after.isspace():
            return not (
                before.endswith(
                    ("e.g", "i.e", " etc", "b.s", "m.s", "ph", "ph.d", "vs", "u.s", "b.a", "sr", "jr", "eg", " b", " m")
                )
            )
        return ("一" <= after <= "鿿" or after.isdigit()) and bool(re.search("[一-鿿)]$", before))
    return False


def _ends_sentence(text: str, place: int) -> bool:
    return text[:place].rstrip().endswith((".", "。", ";", "!", "?"))


def _add(pieces: list[Part], item: Item, text: str, start: int, end: int) -> None:
    segment = text[start:end]
    left = len(segment) - len(segment.lstrip(_EDGE))
    right = len(segment.rstrip(_EDGE))
    if right > left:
        pieces.append(Part(item.source, item.span.start + start + left, item.span.start + start + right))


def _preferred(item: Item, parts: list[Part], words: Words) -> list[bool]:
    """For each clause whether it is only preferred: the word binds to its clause, to the list before it, or to the whole item."""
    marks = [False] * len(parts)
    reach = 0
    for cue, part in enumerate(parts):
        if cue < reach or not words.prefers(part):
            continue
        leads = _leads_sentence(item, parts, cue, words)
        first = cue if leads else _first_preferred(item, parts, cue, reach, words)
        reach = cue + 1
        while leads and reach < len(parts) and _same_sentence(item, parts, reach):
            reach += 1
        while reach < len(parts) and _goes_on_preferring(parts, cue, reach, words):
            reach += 1
        marks[first:reach] = [True] * (reach - first)
    return marks


def _leads_sentence(item: Item, parts: list[Part], cue: int, words: Words) -> bool:
    """Whether a preference stands alone before the rest of its sentence ("Ideally, you have …")."""
    if cue and _same_sentence(item, parts, cue):
        return False
    return words.leads_sentence(parts[cue]) and cue + 1 < len(parts) and _same_sentence(item, parts, cue + 1)


def _first_preferred(item: Item, parts: list[Part], cue: int, floor: int, words: Words) -> int:
    """Give the first clause that a preference word binds; none before ``floor``."""
    part = parts[cue]
    first = cue

    def may_step() -> bool:
        return first > floor and _same_sentence(item, parts, first)

    if words.starts_preferring(part):
        return first
    verbal = _ending_pattern(words.lexicon).search(part.folded)
    subject = Part(part.source, part.start, part.start + verbal.start()) if verbal else None
    if subject is not None and not words.owns_predicate(subject):
        said = bool(subject.text)
        while may_step() and not (said and first == cue and _is_closed_list(parts[cue - 1].text, subject.text)):
            first -= 1
            if words.owns_predicate(parts[first]) and said:
                break
        return first
    if _alone_pattern(words.lexicon).match(part.folded):
        first = max(floor, cue - 1)
        while (
            may_step() and not words.has_predicate(parts[first]) and not _BARE_HARD.match(parts[first - 1].text.lower())
        ):
            first -= 1
        return first
    return first if words.owns_predicate(part) else _list_start(item, parts, cue, floor, words)


def _list_start(item: Item, parts: list[Part], cue: int, floor: int, words: Words) -> int:
    """Give the first clause of the list that a preferred clause without a predicate of its own ends."""
    first = cue
    while first > floor and _same_sentence(item, parts, first) and words.is_bare(parts[first - 1]):
        first -= 1
    if first > floor and _same_sentence(item, parts, first) and _closes_list(parts, first, cue):
        first -= 1
    return first


def _is_closed_list(before: str, text: str) -> bool:
    """Whether a list ends with its "and" before a clause that does not go on with it (SQL and Python, Flink is a plus)."""
    return (
        len(text.split()) <= _FEW_NAMES and _LIST_END.search(before) is not None and not text.lower().startswith(_AND)
    )


def _goes_on_preferring(parts: list[Part], cue: int, place: int, words: Words) -> bool:
    """Whether a clause after a preferred one still belongs to it: an example, an alternative, words without a verb."""
    part = parts[place]
    if words.leads_on(part):
        return True
    if not words.owns_predicate(part) and not is_floor(part):
        return True
    return cue == 0 and _OPENS_ITEM.search(parts[cue].text) is not None and not words.asks_hard(part)


def _closes_list(parts: list[Part], first: int, cue: int) -> bool:
    """Whether a preferred clause without a verb ends the list that the clause before it began: 有 A, B 和 C 经验者优先."""
    before, text = parts[first - 1].text.strip(), parts[cue].text.strip()
    if is_floor(parts[first - 1]):
        return False
    if "等" in text or text.startswith(_AND):
        return True
    return before.startswith(_HAVING) and any(word in text for word in ("经验", "经历", "背景", "者"))


def _same_sentence(item: Item, parts: list[Part], place: int) -> bool:
    between = item.source.words(parts[place - 1].end, parts[place].start)
    return not any(mark in between for mark in "。;!?\n") and not between.strip().startswith(".")


def _belongs(group: tuple[Part, ...], part: Part, words: Words, *, chinese: bool) -> bool:
    """Whether a clause goes on with the one before it: an example, an alternative, a list without a verb of its own."""
    if (
        words.leads_sentence(group[-1])
        or words.leads_on(part)
        or _alone_pattern(words.lexicon).match(part.folded)
        or words.continues(part)
    ):
        return True
    if ";" in part.source.words(group[-1].end, part.start):
        return False
    if words.leads_vaguely(group[0]) and len(group) == 1:
        return True
    if not words.owns_predicate(part):
        return True
    last = group[-1].folded
    if _NAME_START.match(part.folded) and _NAME_END.search(last) and chinese:
        return True
    return len(last) < _MINIMUM + 2 or last.count("(") > last.count(")")


@lru_cache(maxsize=4)
def _alone_pattern(lexicon: Lexicon) -> re.Pattern[str]:
    """Give the pattern of a clause that is nothing but a preference (优先考虑, "preferred")."""
    return re.compile(rf"^[\s(]*(?:者|的|均|则|会|可|将|是|为)?(?:{_one_of(lexicon, 'preference_alone')})[\s)。.;!]*$")


@lru_cache(maxsize=4)
def _ending_pattern(lexicon: Lexicon) -> re.Pattern[str]:
    """Give the pattern of a preference that is said of the whole clause before it ("… would be a big plus")."""
    return re.compile(
        r"(?:\b(?:is|are|will be|would be|being)|['’]s)\s+(?:also\s+)?(?:a |an )?(?:\w+\s+){0,2}"
        rf"(?:{_one_of(lexicon, 'preference_ending')})\b"
    )


def _one_of(lexicon: Lexicon, group: str) -> str:
    return "|".join(re.escape(word) for word in sorted(lexicon.cues(group), key=len, reverse=True))
