"""A résumé's text cut into lines that know their heading: education, work, projects, skills and so on.

A heading is never evidence; what stands under it is. Lines that were wrapped by a page's width are joined again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rubrics.evidence.cues import Cues, Groups, Hints, NamedGroups
from rubrics.evidence.texts import Role

_LINE = re.compile(r"[^\r\n]*")
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))
_BEFORE, _BEHIND = f"{_BLANKS}#*·•●■◆▪►>-–—=_|【[(<「", f"{_BLANKS}:*#-–—=_|】])>」"
_NUMBER = re.compile(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[ivx]{1,4})\s*[.、):]\s*")
_BULLET = re.compile(r"^\s*(?:[*·•●■◆▪►>+\-–—]|\(?\d{1,2}[.、)](?!\d)|[①-⑳])\s*")
_INLINE = re.compile(
    r"^\s*(?:[#*·•●■◆▪►\-【\[]*\s*(?P<open>[^:\n]{1,30}?)[\]】*]*\s*:|【\s*(?P<bracketed>[^】:\n]{1,12}?)\s*】)"
)
_FULL = 0.86  # a line that reaches this share of the page's width may have been wrapped
_NARROWEST = 50  # no page is narrower
_LABELLED = re.compile(r"[A-Z][^.;!?\n]{2,60}: ")
_NAME = re.compile(r"[^\d:,、。;|/]+")
_DATED = re.compile(r"(?:19|20)\d\d")
_ENDS = re.compile(r"[。.;；!?！？:,，、]\s*$")
_END_MARKS = frozenset("。.;；!?！？:,，、")
_NARROW = re.compile("[\0-\u2e7f]+")
_SPACED = re.compile(r"(?:[\u4e00-\u9fff] )+[\u4e00-\u9fff]")
_VERB = re.compile(r"\s*(?:[A-Z][a-z]{2,}ed|Led|Built|Wrote|Won|Ran|Made|Took|Held|Taught)\b")
_CELLS = re.compile(r"\t|\s\|\s")
_HEADINGS = {
    "heading_quoted": Role.QUOTED,
    "heading_education": Role.EDUCATION,
    "heading_course": Role.COURSE,
    "heading_work": Role.WORK,
    "heading_project": Role.PROJECT,
    "heading_skill": Role.SKILL,
    "heading_publication": Role.PUBLICATION,
    "heading_award": Role.AWARD,
    "heading_language": Role.LANGUAGE,
    "heading_certificate": Role.CERTIFICATE,
    "heading_interest": Role.INTEREST,
    "heading_reference": Role.REFERENCE,
    "heading_plan": Role.PLAN,
    "heading_self": Role.SELF,
}
_HEADED = NamedGroups(*_HEADINGS)


class ResumeLine(NamedTuple):
    """A logical line (wrapped lines joined) with the part it stands in; ``heading`` lines speak of nothing but their part.

    ``hints`` are the cue groups of which a word can begin in it.
    """

    start: int
    end: int
    role: Role
    entry: str
    hints: Groups
    heading: bool = False
    title: bool = False


def read_lines(plain: str, cues: Cues, hints: Hints, text: str) -> Iterator[ResumeLine]:
    """Give the résumé's lines in order, from its plain text and the hints on it.

    ``text`` in its own case tells new sentences from wrapped ones.
    """
    role, entry, after_blank = Role.OTHER, 0, False
    top = plain.count("\n") >= 3
    heads, like = cues.any_of(_HEADED), cues.groups("heading_like")
    for start, end in _joined(plain, cues, hints, text):
        line = plain[start:end]
        if not line or line.isspace():
            after_blank = True
            continue
        possible = hints.within(start, end)
        cues.learn(line, possible)
        opened = _opened(line, cues, may_open=possible & heads != 0)
        if opened is not None:
            role, entry, after_blank, top = opened, entry + 1, False, False
            yield ResumeLine(start, end, role, f"r{entry}", possible, heading=True)
            continue
        if top and _is_a_name(line, cues):
            top = False
            yield ResumeLine(start, end, role, f"r{entry}", possible, heading=True)
            continue
        top = False
        bullet = _BULLET.match(line) is not None
        year = _DATED.search(line) is not None
        dated = year and (not line[0].isspace() or _TIMES.search(line) is not None)
        if not bullet and (after_blank or dated):
            entry += 1
        after_blank = False
        inline = _inline_role(line, cues) if possible & heads else None
        if role in _UNTOLD and inline is None and not bullet and year and _opens_a_job(line, cues):
            role = Role.WORK
        heading = possible & like != 0 and not bullet and _looks_like_heading(line, cues)
        title = year and role is Role.WORK and inline is None and not bullet and not cues.has("use", line)
        yield ResumeLine(start, end, inline or role, f"r{entry}", possible, heading, title)


_UNTOLD = frozenset({Role.OTHER, Role.SELF, Role.PLAN})
_TIMES = re.compile(
    r"(?:19|20)\d\d[^\n]{0,12}?(?:-|–|—|~|至|到|to )\s*(?:(?:[a-z]{3,9}\.? )?(?:19|20)\d\d|至今|今|现在|now|present|\d{1,2}(?!\d))"
)


def _opens_a_job(line: str, cues: Cues) -> bool:
    """Whether a line names a position and its time, as the first line of a job does where no heading says so."""
    return len(line) <= 90 and _TIMES.search(line) is not None and cues.has("position", line)


def _is_a_name(line: str, cues: Cues) -> bool:
    """Whether the first line of a résumé is but the person's name and address."""
    addressed = "@" in line and len(line) <= 80
    if not addressed and (len(line.strip()) > 30 or not _NAME.fullmatch(line.strip())):
        return False
    return not any(
        cues.has(name, line)
        for name in (
            "use",
            "level_expert_claim",
            "level_proficient_claim",
            "level_familiar_claim",
            "level_basic_claim",
            "denial",
        )
    )


def heading_role(line: str, cues: Cues) -> Role | None:
    """Give the part that a line opens as its heading; None for a line that is none."""
    return _opened(line, cues, may_open=cues.may(cues.any_of(_HEADED), line))


def _opened(line: str, cues: Cues, *, may_open: bool) -> Role | None:
    if len(line) > 60 or not (may_open or _SPACED.search(line)):
        return None
    core = _NUMBER.sub("", line.lstrip(_BEFORE).rstrip(_BEHIND))
    core = core.lstrip(_BEFORE).rstrip(_BEHIND)
    if not core or len(core) > 40:
        return None
    if _SPACED.fullmatch(core):
        core = core.replace(" ", "")
    return _role_of(core, cues)


def _role_of(core: str, cues: Cues) -> Role | None:
    plain = _plain_role(core, cues)
    if plain is not None:
        return plain
    if "/" in core or " " in core:  # bilingual headings: 教育背景 / Education, 项目经历 Projects
        parts = [
            part.strip()
            for part in re.split(r"\s*/\s*|(?<=[\u4e00-\u9fff]) +(?=[a-z])|(?<=[a-z]) +(?=[\u4e00-\u9fff])", core)
        ]
        if len(parts) == 2 and all(parts):
            first, second = (
                _role_of(part, cues) if " " not in part and "/" not in part else _plain_role(part, cues)
                for part in parts
            )
            return first or second if first is not None and second is not None else None
    return None


def _plain_role(core: str, cues: Cues) -> Role | None:
    found = cues.whole(tuple(_HEADINGS), core)
    return None if found is None else _HEADINGS[found]


def _inline_role(line: str, cues: Cues) -> Role | None:
    """Give a part named at the start of a line with a colon (专业技能：Python …) holds for that line."""
    match = _INLINE.match(line) if ":" in line or "【" in line else None
    if match is None or not line[match.end() :].strip():
        return None
    name = match.group("open") or match.group("bracketed")
    return _plain_role(_NUMBER.sub("", name).strip(), cues)


def _looks_like_heading(line: str, cues: Cues) -> bool:
    core = line.lstrip(_BEFORE).rstrip(_BEHIND)
    if (
        _width(core) > 36
        or any(character.isdigit() for character in core)
        or _ENDS.search(line)
        or "," in core
        or "、" in core
    ):
        return False
    if not cues.has("heading_like", core):
        return False
    return not any(
        cues.has(name, core)
        for name in (
            "level_expert_claim",
            "level_proficient_claim",
            "level_familiar_claim",
            "level_basic_claim",
            "denial",
            "use",
        )
    )


def _joined(plain: str, cues: Cues, hints: Hints, text: str) -> Iterator[tuple[int, int]]:
    """Physical lines, a wrapped one joined with its continuation; one wide line alone is not a page's width."""
    lines = [match.span() for match in _LINE.finditer(plain) if match.end() > match.start() or match.start() == 0]
    lines = _with_blank_lines(plain, lines)
    # A line of few characters is no full one on any page, whatever its width.
    widths = [_width(plain[start:end]) if end - start >= _FULL * _NARROWEST / 2 else 0 for start, end in lines]
    page = max(widths, default=0)
    full = [width >= _FULL * page for width in widths]
    if page < _NARROWEST or sum(full) < 2:
        yield from lines
        return
    place = 0
    while place < len(lines):
        start, end = lines[place]
        while (
            place + 1 < len(lines)
            and full[place]
            and _goes_on(plain, lines[place], lines[place + 1], cues, hints, text)
        ):
            place += 1
            end = lines[place][1]
        yield start, end
        place += 1


def _goes_on(
    plain: str, line: tuple[int, int], following: tuple[int, int], cues: Cues, hints: Hints, text: str
) -> bool:
    """Whether a full line goes on in the one after it."""
    if plain[line[0] : line[1]].rstrip()[-1:] in _END_MARKS:
        return False
    after = plain[following[0] : following[1]]
    return (
        not after.isspace()
        and after != ""
        and not _starts_afresh(after, cues, hints.within(*following))
        and not _VERB.match(text, following[0])
        and not _LABELLED.match(text, following[0])
    )


def _with_blank_lines(plain: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    full: list[tuple[int, int]] = []
    last = 0
    for start, end in lines:
        between = plain[last:start]
        if between.count("\n") > 1 or (between.count("\r") > 1 and "\n" not in between):
            full.append((start, start))
        full.append((start, end))
        last = end
    return full


def _width(line: str) -> int:
    shown = line.strip()
    return len(shown) if shown.isascii() else 2 * len(shown) - len("".join(_NARROW.findall(shown)))


def _starts_afresh(line: str, cues: Cues, hints: Groups) -> bool:
    if (
        line.lstrip().startswith(("【", "["))
        or _BULLET.match(line) is not None
        or _DATED.match(line.strip()) is not None
        or ":" in line[:16]
    ):
        return True
    return (
        _CELLS.search(line) is not None or _opened(line, cues, may_open=hints & cues.any_of(_HEADED) != 0) is not None
    )
