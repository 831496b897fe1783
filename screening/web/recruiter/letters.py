"""Moving one application and writing to the candidate in one step, or only writing."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.letters import ALONE, TypedLetter, read_letter
from screening.forms.moving import MoveFormError, MoveRequest, read_move
from screening.models import Application, Posting, Stage
from screening.policy import Permission
from screening.queries.coming_interviews import coming_interviews, known_zone
from screening.queries.mail_templates import by_place, kept_texts
from screening.queries.stage_rules import Rules, rules_of
from screening.services.letters import LetterError, fill_for_staff
from screening.services.mail_templates import MOVES, Origin, named_text
from screening.services.moving import MoveError, allowed_moves, move_many
from screening.services.telling import move_key
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now, reader
from screening.web.labels import LOCALE_NAMES, spoken
from screening.web.recruiter.letter_work import (
    LetterOffer,
    call_off_with,
    due_words,
    letter_offers,
    letter_values,
    post_letter,
    reader_zone,
    typed_again,
)
from screening.web.recruiter.pipeline import explain_move, moved_words
from screening.web.recruiter.returning import back_to
from screening.web.recruiter.words import REJECT_REASONS
from screening.web.stage_words import stage_words
from screening.web.toasts import toast

blueprint = Blueprint("letters", __name__, url_prefix="/staff/applications")


@blueprint.get("/<int:application_id>/letter")
@needs(Permission.APPLICATION_MOVE, of=Application)
def form(application: Application) -> ResponseReturnValue:
    """Show the letter of a move, or one without a move, to be read and changed before anything happens."""
    rules = rules_of(db.session, posting_id=application.posting_id)
    return _page(application, _stage(application, request.args.get("to", ""), rules), rules=rules)


@blueprint.post("/<int:application_id>/letter")
@needs(Permission.APPLICATION_MOVE, of=Application)
def write(application: Application) -> ResponseReturnValue:
    """Move the application and write the letter, or only write it."""
    back = back_to(request.form.get("back"), url_for("applications.show", application_id=application.id))
    if request.form.get("to"):
        try:
            return move_and_write(application, read_move(request.form), back)
        except MoveFormError:
            abort(400)
    at = now()
    typed = read_letter(request.form, stage=None, zone=reader_zone(), now=at)
    if typed.errors:
        return _page(application, None, typed=typed), 422
    key = request.form.get("key", "")[:40]
    try:
        mail = post_letter(
            application,
            posting=db.session.get_one(Posting, application.posting_id),
            stage=None,
            subject=typed.subject,
            text=typed.text,
            due_at=typed.due_at,
            key=f"letter:alone:{application.id}:{key or token_hex(8)}",
            at=at,
        )
    except LetterError:
        db.session.rollback()
        toast(_("Nobody can write to this candidate any more."))
        return redirect(back, 303)
    token = remember(db.session, actor_id=actor().id, act=Act.LETTER, now=at, mail=mail.id)
    db.session.commit()
    toast(due_words(mail.due_at, at), undo=token)
    return redirect(back, 303)


def move_and_write(application: Application, wanted: MoveRequest, back: str) -> ResponseReturnValue:
    """Move one application, write the letter that was typed with it and call off what a rejection ends, all or nothing."""
    at, posting = now(), db.session.get_one(Posting, application.posting_id)
    typed = read_letter(request.form, stage=wanted.to, zone=reader_zone(), now=at)
    if typed.errors:
        return _page(application, wanted.to, typed=typed, wanted=wanted), 422
    try:
        (move,) = move_many(
            db.session,
            application_ids=[application.id],
            to=wanted.to,
            actor_id=actor().id,
            now=at,
            reason=wanted.reason or None,
            note=wanted.note or None,
            expected=wanted.seen,
        )
        said = [moved_words(1, wanted.to, posting)]
        called_off = _call_off(application, wanted, at)
        if typed.wanted and wanted.to in MOVES:
            mail = post_letter(
                application,
                posting=posting,
                stage=wanted.to,
                subject=typed.subject,
                text=typed.text,
                due_at=typed.due_at,
                key=move_key(move.id),
                at=at,
            )
            said.append(due_words(mail.due_at, at))
    except MoveError as error:
        db.session.rollback()
        if request.endpoint == "letters.write" and error.code in {"reason_missing", "reason_unknown"}:
            return _page(application, wanted.to, typed=typed, wanted=wanted, refused=True), 422
        toast(explain_move(error))
        return redirect(back, 303)
    except LetterError:
        db.session.rollback()
        toast(_("Nobody can write to this candidate any more. Nothing was moved."))
        return redirect(back, 303)
    token = remember(db.session, actor_id=actor().id, act=Act.MOVE, now=at, moves=[move.id], interviews=called_off)
    db.session.commit()
    toast(" ".join(said), undo=token)
    return redirect(back, 303)


def _call_off(application: Application, wanted: MoveRequest, at: datetime) -> list[int]:
    if wanted.to is not Stage.REJECTED or "call_off" not in request.form:
        return []
    return call_off_with(application.id, at=at) if may(Permission.INTERVIEW_SCHEDULE) else []


def _moves(application: Application, rules: Rules) -> list[Stage]:
    allowed = allowed_moves(rules, application.stage) - {Stage.WITHDRAWN}
    return [stage for stage in Stage if stage in allowed]


def _stage(application: Application, value: str, rules: Rules) -> Stage | None:
    """Read where the move of the address leads; none for a letter alone."""
    if not value:
        return None
    if value not in _moves(application, rules):
        abort(404)
    return Stage(value)


def _page(
    application: Application,
    to: Stage | None,
    *,
    typed: TypedLetter | None = None,
    wanted: MoveRequest | None = None,
    rules: Rules | None = None,
    refused: bool = False,
) -> str:
    rules = rules or rules_of(db.session, posting_id=application.posting_id)
    posting = db.session.get_one(Posting, application.posting_id)
    offer, names = _offer(application, posting, to)
    if typed is not None and offer is not None:
        offer = typed_again(offer, typed)
    coming = (
        coming_interviews(db.session, application_id=application.id, reader_id=actor().id, now=now())
        if to is Stage.REJECTED
        else ()
    )
    return render_template(
        "recruiter/letter.html",
        application=application,
        posting=posting,
        to=to,
        letter=offer,
        names=names,
        coming=coming,
        wanted=wanted,
        refused=refused,
        call_off=typed is None or "call_off" in request.form,
        back=back_to(request.values.get("back"), url_for("applications.show", application_id=application.id)),
        key=request.form.get("key", "")[:40] or token_hex(8),
        reasons=spoken(REJECT_REASONS),
        moves=_moves(application, rules),
        stages=stage_words(rules),
        zone=reader_zone(),
        known_zone=known_zone(db.session, application_id=application.id),
        locale_names=LOCALE_NAMES,
        Stage=Stage,
    )


def _offer(application: Application, posting: Posting, to: Stage | None) -> tuple[LetterOffer | None, list[str]]:
    """Give the letter to begin with, and for one without a move the names of the texts to choose from."""
    if to is not None:
        return letter_offers(application, posting=posting, stages=[to]).get(to.value), []
    if application.erased_at is not None:
        return None, []
    kept = kept_texts(db.session, posting_id=posting.id)
    names = list(dict.fromkeys(one.name for one in kept if one.stage is None))
    chosen = named_text(
        by_place(kept), posting_id=posting.id, name=request.args.get("text", ""), locale=application.locale
    )
    values = letter_values(application, posting=posting, recruiter=reader().name, stage=None)
    offer = LetterOffer(
        name=ALONE,
        subject=fill_for_staff(chosen.subject, values) if chosen else "",
        text=fill_for_staff(chosen.text, values) if chosen else "",
        locale=chosen.locale if chosen else application.locale,
        origin=chosen.origin if chosen else Origin.ALL,
        is_wanted=True,
        is_foreign=chosen is not None and chosen.locale != application.locale,
    )
    return offer, names
