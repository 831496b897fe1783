"""Clauses and their scopes: what is denied, wished, learnt, quoted or told of somebody else, within a clause and not across it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from rubrics.evidence.cues import Cues, NamedGroups
from rubrics.evidence.texts import Passage, Role
from rubrics.model import LEVEL_ORDER, Level

_BREAK = re.compile(
    # The first letters of all that follows: at most places of a text this is all that need be looked at.
    r"(?=[。;!?\n.,\s但不然却只bhatyw])(?:[。;!?\n]|\.(?=\s|$)(?<![\s.(][a-z]\.)(?<!\.eng\.)(?<!\.sc\.)(?<!\.tech\.)(?<!\bal\.)(?<!proc\.)(?<!dept\.)(?<!e\.g\.)(?<!i\.e\.)|(?P<soft>,|\t|\s\|\s|\s[·•]\s|\s(?<=[^\d\s]\s)\s*[-–—]{1,2}\s+(?=[^\d\s]))|(?=但|不过|然而|却(?!步)|只是(?!了解))|\b(?=(?:but|however|although|though|yet|whereas|while)\b))"
)
_LABEL = re.compile(r"\s*(?:[\u4e00-\u9fff]{2,8}|[a-z][a-z ]{1,14})\s*")
_LISTED = re.compile(r"[\s、/+&()\[\].:*\-0-9%]|和|与|及|或者?|以及|等|\b(?:and|or|etc)\b")
_ALL_LISTED = re.compile(rf"(?:{_LISTED.pattern})*")
_ALL_BARE = re.compile(r"[\s、/+&()\[\].:*\-0-9%和与及或者以等a-z#]*")
_BARE_WORD = re.compile(r"^[a-z0-9+#.\-]{1,20}$")
_GOVERNS = re.compile(r"\s*(?:with|in|of|using|on|:|for|to|是)")
_TRIM_LEFT = re.compile(r"[\s,，。;；、:：*·•●■◆▪►>\-–—|]+")
_NEAR_LEVEL = re.compile(r"\s*(?:编程|语言|框架|开发)?\s*[(\[:\-–—/]?\s*")
_NO_TERMS = frozenset[str]()
_new = tuple.__new__  # makes a named tuple in half the time that its class takes
_QUOTE_LIMIT = 180
_LONGEST_NAME = 30
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
# Members by short names: to look one up in its class takes ten times as long, and this module asks thousands of times.
_INTEREST, _PLAN, _REFERENCE, _QUOTED, _COURSE = Role.INTEREST, Role.PLAN, Role.REFERENCE, Role.QUOTED, Role.COURSE
_DONE_THERE = frozenset({Role.WORK, Role.PROJECT, Role.PUBLICATION})
_JOBS = frozenset({Role.WORK, Role.PROJECT})
_NAMING = frozenset({Role.CERTIFICATE, Role.LANGUAGE, Role.EDUCATION})


class Clause(NamedTuple):
    """A clause of a source: offsets in the source, its plain text, and the ids of the terms named in it."""

    start: int
    end: int
    plain: str
    terms: frozenset[str] = frozenset()


class Judged(NamedTuple):
    """What a mention in a clause means: its stance and the level (0 when no level is told)."""

    stance: Stance
    level: int = 0


_BASIC = LEVEL_ORDER[Level.BASIC]
_OWN, _CLAIM, _LISTED_ONLY = Judged(Stance.OWN), Judged(Stance.CLAIM), Judged(Stance.LISTED)
_LEARNT, _DENIED, _WISHED = Judged(Stance.COURSE, _BASIC), Judged(Stance.DENIED), Judged(Stance.WISH)
_OF_OTHERS, _IN_QUOTATION, _IN_NAME = Judged(Stance.OTHER_PERSON), Judged(Stance.QUOTED), Judged(Stance.NAME)


def split_clauses(plain: str, start: int, end: int, mentions: Sequence[tuple[int, int, str]]) -> list[Clause]:
    """Give the clauses of a passage; a bare list item after a comma stays with the clause before it.

    ``mentions`` are the lexicon terms in the passage with their spans, in order.
    """
    pieces: list[tuple[int, int]] = []
    last, soft = start, False
    for match in _BREAK.finditer(plain, start, end):
        first, stop = match.span()
        mark = match.group("soft")
        if mark is not None and ("|" in mark or "\t" in mark) and _LABEL.fullmatch(plain, last, first):
            continue  # a table's label stays with its value
        if first > last:
            _add_piece(pieces, plain, (last, first), soft, mentions)
        last, soft = stop, mark is not None
    if last < end:
        _add_piece(pieces, plain, (last, end), soft, mentions)
    if not mentions:
        return [_new(Clause, (first, stop, plain[first:stop], _NO_TERMS)) for first, stop in pieces]
    return [_new(Clause, (first, stop, plain[first:stop], _terms_in(mentions, first, stop))) for first, stop in pieces]


def _add_piece(
    pieces: list[tuple[int, int]],
    plain: str,
    piece: tuple[int, int],
    soft: bool,
    mentions: Sequence[tuple[int, int, str]],
) -> None:
    """Add a piece; no clause is longer than people write them: a longer one is cut, so that no pattern takes long."""
    start, end = piece
    stop = min(end, start + _LONGEST_CLAUSE)
    if soft and pieces and _is_bare(plain, start, stop, mentions):
        pieces[-1] = (pieces[-1][0], stop)
    else:
        pieces.append((start, stop))
    while stop < end:
        start, stop = stop, min(end, stop + _LONGEST_CLAUSE)
        pieces.append((start, stop))


def _terms_in(mentions: Sequence[tuple[int, int, str]], start: int, end: int) -> frozenset[str]:
    return frozenset([term for first, stop, term in mentions if start <= first and stop <= end])


def _is_bare(plain: str, start: int, end: int, mentions: Sequence[tuple[int, int, str]]) -> bool:
    rest: list[str] = []
    last = start
    for first, stop, _ in mentions:
        if first >= last and stop <= end:
            rest.append(plain[last:first])
            last = stop
    rest.append(plain[last:end])
    if last > start:
        return _ALL_LISTED.fullmatch(" ".join(rest)) is not None
    if _ALL_BARE.fullmatch(rest[0]) is None:
        return False
    words = _LISTED.sub(" ", rest[0]).split()
    return not words or (len(words) == 1 and _BARE_WORD.match(words[0]) is not None)


def judge_mention(  # noqa: PLR0911 - a decision table, read from top to bottom
    clause: Clause, start: int, end: int, role: Role, cues: Cues
) -> Judged:
    """How a mention at ``[start, end)`` of the source is meant in its clause."""
    plain = clause.plain
    first, stop = start - clause.start, end - clause.start
    if role is _INTEREST or (role is _PLAN and not cues.has("use", plain) and not _levels(plain, cues)):
        return _WISHED
    if role is _REFERENCE:
        return _OF_OTHERS
    if not cues.may(cues.any_of(_TELLING), plain):
        return _IN_QUOTATION if role is _QUOTED else _plainly(role)
    if role is _QUOTED or cues.has("quoted", plain):
        unmet = any(stop <= start for start, _ in cues.places("quoted_unmet", plain))
        return _DENIED if unmet and role is not _QUOTED else _IN_QUOTATION
    if _is_in_a_name(plain, first, stop, cues):
        return _IN_NAME
    if cues.may(cues.any_of(_SCOPED), plain):
        scoped = _scoped(plain, first, stop, role, cues)
        if scoped is not None:
            return scoped
    return _positive(plain, first, stop, role, cues)


def _plainly(role: Role) -> Judged:
    """How a mention is meant by the part alone in which it stands."""
    if role in _DONE_THERE:
        return _OWN
    return _LEARNT if role is _COURSE else _LISTED_ONLY


_SCOPES = ("denial", "wish", "other_person", "instead_of")


def _scoped(plain: str, first: int, stop: int, role: Role, cues: Cues) -> Judged | None:
    """Tell what takes a mention out of the person's own doings: denial, wish, somebody else, a thing replaced."""
    denials, wishes = cues.places("denial", plain), cues.places("wish", plain)
    if denials or wishes:
        predicate = _predicate(plain, cues)
        denied = _denial(plain, first, stop, predicate, role, denials, cues)
        if denied is not None:
            return denied
        if _is_wished(first, stop, predicate, wishes):
            return _WISHED
    replaced = any(0 <= first - end <= 12 for _, end in cues.places("instead_of", plain))
    if replaced or _is_of_others(plain, first, stop, cues):
        return _OF_OTHERS
    return None


def level_in(plain: str, cues: Cues) -> int:
    """Give the highest level that a short text names; 0 for none."""
    return max((level for _, _, level in _levels(plain, cues)), default=0)


def begins_with_wish(passage: Passage, plain: str, cues: Cues) -> bool:
    """Whether a passage of a source begins with the name of a wish (Interested in: …, 想学：…)."""
    if not passage.hints & cues.groups("wish"):
        return False
    colon = plain.find(":", passage.start, min(passage.end, passage.start + _LONGEST_NAME))
    return colon >= 0 and cues.has("wish", plain[passage.start : colon + 1])


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
    if cues.has("shallow", plain):
        return _LEARNT
    level = _level_of(plain, first, stop, cues)
    if role in _DONE_THERE:
        if level == _BASIC and not cues.has("use", plain):
            return Judged(_CLAIM.stance, level)
        if _is_coursework(first, stop, role, cues.places("course", plain)) and not cues.has("use", plain):
            return _LEARNT
        return Judged(_OWN.stance, level) if level else _OWN
    if _is_coursework(first, stop, role, cues.places("course", plain)):
        return _LEARNT
    if level:
        return Judged(_CLAIM.stance, level)
    if role in _NAMING:
        return _LISTED_ONLY
    return _OWN if cues.has("use", plain) else _LISTED_ONLY


def _is_coursework(first: int, stop: int, role: Role, courses: Sequence[tuple[int, int]]) -> bool:
    return role is _COURSE or any(start <= first or 0 <= start - stop <= 6 for start, _ in courses)


def _predicate(plain: str, cues: Cues) -> int:
    """Where the first word of use or level stands; the clause's length when there is none."""
    places = [start for start, _ in cues.places("use", plain)[:1]]
    places += [start for start, _, _ in _levels(plain, cues)]
    return min(places, default=len(plain))


def _denial(
    plain: str,
    first: int,
    stop: int,
    predicate: int,
    role: Role,
    denials: Sequence[tuple[int, int]],
    cues: Cues,
) -> Judged | None:
    for start, end in denials:
        inside = start <= first and stop <= end
        after = first >= end and (
            cues.pattern("denial_noun_end").search(plain[start:end]) is None or _GOVERNS.match(plain, end) is not None
        )
        before = stop <= start and predicate >= start
        if not (inside or after or before):
            continue
        if role in _JOBS and cues.pattern("denial_of_knowing").search(plain[start:end]) is None:
            return _OF_OTHERS
        return _DENIED
    return None


def _is_wished(first: int, stop: int, predicate: int, wishes: Sequence[tuple[int, int]]) -> bool:
    return any(
        end <= first or (start <= first and stop <= end) or (stop <= start and predicate >= start)
        for start, end in wishes
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
    after = plain[stop : stop + 1]
    if (
        (after == " " or after > "\u2e7f")
        and cues.may(cues.groups("institution_after"), plain)
        and cues.pattern("institution_after").search(plain[stop : stop + 40])
    ):
        return True
    if first == 0 or not cues.may(cues.groups("institution_before"), plain):
        return False
    return cues.pattern("institution_before").search(plain[max(0, first - 60) : first]) is not None


def _levels(plain: str, cues: Cues) -> list[tuple[int, int, int]]:
    if not cues.may(cues.any_of(_LEVELLED), plain):
        return []
    known = cues.levels.get(plain)
    if known is None:
        known = [(start, end, level) for name, level in _LEVEL_CUES for start, end in cues.places(name, plain)]
        known.sort()
        cues.levels[plain] = known
    return known


def _level_of(plain: str, first: int, stop: int, cues: Cues) -> int:
    if cues.has("weak_level", plain):
        return _BASIC
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
# Where no word of these stands, a mention is meant as the part says in which it stands.
_TELLING = NamedGroups(
    *("quoted", "institution_after", "institution_before", *_SCOPES),
    *("shallow", "weak_level", "use", "course", *_LEVEL_NAMES),
)
_SCOPED, _LEVELLED = NamedGroups(*_SCOPES), NamedGroups(*_LEVEL_NAMES)
