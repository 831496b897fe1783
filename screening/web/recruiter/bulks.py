"""Acts on many applications: looked at first, then done, stopped or taken back, with progress where they take long."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.bulk import BulkRequest, digest_of, read_bulk
from screening.forms.moving import MoveFormError
from screening.models import Bulk, BulkKind, BulkState, Posting, Stage
from screening.policy import Permission
from screening.queries.bulks import bulk_row, left_alone, locales_of
from screening.queries.colleagues import colleagues
from screening.queries.stage_rules import LANES, STANDARD, Rules, rules_of
from screening.queries.tags import posting_tags
from screening.services.bulks import CALLED_OFF_AT_ONCE, MOST, BulkError, is_done_at_once, start, stop
from screening.services.letters import PLACEHOLDERS
from screening.services.tagging import find_or_make, key_of
from screening.services.undoing import Act, remember, undo_bulk
from screening.services.way_back import WINDOW, UndoError
from screening.web.access import actor, may, needs, now
from screening.web.bulk_words import (
    act_words,
    bulk_problem,
    bulk_title,
    done_words,
    kinds,
    reason_words,
    state_words,
)
from screening.web.labels import LOCALE_NAMES, spoken
from screening.web.recruiter.bulk_letters import tell_of_interview
from screening.web.recruiter.bulk_work import PERMISSIONS, Prepared, as_of_in, chosen_in, look_ahead, meant, prepare
from screening.web.recruiter.letter_work import text_choices
from screening.web.recruiter.question_words import ADVICE
from screening.web.recruiter.returning import back_to
from screening.web.recruiter.words import REJECT_REASONS
from screening.web.stage_words import stage_words
from screening.web.toasts import toast

APART = frozenset({"tag", "call_off", "base"})
"""What a digest leaves out: a tag's number tells of others, and the tick about interviews stands beside the button itself."""

blueprint = Blueprint("bulks", __name__, url_prefix="/staff")


@blueprint.post("/postings/<int:posting_id>/bulk")
@needs(Permission.POSTING_VIEW, of=Posting)
def ask(posting: Posting) -> ResponseReturnValue:
    """Show what would happen to whom, changing nothing; do it once exactly this has been seen."""
    try:
        wanted = read_bulk(request.form)
    except MoveFormError:
        abort(400)
    return preview(posting, wanted)


@blueprint.get("/bulk/<int:bulk_id>")
@needs(Permission.POSTING_VIEW, of=Bulk)
def show(bulk: Bulk) -> ResponseReturnValue:
    """Show how far an act of one's own is, what it did and whom it left alone."""
    return render_template("recruiter/bulk_progress.html", **_progress(bulk))


@blueprint.get("/bulk/<int:bulk_id>/progress")
@needs(Permission.POSTING_VIEW, of=Bulk)
def progress(bulk: Bulk) -> ResponseReturnValue:
    """Show the fragment that the page asks for again and again until the act has ended."""
    return render_template("recruiter/_bulk_progress.html", **_progress(bulk))


@blueprint.post("/bulk/<int:bulk_id>")
@needs(Permission.POSTING_VIEW, of=Bulk)
def turn(bulk: Bulk) -> ResponseReturnValue:
    """Stop an act of one's own, or begin to take it back."""
    _require_own(bulk)
    match request.form.get("act"):
        case "stop":
            if not stop(db.session, bulk=bulk, now=now()):
                toast(_("It was done before it could be stopped."))
        case "undo":
            try:
                undo_bulk(db.session, bulk=bulk, actor=actor(), now=now(), tell=tell_of_interview)
            except (UndoError, BulkError) as error:
                db.session.rollback()
                toast(bulk_problem(error.code))
        case _:
            abort(400)
    db.session.commit()
    return redirect(url_for("bulks.show", bulk_id=bulk.id), 303)


def preview(posting: Posting, wanted: BulkRequest) -> ResponseReturnValue:
    """Answer a request to act on many: the page of what would happen, or the act itself."""
    if wanted.kind is not None and not may(PERMISSIONS[wanted.kind]):
        abort(403)
    at, as_of = now(), as_of_in(wanted.as_of)
    chosen = chosen_in(wanted.address)
    back = back_to(request.form.get("back"), url_for("pipeline.show", posting_id=posting.id))
    seen = meant(posting, wanted, chosen, as_of)
    if not seen or len(seen) > MOST:
        toast(bulk_problem("too_many" if seen else "nobody"))
        return redirect(back, 303)
    names_stages = wanted.kind in {BulkKind.MOVE, BulkKind.MAIL}
    rules = rules_of(db.session, posting_id=posting.id) if names_stages else STANDARD
    stages = stage_words(rules)
    texts = text_choices(posting, stages) if wanted.kind is BulkKind.MAIL else {}
    if "take" in request.form and (chosen_text := texts.get(request.form.get("begin", ""))):
        wanted = replace(wanted, letters=chosen_text[1], does=False, previewed="")
    hands_over = wanted.kind is BulkKind.HAND_OVER
    people = {one.id: one.name for one in colleagues(db.session, posting_id=posting.id)} if hands_over else {}
    prepared = prepare(wanted, people)
    outlook, digest = None, ""
    if prepared.is_asked and wanted.kind is not None:
        words = {name: value for name, value in prepared.arguments.items() if name not in APART}
        digest = digest_of(wanted.kind, words, seen)
        sure = not prepared.doubts or wanted.sure == key_of(prepared.name)
        if wanted.does and wanted.previewed == digest and sure:
            return _do(posting, wanted.kind, prepared, seen, rules, back)
        outlook = look_ahead(posting, wanted.kind, prepared.arguments, seen, rules, at)
    is_stale = wanted.does and bool(outlook)
    page = render_template(
        "recruiter/bulk.html",
        posting=posting,
        wanted=wanted,
        seen=seen,
        as_of=as_of.isoformat(),
        back=back,
        kinds={kind: word for kind, word in kinds().items() if may(PERMISSIONS[kind])},
        prepared=prepared,
        advice=[ADVICE[topic] for topic in prepared.doubts],
        sure=key_of(prepared.name) if prepared.doubts else "",
        outlook=outlook,
        digest=digest,
        called_off_at_once=CALLED_OFF_AT_ONCE,
        call_off="call_off" in request.form or "call_off_shown" not in request.form,
        is_stale=is_stale,
        act_words=act_words,
        reason_words=reason_words,
        stages=stages,
        rules=rules,
        lanes=LANES,
        reasons=spoken(REJECT_REASONS),
        colleagues=people,
        locales=locales_of(db.session, seen) if wanted.kind is BulkKind.MAIL else {},
        locale_names=LOCALE_NAMES,
        placeholders=PLACEHOLDERS,
        texts={name: label for name, (label, _words) in texts.items()},
        begun=request.form.get("begin", ""),
        tags=posting_tags(db.session, posting_id=posting.id, reader_id=actor().id)
        if wanted.kind in {BulkKind.TAG, BulkKind.UNTAG}
        else (),
        BulkKind=BulkKind,
        Stage=Stage,
    )
    return page, 422 if prepared.problem else 409 if is_stale else 200


def _do(
    posting: Posting, kind: BulkKind, prepared: Prepared, seen: dict[int, Stage], rules: Rules, back: str
) -> ResponseReturnValue:
    """Begin the act; say what was done, or lead to its progress."""
    arguments = dict(prepared.arguments)
    if kind is BulkKind.TAG and not arguments["tag"]:
        arguments["tag"] = find_or_make(db.session, name=prepared.name).id
    bulk = start(
        db.session, posting=posting, kind=kind, arguments=arguments, seen=seen, actor_id=actor().id, now=now(),
        tell=tell_of_interview,
    )  # fmt: skip
    if not is_done_at_once(bulk):
        db.session.commit()
        return redirect(url_for("bulks.show", bulk_id=bulk.id), 303)
    to = rules[Stage(str(arguments["to"]))] if kind is BulkKind.MOVE else None
    words = done_words(kind, bulk.done, bulk.skipped, to=to, name=prepared.name)
    token = remember(db.session, actor_id=actor().id, act=Act.BULK, now=now(), bulk=bulk.id) if bulk.done else None
    db.session.commit()
    toast(words, undo=token)
    return redirect(back, 303)


def _progress(bulk: Bulk) -> dict[str, object]:
    _require_own(bulk)
    row = bulk_row(db.session, bulk=bulk)
    until = row.finished_at + WINDOW if row.finished_at is not None else None
    is_open = until is not None and until > now() and row.state in {BulkState.DONE, BulkState.STOPPED}
    return {
        "bulk": row,
        "undo_until": until if is_open and row.done else None,
        "groups": left_alone(db.session, bulk_id=row.id) if not row.is_running else (),
        "title": bulk_title(row),
        "words": state_words(row),
        "reason_words": reason_words,
        "BulkState": BulkState,
        "BulkKind": BulkKind,
    }


def _require_own(bulk: Bulk) -> None:
    """Let only its author watch, stop and take back an act on many."""
    if bulk.actor_id != actor().id:
        abort(404)
