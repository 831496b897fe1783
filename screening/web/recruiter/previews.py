"""What publishing a draft would change: asking for it, how far it is, and who crosses which line. It moves nobody."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from screening.extensions import db
from screening.models import Posting, PreviewOutcome, PreviewState
from screening.policy import Permission
from screening.queries.pipeline_frame import frame
from screening.queries.preview import Order, Wanted, cursor_of, has_applications, preview_head, preview_result
from screening.queries.preview_facts import Stale
from screening.services.preview_effects import LINES
from screening.services.previewing import PreviewError, ask_for_preview, stop_preview
from screening.web.access import actor, may, needs, now
from screening.web.stage_words import stage_words
from screening.web.toasts import toast

blueprint = Blueprint("previews", __name__, url_prefix="/staff/postings")

USUAL_LINE = 60
BY_LINE = ("below", "above", "advanced")
FALLING_FIRST = ("up", "gate-above", "above", "fresh")
VIEWS = {
    "all": _l("Everybody"),
    "down": _l("Lower"),
    "up": _l("Higher"),
    "same": _l("Unchanged"),
    "gate-below": _l("Newly below a knock-out"),
    "gate-above": _l("No longer below a knock-out"),
    "below": _l("Newly below the line"),
    "above": _l("Newly above the line"),
    "advanced": _l("Already advanced, now below"),
    "fresh": _l("No prescore until now"),
    "open": _l("Not judged"),
}
STALE = {
    Stale.DRAFT: _l("The draft was changed."),
    Stale.BASE: _l("Another version is in force."),
    Stale.ENGINE: _l("The engine was updated."),
    Stale.APPLICATIONS: _l("Applications have come or were withdrawn."),
    Stale.VERDICTS: _l("Somebody changed verdicts."),
    Stale.RUNS: _l("Applications were scored anew."),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for, as the page's links repeat it."""

    view: str
    line: int
    order: Order
    rising: bool

    @property
    def stored_view(self) -> str:
        """The view as results store it: below-60."""
        return f"{self.view}-{self.line}" if self.view in BY_LINE else self.view

    def address(self, **changed: str | int) -> dict[str, str]:
        """Give the query parameters of this choice with some changed; defaults are left out."""
        direction = "up" if self.rising else "down"
        values = {"view": self.view, "line": self.line, "order": self.order.value, "direction": direction, **changed}
        standard = {"view": "all", "line": str(USUAL_LINE)}
        return {key: str(value) for key, value in values.items() if str(value) != standard.get(key)}

    def sorted_by(self, order: Order) -> dict[str, str]:
        """Give the address of a column's head: it sorts by the column, and turns the order round where it does already."""
        rising = not self.rising if order is self.order else order is Order.CHANGE
        return self.address(order=order.value, direction="up" if rising else "down")


@blueprint.get("/<int:posting_id>/rubric/preview")
@needs(Permission.POSTING_VIEW, of=Posting)
def show(posting: Posting) -> ResponseReturnValue:
    """Show the result, how far it is, or why there is none."""
    known = preview_head(db.session, posting=posting)
    around = frame(db.session, posting=posting, reader_id=actor().id)
    chosen = read_chosen(request.args)
    result = None
    if known.preview is not None and known.preview.state is PreviewState.DONE:
        after = cursor_of(request.args.get("after", ""), request.args.get("id", ""))
        wanted = Wanted(chosen.stored_view, chosen.order, chosen.rising, after)
        result = preview_result(db.session, posting=posting, preview=known.preview, reader_id=actor().id, wanted=wanted)
    return render_template(
        "recruiter/rubric_preview.html",
        posting=posting,
        head=around.head,
        known=known,
        preview=known.preview,
        result=result,
        anybody=known.preview is not None or has_applications(db.session, posting=posting),
        chosen=chosen,
        lines=LINES,
        by_line=BY_LINE,
        views=VIEWS,
        stale_words=STALE,
        stages=stage_words(around.rules),
        Order=Order,
        PreviewOutcome=PreviewOutcome,
        edits=may(Permission.POSTING_EDIT),
    )


@blueprint.get("/<int:posting_id>/rubric/preview/progress")
@needs(Permission.POSTING_VIEW, of=Posting)
def progress(posting: Posting) -> ResponseReturnValue:
    """Show how far it is: the fragment that the page asks for again and again; at the end the page is loaded anew."""
    known = preview_head(db.session, posting=posting)
    if known.preview is not None and known.preview.state is PreviewState.RUNNING:
        return render_template("recruiter/preview_progress.html", posting=posting, preview=known.preview)
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Refresh": "true"})
    return redirect(url_for("previews.show", posting_id=posting.id), 303)


@blueprint.post("/<int:posting_id>/rubric/preview")
@needs(Permission.POSTING_EDIT, of=Posting)
def ask(posting: Posting) -> ResponseReturnValue:
    """Ask the worker for it; asking twice is one."""
    try:
        ask_for_preview(db.session, posting=posting, actor_id=actor().id, now=now())
        db.session.commit()
    except PreviewError:
        db.session.rollback()  # the page says why there is nothing to compute
    return redirect(url_for("previews.show", posting_id=posting.id), 303)


@blueprint.post("/<int:posting_id>/rubric/preview/stop")
@needs(Permission.POSTING_EDIT, of=Posting)
def stop(posting: Posting) -> ResponseReturnValue:
    """Stop it; nothing of it is kept."""
    stopped = stop_preview(db.session, posting=posting)
    db.session.commit()
    toast(_("Stopped. Nothing of it was kept.") if stopped else _("It was finished already."))
    return redirect(url_for("previews.show", posting_id=posting.id), 303)


def read_chosen(values: MultiDict[str, str]) -> Chosen:
    """Read the choice from an address; what is not on the list is the default: who loses most comes first."""
    view, line, order = values.get("view", ""), values.get("line", ""), values.get("order", "")
    view = view if view in VIEWS else "all"
    chosen = Order(order) if order in set(Order) else Order.CHANGE
    direction = values.get("direction")
    usual = chosen is Order.CHANGE and view not in FALLING_FIRST
    return Chosen(
        view=view,
        line=int(line) if line in {str(one) for one in LINES} else USUAL_LINE,
        order=chosen,
        rising=direction == "up" if direction in {"up", "down"} else usual,
    )
