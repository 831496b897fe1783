"""The texts of an application: each answer and the résumé as a source, cut into passages that know what part they stand in.

Names, schools, employers, photographs and referees' words are never sources of evidence, so they cannot change a verdict.
All offsets count characters of the source's text as given.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rubrics.dossier import Dossier, Json
from rubrics.evidence.cues import Groups
from rubrics.lexicon import Lexicon
from rubrics.text import lowered

RESUME = "resume"


class Role(StrEnum):
    """The part of an application in which a passage stands."""

    WORK = "work"
    PROJECT = "project"
    EDUCATION = "education"
    COURSE = "course"
    SKILL = "skill"
    PUBLICATION = "publication"
    AWARD = "award"
    CERTIFICATE = "certificate"
    LANGUAGE = "language"
    INTEREST = "interest"
    SELF = "self"
    PLAN = "plan"
    STATEMENT = "statement"
    REFERENCE = "reference"
    QUOTED = "quoted"
    OTHER = "other"


class Source(NamedTuple):
    """One text: ``pointer`` is "resume" or a JSON Pointer; ``plain`` is the text in lower case and half width, one character for one."""

    pointer: str
    text: str
    plain: str


@dataclass(slots=True, eq=False)
class Passage:
    """A stretch of a source that stands in one part of the application; ``entry`` tells one job, project or paper from another.

    ``hints`` are the cue groups of which a word can begin in it (-1: any). Each passage is itself only: two are the same when
    they are one object. Nobody changes one; it is not frozen because a frozen one takes three times as long to make.
    """

    source: int
    start: int
    end: int
    role: Role
    entry: str
    title: bool = False
    hints: Groups = -1


class Answer(NamedTuple):
    """One value of the structured answers: its pointer and its text (numbers and booleans as JSON writes them)."""

    pointer: str
    text: str

    @property
    def plain(self) -> str:
        """The text, made comparable."""
        return plain_text(self.text)


@lru_cache(maxsize=256)
def plain_text(text: str) -> str:
    """Lower-case, half-width text of the same length, so that every offset holds in the original too; line ends stay."""
    return text.lower() if text.isascii() else lowered(text, _PLAIN)


_MARKUP = re.compile(
    r"(?P<item>\\(?:item|textbullet|cdot|bullet)(?![A-Za-z]))|\\(?:textbf|section|subsection|cvsection)\*?\{(?P<title>[^{}\n]{1,30})\}(?=\s|$|\\item)"
    r"|\\[A-Za-z]{2,20}\*?|(?<!\\)[{}]"
)


def without_markup(text: str) -> str:
    """Give a text in which the commands of LaTeX are blanks, its items bullets and its titles end in a colon; every offset stays."""
    if "\\" not in text:
        return text
    return _MARKUP.sub(_as_blanks, text)


def _as_blanks(match: re.Match[str]) -> str:
    title = match.group("title")
    if title is not None:
        return f"{title}:".rjust(len(match.group()))
    mark = "•" if match.group("item") else " "
    return mark.ljust(len(match.group()))


class _PlainTable(dict[int, str]):
    """A translation table that learns each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character).lower()
        if len(plain) != 1:
            plain = character.lower() if len(character.lower()) == 1 else character
        self[code] = plain
        return plain


_PLAIN = _PlainTable()


def answer_at(node: Json, pointer: str) -> Answer | None:
    """Give an answer for a value that is a non-empty text, a number or a boolean; None for anything else."""
    if isinstance(node, str):
        return Answer(pointer, node) if node.strip() else None
    if isinstance(node, (bool, int, float)):
        return Answer(pointer, json.dumps(node))
    return None


def entries(answers: Mapping[str, Json], section: str) -> Iterator[tuple[str, dict[str, Json]]]:
    """Each object of a list section with its pointer; shapes that JSON Resume does not know are passed over."""
    rows = answers.get(section)
    if isinstance(rows, list):
        for place, row in enumerate(rows):
            if isinstance(row, dict):
                yield f"/{section}/{place}", row


def field_of(row: Mapping[str, Json], pointer: str, *names: str) -> Answer | None:
    """Give the first of several fields that is filled in."""
    for name in names:
        found = answer_at(row.get(name), f"{pointer}/{name}")
        if found is not None:
            return found
    return None


def list_of(row: Mapping[str, Json], pointer: str, name: str) -> list[Answer]:
    """Give the texts of a list field (a lone text counts as a list of one)."""
    value = row.get(name)
    if isinstance(value, list):
        found = (answer_at(item, f"{pointer}/{name}/{place}") for place, item in enumerate(value))
        return [answer for answer in found if answer is not None]
    single = answer_at(value, f"{pointer}/{name}")
    return [] if single is None else [single]


# Which fields of which section speak, and in which role; a star marks a list, a slash a title.
_FIELDS: tuple[tuple[str, Role, tuple[str, ...]], ...] = (
    ("work", Role.WORK, ("/position", "summary", "description", "*highlights")),
    ("volunteer", Role.WORK, ("/position", "summary", "*highlights")),
    ("projects", Role.PROJECT, ("name", "description", "summary", "*highlights", "*keywords", "*roles")),
    ("education", Role.COURSE, ("*courses",)),
    ("publications", Role.PUBLICATION, ("name", "publisher", "summary", "status")),
    ("awards", Role.AWARD, ("title", "summary", "contest", "prize", "level")),
    ("certificates", Role.CERTIFICATE, ("name",)),
    ("skills", Role.SKILL, ("name", "*keywords", "level", "example")),
    ("languages", Role.LANGUAGE, ("language", "fluency")),
    ("interests", Role.INTEREST, ("name", "*keywords")),
    ("statements", Role.STATEMENT, ("text",)),
)


def answer_passages(answers: Mapping[str, Json]) -> Iterator[tuple[Answer, Role, str, bool]]:
    """Each speaking answer with its role, its entry and whether it is a title."""
    basics = answers.get("basics")
    if isinstance(basics, dict):
        summary = field_of(basics, "/basics", "summary")
        if summary is not None:
            yield summary, Role.SELF, "/basics", False
    for section, role, names in _FIELDS:
        for pointer, row in entries(answers, section):
            for name in names:
                found: Sequence[Answer | None]
                if name.startswith("*"):
                    found = list_of(row, pointer, name[1:])
                else:
                    found = [field_of(row, pointer, name.lstrip("/"))]
                for answer in found:
                    if answer is not None:
                        yield answer, role, pointer, name.startswith("/")


LONGEST_PASSAGE = 1500
_CUT = re.compile(r"[\s,，。；;、.]")


def cut_long(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch into pieces of a readable length, at a mark or a blank where there is one.

    Some patterns take time by the square of a text's length; nobody's file may make a prescore slow.
    """
    while end - start > LONGEST_PASSAGE:
        cut = start + LONGEST_PASSAGE
        marks = [match.end() for match in _CUT.finditer(plain, cut - 200, cut)]
        cut = marks[-1] if marks else cut
        yield start, cut
        start = cut
    yield start, end


def blank_out(text: str, stretches: Sequence[tuple[int, int]]) -> str:
    """Give the text with stretches turned to blanks, line ends kept, so that no offset moves."""
    parts: list[str] = []
    last = 0
    for start, end in sorted(stretches):
        first, stop = max(start, last), min(end, len(text))
        if first >= stop:
            continue
        parts.append(text[last:first])
        blanked = text[first:stop]
        ends = "\n" in blanked or "\r" in blanked
        parts.append(
            "".join([character if character in "\r\n" else " " for character in blanked])
            if ends
            else " " * len(blanked)
        )
        last = stop
    parts.append(text[last:])
    return "".join(parts)


_SKILL_NAME = re.compile(r"/skills/\d+/(?:name|keywords/\d+)$")
_SKILL_KINDS = frozenset({"programming_language", "tool", "knowledge", "operating_system", "dataset"})


def named_in(source: Source, lexicon: Lexicon) -> list[tuple[int, int, str]]:
    """Give the terms of a source as (start, end, term); the name of a skill (C, R, Go) needs no words around it."""
    found = lexicon.spans(source.text)
    if found or not _SKILL_NAME.match(source.pointer):
        return found
    name = source.text.strip()
    start = source.text.find(name)
    terms = [term for term in lexicon.exact(name) if lexicon.terms[term].kind in _SKILL_KINDS]
    return [(start, start + len(name), term) for term in terms]


def name_stretches(dossier: Dossier, plain: str) -> list[tuple[int, int]]:
    """Find the person's own name in a plain text, so that nobody is what they are called; a lone Latin word is no name to look for."""
    basics = dossier.answers.get("basics")
    told = basics.get("name") if isinstance(basics, dict) else None
    name = " ".join(plain_text(told).split()) if isinstance(told, str) else ""
    if len(name) < 2 or (name.isascii() and " " not in name):
        return []
    found: list[tuple[int, int]] = []
    start = plain.find(name)
    while start >= 0:
        found.append((start, start + len(name)))
        start = plain.find(name, start + len(name))
    return found


def hidden_stretches(dossier: Dossier) -> tuple[tuple[int, int], ...]:
    """Give the hidden stretches that lie inside the résumé."""
    length = len(dossier.resume or "")
    inside = ((max(0, item.start), min(length, item.end)) for item in dossier.hidden)
    return tuple((start, end) for start, end in inside if start < end)


_LINK = re.compile(
    r"https?://[^\s，。；、()（）]{1,300}|www\.[^\s，。；、()（）]{1,300}|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,120}"
    r"|(?<![a-z0-9-])[a-z0-9-]{1,63}\.(?:com|org|io|net|cn|edu)/[^\s，。；、()（）]{0,300}"
)
_LINK_MARKS = ("@", "://", "www.", ".com/", ".org/", ".io/", ".net/", ".cn/", ".edu/")


def links_in(plain: str) -> list[tuple[int, int]]:
    """Give the addresses of pages and mailboxes in a text; the pattern runs only where a part of one stands."""
    if not any(mark in plain for mark in _LINK_MARKS):
        return []
    return [match.span() for match in _LINK.finditer(plain)]
