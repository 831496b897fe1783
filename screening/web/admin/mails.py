"""The mail log for admins, and the mails of a demonstration, which has no mail server."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.models import Mail, MailState
from screening.policy import Permission
from screening.queries.mails import is_shown, list_mails
from screening.services.mailing import NotWaitingError
from screening.services.outbox import HELD, UNCLEAR, send_once_more
from screening.services.outbox import recall as take_back
from screening.web.access import LARGEST_ID, actor, anyone, needs, now
from screening.web.labels import MAIL_STATES
from screening.web.mail_words import EXPLANATIONS, shown_text
from screening.web.toasts import toast

blueprint = Blueprint("mails", __name__, url_prefix="")


@blueprint.get("/staff/mails/")
@needs(Permission.USERS_MANAGE)
def index() -> ResponseReturnValue:
    """List what was written to candidates and staff."""
    state = request.args.get("state", "")
    chosen = MailState(state) if state in set(MailState) else None
    page = list_mails(db.session, state=chosen, before=whole_number(request.args.get("before")), reader_id=actor().id)
    return render_template("admin/mails.html", page=page, states=MAIL_STATES, chosen=chosen, is_demo=False)


@blueprint.get("/staff/mails/<int:mail_id>")
@needs(Permission.USERS_MANAGE)
def show(mail_id: int) -> ResponseReturnValue:
    """Show one mail with signed links blotted out, and what can be done with it."""
    mail = _mail(mail_id, actor().id)
    return render_template(
        "admin/mail.html",
        mail=mail,
        text=shown_text(mail),
        states=MAIL_STATES,
        explanations=EXPLANATIONS,
        can_send=mail.state in UNCLEAR,
        can_recall=mail.state in HELD,
        is_demo=False,
    )


@blueprint.post("/staff/mails/<int:mail_id>/again")
@needs(Permission.USERS_MANAGE)
def again(mail_id: int) -> ResponseReturnValue:
    """Let a mail go out that did not, or of which nobody knows."""
    mail = _mail(mail_id, actor().id)
    try:
        send_once_more(db.session, mail=mail, actor_id=actor().id, now=now())
        db.session.commit()
        toast(_("The mail goes out now."))
    except NotWaitingError:
        db.session.rollback()
        toast(_("The mail is no longer where it was; look at its state."))
    return redirect(url_for("mails.show", mail_id=mail_id), 303)


@blueprint.post("/staff/mails/<int:mail_id>/recall")
@needs(Permission.USERS_MANAGE)
def recall(mail_id: int) -> ResponseReturnValue:
    """Take back a mail that has not gone out."""
    mail = _mail(mail_id, actor().id)
    try:
        take_back(db.session, mail=mail, actor_id=actor().id, now=now())
        db.session.commit()
        toast(_("The mail was recalled; nobody gets it."))
    except NotWaitingError:
        db.session.rollback()
        toast(_("The mail is no longer where it was; look at its state."))
    return redirect(url_for("mails.show", mail_id=mail_id), 303)


@blueprint.get("/dev/mail")
@anyone
def demo_index() -> ResponseReturnValue:
    """List the mails of a demonstration, where no mail leaves the machine."""
    _only_in_demonstrations()
    page = list_mails(db.session, before=whole_number(request.args.get("before")))
    return render_template("admin/demo_mails.html", page=page, states=MAIL_STATES, is_demo=True)


@blueprint.get("/dev/mail/<int:mail_id>")
@anyone
def demo_show(mail_id: int) -> ResponseReturnValue:
    """Show one mail of a demonstration as its reader would get it."""
    _only_in_demonstrations()
    mail = _mail(mail_id, None)
    return render_template("admin/demo_mail.html", mail=mail)


def _only_in_demonstrations() -> None:
    settings = current_app.config["SCREENING"]
    if not settings.demo or settings.smtp_url is not None:
        abort(404)


def _mail(mail_id: int, reader_id: int | None) -> Mail:
    shown = select(Mail).where(Mail.id == min(mail_id, LARGEST_ID), is_shown(reader_id))
    mail = db.session.scalar(shown)
    if mail is None:
        abort(404)
    return mail
