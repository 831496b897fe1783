"""The stages of a posting: which are used, their names and limits, who must act, and who owns the posting."""

from __future__ import annotations

import json

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.extensions import db
from screening.forms.stage_rules import StagesForm, data_of
from screening.models import Posting, Stage
from screening.policy import Permission
from screening.queries.colleagues import colleagues, stage_times
from screening.queries.pipeline import head
from screening.queries.stage_rules import LANES, OPTIONAL, STANDARD_DAYS, rules_of
from screening.services.drafting import RevisionError
from screening.services.stage_rules import StageRuleError, digest_of, save_stages, snapshot
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now
from screening.web.labels import ROLES, STAGES
from screening.web.recruiter.overview_lines import duration
from screening.web.toasts import toast

blueprint = Blueprint("stage_rules", __name__, url_prefix="/staff/postings/<int:posting_id>/stages")

PROBLEMS = {
    "days": _l("A whole number from 0 to 365, or nothing."),
    "name": _l("At most 40 characters that can be printed."),
    "same_name": _l("Another stage has this name already."),
    "owner": _l("This person has no right on the posting."),
}


@blueprint.get("")
@needs(Permission.POSTING_VIEW, of=Posting)
def show(posting: Posting) -> ResponseReturnValue:
    """Show how the posting uses its stages."""
    return _page(posting, _form(posting))


@blueprint.post("")
@needs(Permission.POSTING_EDIT, of=Posting)
def save(posting: Posting) -> ResponseReturnValue:
    """Store the stages and the owner."""
    form, at = _form(posting), now()
    if not form.validate():
        return _page(posting, form), 422
    try:
        change = save_stages(
            db.session,
            posting=posting,
            rules=form.rules(),
            owner_id=form.owner.data or None,
            actor_id=actor().id,
            now=at,
            seen=request.form.get("seen", ""),
        )
    except RevisionError:
        db.session.rollback()
        return _page(posting, form, problem=_("Somebody has changed the stages meanwhile. Look again and save.")), 409
    except StageRuleError as error:
        db.session.rollback()
        _blame(form, error)
        return _page(posting, form), 422
    if change is not None:
        before, after = (json.dumps(one) for one in change)
        token = remember(
            db.session,
            actor_id=actor().id,
            act=Act.STAGES,
            now=at,
            posting=posting.id,
            before=before,
            after=after,
        )
        db.session.commit()
        toast(_("Stages saved."), undo=token)
    else:
        db.session.rollback()
        toast(_("Nothing has changed."))
    return redirect(url_for("stage_rules.show", posting_id=posting.id), 303)


def _form(posting: Posting) -> StagesForm:
    rules = rules_of(db.session, posting_id=posting.id)
    form = StagesForm(data=data_of(rules, posting.owner_id))
    form.owner.choices = [
        SelectChoice(value=0, label=_("Nobody: all who recruit for it")),
        *(
            SelectChoice(value=one.id, label=f"{one.name} · {ROLES[one.role]}")
            for one in colleagues(db.session, posting_id=posting.id, also=posting.owner_id)
        ),
    ]
    return form


def _page(posting: Posting, form: StagesForm, *, problem: str | None = None) -> str:
    errors = []
    if form.owner.errors:
        errors.append((form.owner.id, str(form.owner.label.text), str(form.owner.errors[0])))
    for stage in LANES:
        errors += [
            (field.id, f"{STAGES[stage]}, {field.label.text}", str(field.errors[0]))
            for field in form.part(stage)
            if field.errors
        ]
    times = stage_times(db.session, posting_id=posting.id)
    return render_template(
        "recruiter/stages.html",
        posting=posting,
        head=head(db.session, posting=posting),
        form=form,
        problem=problem,
        errors=errors,
        lanes=LANES,
        optional=OPTIONAL,
        stages={stage: str(STAGES[stage]) for stage in LANES},
        days=STANDARD_DAYS,
        times={stage: (duration(one.median), duration(one.p90), one.count) for stage, one in times.items()},
        left_out={stage for stage in OPTIONAL if not form.part(stage).in_use.data},
        standard={language: _standard_words(language) for language in ("zh", "en")},
        seen=digest_of(snapshot(db.session, posting=posting)),
        edits=may(Permission.POSTING_EDIT),
    )


def _standard_words(language: str) -> dict[Stage, str]:
    """Give the names that hold in a language while the posting has none of its own."""
    with force_locale(language):
        return {stage: str(STAGES[stage]) for stage in LANES}


def _blame(form: StagesForm, error: StageRuleError) -> None:
    """Say at its field what the service refused; what no field can say (a stage that must be used) is never sent by the page."""
    words = str(PROBLEMS.get(error.code, PROBLEMS["name"]))
    if error.stage is None:
        form.owner.errors = [words]
        return
    part = form.part(error.stage)
    field = part.days if error.code == "days" else part.zh if part.zh.data else part.en
    field.errors = [words]
