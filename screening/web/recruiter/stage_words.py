"""The stages of a posting as its pages name them: by its own names where it has some, in the reader's language."""

from __future__ import annotations

from flask_babel import get_locale

from screening.models import Stage
from screening.queries.stage_rules import Rules
from screening.web.labels import STAGES


def stage_words(rules: Rules) -> dict[Stage, str]:
    """Give the word for every stage. What has a name in one language only keeps the standard word in the other."""
    locale = get_locale()
    language = "zh" if locale is not None and locale.language == "zh" else "en"
    return {stage: rules[stage].names.get(language) or str(STAGES[stage]) for stage in Stage}
