"""Reviewing, settling and publishing a posting's rubric."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from rubrics.codec import load_rubric
from rubrics.model import AssessedBy, Rubric
from screening.extensions import db
from screening.forms.rubric import Act as Button
from screening.forms.rubric import apply_act, apply_fields, changed_fields, read_act, read_revision, shown_fields
from screening.models import Posting, PostingState, RubricState, RubricVersion
from screening.policy import Permission
from screening.queries.pipeline import head
from screening.queries.rubric import RubricPage, rubric_at, rubric_page
from screening.services.drafting import (
    RevisionError,
    discard_draft,
    reopen_finding,
    save_rubric,
    settle_finding,
    taken_ids,
    version_in,
)
from screening.services.publishing import PublishError, publish_rubric
from screening.services.rubric_edits import EditError, answers_for, id_after
from screening.services.rubric_shaping import put_back
from screening.web.access import actor, may, needs, now
from screening.web.recruiter.rubric_acts import offer_undo
from screening.web.recruiter.rules import is_any, rule_words
from screening.web.recruiter.words import CATEGORIES, FINDINGS, answer_word, edit_problem, saved_words, settled_word
from screening.web.toasts import toast

blueprint = Blueprint("rubrics", __name__, url_prefix="/staff/postings")


@blueprint.get("/<int:posting_id>/rubric")
@needs(Permission.POSTING_VIEW, of=Posting)
def review(posting: Posting) -> ResponseReturnValue:
    """Show the draft, or the version in force, beside the posting's text."""
    if request.args.get("tab") == "versions":
        page = rubric_page(db.session, posting=posting)
        return render_template("recruiter/rubric_versions.html", **_known(posting, page))
    return _page(posting)


@blueprint.post("/<int:posting_id>/rubric")
@needs(Permission.POSTING_EDIT, of=Posting)
def save(posting: Posting) -> ResponseReturnValue:
    """Store what was typed, then do what the pressed button says; one form for the whole page, so nothing typed is lost."""
    fields, button = request.form, read_act(request.form)
    try:
        place = _do(posting, fields, button)
    except RevisionError:
        db.session.rollback()
        return _page(posting, typed=fields, conflict=True), 409
    except EditError as error:
        db.session.rollback()
        return _page(posting, typed=fields, problem=edit_problem(error.code), at=_field_of(error)), 422
    except PublishError as error:
        db.session.rollback()
        return _page(posting, typed=fields, problem=explain_publish(error.code), at="title"), 422
    if button.name == "publish":
        return redirect(url_for("pipeline.show", posting_id=posting.id), 303)
    return redirect(url_for("rubrics.review", posting_id=posting.id, _anchor=place), 303)


def explain_publish(code: str) -> str:
    """Say why a rubric was not published."""
    return {
        "title_missing": _("Give the posting a title before you publish it."),
        "no_criteria": _("A rubric needs at least one criterion."),
        "nothing_new": _("There is nothing new to publish."),
    }[code]


def _do(posting: Posting, fields: MultiDict[str, str], button: Button) -> str | None:
    """Do what was asked and commit; give the place of the page to go on at."""
    who, at, revision = actor().id, now(), read_revision(fields)
    if button.name == "discard":
        discard_draft(db.session, posting=posting, revision=revision, actor_id=who, now=at)
        db.session.commit()
        toast(_("The draft is gone. The version in force stays as it is."))
        return None
    base = load_rubric(_shown(posting).document)
    edited = apply_fields(base, fields)
    if button.name == "back":
        edited = _brought_back(posting, edited, button)
    elif button.name not in {"publish", "settle", "reopen"}:
        edited = apply_act(edited, button, taken=taken_ids(db.session, posting))
    change = ":".join((button.name, *button.parts))
    before = revision
    draft = None
    if edited != base:
        draft = save_rubric(
            db.session, posting=posting, rubric=edited, revision=revision, change=change, actor_id=who, now=at
        )
        revision = draft.revision
    if button.name in {"settle", "reopen"}:
        draft = _settle(posting, fields, button, revision)
    if button.name == "publish":
        version = publish_rubric(db.session, posting=posting, actor_id=who, now=at, revision=revision or None)
        db.session.commit()
        if posting.state is PostingState.OPEN:
            toast(_("Version %(number)s is in force. Candidates can apply.", number=version.number))
        else:
            toast(_("Version %(number)s is in force. The posting stays closed.", number=version.number))
        return None
    if draft is None:
        db.session.commit()
        toast(_("Nothing was changed."))
    else:
        offer_undo(draft, before=before, words=_done_words(button))
    return _place_after(button, base, edited)


def _brought_back(posting: Posting, rubric: Rubric, button: Button) -> Rubric:
    """Bring back a criterion that an earlier state of the rubric had."""
    for one in rubric_page(db.session, posting=posting).left_out:
        if one.criterion.id in button.parts:
            return put_back(rubric, one.criterion, one.group)
    raise EditError("criterion_unknown")


def _place_after(button: Button, base: Rubric, edited: Rubric) -> str | None:
    """Go on at the criterion that the button spoke of, under the id that it has now."""
    if button.name in {"save", "discard"}:
        return None
    if button.name in {"settle", "reopen"} or not button.parts:
        return "findings"
    ident = id_after(base, edited, button.parts[0])
    return f"c-{ident}" if any(one.id == ident for one in edited.criteria) else "criteria"


def _settle(posting: Posting, fields: MultiDict[str, str], button: Button, revision: int) -> RubricVersion:
    number, answer = (*button.parts, "", "")[:2]
    if not number.isascii() or not number.isdigit():
        raise EditError("answer_unknown")
    if button.name == "reopen":
        return reopen_finding(
            db.session, posting=posting, finding=int(number[:6]), revision=revision, actor_id=actor().id, now=now()
        )
    title = fields.get("title") or fields.get("suggested")
    return settle_finding(
        db.session,
        posting=posting,
        finding=int(number[:6]),
        answer=answer,
        revision=revision,
        actor_id=actor().id,
        now=now(),
        title=title,
    )


def _done_words(button: Button) -> str:
    code = button.parts[0].upper() if button.parts else ""
    return {
        "gate": _("%(code)s is a knock-out now.", code=code),
        "ungate": _("%(code)s is no knock-out any more.", code=code),
        "section": _("%(code)s moved to the other section.", code=code),
        "interview": _("%(code)s is left to the interview.", code=code),
        "screen": _("%(code)s counts in the prescore.", code=code),
        "remove": _("%(code)s was removed.", code=code),
        "up": _("%(code)s moved up.", code=code),
        "down": _("%(code)s moved down.", code=code),
        "order": _("The order was changed."),
        "ungroup": _("%(code)s counts on its own.", code=code),
        "back": _("%(code)s is back.", code=code),
        "settle": _("Settled."),
        "reopen": _("The finding is open again."),
    }.get(button.name, _("Draft saved."))


def _shown(posting: Posting) -> RubricVersion:
    version = version_in(db.session, posting, RubricState.DRAFT) or version_in(
        db.session, posting, RubricState.PUBLISHED
    )
    if version is None:
        raise RevisionError
    return version


def _field_of(error: EditError) -> str:
    if error.criterion is None:
        return "title"
    return f"{'weight' if error.code == 'weight_range' else 'text'}-{error.criterion}"


def _page(
    posting: Posting,
    *,
    typed: Mapping[str, str] | None = None,
    conflict: bool = False,
    problem: str | None = None,
    at: str | None = None,
) -> str:
    page = rubric_page(db.session, posting=posting)
    lost: list[tuple[str, str]] = []
    both: set[str] = set()
    if conflict and typed is not None:
        before = rubric_at(db.session, posting=posting, revision=read_revision(MultiDict(typed)))
        typed = changed_fields(before, typed) if before else typed
        stored, base = shown_fields(page.rubric), shown_fields(before) if before else {}
        both = {name for name in typed if name in stored and stored[name] != base.get(name)}
        lost = [
            (name.removeprefix("text-").upper(), text)
            for name, text in typed.items()
            if name.startswith("text-") and name not in stored
        ]
    return render_template(
        "recruiter/rubric.html",
        **_known(posting, page),
        typed=typed or {},
        conflict=conflict,
        lost=lost,
        both=both,
        problem=problem,
        at=at,
        edits=may(Permission.POSTING_EDIT),
    )


def _known(posting: Posting, page: RubricPage) -> dict[str, object]:
    return {
        "posting": posting,
        "page": page,
        "head": head(db.session, posting=posting),
        "rule_words": rule_words,
        "is_any": is_any,
        "answers_for": answers_for,
        "answer_word": answer_word,
        "settled_word": settled_word,
        "saved_words": saved_words,
        "findings": FINDINGS,
        "categories": CATEGORIES,
        "AssessedBy": AssessedBy,
        "PostingState": PostingState,
    }
