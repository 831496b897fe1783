"""A recruiter's own questions of a posting: list, edit, order, doubts, copy from another posting, preview and publish."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone, ngettext
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.application import application_form
from screening.forms.conditions import condition_words
from screening.forms.inputs import clean_text, whole_number
from screening.forms.problems import problems
from screening.forms.question_editing import TYPE_WORDS, EditForm, fields_of, written_question
from screening.models import Posting
from screening.policy import Permission, Scope
from screening.queries.own_questions import Lender, lenders
from screening.queries.pipeline import head
from screening.services.custom_questions import (
    CustomQuestion,
    QuestionError,
    copy_questions,
    custom_questions,
    dump_question,
    move_question,
    new_id,
    put_question,
    question_in,
    remove_question,
)
from screening.services.drafting import RevisionError
from screening.services.question_sets import (
    REASON_LENGTH,
    QuestionsPublishError,
    accept_doubts,
    discard_questions,
    next_number,
    publish_questions,
)
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now
from screening.web.formatting import is_chinese
from screening.web.recruiter.question_words import ADVICE, question_problem
from screening.web.recruiter.question_work import Work, keep, offer_undo, open_work, store
from screening.web.toasts import toast

blueprint = Blueprint("questions", __name__, url_prefix="/staff/postings/<int:posting_id>/questions")


@blueprint.get("")
@needs(Permission.POSTING_VIEW, of=Posting)
def index(posting: Posting) -> ResponseReturnValue:
    """List the questions in the order in which they are asked."""
    return _list(posting)


@blueprint.post("")
@needs(Permission.POSTING_EDIT, of=Posting)
def act(posting: Posting) -> ResponseReturnValue:
    """Move, delete, let stand, publish or discard, as the pressed button says."""
    name, _colon, ident = request.form.get("act", "").partition(":")
    work, revision = open_work(posting), _revision()
    try:
        place = _do(work, name, ident, revision)
    except RevisionError:
        db.session.rollback()
        return _list(posting, problem="changed"), 409
    except QuestionsPublishError as error:
        db.session.rollback()
        return _list(posting, problem=error.code, at=error.question), 422
    except QuestionError as error:
        db.session.rollback()
        return _list(posting, problem=error.code, at=ident), 422
    return redirect(url_for("questions.index", posting_id=posting.id, _anchor=place), 303)


@blueprint.get("/new")
@needs(Permission.POSTING_EDIT, of=Posting)
def add(posting: Posting) -> ResponseReturnValue:
    """Show an empty question."""
    return _editor(open_work(posting), None, EditForm(formdata=None))


@blueprint.post("/new")
@needs(Permission.POSTING_EDIT, of=Posting)
def create(posting: Posting) -> ResponseReturnValue:
    """Add a question at the end."""
    return _save(posting, None)


@blueprint.get("/<ident>")
@needs(Permission.POSTING_EDIT, of=Posting)
def edit(posting: Posting, ident: str) -> ResponseReturnValue:
    """Show a question's form."""
    work = open_work(posting)
    before = _known(work, ident)
    if before is None:
        abort(404)
    return _editor(work, before, EditForm(formdata=None, data=fields_of(before)))


@blueprint.post("/<ident>")
@needs(Permission.POSTING_EDIT, of=Posting)
def save(posting: Posting, ident: str) -> ResponseReturnValue:
    """Store a question, or show it again with what is wrong; ``act`` preview only shows it."""
    return _save(posting, ident)


@blueprint.get("/preview")
@needs(Permission.POSTING_VIEW, of=Posting)
def preview(posting: Posting) -> ResponseReturnValue:
    """Show the questions as candidates see them, the draft's too; nothing can be sent from here."""
    work = open_work(posting)
    form = application_form(work.documents, chinese=is_chinese(), today=now().astimezone(get_timezone()).date())(
        formdata=None
    )
    return render_template(
        "recruiter/questions_preview.html",
        posting=posting,
        work=work,
        form=form,
        head=head(db.session, posting=posting),
    )


@blueprint.get("/copy")
@needs(Permission.POSTING_EDIT, of=Posting)
def choose(posting: Posting) -> ResponseReturnValue:
    """Show the questions of other postings to choose from."""
    return _copying(open_work(posting))


@blueprint.post("/copy")
@needs(Permission.POSTING_EDIT, of=Posting)
def copy(posting: Posting) -> ResponseReturnValue:
    """Add copies of the chosen questions at the end."""
    work = open_work(posting)
    wanted = set(request.form.getlist("question"))
    chosen = [one for lender in _lenders(posting) for one in custom_questions(lender.questions) if one.id in wanted]
    if not chosen:
        return _copying(work, problem="nothing_chosen"), 422
    try:
        number = next_number(db.session, posting_id=posting.id)
        copied = copy_questions(chosen, onto=work.questions, posting_id=posting.id, next_number=number)
        words = ngettext("%(num)s question was copied.", "%(num)s questions were copied.", len(copied.questions))
        if copied.conditions_left:
            words += " " + ngettext(
                "%(num)s is asked of everybody now: the question it depended on was not copied.",
                "%(num)s are asked of everybody now: the questions they depended on were not copied.",
                copied.conditions_left,
            )
        keep(work, (*work.questions, *copied.questions), revision=_revision(), words=words)
    except RevisionError:
        db.session.rollback()
        return _copying(open_work(posting), problem="changed", chosen=wanted), 409
    except QuestionError as error:
        return _copying(work, problem=error.code, chosen=wanted), 422
    return redirect(url_for("questions.index", posting_id=posting.id, _anchor=copied.questions[0].id), 303)


def _do(work: Work, name: str, ident: str, revision: int) -> str | None:
    """Do what a button of the list says and commit; give the place to go on at."""
    posting, questions = work.posting, work.questions
    match name:
        case "up" | "down":
            moved = move_question(questions, ident, -1 if name == "up" else 1)
            keep(work, moved, revision=revision, words=_("The order was changed."))
        case "remove":
            _remove(work, ident, revision)
        case "accept":
            _accept(work, ident, revision)
        case "discard":
            discard_questions(db.session, posting=posting, revision=revision)
            db.session.commit()
            toast(_("The draft is gone. The questions in force stay as they are."))
        case "publish":
            made = publish_questions(db.session, posting=posting, revision=revision, actor_id=actor().id, now=now())
            token = remember(db.session, actor_id=actor().id, act=Act.QUESTIONS_PUBLISHED, now=now(), set=made.id)
            db.session.commit()
            toast(
                _("The questions are in force. Whoever has begun an application keeps the earlier ones.")
                if made.questions
                else _("The form asks no questions of your own any more."),
                undo=token,
            )
        case _:
            abort(400)
    return ident if name in {"up", "down", "accept"} else None


def _remove(work: Work, ident: str, revision: int) -> None:
    after = remove_question(work.questions, ident)
    freed = sum(one.when is not None and one.when.source == ident for one in work.questions)
    words = _("The question was deleted.")
    if freed:
        words += " " + ngettext(
            "%(num)s question that depended on it is asked of everybody now.",
            "%(num)s questions that depended on it are asked of everybody now.",
            freed,
        )
    keep(work, after, revision=revision, words=words)


def _accept(work: Work, ident: str, revision: int) -> None:
    reason = clean_text(request.form.get(f"reason-{ident}", ""))[:REASON_LENGTH]
    question_in(work.questions, ident)
    if not reason:
        raise QuestionError("reason_missing")
    _let_stand(work.posting, ident, reason, revision)
    db.session.commit()
    toast(_("The question stands. Your reason is kept in the audit log."))


def _let_stand(posting: Posting, ident: str, reason: str, revision: int) -> None:
    accept_doubts(
        db.session,
        posting=posting,
        question_id=ident,
        reason=reason,
        revision=revision,
        actor_id=actor().id,
        now=now(),
    )


def _save(posting: Posting, ident: str | None) -> ResponseReturnValue:
    work, form = open_work(posting), EditForm()
    before = _known(work, ident) if ident is not None else None
    if ident is not None and before is None:
        return _list(posting, problem="unknown"), 409
    if request.form.get("act") == "preview":
        return _editor(work, before, form, unsaved=True)
    if not form.validate():
        return _editor(work, before, form, unsaved=True), 422
    fresh = before.id if before else new_id(posting.id, next_number(db.session, posting_id=posting.id))
    question = written_question(form, ident=fresh, before=before, questions=work.documents)
    try:
        after = put_question(work.questions, question)
        if after == work.questions and not form.reason.data:
            toast(_("Nothing was changed."))
        else:
            draft = store(work, after, revision=_revision())
            if form.reason.data and work.doubts(question):
                _let_stand(posting, fresh, form.reason.data, draft.revision)
            offer_undo(draft, words=_("The question was saved."))
    except RevisionError:
        db.session.rollback()
        return _editor(open_work(posting), before, form, unsaved=True, problem="changed"), 409
    except QuestionError as error:
        db.session.rollback()
        return _editor(work, before, form, unsaved=True, problem=error.code), 422
    return redirect(url_for("questions.index", posting_id=posting.id, _anchor=fresh), 303)


def _editor(
    work: Work, before: CustomQuestion | None, form: EditForm, *, unsaved: bool = False, problem: str | None = None
) -> str:
    """Show the form beside the question as candidates see it and the doubts about its words."""
    posting, chinese = work.posting, is_chinese()
    ident = before.id if before else new_id(posting.id, 0)
    form.offer(work.documents, but=ident, chinese=chinese)
    question = written_question(form, ident=ident, before=before, questions=work.documents)
    return render_template(
        "recruiter/question_edit.html",
        posting=posting,
        work=work,
        before=before,
        form=form,
        errors=problems(form),
        problem=question_problem(problem) if problem else None,
        unsaved=unsaved,
        doubts=work.doubts(question),
        advice=ADVICE,
        shown=_as_shown(question),
        said=condition_words(dump_question(question).get("when"), work.documents, chinese=chinese),
    )


def _as_shown(question: CustomQuestion) -> object:
    """Make the part of the form that candidates would see."""
    made = application_form(
        [dump_question(question)], chinese=is_chinese(), today=now().astimezone(get_timezone()).date()
    )(formdata=None)
    return made[question.id]


def _list(posting: Posting, *, problem: str | None = None, at: str | None = None) -> str:
    work, chinese = open_work(posting), is_chinese()
    return render_template(
        "recruiter/questions.html",
        posting=posting,
        work=work,
        rows=work.rows(),
        head=head(db.session, posting=posting),
        edits=may(Permission.POSTING_EDIT),
        problem=question_problem(problem) if problem else None,
        at=at,
        typed=request.form,
        advice=ADVICE,
        types=TYPE_WORDS,
        said=lambda when: condition_words(when, work.documents, chinese=chinese),
        can_copy=bool(_lenders(posting)),
    )


def _copying(work: Work, *, problem: str | None = None, chosen: frozenset[str] | set[str] = frozenset()) -> str:
    found = _lenders(work.posting)
    return render_template(
        "recruiter/questions_copy.html",
        posting=work.posting,
        work=work,
        lenders=[(lender, custom_questions(lender.questions)) for lender in found],
        types=TYPE_WORDS,
        problem=question_problem(problem) if problem else None,
        chosen=chosen,
    )


def _lenders(posting: Posting) -> list[Lender]:
    """Give the postings that the one who asks may see."""
    found = lenders(db.session, but=posting.id)
    return [lender for lender in found if may(Permission.POSTING_VIEW, Scope(posting_id=lender.posting_id))]


def _known(work: Work, ident: str) -> CustomQuestion | None:
    return next((one for one in work.questions if one.id == ident), None)


def _revision() -> int:
    return whole_number(request.form.get("revision")) or 0
