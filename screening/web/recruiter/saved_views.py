"""Saved views of a posting's pipeline: saving, renaming, sharing, overwriting and deleting them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.models import Posting
from screening.policy import Permission
from screening.queries.pipeline_frame import frame
from screening.services.saved_views import (
    LONGEST_NAME,
    MOST,
    ViewError,
    ViewFields,
    change_view,
    delete_view,
    fields_of,
    own_view,
    save_view,
    written,
)
from screening.services.undoing import Act, remember
from screening.web.access import LARGEST_ID, actor, needs, now
from screening.web.recruiter.chosen import Chosen, read_address, read_chosen
from screening.web.recruiter.filters import filter_chips
from screening.web.toasts import toast

blueprint = Blueprint("saved_views", __name__, url_prefix="/staff/postings")


@blueprint.get("/<int:posting_id>/views")
@needs(Permission.POSTING_VIEW, of=Posting)
def index(posting: Posting) -> ResponseReturnValue:
    """List the views of a posting, with what can be changed of the reader's own; the address is the present filter."""
    return _page(posting, read_chosen(request.args))


@blueprint.post("/<int:posting_id>/views")
@needs(Permission.POSTING_VIEW, of=Posting)
def save(posting: Posting) -> ResponseReturnValue:
    """Keep the present filter under a name."""
    chosen = read_address(request.form.get("filter", ""))
    fields = ViewFields(request.form.get("name", ""), chosen.written(), "shared" in request.form)
    try:
        view = save_view(db.session, posting_id=posting.id, owner_id=actor().id, fields=fields, now=now())
    except ViewError as error:
        db.session.rollback()
        return _page(posting, chosen, problem=_problem(error.code), typed=fields), 422
    token = _remember(posting, view.id, None, fields_of(view))
    db.session.commit()
    toast(_("Saved as “%(name)s”.", name=view.name), undo=token)
    return redirect(_list(posting, view.address), 303)


@blueprint.post("/<int:posting_id>/views/<int:view_id>")
@needs(Permission.POSTING_VIEW, of=Posting)
def change(posting: Posting, view_id: int) -> ResponseReturnValue:
    """Rename, share, overwrite or delete one of the reader's own views."""
    chosen = read_address(request.form.get("filter", ""))
    known = view_id <= LARGEST_ID
    view = own_view(db.session, view_id=view_id, posting_id=posting.id, owner_id=actor().id) if known else None
    act = request.form.get("act", "")
    if view is None:
        abort(404)
    if act not in {"keep", "overwrite", "delete"}:
        abort(400)
    before = fields_of(view)
    after: ViewFields | None = None
    if act == "overwrite":
        after = replace(before, address=chosen.written())
    elif act == "keep":
        after = replace(before, name=request.form.get("name", ""), is_shared="shared" in request.form)
    try:
        if after is None:
            delete_view(db.session, view=view)
        else:
            change_view(db.session, view=view, fields=after)
            after = fields_of(view)
    except ViewError as error:
        db.session.rollback()
        return _page(posting, chosen, problem=_problem(error.code), wrong=view_id, typed=after), 422
    token = _remember(posting, view_id, before, after)
    db.session.commit()
    toast(_done(act, (after or before).name), undo=token)
    query: dict[str, Any] = chosen.address()
    return redirect(url_for("saved_views.index", posting_id=posting.id, **query), 303)


def _page(
    posting: Posting,
    chosen: Chosen,
    *,
    problem: str = "",
    wrong: int | None = None,
    typed: ViewFields | None = None,
) -> str:
    around = frame(db.session, posting=posting, reader_id=actor().id)
    return render_template(
        "recruiter/saved_views.html",
        posting=posting,
        head=around.head,
        chosen=chosen,
        chips=filter_chips(posting, chosen, around),
        views=around.views,
        link=lambda view: _list(posting, view.address),
        problem=problem,
        wrong=wrong,
        typed=typed,
        longest=LONGEST_NAME,
        most=MOST,
    )


def _list(posting: Posting, address: str) -> str:
    """Give the list's own address with a view's query string."""
    query: dict[str, Any] = read_address(address).address()
    return url_for("pipeline.show", posting_id=posting.id, **query)


def _remember(posting: Posting, view_id: int, before: ViewFields | None, after: ViewFields | None) -> str:
    return remember(
        db.session,
        actor_id=actor().id,
        act=Act.SAVED_VIEW,
        now=now(),
        view=view_id,
        posting=posting.id,
        before=written(before),
        after=written(after),
    )


def _done(act: str, name: str) -> str:
    return {
        "keep": _("“%(name)s” changed.", name=name),
        "overwrite": _("“%(name)s” holds the present filter.", name=name),
        "delete": _("“%(name)s” deleted.", name=name),
    }[act]


def _problem(code: str) -> str:
    return {
        "name_missing": _("Give the view a name."),
        "name_long": _("Use at most %(most)s characters.", most=LONGEST_NAME),
        "name_taken": _("You have a view of this name. Choose another."),
        "too_many": _("You have %(most)s views of this posting. Delete one first.", most=MOST),
        "too_long": _("This filter is too long to be saved. Take out some conditions."),
    }[code]
