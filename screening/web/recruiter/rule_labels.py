"""The rule form's words: what an ask may be, its choices, and what may be wrong with it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from screening.forms.rule_building import RuleProblem

GROUP_NAMES = {
    "any": _l("One of several is enough"),
    "all": _l("All of several"),
    "some": _l("At least so many of several"),
}
KIND_NAMES = {
    "skill": _l("Skill or topic"),
    "degree": _l("Degree"),
    "field": _l("Field of study"),
    "enrolment": _l("Enrolled as a student"),
    "location": _l("Place"),
    "availability": _l("Start, length, days"),
    "publication": _l("Paper"),
    "contest": _l("Contest result"),
    "leaderboard": _l("Leaderboard"),
    "open_source": _l("Open source"),
    "experience": _l("Experience"),
    "engineering": _l("Engineering"),
    "standing": _l("Academic standing"),
    "language": _l("Language"),
    "certification": _l("Certificate"),
    "trait": _l("Trait, for the interview"),
    "words": _l("Words, read by a person"),
}
EXPERIENCE_NAMES = {
    "work": _l("work"),
    "internship": _l("internship"),
    "project": _l("project"),
    "research": _l("research"),
    "production": _l("in production"),
    "deployment": _l("deployment"),
    "data_set": _l("data sets"),
}
CONTEST_NAMES = {
    "any": _l("any contest"),
    "code": _l("programming"),
    "ml": _l("machine learning"),
    "hpc": _l("high-performance computing"),
}
PRIZE_NAMES = {
    "participation": _l("taking part counts"),
    "any_prize": _l("any prize"),
    "bronze": _l("bronze or third prize"),
    "silver": _l("silver or second prize"),
    "gold": _l("gold or first prize"),
}


def rule_problem(problem: RuleProblem) -> str:
    """Say what is wrong at a field of the rule form, and how to put it right."""
    if problem.code == "term_unknown":
        if problem.near:
            near = _("” or “").join(problem.near)
            return _("“%(said)s” is not in the lexicon. Do you mean “%(near)s”?", said=problem.said, near=near)
        return _(
            "“%(said)s” is not in the lexicon. Choose a suggestion, or let a person read it: choose Words as the kind.",
            said=problem.said,
        )
    if problem.code == "number_range":
        return _("Type a number from %(low)s to %(high)s.", low=problem.low, high=problem.high)
    return {
        "term_missing": _("Say which. Suggestions appear while you type."),
        "choice_missing": _("Choose one."),
        "nothing_asked": _("Ask for at least one of these."),
        "words_missing": _("Type what a person should look for."),
        "words_long": _("Use at most 2,000 characters."),
        "branch_missing": _("Add at least one condition."),
    }[problem.code]
