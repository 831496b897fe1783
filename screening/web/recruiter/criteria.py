"""Editing one criterion: its words, where it counts, what it asks for, and what ratings of it look like."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from rubrics.lexicon import load_lexicon
from rubrics.model import AssessedBy, Criterion, Degree, Level
from screening.extensions import db
from screening.forms.criterion import (
    Checked,
    CriterionFields,
    category_anchors,
    check_criterion,
    fields_of,
    read_criterion,
)
from screening.forms.rubric import read_revision
from screening.forms.rule_building import CONTEST_KINDS, EXPERIENCE_KINDS, RuleProblem, term_names
from screening.models import Posting
from screening.policy import Permission, Scope
from screening.queries.rubric import rubric_at
from screening.queries.shared_criteria import SharedCriterion, anchors_with_key, drafts_with_key
from screening.services.drafting import RevisionError, taken_ids
from screening.services.rubric_anchors import save_and_share
from screening.services.rubric_edits import CriterionEdit, EditError, edit_criterion, id_after
from screening.web.access import actor, may, needs, now
from screening.web.labels import DEGREES, LEVELS
from screening.web.recruiter.rubric_acts import Work, keep, offer_undo, open_work, page_language
from screening.web.recruiter.rule_labels import (
    CONTEST_NAMES,
    EXPERIENCE_NAMES,
    GROUP_NAMES,
    KIND_NAMES,
    PRIZE_NAMES,
    rule_problem,
)
from screening.web.recruiter.rules import rule_outline
from screening.web.recruiter.words import CATEGORIES, FINDINGS, edit_problem, saved_words

blueprint = Blueprint("criteria", __name__, url_prefix="/staff/postings/<int:posting_id>/rubric/criteria")


@blueprint.get("/<ident>")
@needs(Permission.POSTING_EDIT, of=Posting)
def edit(posting: Posting, ident: str) -> ResponseReturnValue:
    """Show a criterion's form beside the posting's text."""
    work = open_work(posting)
    criterion = work.criterion_or_404(ident)
    typed = fields_of(criterion, page_language=page_language(), language=posting.language)
    return _page(work, criterion, typed)


@blueprint.post("/<ident>")
@needs(Permission.POSTING_EDIT, of=Posting)
def save(posting: Posting, ident: str) -> ResponseReturnValue:
    """Store the criterion, or show the form again: with what is wrong, or changed as a button of the rule says."""
    work, revision = open_work(posting), read_revision(request.form)
    typed = read_criterion(request.form)
    act = request.form.get("act", "save")
    if work.page.revision != revision:
        return _conflict(work, ident, typed, revision)
    criterion = work.criterion_or_404(ident)
    if act == "anchors":
        typed = replace(typed, anchors=category_anchors(typed.category, posting.language))
    lent = _lent(work, criterion)
    if act == "borrow" and lent is not None and lent.anchors is not None:
        typed = replace(typed, anchors=lent.anchors.texts)
    if act != "save":
        return _page(work, criterion, typed, unsaved=True, focus=_focus_after(act, typed))
    checked = check_criterion(typed, criterion, page_language=page_language(), language=posting.language)
    if checked.edit is None:
        return _page(work, criterion, typed, unsaved=True, tell=True), 422
    try:
        fresh = _store(work, criterion, checked.edit, revision, share=typed.share)
    except RevisionError:
        db.session.rollback()
        return _conflict(open_work(posting), ident, typed, revision)
    except EditError as error:
        db.session.rollback()
        return _page(work, criterion, typed, unsaved=True, tell=True, refused=error.code), 422
    return redirect(url_for("rubrics.review", posting_id=posting.id, _anchor=f"c-{fresh}"), 303)


def _store(work: Work, criterion: Criterion, edit: CriterionEdit, revision: int, *, share: bool) -> str:
    """Save the edit, share the anchors when that was asked for, commit; give the id that the criterion has now."""
    posting, ident = work.posting, criterion.id
    edited = edit_criterion(work.rubric, ident, edit, taken=taken_ids(db.session, posting))
    fresh = id_after(work.rubric, edited, ident)
    words = _("%(code)s was saved.", code=fresh.upper())
    change = f"edit:{fresh}"
    if not share:
        keep(posting, edited, revision=revision, change=change, words=words)
        return fresh
    draft, shared = save_and_share(
        db.session,
        posting=posting,
        rubric=edited,
        criterion=fresh,
        within={row.posting_id for row in _others(work, criterion)},
        revision=revision,
        change=change,
        actor_id=actor().id,
        now=now(),
    )
    if shared:
        given = ngettext(
            "The anchors went to %(num)s other draft.", "The anchors went to %(num)s other drafts.", len(shared)
        )
        words = f"{words} {given}"
    pairs = tuple(number for one in shared for number in (one.version_id, one.revision))
    offer_undo(draft, before=revision, words=words, shared=pairs)
    return fresh


def _conflict(work: Work, ident: str, typed: CriterionFields, revision: int) -> ResponseReturnValue:
    """Show what was typed beside what is stored now; fields that the person did not touch take what is stored."""
    before = rubric_at(db.session, posting=work.posting, revision=revision)
    was = next((one for one in before.criteria if one.id == ident), None) if before else None
    criterion = work.criterion(ident)
    if criterion is None:
        return render_template(
            "recruiter/criterion_gone.html", work=work, posting=work.posting, typed=typed, saved_words=saved_words
        ), 409
    stored, base = (
        fields_of(one, page_language=page_language(), language=work.posting.language) if one else None
        for one in (criterion, was)
    )
    if stored is not None and base is not None:
        names = ("text", "kind", "category", "judged", "weight", "node", "anchors")
        untouched = {name for name in names if _same(getattr(typed, name), getattr(base, name))}
        theirs = {name for name in names if not _same(getattr(stored, name), getattr(base, name))}
        typed = replace(typed, **{name: getattr(stored, name) for name in untouched})
        stored = replace(typed, **{name: getattr(stored, name) for name in theirs})
    return _page(work, criterion, typed, unsaved=True, stored=stored, conflict=True), 409


def _same(typed: object, base: object) -> bool:
    """Compare a field; line ends that a browser sends are no change."""
    return typed.split() == base.split() if isinstance(typed, str) and isinstance(base, str) else typed == base


def _page(
    work: Work,
    criterion: Criterion,
    typed: CriterionFields,
    *,
    unsaved: bool = False,
    tell: bool = False,
    refused: str | None = None,
    focus: str | None = None,
    stored: CriterionFields | None = None,
    conflict: bool = False,
) -> str:
    posting, language = work.posting, page_language()
    checked = check_criterion(typed, criterion, page_language=language, language=posting.language)
    others = _others(work, criterion)
    return render_template(
        "recruiter/criterion.html",
        work=work,
        posting=posting,
        criterion=criterion,
        typed=typed,
        unsaved=unsaved,
        tell=tell,
        focus=focus,
        conflict=conflict,
        stored=stored,
        rule=checked.rule,
        wrong=_wrong(checked, refused) if tell else {},
        wrong_rule=_first_of_each(checked.rule_problems) if tell else {},
        rule_problems=checked.rule_problems,
        others=others,
        lent=_lent(work, criterion),
        **_form_words(language, posting.language),
    )


def _form_words(language: str, posting_language: str) -> dict[str, object]:
    """Give the templates of the rule form the words and choices that they need; cities are named as the posting names them."""
    return {
        "rule_outline": rule_outline,
        "rule_problem": rule_problem,
        "term_names": lambda name: term_names(name, posting_language if name == "cities" else language),
        "group_names": GROUP_NAMES,
        "kind_names": KIND_NAMES,
        "experience_names": {kind: EXPERIENCE_NAMES[kind] for kind in EXPERIENCE_KINDS},
        "contest_names": {kind: CONTEST_NAMES[kind] for kind in CONTEST_KINDS},
        "prize_names": PRIZE_NAMES,
        "level_options": [(level.value, LEVELS[level]) for level in Level],
        "degree_options": [(degree.value, DEGREES[degree]) for degree in Degree],
        "trait_options": lambda stored: _trait_options(stored, language),
        "categories": CATEGORIES,
        "findings": FINDINGS,
        "saved_words": saved_words,
        "AssessedBy": AssessedBy,
    }


def _trait_options(stored: str, language: str) -> list[tuple[str, str]]:
    """Offer the traits of the lexicon, and one that a rubric of another time named."""
    lexicon = load_lexicon()
    traits = [term.id for term in lexicon.terms.values() if term.kind == "trait"]
    if stored and stored not in traits:
        traits.append(stored)
    return [(trait, lexicon.name(trait, language)) for trait in traits]


def _wrong(checked: Checked, refused: str | None) -> dict[str, str]:
    codes = {**checked.problems, **({"kind": refused} if refused else {})}
    return {name: edit_problem(code) for name, code in codes.items()}


def _first_of_each(problems: tuple[RuleProblem, ...]) -> dict[str, RuleProblem]:
    found: dict[str, RuleProblem] = {}
    for problem in problems:
        found.setdefault(problem.field, problem)
    return found


def _others(work: Work, criterion: Criterion) -> tuple[SharedCriterion, ...]:
    """Find the same criterion in the other drafts that the one who asks may edit."""
    rows = drafts_with_key(db.session, key=criterion.key, but=work.posting.id)
    return tuple(row for row in rows if may(Permission.POSTING_EDIT, Scope(posting_id=row.posting_id)))


def _lent(work: Work, criterion: Criterion) -> SharedCriterion | None:
    """Find anchors that another posting, which the one who asks may see, gave to the same criterion."""
    posting = work.posting
    row = anchors_with_key(db.session, key=criterion.key, but=posting.id, language=posting.language)
    return row if row is not None and may(Permission.POSTING_VIEW, Scope(posting_id=row.posting_id)) else None


def _focus_after(act: str, typed: CriterionFields) -> str | None:
    """Tell which field a button of the rule leads to: the kind of what was added or changed."""
    name, _colon, path = act.partition(":")
    if name == "kind":
        return f"rule-{path}-kind"
    if name == "drop":
        return f"rule-{path.rpartition('.')[0] or '0'}-kind"
    if name != "add":
        return "anchor-1" if name in {"anchors", "borrow"} else None
    node = typed.node
    for place in path.split(".")[1:]:
        node = node.parts[int(place)] if place.isdigit() and int(place) < len(node.parts) else node
    return f"rule-{path}.{len(node.parts) - 1}-kind" if node.parts else None
