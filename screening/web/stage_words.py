"""The stages of a posting as its pages name them: by its own names where it has some, in the reader's language."""

from __future__ import annotations

from flask_babel import get_locale

from screening.models import Stage
from screening.queries.stage_rules import Rule, Rules
from screening.web.labels import STAGES, spoken

ADVANCE = {
    Stage.APPLIED: Stage.SCREENING,
    Stage.SCREENING: Stage.INTERVIEW,
    Stage.INTERVIEW: Stage.DEBRIEF,
    Stage.OFFER: Stage.HIRED,
}
"""Where Advance leads. From the debrief only a decision leads on."""
OVER = {Stage.SCREENING: Stage.INTERVIEW, Stage.DEBRIEF: Stage.OFFER}
"""Where it leads instead of a stage that the posting leaves out."""


def advance_of(rules: Rules, stage: Stage) -> Stage | None:
    """Give the stage to which Advance moves an application on its page; None where it leads nowhere."""
    onward = ADVANCE.get(stage)
    return onward if onward is None or rules[onward].in_use else OVER.get(onward)


def stage_words(rules: Rules) -> dict[Stage, str]:
    """Give the word for every stage. What has a name in one language only keeps the standard word in the other."""
    language, standard = _language(), spoken(STAGES)
    return {stage: rules[stage].names.get(language) or standard[stage] for stage in Stage}


def stage_word(rule: Rule) -> str:
    """Give the word for the stage of a rule."""
    return rule.names.get(_language()) or spoken(STAGES)[rule.stage]


def _language() -> str:
    locale = get_locale()
    return "zh" if locale is not None and locale.language == "zh" else "en"
