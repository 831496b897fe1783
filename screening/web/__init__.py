"""The audiences: each module below holds one blueprint; ``BLUEPRINTS`` is the list of all doors."""

from screening.web.admin import mails, users
from screening.web.auth import preferences, settings, sign_in
from screening.web.candidate import apply, careers, codes, drafts, evidence, explanation, feeds, reviews, status
from screening.web.interviewer import home, scorecards
from screening.web.recruiter import (
    adding,
    applications,
    comparisons,
    criteria,
    debriefs,
    imports,
    interviews,
    origins,
    pipeline,
    postings,
    previews,
    reshaping,
    revisions,
    rubric_files,
    rubrics,
    search,
    undo,
)

BLUEPRINTS = (
    careers.blueprint,
    feeds.blueprint,
    apply.blueprint,
    status.blueprint,
    drafts.blueprint,
    codes.blueprint,
    explanation.blueprint,
    sign_in.blueprint,
    preferences.blueprint,
    settings.blueprint,
    home.blueprint,
    scorecards.blueprint,
    postings.blueprint,
    imports.blueprint,
    pipeline.blueprint,
    rubrics.blueprint,
    origins.blueprint,
    criteria.blueprint,
    reshaping.blueprint,
    adding.blueprint,
    revisions.blueprint,
    comparisons.blueprint,
    previews.blueprint,
    rubric_files.blueprint,
    applications.blueprint,
    interviews.blueprint,
    debriefs.blueprint,
    search.blueprint,
    undo.blueprint,
    users.blueprint,
    mails.blueprint,
)
