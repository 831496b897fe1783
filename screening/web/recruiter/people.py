"""Who is who: the person behind an application, suspected duplicates, and saying that two are one or are not."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.models import Application, Posting, SuspicionState
from screening.policy import Permission, allows
from screening.queries.people import people_of, suspected_pairs
from screening.queries.status import reference_of
from screening.services.people import PeopleError, decide
from screening.services.undoing import Act, remember
from screening.web.access import LARGEST_ID, actor, needs, now, scope_of
from screening.web.recruiter.returning import back_to
from screening.web.recruiter.words import GROUNDS
from screening.web.stage_words import stage_word
from screening.web.toasts import toast

blueprint = Blueprint("people", __name__, url_prefix="/staff")

NUMBER = re.compile(r"\s*(?:\d{1,10}-)?0*([1-9]\d{0,9})\s*", re.ASCII)
"""An application's number as candidates and staff read it (012-000345), or its last part alone."""


@blueprint.get("/duplicates/")
@needs(Permission.POSTING_LIST)
def index() -> ResponseReturnValue:
    """List who may be the same person and waits for a decision."""
    after = whole_number(request.args.get("after")) or 0
    pairs, following = suspected_pairs(db.session, actor=actor(), after=min(after, LARGEST_ID))
    return render_template(
        "recruiter/duplicates.html",
        pairs=pairs,
        following=following,
        after=after,
        stage_word=stage_word,
        grounds=GROUNDS,
    )


@blueprint.get("/applications/<int:application_id>/person")
@needs(Permission.APPLICATION_VIEW, of=Application)
def show(application: Application) -> ResponseReturnValue:
    """Show the person behind an application: all applications, and who may be the same."""
    return _page(application)


@blueprint.post("/applications/<int:application_id>/person")
@needs(Permission.APPLICATION_MOVE, of=Application)
def say(application: Application) -> ResponseReturnValue:
    """Say that this application and another one are of the same person, or are not."""
    state = SuspicionState.SAME if request.form.get("act") == "same" else SuspicionState.DIFFERENT
    typed = request.form.get("other", "")
    other = _other(typed)
    if other is None or other.id == application.id:
        return _page(
            application, problem=_("There is no other application with this number on your postings."), typed=typed
        ), 422
    back = back_to(request.form.get("back"), url_for("people.show", application_id=application.id))
    try:
        pair, before = decide(db.session, one=application, other=other, state=state, actor_id=actor().id, now=now())
    except PeopleError as error:
        db.session.rollback()
        toast(
            _("These applications are of one person already.")
            if error.code == "one_already"
            else _("Somebody has decided this in the meantime.")
        )
        return redirect(back, 303)
    token = remember(
        db.session,
        actor_id=actor().id,
        act=Act.PERSON,
        now=now(),
        pair=pair.id,
        after=state.value,
        before=before.value if before else "",
        application=application.id,
        other=other.id,
    )
    db.session.commit()
    toast(
        _("They count as one person now.") if state is SuspicionState.SAME else _("They count as two people now."),
        undo=token,
    )
    return redirect(back, 303)


def _other(typed: str) -> Application | None:
    """Read the application that a number names, if the reader has rights on it."""
    match = NUMBER.fullmatch(typed)
    number = int(match[1]) if match else 0
    other = db.session.get(Application, number) if 0 < number <= LARGEST_ID else None
    if other is None or other.erased_at is not None:
        return None
    return other if allows(actor(), Permission.APPLICATION_MOVE, scope_of(other)) else None


def _page(application: Application, *, problem: str | None = None, typed: str = "") -> str:
    return render_template(
        "recruiter/person.html",
        application=application,
        posting=db.session.get_one(Posting, application.posting_id),
        reference=reference_of(application.posting_id, application.id),
        reference_of=reference_of,
        people=people_of(db.session, application=application, actor=actor()),
        problem=problem,
        typed=typed,
        stage_word=stage_word,
        grounds=GROUNDS,
    )
