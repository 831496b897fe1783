"""The recruiter pages' words for the domain's closed choices."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rubrics.findings import FindingCode
from rubrics.model import Category
from screening.queries.booking import OfferState

REJECT_REASONS = {
    "requirement": _l("A requirement is missing"),
    "knock_out": _l("Below a knock-out"),
    "interview": _l("Interviews did not show what is needed"),
    "others_stronger": _l("Others fit better"),
    "availability": _l("Start, length or place does not fit"),
    "filled": _l("The role is filled"),
    "no_answer": _l("The candidate does not answer any more"),
    "offer_declined": _l("The candidate declined the offer"),
    "duplicate": _l("The same application twice"),
    "other": _l("Another reason"),
}
FINDINGS = {
    FindingCode.MISSING_TITLE: _l("Title missing"),
    FindingCode.DEGREE_CONFLICT: _l("Two degree floors"),
    FindingCode.DUPLICATE_BODY: _l("Same body as another posting"),
    FindingCode.BONUS_IN_REQUIREMENTS: _l("Bonus among the requirements"),
    FindingCode.BROKEN_NUMBERING: _l("Broken numbering"),
    FindingCode.NOT_SCREENABLE: _l("Not to be judged from documents"),
    FindingCode.UNLAWFUL_QUESTION: _l("Must not be asked"),
    FindingCode.UNPARSED_LINE: _l("A line that was not understood"),
}
ANSWERS = {
    "doctorate": _l("Doctorate"),
    "master": _l("Master’s"),
    "bachelor": _l("Bachelor’s"),
    "associate": _l("Associate"),
    "bonus": _l("Make it a bonus"),
    "interview": _l("Leave to the interview"),
    "remove": _l("Remove it"),
    "noted": _l("Noted"),
}
CATEGORIES = {
    Category.DEGREE: _l("Degree"),
    Category.FIELD_OF_STUDY: _l("Field of study"),
    Category.ENROLMENT: _l("Enrolment"),
    Category.LOCATION: _l("Place"),
    Category.AVAILABILITY: _l("Availability"),
    Category.PROGRAMMING_LANGUAGE: _l("Programming language"),
    Category.TOOL: _l("Tool"),
    Category.KNOWLEDGE: _l("Knowledge"),
    Category.EXPERIENCE: _l("Experience"),
    Category.PUBLICATION: _l("Publication"),
    Category.COMPETITION: _l("Competition"),
    Category.LEADERBOARD: _l("Leaderboard"),
    Category.OPEN_SOURCE: _l("Open source"),
    Category.ENGINEERING: _l("Engineering"),
    Category.ACADEMIC_STANDING: _l("Academic standing"),
    Category.NATURAL_LANGUAGE: _l("Language"),
    Category.CERTIFICATION: _l("Certificate"),
    Category.TRAIT: _l("Trait"),
    Category.OTHER: _l("Other"),
}
FLAGS = {
    "hidden_text": _l("The file holds text that a reader does not see. It was not counted."),
    "keyword_stuffing": _l("A list of keywords without context. It was not counted."),
    "scorer_instruction": _l("A sentence speaks to a scorer. It was not followed."),
    "posting_copied": _l("A passage repeats the posting. It was not counted."),
    "conflicting_answers": _l("The answers and the résumé disagree. Ask before you advance."),
}
GROUNDS = {
    "email": _l("Same address but for its spelling"),
    "phone": _l("Same phone number"),
    "name_school": _l("Same name and school"),
    "hand": _l("Said by a colleague"),
}
"""What two people share who may be one."""


def preference_words(preference: int, batch_size: int) -> str:
    """Say which choice a posting is among those that the candidate applied for at once."""
    match preference:
        case 1:
            return _("1st choice of %(all)s", all=batch_size)
        case 2:
            return _("2nd choice of %(all)s", all=batch_size)
        case 3:
            return _("3rd choice of %(all)s", all=batch_size)
        case _:
            return _("%(place)sth choice of %(all)s", place=preference, all=batch_size)


def answer_word(code: str, answer: str) -> str:
    """Name the button that answers a finding; keeping means something else for each finding."""
    if answer == "keep":
        return (
            _("Keep as a requirement")
            if code == FindingCode.BONUS_IN_REQUIREMENTS.value
            else _("Score it all the same")
        )
    return str(ANSWERS.get(answer, answer))


def settled_word(code: str, answer: str) -> str:
    """Say how a finding was settled."""
    if answer == "title":
        return _("Title given")
    return answer_word(code, answer)


def edit_problem(code: str) -> str:
    """Say why an edit of the rubric was refused."""
    return {
        "text_missing": _("A criterion needs words. To take it out, use Remove."),
        "text_long": _("Use at most 2,000 characters."),
        "title_missing": _("Give the posting a title."),
        "title_long": _("Use at most 200 characters for the title and 80 for the track."),
        "weight_range": _("A weight is a number from 0 to 5."),
        "choice_missing": _("Choose one."),
        "anchor_missing": _("Say what this rating looks like."),
        "anchor_long": _("Use at most 400 characters."),
        "gate_interview": _("What only an interviewer can judge cannot be a knock-out."),
        "line_missing": _("Choose a line of the posting."),
        "nothing_chosen": _("Choose at least one."),
        "join_few": _("Choose at least two criteria."),
        "join_sections": _("Only criteria of one section can be one."),
        "group_gate": _("Knock-outs count one by one."),
        "split_one": _("Write at least two parts, each on a line of its own."),
        "split_many": _("Use at most 12 parts."),
    }.get(code, _("This cannot be done with this criterion any more. Reload the page."))


def saved_words(change: str) -> str:
    """Say what a save of a draft did, from the short code that is kept with it."""
    name, *parts = change.split(":")
    code = parts[0].upper() if parts else ""
    return {
        "gate": _("%(code)s made a knock-out", code=code),
        "ungate": _("%(code)s no knock-out any more", code=code),
        "section": _("%(code)s moved to the other section", code=code),
        "interview": _("%(code)s left to the interview", code=code),
        "screen": _("%(code)s counts in the prescore", code=code),
        "remove": _("%(code)s removed", code=code),
        "up": _("%(code)s moved up", code=code),
        "down": _("%(code)s moved down", code=code),
        "order": _("order changed"),
        "ungroup": _("%(code)s counts on its own", code=code),
        "edit": _("%(code)s edited", code=code),
        "anchors": _("anchors of %(code)s", code=code),
        "add": _("%(code)s added", code=code),
        "back": _("%(code)s brought back", code=code),
        "split": _("%(code)s split", code=code),
        "join": _("criteria joined to %(code)s", code=code),
        "group": _("criteria count together"),
        "settle": _("a finding settled"),
        "reopen": _("a finding opened again"),
        "restore": _("back to save %(number)s", number=code),
        "import": _("a rubric file taken over"),
        "undo": _("a step taken back"),
    }.get(name, _("texts and weights"))


OFFER_STATES = {
    OfferState.OPEN: _l("the candidate chooses"),
    OfferState.BOOKED: _l("time chosen"),
    OfferState.CANCELLED: _l("cancelled"),
    OfferState.EXPIRED: _l("no answer in time"),
    OfferState.WITHDRAWN: _l("withdrawn by us"),
}
