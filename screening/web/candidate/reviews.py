"""Asking that a person looks at what the prescore found; asking changes no score and moves nothing."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db, limiter
from screening.forms.application import problems_of
from screening.forms.reviewing import ReviewForm
from screening.models import Application, Posting, RequestKind
from screening.queries.requests import own_reviews
from screening.services.requesting import RequestError, ask, may_ask_for_review
from screening.web.access import now
from screening.web.candidate.links import private_page
from screening.web.candidate.proof import proven
from screening.web.toasts import toast

blueprint = Blueprint("reviews", __name__, url_prefix="")


@blueprint.get("/status/<token>/review")
@proven
def show(token: str, application: Application) -> ResponseReturnValue:
    """Show what was asked and answered, and the form while one may ask."""
    return _page(token, application, ReviewForm(formdata=None))


@blueprint.post("/status/<token>/review")
@limiter.limit("20 per minute")
@proven
def ask_for_review(token: str, application: Application) -> ResponseReturnValue:
    """Keep the request, with the candidate's words if there are any; asked twice, it is one."""
    form = ReviewForm()
    if not form.validate():
        return _page(token, application, form, 422)
    try:
        ask(db.session, application=application, kind=RequestKind.HUMAN_REVIEW, text=form.text.data or "", now=now())
        db.session.commit()
    except RequestError as error:
        db.session.rollback()
        toast(_explain(error.code))
    else:
        toast(_("A person will look at it. You get a mail when they have."))
    return redirect(url_for("reviews.show", token=token), 303)


def _page(token: str, application: Application, form: ReviewForm, status: int = 200) -> ResponseReturnValue:
    shown = render_template(
        "candidate/review.html",
        token=token,
        form=form,
        errors=problems_of(form),
        posting=db.session.get_one(Posting, application.posting_id),
        reviews=own_reviews(db.session, application_id=application.id, now=now()),
        may_ask=may_ask_for_review(db.session, application=application),
        is_refused=application.prescore_refused,
    )
    return private_page(shown), status


def _explain(code: str) -> str:
    return {
        "ended": _("This application has ended already."),
        "refused": _("Your application is not prescored; a person reads it."),
        "too_many": _(
            "People have reviewed it as often as you can ask here. For anything more, write to the recruiters."
        ),
    }.get(code, _("Somebody has answered in this very moment. Look at the answer."))
