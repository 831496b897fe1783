"""The words of the domain as pages print them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from rubrics.model import Criterion, Degree, Level, Section
from screening.documents import failures
from screening.models import MailState, Outcome, Recommendation, Role, Stage

K = TypeVar("K")

STAGES = {
    Stage.APPLIED: _l("New"),
    Stage.SCREENING: _l("Review"),
    Stage.INTERVIEW: _l("Interview"),
    Stage.DEBRIEF: _l("Debrief"),
    Stage.OFFER: _l("Offer"),
    Stage.HIRED: _l("Hired"),
    Stage.REJECTED: _l("Rejected"),
    Stage.WITHDRAWN: _l("Withdrawn"),
}
LOCALE_NAMES = {"zh": _l("Chinese"), "en": _l("English")}
WITHDRAWALS = {
    "other_offer": _l("Another offer"),
    "other_plans": _l("Other plans"),
    "role_differs": _l("The role is not as expected"),
    "conditions": _l("Pay or conditions"),
    "time_or_place": _l("Start, length or place"),
    "took_too_long": _l("It took too long"),
    "other": _l("Another reason"),
}
"""Why a candidate withdraws."""
MAIL_STATES = {
    MailState.WAITING: _l("waiting"),
    MailState.SENDING: _l("being sent"),
    MailState.SENT: _l("sent"),
    MailState.UNCERTAIN: _l("nobody knows"),
    MailState.FAILED: _l("failed"),
    MailState.RECALLED: _l("recalled"),
    MailState.KEPT: _l("kept"),
}
ROLES = {
    Role.INTERVIEWER: _l("Interviewer"),
    Role.RECRUITER: _l("Recruiter"),
    Role.HIRING_MANAGER: _l("Hiring manager"),
    Role.ADMIN: _l("Admin"),
}
DEGREES = {
    Degree.ASSOCIATE: _l("Associate"),
    Degree.BACHELOR: _l("Bachelor’s"),
    Degree.MASTER: _l("Master’s"),
    Degree.DOCTORATE: _l("Doctorate"),
}
LEVELS = {
    Level.BASIC: _l("basic"),
    Level.FAMILIAR: _l("familiar"),
    Level.PROFICIENT: _l("proficient"),
    Level.EXPERT: _l("expert"),
}
FILE_FAILURES = {
    failures.EMPTY: _l("The file is empty."),
    failures.TOO_LARGE: _l("The file is larger than 10 MB."),
    failures.NOT_ACCEPTED: _l("This is not a PDF, Word (.docx), text or Markdown file, whatever its name says."),
    failures.MARKUP_FILE: _l(
        "This is a web page or a picture in markup; send a PDF, Word (.docx), text or Markdown file."
    ),
    failures.OLD_WORD: _l("This is a file of an old Word version (.doc); save it as .docx or PDF."),
    failures.ENCRYPTED: _l("The file is protected with a password; send it without one."),
    failures.MACROS: _l("The Word file contains macros; save it as a plain .docx or PDF."),
    failures.BROKEN: _l("The file is broken and cannot be opened."),
    failures.UNPACKS_TOO_LARGE: _l("The file unpacks to far more than a résumé can hold."),
    failures.TOO_MANY_PAGES: _l("The PDF has more than 60 pages."),
    failures.SCANNED: _l("No text was found; the file is probably a scan. Send one in which the text can be selected."),
    failures.NO_TEXT: _l("No text was found in the Word file; it may hold only pictures."),
    failures.TOO_MUCH_TEXT: _l("The file holds far more text than a résumé."),
    failures.TWO_KINDS: _l("The file is two kinds of file at once; save it anew as a PDF or .docx."),
    failures.NOT_JSON_RESUME: _l("This is no JSON Resume document (jsonresume.org, schema 1.0)."),
    failures.TAKES_TOO_MUCH: _l("The file takes too much time or memory to read."),
    failures.CANNOT_START: _l("The file cannot be read at the moment."),
}
"""Why a résumé was refused or not read: the sentence that is stored, and how a page says it."""
RATINGS = {1: _l("Below"), 2: _l("Near"), 3: _l("Meets"), 4: _l("Stands out")}
RECOMMENDATIONS = {
    Recommendation.STRONG_NO: _l("Strong no"),
    Recommendation.NO: _l("No, not this time"),
    Recommendation.YES: _l("Yes, recommend"),
    Recommendation.STRONG_YES: _l("Strong yes"),
}
OUTCOMES = {
    Outcome.ADVANCE: _l("Advance"),
    Outcome.OFFER: _l("Make an offer"),
    Outcome.HIRE: _l("Hire"),
    Outcome.REJECT: _l("Reject"),
}
SOURCES = {
    "site": _l("Site"),
    "referral": _l("Referral"),
    "campus": _l("Campus"),
    "agency": _l("Agency"),
    "demo": _l("Demo"),
}
SECTIONS = {Section.REQUIREMENT: _l("Requirements"), Section.BONUS: _l("Bonus")}

ANSWER_SECTIONS = {
    "basics": _l("About"),
    "education": _l("Education"),
    "skills": _l("Skills"),
    "work": _l("Work"),
    "projects": _l("Projects"),
    "publications": _l("Publications"),
    "awards": _l("Competitions and awards"),
    "certificates": _l("Certificates"),
    "languages": _l("Languages"),
    "volunteer": _l("Volunteering"),
    "interests": _l("Interests"),
    "statements": _l("Answers to questions"),
    "availability": _l("Availability"),
}
ANSWER_FIELDS = {
    "summary": _l("Summary"),
    "label": _l("Headline"),
    "url": _l("Link"),
    "profiles": _l("Profile"),
    "network": _l("Network"),
    "username": _l("User name"),
    "city": _l("City"),
    "institution": _l("School"),
    "studyType": _l("Degree"),
    "area": _l("Field of study"),
    "startDate": _l("From"),
    "endDate": _l("Until"),
    "score": _l("Grade"),
    "courses": _l("Course"),
    "enrolled": _l("Enrolled now"),
    "name": _l("Title or name"),
    "level": _l("Level"),
    "keywords": _l("Keyword"),
    "example": _l("Where used"),
    "position": _l("Position"),
    "highlights": _l("Result"),
    "description": _l("Description"),
    "publisher": _l("Where published"),
    "releaseDate": _l("Published on"),
    "status": _l("Status"),
    "authorPosition": _l("Author position"),
    "title": _l("Title"),
    "contest": _l("Contest"),
    "prize": _l("Prize"),
    "date": _l("Date"),
    "awarder": _l("Awarded by"),
    "issuer": _l("Issued by"),
    "language": _l("Language"),
    "fluency": _l("Fluency"),
    "text": _l("Answer"),
    "file": _l("File"),
    "key": _l("Question"),
    "criterion": _l("Criterion"),
    "start": _l("Can start on"),
    "within_days": _l("Can start within days"),
    "months": _l("Months"),
    "days_per_week": _l("Days a week"),
    "on_site": _l("On site"),
    "cities": _l("City"),
}


def spoken(words: Mapping[K, LazyString]) -> Mapping[K, str]:
    """Give a table of this module in the page's language: a list looks up the same few words for each of its rows."""
    locale = get_locale()
    if locale is None:
        return {key: str(word) for key, word in words.items()}
    kept = _spoken.setdefault((id(words), locale.language), {})
    if not kept:
        kept.update({key: str(word) for key, word in words.items()})
    return MappingProxyType(kept)


_spoken: dict[tuple[int, str], dict[Any, str]] = {}
"""By table and language; a table lives as long as the process, and so do the catalogues."""


def code(criterion: Criterion) -> str:
    """Give a criterion's short name: K1, R2, B3."""
    return criterion.id.upper()
