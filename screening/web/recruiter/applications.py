"""One application: its text with evidence beside the rubric."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO

from flask import Blueprint, abort, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rubrics.prescore import Verdict
from screening.documents.storage import read_file
from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.forms.moving import MoveFormError, read_move
from screening.forms.reviewing import AnswerForm
from screening.models import (
    Application,
    CandidateRequest,
    Mail,
    Posting,
    RequestKind,
    RequestState,
    ResumeFile,
    Role,
    RubricState,
    Stage,
)
from screening.policy import Permission
from screening.queries.application import application_page
from screening.queries.booking import offers_from
from screening.queries.fits import FitRow, also_fits
from screening.queries.notes import NoteDraft, notes
from screening.queries.pipeline import neighbours
from screening.queries.stage_rules import rules_of
from screening.queries.standing import State
from screening.queries.timeline import Timeline, timeline
from screening.services.adding_evidence import mark_seen
from screening.services.drafting import version_in
from screening.services.judging import JudgeError, change_verdict
from screening.services.mailing import greeting_name, post_mail
from screening.services.moving import ALLOWED_MOVES, ENDED, allowed_moves
from screening.services.prescoring import ask_for_prescore
from screening.services.requesting import RequestError, answer, open_request
from screening.services.undoing import Act, remember
from screening.services.way_back import WINDOW
from screening.web.access import actor, may, needs, now
from screening.web.candidate.links import status_link
from screening.web.labels import ANSWER_FIELDS, ANSWER_SECTIONS, FILE_FAILURES, ROLES, spoken
from screening.web.recruiter.application_plan import application_plan
from screening.web.recruiter.chosen import read_chosen
from screening.web.recruiter.events import event_words
from screening.web.recruiter.letter_work import LetterOffer, coming_of, letter_offers, reader_zone
from screening.web.recruiter.letters import move_and_write
from screening.web.recruiter.origins import origin_of
from screening.web.recruiter.returning import back_to
from screening.web.recruiter.round_choice import STEPS
from screening.web.recruiter.waiting_words import turn_of
from screening.web.recruiter.words import FLAGS, GROUNDS, OFFER_STATES, REJECT_REASONS
from screening.web.stage_words import advance_of, stage_word, stage_words
from screening.web.toasts import toast

blueprint = Blueprint("applications", __name__, url_prefix="/staff/applications")

SIDES = ("rubric", "interviews", "timeline", "notes")
OPEN_TO_BLIND = frozenset({"interviews", "timeline"})
LARGEST_PAGE = 100


@blueprint.get("/<int:application_id>")
@needs(Permission.APPLICATION_VIEW, of=Application)
def show(application: Application) -> ResponseReturnValue:
    """Show what the candidate sent beside what was made of it."""
    return application_view(application)


@blueprint.post("/<int:application_id>/move")
@needs(Permission.APPLICATION_MOVE, of=Application)
def move(application: Application) -> ResponseReturnValue:
    """Move the application to another stage and offer the way back."""
    back = _back(application)
    try:
        wanted = read_move(request.form)
    except MoveFormError:
        abort(400)
    return move_and_write(application, replace(wanted, application_ids=(application.id,)), back)


@blueprint.post("/<int:application_id>/verdicts")
@needs(Permission.PRESCORE_VIEW, of=Application)
def judge(application: Application) -> ResponseReturnValue:
    """Change the machine's verdict on one criterion, with a reason, or give it back."""
    key, choice = request.form.get("criterion", "")[:120], request.form.get("verdict", "")
    reason = request.form.get("reason", "")
    if choice not in {*Verdict, "machine"} or not key:
        abort(400)
    try:
        changed = change_verdict(
            db.session,
            application=application,
            criterion_key=key,
            verdict=None if choice == "machine" else Verdict(choice),
            reason=reason,
            actor_id=actor().id,
            now=now(),
        )
    except JudgeError as error:
        db.session.rollback()
        if error.code == "criterion_unknown":
            abort(404)
        return application_view(application, refused=key, choice=choice), 422
    token = remember(db.session, actor_id=actor().id, act=Act.VERDICT, now=now(), changed=changed.id)
    db.session.commit()
    toast(_("Verdict changed. It stays when the machine runs again."), undo=token)
    return redirect(_back(application), 303)


@blueprint.post("/<int:application_id>/prescore")
@needs(Permission.PRESCORE_VIEW, of=Application)
def score_again(application: Application) -> ResponseReturnValue:
    """Ask for another run after a failure."""
    posting = db.session.get_one(Posting, application.posting_id)
    version = version_in(db.session, posting, RubricState.PUBLISHED)
    if version is not None and not application.prescore_refused:
        ask_for_prescore(db.session, application_id=application.id, rubric_version_id=version.id, now=now())
    db.session.commit()
    toast(_("Asked for another run. Reload the page in a moment."))
    return redirect(_back(application), 303)


@blueprint.post("/<int:application_id>/evidence/seen")
@needs(Permission.PRESCORE_VIEW, of=Application)
def see(application: Application) -> ResponseReturnValue:
    """Note that a person has read what the candidate added; the page itself sends this once it is open."""
    ids = [
        int(ident) for ident in request.form.getlist("ids") if ident.isascii() and ident.isdigit() and len(ident) < 10
    ]
    mark_seen(db.session, application_id=application.id, addition_ids=ids, actor_id=actor().id, now=now())
    db.session.commit()
    if "HX-Request" in request.headers:
        return "", 204
    return redirect(_back(application), 303)


@blueprint.post("/<int:application_id>/review")
@needs(Permission.PRESCORE_VIEW, of=Application)
def answer_review(application: Application) -> ResponseReturnValue:
    """Answer the candidate's request for a human review; the mail with the answer waits until it can no longer be taken back."""
    form, at = AnswerForm(), now()
    asked = open_request(db.session, application_id=application.id, kind=RequestKind.HUMAN_REVIEW)
    if asked is None:
        toast(_("Somebody has answered this request already."))
        return redirect(_back(application), 303)
    if not form.validate():
        return application_view(application, answering=form), 422
    try:
        answer(
            db.session,
            request=asked,
            state=RequestState.DONE,
            answer=form.answer.data or "",
            actor_id=actor().id,
            now=at,
        )
    except RequestError:
        db.session.rollback()
        toast(_("Somebody has answered this request already."))
        return redirect(_back(application), 303)
    mail = _mail_answer(application, asked, at)
    token = remember(db.session, actor_id=actor().id, act=Act.REVIEW, now=at, request=asked.id, mail=mail.id)
    db.session.commit()
    toast(_("Answered. The candidate gets the mail in ten minutes."), undo=token)
    return redirect(_back(application), 303)


@blueprint.get("/files/<int:file_id>")
@needs(Permission.FILE_VIEW, of=ResumeFile)
def file(file: ResumeFile) -> ResponseReturnValue:
    """Hand out a candidate's file as an attachment, under the name that the candidate gave it."""
    try:
        content = read_file(current_app.config["SCREENING"].uploads, file.storage_key)
    except (FileNotFoundError, ValueError):
        abort(404)
    name = "".join(character for character in file.original_name if character.isprintable() and character not in '\\/"')
    response = send_file(
        BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name or "file"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _mail_answer(application: Application, asked: CandidateRequest, at: datetime) -> Mail:
    """Write the mail with the answer; an answer after one that was taken back is a mail of its own."""
    posting = db.session.get_one(Posting, application.posting_id)
    return post_mail(
        db.session,
        key=f"reviewed:{asked.id}:{at:%Y%m%d%H%M%S%f}",
        template="reviewed",
        locale=application.locale,
        to=application.email,
        fields={
            "name": greeting_name(application.name),
            "posting": posting.title or "",
            "answer": asked.answer or "",
            "link": status_link(application.id),
            "company": current_app.config["SCREENING"].company_in(application.locale),
        },
        now=at,
        application_id=application.id,
        due_at=at + WINDOW,
    )


def _back(application: Application) -> str:
    return back_to(request.form.get("back"), url_for("applications.show", application_id=application.id))


def _fits(application: Application) -> tuple[FitRow, ...]:
    mine = None if actor().role is Role.ADMIN else actor().postings
    return also_fits(db.session, application=application, postings=mine, reader_id=actor().id)


def _letter(application: Application) -> LetterOffer | None:
    """Give the letter that goes with a rejection, to who may reject."""
    if Stage.REJECTED not in ALLOWED_MOVES[application.stage] or not may(Permission.APPLICATION_MOVE):
        return None
    posting = db.session.get_one(Posting, application.posting_id)
    return letter_offers(application, posting=posting, stages=[Stage.REJECTED]).get(Stage.REJECTED.value)


def _timeline(application: Application, *, blind: bool) -> Timeline:
    number = whole_number(request.args.get("page")) or 1
    return timeline(db.session, application=application, blind=blind, number=min(number, LARGEST_PAGE))


def application_view(
    application: Application,
    *,
    side: str | None = None,
    refused: str | None = None,
    choice: str | None = None,
    draft: NoteDraft | None = None,
    answering: AnswerForm | None = None,
) -> str:
    """Give the page, with what was typed and refused: a verdict, an answer or a note."""
    blind = not may(Permission.PRESCORE_VIEW)
    chosen = read_chosen(request.args)
    side = side or request.args.get("side", "")
    open_sides = [one for one in SIDES if not blind or one in OPEN_TO_BLIND]
    side = side if side in open_sides else open_sides[0]
    reader = actor().id
    page = application_page(db.session, application=application, actor=actor(), blind=blind)
    rules = rules_of(db.session, posting_id=application.posting_id)
    posting = db.session.get_one(Posting, application.posting_id)
    allowed = allowed_moves(rules, application.stage) - {Stage.WITHDRAWN}
    return render_template(
        "recruiter/application.html",
        application=application,
        page=page,
        near=neighbours(db.session, application=application, reader_id=reader, chosen=chosen.filter),
        fits=() if blind or side != "rubric" else _fits(application),
        chosen=chosen,
        blind=blind,
        side=side,
        interviews=page.interviews,
        plan=application_plan(application, page, blind=blind) if side == "interviews" else None,
        steps=STEPS,
        offers=offers_from(db.session, page.offers, now=now()) if side == "interviews" else (),
        offer_states=OFFER_STATES,
        timeline=_timeline(application, blind=blind) if side == "timeline" else None,
        notes=notes(db.session, application=application, reader_id=reader) if side == "notes" and not blind else None,
        tags=page.tags if may(Permission.APPLICATION_TAG) else None,
        refused=refused,
        choice=choice,
        draft=draft,
        answering=answering or AnswerForm(formdata=None),
        advance=advance_of(rules, application.stage),
        moves=[stage for stage in Stage if stage in allowed],
        turn=turn_of(application, posting, rules, moving=may(Permission.APPLICATION_MOVE)),
        roles=ROLES,
        letter=_letter(application),
        coming=coming_of(page.interviews, now()),
        zone=reader_zone(),
        ended=application.stage in ENDED,
        stages=stage_words(rules),
        stage_word=stage_word,
        Stage=Stage,
        State=State,
        reasons=spoken(REJECT_REASONS),
        origin=origin_of(application, batch=page.people.batch, referrer=page.referrer),
        people=page.people,
        grounds=GROUNDS,
        flags=FLAGS,
        sections=ANSWER_SECTIONS,
        file_failures=FILE_FAILURES,
        answer_fields=ANSWER_FIELDS,
        verdicts=list(Verdict),
        event_words=event_words,
    )
