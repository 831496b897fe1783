"""What a page says of a file that is not taken: one sentence, and for a JSON document each fault with its line and path."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from screening.documents.failures import ExtractionError
from screening.documents.json_resume import JsonResumeError, Problem
from screening.web.labels import FILE_FAILURES

MOST = 6
FAULTS = {
    "syntax": _l("this is no JSON from here on; a comma, a quotation mark or a bracket may be missing"),
    "object": _l("an object in braces is needed here"),
    "sections": _l("none of the sections of JSON Resume is filled in, such as basics or education"),
    "entries": _l("a list of entries in brackets is needed here"),
    "depth": _l("the document is nested too deeply"),
    "long": _l("the document is longer than any résumé"),
    "text": _l("a text in quotation marks is needed here"),
    "texts": _l("a list of texts is needed here"),
    "date": _l("a date such as 2027, 2027-06 or 2027-06-30 is needed here"),
    "email": _l("an e-mail address is needed here"),
    "address": _l("a web address is needed here"),
}


def refusal_of(error: ExtractionError) -> str:
    """Say why a file is not taken; further faults stand on lines of their own."""
    sentence = str(FILE_FAILURES[str(error)])
    if not isinstance(error, JsonResumeError):
        return sentence
    said = [_fault(problem) for problem in error.problems[:MOST]]
    more = len(error.problems) - MOST
    if more > 0:
        said.append(ngettext("And %(num)s more fault.", "And %(num)s more faults.", more))
    return "\n".join([sentence, *said])


def _fault(problem: Problem) -> str:
    if problem.path:
        return _("Line %(line)s, %(path)s: %(what)s.", line=problem.line, path=problem.path, what=FAULTS[problem.code])
    return _("Line %(line)s: %(what)s.", line=problem.line, what=FAULTS[problem.code])
