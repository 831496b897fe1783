"""Pools of interviewers: named groups from which rounds of any posting fill their seats."""

from __future__ import annotations

import json

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.extensions import db
from screening.forms.problems import problems
from screening.forms.rounds import PoolForm
from screening.models import InterviewerPool
from screening.policy import Permission
from screening.queries.interviews import possible_panel
from screening.queries.pools import PoolRow, pools
from screening.services.drafting import RevisionError
from screening.services.pools import PoolError, PoolFields, change_pool, delete_pool, make_pool, pool_fields
from screening.services.undoing import Act, remember
from screening.web.access import LARGEST_ID, actor, needs, now
from screening.web.labels import ROLES
from screening.web.toasts import toast

blueprint = Blueprint("pools", __name__, url_prefix="/staff/pools")


@blueprint.get("/")
@needs(Permission.POOLS_MANAGE)
def index() -> ResponseReturnValue:
    """List the pools with their members and where they are used."""
    return render_template("recruiter/pools.html", pools=pools(db.session, actor=actor()))


@blueprint.get("/new")
@needs(Permission.POOLS_MANAGE)
def add() -> ResponseReturnValue:
    """Show an empty pool."""
    return _editor(PoolForm(formdata=None))


@blueprint.post("/new")
@needs(Permission.POOLS_MANAGE)
def create() -> ResponseReturnValue:
    """Make a pool."""
    form = _filled()
    if not form.validate():
        return _editor(form), 422
    try:
        pool = make_pool(db.session, fields=form.fields(), actor_id=actor().id, now=now())
    except PoolError as error:
        db.session.rollback()
        return _editor(form, problem=_explain(error.code)), 422
    _offer_undo(pool.id, None, _("The pool was made."))
    return redirect(url_for("pools.index"), 303)


@blueprint.get("/<int:pool_id>")
@needs(Permission.POOLS_MANAGE)
def edit(pool_id: int) -> ResponseReturnValue:
    """Open a pool for changes."""
    row = _row(pool_id)
    form = PoolForm(formdata=None, data={"name": row.name, "members": [one.id for one in row.members]})
    return _editor(form, row)


@blueprint.post("/<int:pool_id>")
@needs(Permission.POOLS_MANAGE)
def save(pool_id: int) -> ResponseReturnValue:
    """Store a changed pool, or delete it where ``act`` says so."""
    row = _row(pool_id)
    form = _filled(row)
    pool = db.session.get_one(InterviewerPool, row.id)
    before = pool_fields(db.session, pool_id=row.id)
    try:
        if request.form.get("act") == "delete":
            delete_pool(db.session, pool=pool, actor_id=actor().id, now=now())
            _offer_undo(row.id, before, _("The pool was deleted."))
        elif not form.validate():
            return _editor(form, row), 422
        else:
            change_pool(db.session, pool=pool, fields=form.fields(), seen=_seen(), actor_id=actor().id, now=now())
            _offer_undo(row.id, before, _("The pool was saved."))
    except (PoolError, RevisionError) as error:
        db.session.rollback()
        code = error.code if isinstance(error, PoolError) else "changed"
        return _editor(form, _row(pool_id), problem=_explain(code)), 409 if code == "changed" else 422
    return redirect(url_for("pools.index"), 303)


def _row(pool_id: int) -> PoolRow:
    found = pools(db.session, actor=actor()) if pool_id <= LARGEST_ID else ()
    row = next((one for one in found if one.id == pool_id), None)
    return row if row is not None else abort(404)


def _filled(row: PoolRow | None = None) -> PoolForm:
    form = PoolForm()
    form.members.choices = _people(row)
    return form


def _people(row: PoolRow | None = None) -> list[SelectChoice]:
    gone = [one for one in (row.members if row is not None else ()) if not one.is_active]
    staff = [(ident, name) for ident, name, _role in possible_panel(db.session)]
    return [SelectChoice(value=ident, label=name) for ident, name in (*staff, *((one.id, one.name) for one in gone))]


def _seen() -> PoolFields:
    """Read what the page was made from: its name, and its members as ids with spaces between."""
    members = request.form.get("seen_members", "").split()
    return PoolFields(
        request.form.get("seen_name", ""), tuple(int(one) for one in members if one.isascii() and one.isdigit())
    )


def _editor(form: PoolForm, row: PoolRow | None = None, *, problem: str | None = None) -> str:
    form.members.choices = _people(row)
    return render_template(
        "recruiter/pool.html",
        form=form,
        row=row,
        seen=pool_fields(db.session, pool_id=row.id) if row is not None else None,
        people=possible_panel(db.session),
        roles=ROLES,
        errors=problems(form),
        problem=problem,
    )


def _offer_undo(pool_id: int, before: PoolFields | None, words: str) -> None:
    after = pool_fields(db.session, pool_id=pool_id)
    if after == before:
        db.session.rollback()
        toast(_("Nothing was changed."))
        return
    token = remember(
        db.session,
        actor_id=actor().id,
        act=Act.POOL,
        now=now(),
        pool=pool_id,
        before=_packed(before),
        after=_packed(after),
    )
    db.session.commit()
    toast(words, undo=token)


def _packed(fields: PoolFields | None) -> str:
    return "" if fields is None else json.dumps([fields.name, list(fields.members)])


def _explain(code: str) -> str:
    return {
        "name_taken": _("Another pool has this name."),
        "used": _("Rounds fill their seats from this pool. Give them another one first."),
        "changed": _("Somebody changed this pool while you were looking at it. Look again, then save."),
    }.get(code, _("Somebody you chose has left. Choose again."))
