"""A posting's interview plan: its rounds in their order, and who settles which criterion."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.forms.problems import problems
from screening.forms.rounds import KINDS, RoundForm
from screening.models import Posting, RoundKind
from screening.policy import Permission
from screening.queries.interview_plans import RoundRow
from screening.queries.interviews import possible_panel
from screening.queries.pipeline import head
from screening.queries.pools import pool_names
from screening.services.drafting import RevisionError
from screening.services.interview_plans import (
    PlanError,
    add_round,
    ask_in_round,
    change_round,
    move_round,
    open_plan,
    order_rounds,
    restore_round,
    retire_round,
)
from screening.web.access import actor, may, needs, now
from screening.web.labels import ROLES
from screening.web.recruiter.plan_work import (
    DEFAULTS,
    FORM_WORDS,
    GROUND_WORDS,
    PlanWork,
    fields_of,
    offer_undo,
    open_work,
    plan_problem,
    proposed_name,
)

blueprint = Blueprint("plans", __name__, url_prefix="/staff/postings/<int:posting_id>/interview-plan")


@blueprint.get("")
@needs(Permission.POSTING_VIEW, of=Posting)
def show(posting: Posting) -> ResponseReturnValue:
    """Show the plan and its coverage."""
    return _page(open_work(posting))


@blueprint.post("")
@needs(Permission.POSTING_EDIT, of=Posting)
def act(posting: Posting) -> ResponseReturnValue:
    """Take the proposal over, order, retire, restore, or let a round ask about a criterion, as the pressed button says."""
    name, _colon, rest = request.form.get("act", "").partition(":")
    try:
        place = _do(posting, name, rest)
    except (RevisionError, PlanError) as error:
        db.session.rollback()
        code = error.code if isinstance(error, PlanError) else "changed"
        return _page(open_work(posting), problem=plan_problem(code)), 409 if code == "changed" else 422
    return redirect(url_for("plans.show", posting_id=posting.id, _anchor=place), 303)


@blueprint.get("/rounds/new")
@needs(Permission.POSTING_EDIT, of=Posting)
def add(posting: Posting) -> ResponseReturnValue:
    """Offer a new round of the kind that the address names, with what such a round begins with."""
    kind = _kind(request.args.get("kind", ""))
    minutes, seats, hours = DEFAULTS[kind]
    data = {"kind": kind.value, "name": str(KINDS[kind]), "minutes": minutes, "seats": seats, "due_hours": hours}
    return _editor(open_work(posting), None, RoundForm(formdata=None, data=data))


@blueprint.post("/rounds/new")
@needs(Permission.POSTING_EDIT, of=Posting)
def create(posting: Posting) -> ResponseReturnValue:
    """Add a round at the end."""
    return _save(posting, None)


@blueprint.get("/rounds/<int:round_id>")
@needs(Permission.POSTING_EDIT, of=Posting)
def edit(posting: Posting, round_id: int) -> ResponseReturnValue:
    """Open a round for changes."""
    work = open_work(posting)
    one = _known(work, round_id)
    if one is None:
        abort(404)
    data = {
        "kind": one.kind.value,
        "name": one.name,
        "minutes": one.minutes,
        "seats": one.seats,
        "due_hours": one.due_hours,
        "focus": list(one.keys),
        "fixed": [colleague.id for colleague in one.fixed if colleague.is_active],
        "pool": one.pool_id or 0,
    }
    return _editor(work, one, RoundForm(formdata=None, data=data))


@blueprint.post("/rounds/<int:round_id>")
@needs(Permission.POSTING_EDIT, of=Posting)
def save(posting: Posting, round_id: int) -> ResponseReturnValue:
    """Store a changed round, or show it again with what is wrong."""
    return _save(posting, round_id)


def _do(posting: Posting, name: str, rest: str) -> str | None:
    """Do what a button says and commit; give the place to go on at."""
    who, at = actor().id, now()
    before = open_plan(db.session, posting=posting, seen=request.form.get("seen", ""))
    ident, _colon, key = rest.partition(":")
    number = whole_number(ident) or 0
    match name:
        case "adopt":
            for one in open_work(posting).proposal:
                add_round(db.session, posting=posting, fields=fields_of(one), actor_id=who, now=at)
            words, place = _("The proposal is your plan now. Change what does not fit."), "rounds"
        case "up" | "down":
            by = -1 if name == "up" else 1
            move_round(db.session, posting=posting, round_id=number, by=by, actor_id=who, now=at)
            words, place = _("The order was changed."), f"round-{number}"
        case "order":
            order = [whole_number(part) or 0 for part in rest.split(":")]
            order_rounds(db.session, posting=posting, order=order, actor_id=who, now=at)
            words, place = _("The order was changed."), "rounds"
        case "retire" | "restore":
            change: Callable[..., None] = retire_round if name == "retire" else restore_round
            change(db.session, posting=posting, round_id=number, actor_id=who, now=at)
            words = (
                _("The round is retired. Interviews that were planned in it stay.")
                if name == "retire"
                else _("The round is back.")
            )
            place = "rounds" if name == "retire" else f"round-{number}"
        case "ask":
            asked = ask_in_round(db.session, posting=posting, round_id=number, key=key, actor_id=who, now=at)
            words, place = _("“%(round)s” asks about it now.", round=asked.name), "coverage"
        case _:
            abort(400)
    offer_undo(posting, before, words)
    return place


def _save(posting: Posting, round_id: int | None) -> ResponseReturnValue:
    work, form = open_work(posting), RoundForm()
    one = _known(work, round_id) if round_id is not None else None
    if round_id is not None and one is None:
        return _page(work, problem=plan_problem("unknown")), 409
    _offer(form, work, one)
    if not form.validate():
        return _editor(work, one, form), 422
    try:
        before = open_plan(db.session, posting=posting, seen=request.form.get("seen", ""))
        if one is None:
            made = add_round(db.session, posting=posting, fields=form.fields(), actor_id=actor().id, now=now())
            ident = made.id
        else:
            ident = one.id
            change_round(
                db.session,
                posting=posting,
                round_id=ident,
                fields=form.fields(),
                actor_id=actor().id,
                now=now(),
            )
        offer_undo(posting, before, _("The round was saved."))
    except RevisionError:
        db.session.rollback()
        work = open_work(posting)
        return _editor(work, _known(work, round_id or 0), form, problem=plan_problem("changed")), 409
    except PlanError as error:
        db.session.rollback()
        return _editor(work, one, form, problem=plan_problem(error.code)), 422
    return redirect(url_for("plans.show", posting_id=posting.id, _anchor=f"round-{ident}"), 303)


def _page(work: PlanWork, *, problem: str | None = None) -> str:
    return render_template(
        "recruiter/plan.html",
        posting=work.posting,
        work=work,
        head=head(db.session, posting=work.posting),
        edits=may(Permission.POSTING_EDIT),
        problem=problem,
        kinds=KINDS,
        form_words=FORM_WORDS,
        ground_words=GROUND_WORDS,
        proposed_name=proposed_name,
    )


def _editor(work: PlanWork, one: RoundRow | None, form: RoundForm, *, problem: str | None = None) -> str:
    _offer(form, work, one)
    return render_template(
        "recruiter/plan_round.html",
        posting=work.posting,
        work=work,
        one=one,
        form=form,
        errors=problems(form),
        problem=problem,
        people=possible_panel(db.session),
        roles=ROLES,
        form_words=FORM_WORDS,
    )


def _offer(form: RoundForm, work: PlanWork, one: RoundRow | None) -> None:
    """Give the form what can be chosen: the rubric's criteria, what the round asked about before, active staff, all pools."""
    keys = [line.criterion.key for line in work.lines]
    keys += [key for key in (one.keys if one is not None else ()) if key not in keys]
    form.focus.choices = [SelectChoice(value=key, label=key) for key in keys]
    form.fixed.choices = [SelectChoice(value=ident, label=name) for ident, name, _role in possible_panel(db.session)]
    form.pool.choices = [
        SelectChoice(value=0, label=_("No pool")),
        *(SelectChoice(value=ident, label=name) for ident, name in pool_names(db.session)),
    ]


def _known(work: PlanWork, round_id: int) -> RoundRow | None:
    return next((one for one in work.rounds if one.id == round_id), None)


def _kind(name: str) -> RoundKind:
    return RoundKind(name) if name in set(RoundKind) else RoundKind.TECHNICAL
