"""The recruiters' outbox: what was written to candidates of their postings, read, changed, put off, recalled or sent again."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.forms.letters import ALONE, AT, letter_errors, read_time
from screening.models import Application, Mail, MailState, Posting
from screening.policy import Permission
from screening.queries.coming_interviews import known_zone
from screening.queries.outbox import Box, candidates_named, open_postings, outbox_mail, outbox_page
from screening.services.letters import TEMPLATE, LetterError, tidy, tidy_subject, unfill
from screening.services.mail_templates import Origin
from screening.services.mailing import NotWaitingError
from screening.services.outbox import (
    HELD,
    UNCLEAR,
    OutboxError,
    recall,
    rewrite,
    send_at,
    send_once_more,
)
from screening.services.undoing import Act, remember
from screening.web.access import LARGEST_ID, actor, needs, now, reader
from screening.web.candidate.links import status_link
from screening.web.labels import LOCALE_NAMES, MAIL_STATES
from screening.web.mail_words import EXPLANATIONS, shown_text
from screening.web.recruiter.letter_work import LetterOffer, due_words, letter_values, reader_zone
from screening.web.recruiter.outbox_words import BOXES, KINDS
from screening.web.toasts import toast

blueprint = Blueprint("outbox", __name__, url_prefix="/staff/outbox")


@blueprint.get("/")
@needs(Permission.OUTBOX_VIEW)
def index() -> ResponseReturnValue:
    """List the mails to candidates, of one part, one posting, or one candidate's name."""
    box, posting_id = request.args.get("box", ""), whole_number(request.args.get("posting"))
    chosen = Box(box) if box in set(Box) else None
    text = request.args.get("q", "").strip()[:100]
    found = candidates_named(db.session, actor=actor(), text=text) if text else None
    page = outbox_page(
        db.session,
        actor=actor(),
        now=now(),
        box=chosen,
        posting_id=posting_id,
        application_ids=found,
        before=_number(request.args.get("before", "")),
    )
    return render_template(
        "recruiter/outbox.html",
        page=page,
        now=now(),
        chosen=chosen,
        boxes=BOXES,
        kinds=KINDS,
        states=MAIL_STATES,
        postings=open_postings(db.session, actor=actor()),
        posting_id=posting_id,
        text=text,
        MailState=MailState,
    )


@blueprint.get("/<int:mail_id>")
@needs(Permission.OUTBOX_VIEW)
def show(mail_id: int) -> ResponseReturnValue:
    """Show one mail as the candidate reads it, without their own link, and what can be done with it."""
    return _page(_mail(mail_id))


@blueprint.post("/<int:mail_id>/text")
@needs(Permission.OUTBOX_VIEW)
def change(mail_id: int) -> ResponseReturnValue:
    """Give a waiting letter other words."""
    mail, at = _mail(mail_id), now()
    subject = tidy_subject(request.form.get(f"subject-{ALONE}", "")[:500])
    text = tidy(request.form.get(f"text-{ALONE}", "")[:11_000])
    errors = letter_errors(subject, text)
    if errors:
        return _page(mail, typed=(subject, text), errors=errors), 422
    if request.form.get("seen") != _digest(mail):
        return _page(mail, refused=_("Somebody has changed this mail in the meantime. This is how it reads now.")), 409
    application, posting = _about(mail)
    try:
        rewrite(
            db.session,
            mail=mail,
            subject=subject,
            text=text,
            values=letter_values(application, posting=posting, recruiter=reader().name, stage=None),
            seen=(mail.subject, mail.text),
            actor_id=actor().id,
            now=at,
        )
    except (NotWaitingError, OutboxError, LetterError):
        return _too_late(mail_id)
    db.session.commit()
    toast(_("The mail reads so now."))
    return redirect(url_for("outbox.show", mail_id=mail_id), 303)


@blueprint.post("/<int:mail_id>/time")
@needs(Permission.OUTBOX_VIEW)
def put_off(mail_id: int) -> ResponseReturnValue:
    """Send a waiting mail now, or at another time."""
    mail, at = _mail(mail_id), now()
    due_at = at
    if request.form.get("letter-when") == AT:
        try:
            due_at = read_time(request.form.get("letter-at", "")[:40], zone=reader_zone(), now=at)
        except ValueError as error:
            return _page(mail, at_error=str(error), at=request.form.get("letter-at", "")[:40]), 422
    try:
        send_at(db.session, mail=mail, due_at=due_at, actor_id=actor().id, now=at)
    except (NotWaitingError, OutboxError):
        return _too_late(mail_id)
    db.session.commit()
    toast(due_words(due_at, at))
    return redirect(url_for("outbox.show", mail_id=mail_id), 303)


@blueprint.post("/<int:mail_id>/recall")
@needs(Permission.OUTBOX_VIEW)
def take_back(mail_id: int) -> ResponseReturnValue:
    """Recall a mail that has not gone out; for ten minutes it can be put back."""
    mail, at = _mail(mail_id), now()
    try:
        recall(db.session, mail=mail, actor_id=actor().id, now=at)
    except NotWaitingError:
        return _too_late(mail_id)
    token = remember(db.session, actor_id=actor().id, act=Act.RECALL, now=at, mail=mail_id)
    db.session.commit()
    toast(_("The mail was recalled; the candidate does not get it."), undo=token)
    return redirect(url_for("outbox.show", mail_id=mail_id), 303)


@blueprint.post("/<int:mail_id>/again")
@needs(Permission.OUTBOX_VIEW)
def again(mail_id: int) -> ResponseReturnValue:
    """Send a mail that failed, was kept, or of which nobody knows."""
    mail, at = _mail(mail_id), now()
    try:
        send_once_more(db.session, mail=mail, actor_id=actor().id, now=at)
    except NotWaitingError:
        return _too_late(mail_id)
    db.session.commit()
    toast(_("The mail goes out now."))
    return redirect(url_for("outbox.show", mail_id=mail_id), 303)


def _mail(mail_id: int) -> Mail:
    mail = outbox_mail(db.session, mail_id=min(mail_id, LARGEST_ID), actor=actor())
    if mail is None:
        abort(404)
    return mail


def _about(mail: Mail) -> tuple[Application, Posting]:
    application = db.session.get_one(Application, mail.application_id)
    return application, db.session.get_one(Posting, application.posting_id)


def _too_late(mail_id: int) -> ResponseReturnValue:
    db.session.rollback()
    toast(_("The mail is no longer where it was; look at its state."))
    return redirect(url_for("outbox.show", mail_id=mail_id), 303)


def _page(
    mail: Mail,
    *,
    typed: tuple[str, str] | None = None,
    errors: dict[str, tuple[str, ...]] | None = None,
    refused: str = "",
    at: str = "",
    at_error: str = "",
) -> str:
    application, posting = _about(mail)
    link = {"status_link": status_link(application.id)}
    subject, text = typed or (unfill(mail.subject, link), unfill(mail.text, link))
    letter = LetterOffer(
        name=ALONE,
        subject=subject,
        text=text.strip(),
        locale=mail.locale,
        origin=Origin.ALL,
        is_wanted=True,
        when=AT if at_error else "soon",
        at=at,
        errors={**(errors or {}), **({"at": (at_error,)} if at_error else {})},
    )
    return render_template(
        "recruiter/outbox_mail.html",
        mail=mail,
        application=application,
        posting=posting,
        letter=letter,
        shown=shown_text(mail),
        refused=refused,
        seen=_digest(mail),
        can_write=mail.template == TEMPLATE and mail.state in HELD,
        can_send=mail.state is MailState.WAITING,
        can_recall=mail.state in HELD,
        can_repeat=mail.state in UNCLEAR,
        is_later=mail.state is MailState.WAITING and mail.due_at > now(),
        kinds=KINDS,
        states=MAIL_STATES,
        explanations=EXPLANATIONS,
        zone=reader_zone(),
        known_zone=known_zone(db.session, application_id=application.id),
        locale_names=LOCALE_NAMES,
    )


def _digest(mail: Mail) -> str:
    """Give what a page keeps of the words it shows, to be compared when they come back changed."""
    return sha256(f"{mail.subject}\n{mail.text}".encode()).hexdigest()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
