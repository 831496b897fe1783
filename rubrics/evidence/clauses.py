"""Clauses and their scopes: what is denied, wished, learnt, quoted or told of somebody else, within a clause and not across it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from rubrics.evidence.cues import Cues
from rubrics.evidence.texts import Role
from rubrics.model import LEVEL_ORDER, Level

_BREAK = re.compile(
    r"[。;!?\n]|\.(?=\s|$)(?<![\s.(][a-z]\.)(?<!\.eng\.)(?<!\.sc\.)(?<!\.tech\.)(?<!\bal\.)(?<!proc\.)(?<!dept\.)(?<!e\.g\.)(?<!i\.e\.)|(?P<soft>,|\t|\s\|\s|\s[·•]\s|\s(?<=[^\d\s]\s)\s*[-–—]{1,2}\s+(?=[^\d\s]))|(?=但|不过|然而|却(?!步)|只是(?!了解))|\b(?=(?:but|however|although|though|yet|whereas|while)\b)"
)
_LABEL = re.compile(r"\s*(?:[\u4e00-\u9fff]{2,8}|[a-z][a-z ]{1,14})\s*")
_LISTED = re.compile(r"[\s、/+&()\[\].:*\-0-9%]|和|与|及|或者?|以及|等|\b(?:and|or|etc)\b")
_BARE_WORD = re.compile(r"^[a-z0-9+#.\-]{1,20}$")
_GOVERNS = re.compile(r"\s*(?:with|in|of|using|on|:|for|to|是)")
_TRIM_LEFT = re.compile(r"[\s,，。;；、:：*·•●■◆▪►>\-–—|]+")
_NEAR_LEVEL = re.compile(r"\s*(?:编程|语言|框架|开发)?\s*[(\[:\-–—/]?\s*")
_QUOTE_LIMIT = 180
_LONGEST_CLAUSE = 400


class Stance(StrEnum):
    """How a mention is meant."""

    OWN = "own"
    CLAIM = "claim"
    LISTED = "listed"
    COURSE = "course"
    DENIED = "denied"
    WISH = "wish"
    OTHER_PERSON = "other_person"
    QUOTED = "quoted"
    NAME = "name"


EVIDENCE = frozenset({Stance.OWN, Stance.CLAIM, Stance.LISTED, Stance.COURSE})


class Clause(NamedTuple):
    """A clause of a source: offsets in the source and its plain text."""

    start: int
    end: int
    plain: str


class Judged(NamedTuple):
    """What a mention in a clause means: its stance and the level (0 when no level is told)."""

    stance: Stance
    level: int = 0


def split_clauses(plain: str, start: int, end: int, mentions: Sequence[tuple[int, int]]) -> list[Clause]:
    """Give the clauses of a passage; a bare list item after a comma stays with the clause before it.

    ``mentions`` are the spans of lexicon terms in the passage, in order.
    """
    pieces: list[tuple[int, int, bool]] = []
    last, soft = start, False
    for match in _BREAK.finditer(plain, start, end):
        mark = match.group("soft")
        if mark is not None and ("|" in mark or "\t" in mark) and _LABEL.fullmatch(plain, last, match.start()):
            continue  # a table's label stays with its value
        if match.start() > last:
            pieces.append((last, match.start(), soft))
        last, soft = match.end(), mark is not None
    if last < end:
        pieces.append((last, end, soft))
    pieces = [part for piece in pieces for part in _cut_piece(*piece)]
    clauses: list[Clause] = []
    for first, stop, after_comma in pieces:
        if after_comma and clauses and _is_bare(plain, first, stop, mentions):
            before = clauses[-1]
            clauses[-1] = Clause(before.start, stop, plain[before.start : stop])
        else:
            clauses.append(Clause(first, stop, plain[first:stop]))
    return clauses


def _cut_piece(start: int, end: int, soft: bool) -> Iterator[tuple[int, int, bool]]:
    """No clause is longer than people write them; a longer one is cut, so that no pattern takes long."""
    while end - start > _LONGEST_CLAUSE:
        yield start, start + _LONGEST_CLAUSE, soft
        start, soft = start + _LONGEST_CLAUSE, False
    yield start, end, soft


def _is_bare(plain: str, start: int, end: int, mentions: Sequence[tuple[int, int]]) -> bool:
    rest: list[str] = []
    last = start
    for first, stop in mentions:
        if first >= last and stop <= end:
            rest.append(plain[last:first])
            last = stop
    rest.append(plain[last:end])
    words = _LISTED.sub(" ", " ".join(rest)).split()
    return not words or (last == start and len(words) == 1 and _BARE_WORD.match(words[0]) is not None)


def judge_mention(clause: Clause, start: int, end: int, role: Role, cues: Cues) -> Judged:
    """How a mention at ``[start, end)`` of the source is meant in its clause."""
    plain = clause.plain
    first, stop = start - clause.start, end - clause.start
    if role is Role.INTEREST or (role is Role.PLAN and not cues.has("use", plain) and not _levels(plain, cues)):
        return Judged(Stance.WISH)
    if role is Role.REFERENCE:
        return Judged(Stance.OTHER_PERSON)
    if role is Role.QUOTED or cues.has("quoted", plain):
        unmet = any(stop <= start for start, _ in cues.places("quoted_unmet", plain))
        return Judged(Stance.DENIED if unmet and role is not Role.QUOTED else Stance.QUOTED)
    if _is_in_a_name(plain, first, stop, cues):
        return Judged(Stance.NAME)
    if cues.may(cues.groups(*_SCOPES), plain):
        scoped = _scoped(plain, first, stop, role, cues)
        if scoped is not None:
            return scoped
    return _positive(plain, first, stop, role, cues)


_SCOPES = ("denial", "wish", "other_person", "instead_of")


def _scoped(plain: str, first: int, stop: int, role: Role, cues: Cues) -> Judged | None:
    """Tell what takes a mention out of the person's own doings: denial, wish, somebody else, a thing replaced."""
    predicates = _predicates(plain, cues)
    denied = _denial(plain, first, stop, predicates, role, cues)
    if denied is not None:
        return denied
    if _is_wished(plain, first, stop, predicates, cues):
        return Judged(Stance.WISH)
    replaced = any(0 <= first - end <= 12 for _, end in cues.places("instead_of", plain))
    if replaced or _is_of_others(plain, first, stop, cues):
        return Judged(Stance.OTHER_PERSON)
    return None


def level_in(plain: str, cues: Cues) -> int:
    """Give the highest level that a short text names; 0 for none."""
    return max((level for _, _, level in _levels(plain, cues)), default=0)


def begins_with_wish(line: str, cues: Cues) -> bool:
    """Whether a line begins with the name of a wish (Interested in: …, 想学：…)."""
    head, colon, _ = line[:30].partition(":")
    return bool(colon) and cues.has("wish", f"{head}:")


def tells_of_others(plain: str, cues: Cues) -> bool:
    """Whether a clause tells of somebody else's doings."""
    return any(
        cues.pattern("other_exempt").search(plain[:start]) is None for start, _ in cues.places("other_person", plain)
    )


def trimmed(text: str, start: int, end: int, around: tuple[int, int]) -> tuple[int, int]:
    """Give a clause's range without bullets and blanks at its edges, cut to a readable length around a mention."""
    first, last = around
    if end - start > _QUOTE_LIMIT:
        start = max(start, first - _QUOTE_LIMIT // 2)
        end = min(end, max(last, start + _QUOTE_LIMIT))
    match = _TRIM_LEFT.match(text, start, end)
    if match is not None and match.end() < end and (match.end() <= first or first == start):
        start = match.end()
    while end > max(last, start + 1) and text[end - 1] in " \t\r\n,，。;；、:：|":
        end -= 1
    return start, end


def _positive(plain: str, first: int, stop: int, role: Role, cues: Cues) -> Judged:  # noqa: PLR0911 - a decision table, read from top to bottom
    level = _level_of(plain, first, stop, cues)
    if cues.has("shallow", plain):
        return Judged(Stance.COURSE, LEVEL_ORDER[Level.BASIC])
    if role in {Role.WORK, Role.PROJECT, Role.PUBLICATION}:
        if level == LEVEL_ORDER[Level.BASIC] and not cues.has("use", plain):
            return Judged(Stance.CLAIM, level)
        if _is_coursework(plain, first, stop, role, cues) and not cues.has("use", plain):
            return Judged(Stance.COURSE, LEVEL_ORDER[Level.BASIC])
        return Judged(Stance.OWN, level)
    if _is_coursework(plain, first, stop, role, cues):
        return Judged(Stance.COURSE, LEVEL_ORDER[Level.BASIC])
    if level:
        return Judged(Stance.CLAIM, level)
    if role in {Role.CERTIFICATE, Role.LANGUAGE, Role.EDUCATION}:
        return Judged(Stance.LISTED)
    if cues.has("use", plain):
        return Judged(Stance.OWN)
    return Judged(Stance.LISTED)


def _is_coursework(plain: str, first: int, stop: int, role: Role, cues: Cues) -> bool:
    if role is Role.COURSE:
        return True
    return any(start <= first or 0 <= start - stop <= 6 for start, _ in cues.places("course", plain))


def _predicates(plain: str, cues: Cues) -> int:
    """Where the first word of use or level stands; the clause's length when there is none."""
    places = [start for start, _ in cues.places("use", plain)[:1]]
    places += [start for start, _, _ in _levels(plain, cues)]
    return min(places, default=len(plain))


def _denial(plain: str, first: int, stop: int, predicate: int, role: Role, cues: Cues) -> Judged | None:
    for start, end in cues.places("denial", plain):
        inside = start <= first and stop <= end
        after = first >= end and (
            cues.pattern("denial_noun_end").search(plain[start:end]) is None or _GOVERNS.match(plain, end) is not None
        )
        before = stop <= start and predicate >= start
        if not (inside or after or before):
            continue
        if role in {Role.WORK, Role.PROJECT} and cues.pattern("denial_of_knowing").search(plain[start:end]) is None:
            return Judged(Stance.OTHER_PERSON)
        return Judged(Stance.DENIED)
    return None


def _is_wished(plain: str, first: int, stop: int, predicate: int, cues: Cues) -> bool:
    return any(
        end <= first or (start <= first and stop <= end) or (stop <= start and predicate >= start)
        for start, end in cues.places("wish", plain)
    )


def _is_of_others(plain: str, first: int, stop: int, cues: Cues) -> bool:
    for start, end in cues.places("other_person", plain):
        if cues.pattern("other_exempt").search(plain[:start]) is not None:
            continue
        if plain.startswith(("由", "by ", "from "), start) or end <= first or stop <= end:
            return True
        if plain.startswith(("只", "仅", "only "), start) and start - stop <= 2:
            return True
    return False


def _is_in_a_name(plain: str, first: int, stop: int, cues: Cues) -> bool:
    after = plain[stop : stop + 40]
    if after and (after[0] == " " or after[0] > "\u2e7f") and cues.pattern("institution_after").search(after):
        return True
    if first == 0 or not cues.may(cues.groups("institution_before"), plain):
        return False
    return cues.pattern("institution_before").search(plain[max(0, first - 60) : first]) is not None


def _levels(plain: str, cues: Cues) -> list[tuple[int, int, int]]:
    if not cues.may(cues.groups(*_LEVEL_NAMES), plain):
        return []
    known = cues.levels.get(plain)
    if known is None:
        known = [(start, end, level) for name, level in _LEVEL_CUES for start, end in cues.places(name, plain)]
        known.sort()
        cues.levels[plain] = known
    return known


def _level_of(plain: str, first: int, stop: int, cues: Cues) -> int:
    if cues.has("weak_level", plain):
        return LEVEL_ORDER[Level.BASIC]
    levels = _levels(plain, cues)
    if not levels:
        return 0
    gap = _NEAR_LEVEL.match(plain, stop)
    near = gap.end() if gap else stop
    for start, end, level in levels:
        if start == near and (near > stop or "、" in plain or "," in plain) and not plain[end : end + 1].isalpha():
            return level
    before = [(end, level) for start, end, level in levels if start <= first and plain[start - 1 : start] != "("]
    if before:
        nearest = max(end for end, _ in before)
        return max(level for end, level in before if nearest - end <= 4)
    after = [level for start, _, level in levels if start >= stop and plain[start - 1 : start] != "("]
    return max(after, default=0)


_LEVEL_CUES = (
    ("level_expert_claim", LEVEL_ORDER[Level.EXPERT]),
    ("level_proficient_claim", LEVEL_ORDER[Level.PROFICIENT]),
    ("level_familiar_claim", LEVEL_ORDER[Level.FAMILIAR]),
    ("level_basic_claim", LEVEL_ORDER[Level.BASIC]),
)
_LEVEL_NAMES = tuple(name for name, _ in _LEVEL_CUES)
