"""Letters that people write to candidates: texts with placeholders of a closed list, filled strictly or not at all.

A placeholder is a name of ``PLACEHOLDERS`` in braces; a brace itself is written twice. Texts are plain: what a candidate
typed is put in as one line of characters and is never read as a placeholder again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Mail, Posting
from screening.services.mailing import ask_to_send, plain_line

PLACEHOLDERS = ("name", "posting", "company", "status_link", "recruiter", "stage")
"""What a text may name: the candidate, the role, us, the candidate's own page, who writes, and the stage reached."""
SECRET = frozenset({"status_link"})
"""What only the candidate may read: it is put in when the letter is written and stays a placeholder on pages of staff."""
TEMPLATE = "letter"
"""What ``Mail.template`` says of a letter."""
LONGEST_SUBJECT = 200
LONGEST_TEXT = 10_000
TOKEN = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}\n]*)\}|\{|\}|[\uff5b\uff5d]")
"""Braces in the order in which they are read; the last two are the full-width ones that Chinese input methods type."""
UNUSUAL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
JOINERS = "\u200c\u200d"


class ProblemCode(StrEnum):
    """What is wrong at one place of a text."""

    UNKNOWN = "unknown"  # a name that is not on the list
    EMPTY = "empty"  # braces around nothing
    OPEN = "open"  # an opening brace that is never closed
    STRAY = "stray"  # a closing brace alone
    DOUBLED = "doubled"  # a known name in doubled braces, which would go out as it stands
    WIDE = "wide"  # a full-width brace, which is read as an ordinary character


ALONE = {
    "{": ProblemCode.OPEN,
    "}": ProblemCode.STRAY,
    "\uff5b": ProblemCode.WIDE,
    "\uff5d": ProblemCode.WIDE,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: ``line`` and ``column`` count from 1, in characters; ``suggestion`` is the nearest name of the list, or ''."""

    code: ProblemCode
    line: int
    column: int
    found: str
    suggestion: str = ""


class LetterError(Exception):
    """A letter that cannot be written: ``code`` is text_missing, subject_missing, text_long, subject_long, placeholder or no_address; ``problems`` says where."""

    def __init__(self, code: str, problems: tuple[Problem, ...] = ()) -> None:
        self.code = code
        self.problems = problems
        super().__init__(code)


def check(text: str) -> tuple[Problem, ...]:
    """Give every problem of a text with placeholders, in the order of their places; none means that ``fill`` succeeds."""
    found = []
    matches = list(TOKEN.finditer(text))
    for index, match in enumerate(matches):
        problem = _problem_of(text, matches, index)
        if problem is not None:
            code, said, suggestion = problem
            before = text[: match.start()]
            line, column = before.count("\n") + 1, match.start() - (before.rfind("\n") + 1) + 1
            found.append(Problem(code, line, column, said[:60], suggestion))
    return tuple(found)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in place of their placeholders and write doubled braces once.

    ``values`` holds every name of ``PLACEHOLDERS``; each is put in as one line without control or direction characters.
    Raise LetterError ``placeholder`` for a text of which ``check`` finds anything.
    """
    return _fill(text, values, kept=frozenset())


def fill_for_staff(text: str, values: Mapping[str, str], *, kept: Collection[str] = SECRET) -> str:
    """Put in what staff may read and leave the names ``kept`` as placeholders; the result is a text to be filled once more."""
    return _fill(text, values, kept=frozenset(kept))


def unfill(text: str, values: Mapping[str, str]) -> str:
    """Give a filled text for an edit: braces doubled, and each of ``values`` (by name) as its placeholder again."""
    doubled = text.replace("{", "{{").replace("}", "}}")
    for name, value in values.items():
        if value:
            doubled = doubled.replace(value.replace("{", "{{").replace("}", "}}"), f"{{{name}}}")
    return doubled


def tidy(text: str) -> str:
    """Give a typed text as it is stored: one kind of line end, no control or direction characters, no blanks at its ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
    return "\n".join(_without_unusual(line).rstrip() for line in lines).strip()


def tidy_subject(text: str) -> str:
    """Give a typed subject as it is stored: one line."""
    return plain_line(text)


def require_letter(subject: str, text: str) -> None:
    """Raise LetterError unless subject and text, as ``tidy`` gives them, are there, not too long, and name only known placeholders."""
    if not subject:
        raise LetterError("subject_missing")
    if not text:
        raise LetterError("text_missing")
    if len(subject) > LONGEST_SUBJECT:
        raise LetterError("subject_long")
    if len(text) > LONGEST_TEXT:
        raise LetterError("text_long")
    problems = (*check(subject), *check(text))
    if problems:
        raise LetterError("placeholder", problems)


def write_letter(
    session: Session,
    *,
    application: Application,
    posting: Posting,
    subject: str,
    text: str,
    author_id: int | None,
    due_at: datetime,
    key: str,
    now: datetime,
) -> Mail:
    """Write a letter, filled already, to a candidate in the caller's transaction; the same key gives the same mail, whatever its text.

    It goes out at ``due_at`` unless somebody recalls it. Raise LetterError: ``no_address`` where the candidate's data are
    erased, ``subject_missing`` or ``text_missing``. ``posting`` is the application's own.
    """
    if posting.id != application.posting_id:
        raise ValueError(f"posting {posting.id} is not that of application {application.id}")
    existing = session.scalar(select(Mail).where(Mail.key == key))
    if existing is not None:
        return existing
    subject, text = tidy_subject(subject), tidy(text)
    if application.erased_at is not None or not application.email:
        raise LetterError("no_address")
    if not subject or not text:
        raise LetterError("text_missing" if subject else "subject_missing")
    mail = Mail(
        key=key,
        template=TEMPLATE,
        locale=application.locale,
        to_address=application.email,
        subject=subject[:300],
        text=text + "\n",
        application_id=application.id,
        posting_id=posting.id,
        author_id=author_id,
        created_at=now,
        due_at=max(due_at, now),
    )
    session.add(mail)
    session.flush()
    ask_to_send(session, mail=mail)
    return mail


def _fill(text: str, values: Mapping[str, str], *, kept: frozenset[str]) -> str:
    problems = check(text)
    if problems:
        raise LetterError("placeholder", problems)

    def put(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0] if kept else match[0][0]
        if name in kept:
            return match[0]
        value = plain_line(values[name])
        return value.replace("{", "{{").replace("}", "}}") if kept else value

    return TOKEN.sub(put, text)


def _problem_of(text: str, matches: list[re.Match[str]], index: int) -> tuple[ProblemCode, str, str] | None:
    match = matches[index]
    name, after = match["name"], text[match.end() :]
    if name is not None:
        if name in PLACEHOLDERS:
            return None
        return ProblemCode.UNKNOWN if name.strip() else ProblemCode.EMPTY, match[0], nearest(name)
    if match[0] in ALONE:
        meant = {"{": re.split(r"[\s{}]", after, maxsplit=1)[0], "\uff5b": after.partition("\uff5d")[0]}
        return ALONE[match[0]], match[0], nearest(meant.get(match[0], ""))
    inner = after[: matches[index + 1].start() - match.end()].strip() if index + 1 < len(matches) else ""
    if match[0] == "{{" and inner in PLACEHOLDERS and matches[index + 1][0] == "}}":
        return ProblemCode.DOUBLED, f"{{{{{inner}}}}}", inner
    return None


def nearest(name: str) -> str:
    """Give the name of the list that is meant, as far as spelling tells, or ''."""
    plain = "_".join(re.split(r"[\s\-_.]+", name.strip().casefold()))
    if plain in PLACEHOLDERS:
        return plain
    if plain in MEANT:
        return MEANT[plain]
    shuffled = [name for name in PLACEHOLDERS if sorted(name) == sorted(plain)]
    if shuffled:
        return shuffled[0]
    close = get_close_matches(plain, (*PLACEHOLDERS, *MEANT), n=1, cutoff=0.6)
    return MEANT.get(close[0], close[0]) if close else ""


MEANT: Mapping[str, str] = {
    "candidate": "name",
    "candidate_name": "name",
    "full_name": "name",
    "first_name": "name",
    "job": "posting",
    "job_title": "posting",
    "title": "posting",
    "role": "posting",
    "position": "posting",
    "company_name": "company",
    "employer": "company",
    "link": "status_link",
    "status": "status_link",
    "url": "status_link",
    "sender": "recruiter",
    "author": "recruiter",
    "step": "stage",
    "姓名": "name",
    "候选人": "name",
    "职位": "posting",
    "岗位": "posting",
    "公司": "company",
    "链接": "status_link",
    "进度链接": "status_link",
    "招聘专员": "recruiter",
    "阶段": "stage",
}
"""Names that other products and people use for the same things."""


def _without_unusual(line: str) -> str:
    return "".join(mark for mark in line if mark in JOINERS or unicodedata.category(mark) not in UNUSUAL)
