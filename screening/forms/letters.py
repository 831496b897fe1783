"""A letter as typed beside a move or a decision: whether to write, its words, and when it goes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from screening.forms.scheduling import YEARS, LocalTimeError, to_utc
from screening.models import Stage
from screening.services.letters import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    LetterError,
    Problem,
    ProblemCode,
    check,
    require_letter,
    tidy,
    tidy_subject,
)
from screening.services.outbox import FARTHEST, SOON, OutboxError, check_time

NOW, LATER, AT = "now", "soon", "at"
WHENS = (NOW, LATER, AT)
ALONE = "alone"
"""What a letter beside no move is called in the fields of a page."""


@dataclass(frozen=True, slots=True)
class TypedLetter:
    """A letter as somebody typed it, to be shown again; ``errors`` by field: subject, text or at."""

    wanted: bool
    subject: str
    text: str
    when: str
    at: str
    due_at: datetime
    errors: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_letter(fields: MultiDict[str, str], *, stage: Stage | None, zone: str, now: datetime) -> TypedLetter:
    """Read what the page sent for the move to a stage, or for no move: ``letter`` (stages ticked), ``subject-…``, ``text-…``, and when.

    A letter that is not wanted is not looked at. Times are local ones of ``zone``.
    """
    name = stage.value if stage is not None else ALONE
    wanted = name in fields.getlist("letter")
    subject = tidy_subject(fields.get(f"subject-{name}", "")[: LONGEST_SUBJECT + 200])
    text = tidy(fields.get(f"text-{name}", "")[: LONGEST_TEXT + 1000])
    when, at = fields.get("letter-when", LATER), fields.get("letter-at", "")[:40]
    when = when if when in WHENS else LATER
    if not wanted:
        return TypedLetter(wanted, subject, text, when, at, now)
    errors = letter_errors(subject, text)
    due_at = {NOW: now, LATER: now + SOON}.get(when, now)
    if when == AT:
        try:
            due_at = read_time(at, zone=zone, now=now)
        except ValueError as error:
            errors["at"] = (str(error),)
    return TypedLetter(wanted, subject, text, when, at, due_at, errors)


def read_time(text: str, *, zone: str, now: datetime) -> datetime:
    """Read a local time such as 2026-12-01T09:00 at which a mail goes out; raise ValueError with words for the page."""
    day, _mark, clock = text.strip().replace(" ", "T").partition("T")
    try:
        chosen, at = date.fromisoformat(day), time.fromisoformat(clock)
    except ValueError:
        raise ValueError(_("Choose a date and a time.")) from None
    if chosen.year not in YEARS or at.tzinfo is not None:
        raise ValueError(_("Choose a date and a time."))
    try:
        due_at = to_utc(chosen, at, zone)
        # the minute that has begun counts as now: a page offers no seconds
        if now - timedelta(minutes=1) < due_at < now:
            return now
        check_time(due_at, now=now)
    except LocalTimeError as error:
        if error.code == "missing":
            raise ValueError(_("Clocks are put forward over this time; choose another one.")) from error
        raise ValueError(_("Clocks are put back over this time; choose another one.")) from error
    except OutboxError as error:
        if error.code == "past":
            raise ValueError(_("This time is over. Choose one to come.")) from error
        raise ValueError(
            ngettext(
                "Choose a time at most %(num)s day ahead.", "Choose a time at most %(num)s days ahead.", FARTHEST.days
            )
        ) from error
    return due_at


def letter_errors(subject: str, text: str) -> dict[str, tuple[str, ...]]:
    """Give what is wrong with a letter in words, by field: subject and text."""
    errors: dict[str, tuple[str, ...]] = {}
    for name, value in (("subject", subject), ("text", text)):
        found = check(value)
        if found:
            errors[name] = tuple(problem_words(one, is_line=name == "subject") for one in found[:5])
    try:
        require_letter(subject, text)
    except LetterError as error:
        words = {
            "subject_missing": ("subject", _("Write a subject.")),
            "text_missing": ("text", _("Write the text of the mail.")),
            "subject_long": ("subject", _("Use at most %(max)s characters.", max=LONGEST_SUBJECT)),
            "text_long": ("text", _("Use at most %(max)s characters.", max=LONGEST_TEXT)),
        }.get(error.code)
        if words is not None:
            errors.setdefault(words[0], (words[1],))
    return errors


def problem_words(problem: Problem, *, is_line: bool = False) -> str:
    """Say what is wrong at one place of a text, and what is meant as far as spelling tells."""
    found, nearest = problem.found, f"{{{problem.suggestion}}}" if problem.suggestion else ""
    what = {
        ProblemCode.UNKNOWN: _("%(found)s is no placeholder.", found=found),
        ProblemCode.EMPTY: _("There is nothing between the braces."),
        ProblemCode.OPEN: _("A brace is opened and not closed. Write {{ for a brace itself."),
        ProblemCode.STRAY: _("A brace is closed that was not opened. Write }} for a brace itself."),
        ProblemCode.DOUBLED: _("%(found)s would go out as it stands.", found=found),
        ProblemCode.WIDE: _("%(found)s is a full-width brace and would go out as it stands.", found=found),
    }[problem.code]
    where = (
        _("Character %(column)s:", column=problem.column)
        if is_line
        else _("Line %(line)s, character %(column)s:", line=problem.line, column=problem.column)
    )
    hint = _("Did you mean %(nearest)s?", nearest=nearest) if nearest else ""
    return " ".join(part for part in (where, what, hint) if part)
