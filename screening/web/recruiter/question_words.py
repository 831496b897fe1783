"""Doubts about a recruiter's own questions in words: what is asked, why not to, and what to ask instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rubrics.fairness import Topic


@dataclass(frozen=True, slots=True)
class Advice:
    """The name of a topic, the reason against asking about it, and a suggestion; all lazy texts."""

    name: Any
    reason: Any
    instead: Any


ADVICE = {
    Topic.SEX: Advice(
        _l("sex or orientation"),
        _l("Employment law in China, the EU, the UK and the US lets nobody be chosen by sex or orientation."),
        _l("Leave it out. If the work has a physical demand, describe the task and ask whether it can be done."),
    ),
    Topic.MARRIAGE: Advice(
        _l("marriage or partner"),
        _l("Asking applicants whether they are married is forbidden in China since 2019 and discriminates elsewhere."),
        _l("Ask about what the work needs: travel, hours, a move to another city."),
    ),
    Topic.CHILDREN: Advice(
        _l("pregnancy, children or plans for them"),
        _l("The Chinese notice of 2019 forbids it by name; EU, UK and US law treat it as discrimination by sex."),
        _l("Ask whether the person can work the hours or the travel that the role needs."),
    ),
    Topic.ETHNICITY: Advice(
        _l("ethnicity, race or mother tongue"),
        _l("Ethnicity, race and origin must not decide about work anywhere."),
        _l("If the work needs a language, ask how well the person speaks it."),
    ),
    Topic.RELIGION: Advice(
        _l("religion"),
        _l("Religion is a matter of conscience and, in the EU and the UK, a protected kind of data."),
        _l("Say when the work takes place and ask whether the person can work then."),
    ),
    Topic.HOUSEHOLD: Advice(
        _l("household registration or home town"),
        _l("The Employment Promotion Law forbids to treat people by their rural or other origin."),
        _l("Ask where the person can work, or whether they would move."),
    ),
    Topic.AGE: Advice(
        _l("age"),
        _l("Age tells nothing about skill; EU, UK and US law protect it. Only the legal minimum may be checked."),
        _l("Ask about experience with the work, or whether the person is at least 16 or 18."),
    ),
    Topic.IDENTITY: Advice(
        _l("an identity document"),
        _l("An identity number tells age, sex and origin, and is more than an application needs."),
        _l("Ask for it after an offer, when the contract is written."),
    ),
    Topic.LOOKS: Advice(
        _l("photo, height, weight or looks"),
        _l("Looks show sex, age and origin, and decide nothing about the work."),
        _l("Leave it out. For a role before a camera, ask for a work sample."),
    ),
    Topic.HEALTH: Advice(
        _l("health or disability"),
        _l(
            "Before an offer, UK and US law forbid such questions; in China illness must not bar anybody from ordinary work."
        ),
        _l("Describe the task and ask whether it can be done, or what adjustments are wanted for the interview."),
    ),
    Topic.POLITICS: Advice(
        _l("political views or union membership"),
        _l(
            "Political opinion and union membership do not bear on the work and are protected data in the EU and the UK."
        ),
        _l("Leave it out, unless a law makes it a condition of this very post."),
    ),
    Topic.SIGNS: Advice(
        _l("blood type, star sign or zodiac animal"),
        _l("It says nothing about the work, and often gives away the age."),
        _l("Ask how the person likes to work, with an example."),
    ),
    Topic.PAY: Advice(
        _l("present or past pay"),
        _l("The EU directive on pay transparency and many US states forbid it; it carries old inequality on."),
        _l("State the range of the role and ask what the person expects."),
    ),
    Topic.FAMILY: Advice(
        _l("family or property"),
        _l("Family background does not bear on the work; Chinese law lets an employer ask only for what does."),
        _l("For a conflict of interest, ask only whether a relative works for the company."),
    ),
}


def question_problem(code: str) -> str:
    """Say why an edit of the questions was not made."""
    return {
        "unknown": _("This question is not there any more."),
        "too_many": _("A posting takes at most 30 questions of its own."),
        "too_many_files": _("A posting takes at most 3 questions that ask for a file."),
        "circle": _("The question would depend on itself. Choose another condition."),
        "nothing_chosen": _("Choose at least one question."),
        "nothing_new": _("There is nothing new to publish."),
        "doubts_open": _("A question is in doubt: change it, or say why it has to be asked."),
        "reason_missing": _("Say why it has to be asked."),
        "changed": _(
            "Somebody saved these questions while you were editing. Nothing was overwritten; look through them and do it again."
        ),
    }[code]
