"""What the names in a candidate's own data mean, and the data as headings and lines for a PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rubrics.model import Section
from rubrics.prescore import Verdict
from screening.documents.sheet import Block, Heading, Row, Text
from screening.forms.auth import LOCALES
from screening.models import RequestKind, RequestState, Stage
from screening.queries.explanation import Told
from screening.web.candidate.answer_words import CHOSEN
from screening.web.candidate.explanation import WORDS
from screening.web.candidate.status import ENDS, WAY
from screening.web.candidate.voluntary import ASKED, SAID
from screening.web.formatting import file_size, is_chinese, listing, zoned
from screening.web.labels import ANSWER_FIELDS, ANSWER_SECTIONS, SOURCES

FIELDS = {
    "made_at": _l("When this was put together"),
    "applications": _l("Applications"),
    "reference": _l("Number of the application"),
    "posting": _l("The role"),
    "slug": _l("Name of the role in web addresses"),
    "submitted_at": _l("Submitted"),
    "contact": _l("Contact"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "source": _l("Came from"),
    "heard": _l("Heard of the role"),
    "preference": _l("Place in the order of preference"),
    "consent": _l("Consent and choices"),
    "notice_version": _l("Version of the privacy notice"),
    "prescore_refused": _l("Asked for no prescore"),
    "contact_later": _l("May be contacted about other roles"),
    "stage": _l("Stage"),
    "stages": _l("Stages so far"),
    "entered_at": _l("Since"),
    "interviews": _l("Interviews"),
    "round": _l("Round"),
    "starts_at": _l("Starts"),
    "minutes": _l("Minutes"),
    "time_zone": _l("Time zone"),
    "place": _l("Place"),
    "offers": _l("Offers to choose a time"),
    "offered_at": _l("Offered"),
    "from_at": _l("First day to choose from"),
    "until_at": _l("Last day to choose from"),
    "is_booked": _l("A time was chosen"),
    "wish": _l("What you wrote about other times"),
    "wished_at": _l("Written on"),
    "withdrawn_at": _l("Taken back"),
    "questions": _l("What the role asks for, by the keys used in the answers"),
    "resume": _l("What you filled in, in the form of JSON Resume 1.0"),
    "additions": _l("What you added later"),
    "asked": _l("What was asked"),
    "link": _l("Link"),
    "file": _l("File"),
    "added_at": _l("Added on"),
    "files": _l("Files"),
    "media_type": _l("Kind of file"),
    "size": _l("Size in bytes"),
    "sha256": _l("Checksum (SHA-256)"),
    "uploaded_at": _l("Uploaded"),
    "explanation": _l("What the prescore found"),
    "told": _l("State of the prescore"),
    "points": _l("Points"),
    "section": _l("Part of the posting"),
    "verdict": _l("Finding"),
    "by_person": _l("Set by a person"),
    "because": _l("Reason in Chinese (zh) and English (en)"),
    "quotes": _l("Your words, with their place in the answer or file"),
    "quote": _l("Your words"),
    "end": _l("Ends at character"),
    "voluntary": _l("Voluntary answers, kept apart from the application"),
    **ASKED,
    "requests": _l("What you asked people for"),
    "kind": _l("Kind"),
    "state": _l("State"),
    "asked_at": _l("Asked"),
    "answered_at": _l("Answered"),
    "answer": _l("Answer"),
    "mails": _l("Mails to you"),
    "sent_at": _l("Sent"),
    "subject": _l("Subject"),
    "drafts": _l("Drafts whose link was mailed to you"),
    "changed_at": _l("Last change"),
    "expires_at": _l("Kept until"),
    "fields": _l("Fields of the form; in the data themselves, what each name means"),
    "value": _l("Value"),
    "custom": _l("Answers to the recruiter’s own questions"),
    "label": _l("Question or headline"),
    "id": _l("Number or key"),
}
UNTOLD = {"schema", "questions", "sha256", "slug", "because", "start", "end", "id", "key", "file", "told"}
"""What the PDF leaves out, because only programs use it."""
STAGES = {**WAY, **ENDS}
TOLD = {
    Told.POINTS: _l("made"),
    Told.WAITING: _l("not made yet"),
    Told.FAILED: _l("could not be made"),
    Told.REFUSED: _l("not made, as you asked"),
    Told.WITHDRAWN: _l("not made, because you withdrew before"),
}
PARTS = {Section.REQUIREMENT: _l("What the role asks for"), Section.BONUS: _l("What would be welcome as well")}
KINDS = {RequestKind.HUMAN_REVIEW: _l("Review by a person"), RequestKind.DELETION: _l("Deletion of your data")}
STATES = {
    RequestState.OPEN: _l("not answered yet"),
    RequestState.DONE: _l("answered"),
    RequestState.DECLINED: _l("declined"),
}
CHOICES: dict[str, dict[Any, Any]] = {
    "stage": STAGES,
    "section": PARTS,
    "verdict": WORDS,
    "kind": KINDS,
    "state": STATES,
    "told": TOLD,
}
NAMED: dict[str, Mapping[str, Any]] = {
    "language": LOCALES,
    "source": SOURCES,
    **CHOSEN,
    **dict.fromkeys(ASKED, SAID),
}
"""Values that have a name beside the code that programs read; the candidate's own words have none."""
KINDS_OF = {"stage": Stage, "section": Section, "verdict": Verdict, "kind": RequestKind, "state": RequestState}
KINDS_OF["told"] = Told


def blocks(document: dict[str, Any]) -> Iterator[Block]:
    """Give the document as a PDF tells it, in the page's language."""
    yield Heading(_("My data"), 1)
    yield Text(
        _(
            "Everything that is stored about you and your applications. The same data as JSON hold every detail for programs."
        )
    )
    yield Row(_word("made_at"), _value("made_at", document["made_at"]))
    for application in document["applications"]:
        yield Heading(f"{application['posting']['title']} · {application['reference']}", 2)
        yield from _lines({**application, "resume": _with_questions(application)})
    for draft in document["drafts"]:
        yield Heading(f"{_('Draft of an application')} · {draft['posting']['title']}", 2)
        yield Row(_word("changed_at"), _value("changed_at", draft["changed_at"]))
        for field in draft["fields"]:
            yield Row(str(field["name"]), str(field["value"]))


def _with_questions(application: dict[str, Any]) -> dict[str, Any]:
    """Give the answers in own words with what was asked in place of its key."""
    resume, asked = dict(application["resume"]), application["questions"]
    if isinstance(resume.get("statements"), list):
        resume["statements"] = [
            {"asked": asked.get(one.get("key")), "text": one.get("text")} for one in resume["statements"]
        ]
    return resume


def _lines(values: dict[str, Any]) -> Iterator[Block]:
    """Give simple values first, then each group under its own heading."""
    shown = {name: value for name, value in values.items() if name not in UNTOLD and value not in (None, "", [], {})}
    for name, value in shown.items():
        if not isinstance(value, (dict, list)):
            yield Row(_word(name), _value(name, value))
    for name, value in shown.items():
        if isinstance(value, (dict, list)) and name != "posting":
            yield Heading(_word(name), 3)
            yield from _group(name, value)


def _group(name: str, value: Any) -> Iterator[Block]:
    """Give what stands under a heading; entries of a list are set apart."""
    if isinstance(value, dict):
        for inner, part in value.items():
            if (name, inner) == ("contact", "name"):  # elsewhere it names a thing
                yield Row(_("Name"), part)
            else:
                yield from _entry(inner, part)
        return
    for number, entry in enumerate(value):
        if number:
            yield Row("", "")
        for inner, part in entry.items():
            if (name, inner) == ("files", "text") and part:
                yield Row(_("Text read from it"), part)
            else:
                yield from _entry(inner, part)


def _entry(name: str, value: Any) -> Iterator[Block]:
    """Give one value; what has parts of its own is told in one line, as the status page does."""
    if name in UNTOLD or value in (None, "", [], {}):
        return
    if name == "points":
        yield from _group(name, value)
    elif name == "quotes":
        yield from (Row(_word("quote"), f"“{part['quote']}”") for part in value)
    elif isinstance(value, list) and isinstance(value[0], dict):
        yield from (Row(_word(name), _compact(part)) for part in value)
    elif isinstance(value, (dict, list)):
        yield Row(_word(name), _compact(value))
    else:
        yield Row(_word(name), _value(name, value))


def _compact(value: Any, name: str = "") -> str:
    """Give all that is inside in one line; what is no text is told with its name."""
    if isinstance(value, dict):
        parts = {inner: part for inner, part in value.items() if inner not in UNTOLD and part not in (None, "", [], {})}
        return " · ".join(_compact(part, inner) for inner, part in parts.items())
    if isinstance(value, list):
        return listing([_compact(part, name) for part in value])
    told = _value(name, value)
    return told if isinstance(value, str) or not name else f"{_word(name)}{'：' if is_chinese() else ': '}{told}"


def _word(name: str) -> str:
    if name == "size":  # printed as people read it
        return _("Size")
    return str(FIELDS.get(name) or ANSWER_SECTIONS.get(name) or ANSWER_FIELDS.get(name) or name)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name in CHOICES and isinstance(value, str) and value in set(KINDS_OF[name]):
        return str(CHOICES[name][KINDS_OF[name](value)])
    if isinstance(value, str):
        value = str(NAMED.get(name, {}).get(value, value))
    if name == "size":
        return file_size(value)
    if name.endswith("_at") and isinstance(value, str):
        return zoned(datetime.fromisoformat(value))
    return str(value)
