"""The texts that letters begin with: for all postings, and a posting's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.inputs import clean_line
from screening.forms.letters import letter_errors
from screening.models import Posting, Stage
from screening.policy import Permission
from screening.queries.mail_templates import KeptText, by_place, kept_texts
from screening.queries.pipeline_frame import frame
from screening.queries.stage_rules import STANDARD
from screening.services.letters import PLACEHOLDERS, LetterError, check, fill, tidy, tidy_subject
from screening.services.mail_templates import (
    EXPECTED,
    LONGEST_NAME,
    MOVES,
    Change,
    LetterText,
    Origin,
    Place,
    TemplateError,
    named_text,
    pack_changes,
    remove_template,
    save_template,
    text_of,
)
from screening.services.mailing import LOCALES
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now, reader
from screening.web.candidate.status import ENDS, WAY
from screening.web.formatting import company
from screening.web.labels import LOCALE_NAMES
from screening.web.recruiter.template_words import ORIGINS, PLACEHOLDER_WORDS
from screening.web.stage_words import stage_words
from screening.web.toasts import toast

blueprint = Blueprint("mail_templates", __name__, url_prefix="/staff")


@dataclass(frozen=True, slots=True)
class Version:
    """One language of a text on its page: what stands there or was typed, where it comes from, and what is wrong with it."""

    locale: str
    subject: str
    text: str
    origin: Origin | None
    kept: KeptText | None
    errors: dict[str, tuple[str, ...]]
    preview: tuple[str, str] | None


@blueprint.get("/mail-texts/")
@needs(Permission.TEMPLATES_MANAGE)
def index() -> ResponseReturnValue:
    """List the texts that stand for all postings, by move and language."""
    return _list(None)


@blueprint.get("/postings/<int:posting_id>/mail-texts")
@needs(Permission.POSTING_EDIT, of=Posting)
def of_posting(posting: Posting) -> ResponseReturnValue:
    """List a posting's texts: its own, and those that stand for all."""
    return _list(posting)


@blueprint.get("/mail-texts/edit")
@needs(Permission.TEMPLATES_MANAGE)
def edit() -> ResponseReturnValue:
    """Show one text in both languages, side by side."""
    return _page(None)


@blueprint.post("/mail-texts/edit")
@needs(Permission.TEMPLATES_MANAGE)
def save() -> ResponseReturnValue:
    """Keep a text, show what it would look like, or take one away."""
    return _act(None)


@blueprint.get("/postings/<int:posting_id>/mail-texts/edit")
@needs(Permission.POSTING_EDIT, of=Posting)
def edit_own(posting: Posting) -> ResponseReturnValue:
    """Show one text of a posting in both languages, side by side."""
    return _page(posting)


@blueprint.post("/postings/<int:posting_id>/mail-texts/edit")
@needs(Permission.POSTING_EDIT, of=Posting)
def save_own(posting: Posting) -> ResponseReturnValue:
    """Keep a posting's own text, show what it would look like, or take it away."""
    return _act(posting)


def _list(posting: Posting | None) -> str:
    posting_id = posting.id if posting else None
    kept = by_place(kept_texts(db.session, posting_id=posting_id))
    moves = {
        stage: {locale: text_of(kept, posting_id=posting_id, stage=stage, locale=locale) for locale in LOCALES}
        for stage in MOVES
    }
    names = list(dict.fromkeys(one.name for one in kept.values() if one.stage is None))
    free: dict[str, dict[str, LetterText | None]] = {
        name: {locale: named_text(kept, posting_id=posting_id, name=name, locale=locale) for locale in LOCALES}
        for name in names
    }
    return render_template(
        "recruiter/mail_templates.html",
        posting=posting,
        **_named_by(posting),
        moves=moves,
        free=free,
        kept=kept,
        expected=EXPECTED,
        locales=LOCALES,
        locale_names=LOCALE_NAMES,
        origins=ORIGINS,
        address=_address,
        Origin=Origin,
    )


def _act(posting: Posting | None) -> ResponseReturnValue:
    stage, name = _named(request.form)
    if removed := request.form.get("remove", ""):
        return _remove(posting, stage, name, removed)
    typed = {
        locale: (
            tidy_subject(request.form.get(f"subject-{locale}", "")[:500]),
            tidy(request.form.get(f"text-{locale}", "")[:12_000]),
        )
        for locale in LOCALES
    }
    errors = {locale: letter_errors(*words) for locale, words in typed.items() if any(words)}
    name_error = _name_problem(name)
    if "HX-Request" in request.headers:
        return render_template("recruiter/mail_template_preview.html", **_known(posting, stage, name, typed, errors))
    if "preview" in request.form:
        return _page(posting, typed=typed, errors=errors)
    if name_error or any(errors.values()) or not any(any(words) for words in typed.values()):
        return _page(posting, typed=typed, errors=errors, name_error=name_error or _nothing(typed)), 422
    return _save(posting, stage, name, typed)


def _save(
    posting: Posting | None, stage: Stage | None, name: str, typed: dict[str, tuple[str, str]]
) -> ResponseReturnValue:
    posting_id, at = posting.id if posting else None, now()
    kept = by_place(kept_texts(db.session, posting_id=posting_id))
    changes = []
    for locale, words in typed.items():
        stands = _stands(kept, posting_id, stage, name, locale)
        if not any(words) or (stands is not None and words == (stands.subject, stands.text)):
            continue
        place = Place(posting_id, name, locale, stage)
        try:
            before = save_template(
                db.session,
                place=place,
                subject=words[0],
                text=words[1],
                actor_id=actor().id,
                now=at,
                seen=_moment(request.form.get(f"seen-{locale}", "")),
            )
        except (TemplateError, LetterError):
            db.session.rollback()
            toast(_("Somebody has changed this text in the meantime. Nothing was kept; this is how it reads now."))
            return redirect(_address(posting, stage, name), 303)
        changes.append(Change(place, before, words))
    if not changes:
        toast(_("Nothing was changed."))
        return redirect(_address(posting, stage, name), 303)
    token = remember(db.session, actor_id=actor().id, act=Act.TEMPLATE, now=at, changes=pack_changes(changes))
    db.session.commit()
    toast(_("The text is kept."), undo=token)
    return redirect(_address(posting, stage, name), 303)


def _remove(posting: Posting | None, stage: Stage | None, name: str, locale: str) -> ResponseReturnValue:
    at, seen = now(), _moment(request.form.get(f"seen-{locale}", ""))
    if locale not in LOCALES or seen is None:
        abort(400)
    place = Place(posting.id if posting else None, name, locale, stage)
    try:
        before = remove_template(db.session, place=place, actor_id=actor().id, now=at, seen=seen)
    except TemplateError:
        db.session.rollback()
        toast(_("Somebody has changed this text in the meantime. Nothing was kept; this is how it reads now."))
        return redirect(_address(posting, stage, name), 303)
    changes = pack_changes([Change(place, before, None)])
    token = remember(db.session, actor_id=actor().id, act=Act.TEMPLATE, now=at, changes=changes)
    db.session.commit()
    toast(_("The text was taken away."), undo=token)
    return redirect(_list_address(posting), 303)


def _page(
    posting: Posting | None,
    *,
    typed: dict[str, tuple[str, str]] | None = None,
    errors: dict[str, dict[str, tuple[str, ...]]] | None = None,
    name_error: str = "",
) -> str:
    stage, name = _named(request.values)
    return render_template(
        "recruiter/mail_template.html",
        **_known(posting, stage, name, typed, errors),
        **_named_by(posting),
        name_error=name_error,
        back=_list_address(posting),
        here=_address(posting, stage, name),
        origins=ORIGINS,
        placeholders={name: PLACEHOLDER_WORDS[name] for name in PLACEHOLDERS},
        Origin=Origin,
        may_edit_all=may(Permission.TEMPLATES_MANAGE),
        address=_address,
    )


def _named_by(posting: Posting | None) -> dict[str, object]:
    """Give the head above a posting's tabs and the words for its stages, the standard ones where it is about all postings."""
    if posting is None:
        return {"head": None, "stages": stage_words(STANDARD)}
    around = frame(db.session, posting=posting, reader_id=actor().id)
    return {"head": around.head, "stages": stage_words(around.rules)}


def _known(
    posting: Posting | None,
    stage: Stage | None,
    name: str,
    typed: dict[str, tuple[str, str]] | None,
    errors: dict[str, dict[str, tuple[str, ...]]] | None,
) -> dict[str, object]:
    posting_id = posting.id if posting else None
    kept = by_place(kept_texts(db.session, posting_id=posting_id))
    versions = []
    for locale in LOCALES:
        stands = _stands(kept, posting_id, stage, name, locale)
        subject, text = (typed or {}).get(locale) or ((stands.subject, stands.text) if stands else ("", ""))
        is_sound = bool(subject or text) and not check(subject) and not check(text)
        versions.append(
            Version(
                locale=locale,
                subject=subject,
                text=text,
                origin=stands.origin if stands else None,
                kept=kept.get((posting_id, name, locale)),
                errors=(errors or {}).get(locale, {}),
                preview=_preview(posting, stage, locale, subject, text) if is_sound else None,
            )
        )
    return {
        "posting": posting,
        "stage": stage,
        "name": name,
        "versions": versions,
        "locale_names": LOCALE_NAMES,
        "is_new": stage is None and not any(version.kept for version in versions),
    }


def _stands(
    kept: Mapping[tuple[int | None, str, str], KeptText],
    posting_id: int | None,
    stage: Stage | None,
    name: str,
    locale: str,
) -> LetterText | None:
    """Give what stands in one language now, and nothing where the other language would have to do."""
    if stage is not None:
        return text_of(kept, posting_id=posting_id, stage=stage, locale=locale)
    found = named_text(kept, posting_id=posting_id, name=name, locale=locale)
    return found if found is not None and found.locale == locale else None


def _preview(posting: Posting | None, stage: Stage | None, locale: str, subject: str, text: str) -> tuple[str, str]:
    """Fill a text with an invented candidate."""
    with force_locale(locale):
        reached = stage or Stage.SCREENING
        values = {
            "name": _("Yun Xiaohe"),
            "posting": (posting.title if posting else None) or _("Intern, speech recognition"),
            "company": company(),
            "status_link": _("(the candidate’s own link)"),
            "recruiter": reader().name,
            "stage": str(WAY.get(reached) or ENDS[reached]),
        }
    return fill(subject, values), fill(text, values)


def _named(values: dict[str, str]) -> tuple[Stage | None, str]:
    """Read which text is meant: that of a move, or one with a name."""
    value = values.get("stage", "")
    if value:
        if value not in {stage.value for stage in MOVES}:
            abort(404)
        return Stage(value), value
    return None, clean_line(values.get("name", ""))[: LONGEST_NAME + 20]


def _name_problem(name: str) -> str:
    if not name:
        return _("Give the text a name.")
    if len(name) > LONGEST_NAME:
        return _("Use at most %(max)s characters.", max=LONGEST_NAME)
    if name in set(Stage) and not request.form.get("stage"):
        return _("This name is taken. Choose another.")
    return ""


def _nothing(typed: dict[str, tuple[str, str]]) -> str:
    return "" if any(any(words) for words in typed.values()) else _("Write it in one language at least.")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        abort(400)


def _list_address(posting: Posting | None) -> str:
    if posting is None:
        return url_for("mail_templates.index")
    return url_for("mail_templates.of_posting", posting_id=posting.id)


def _address(posting: Posting | None, stage: Stage | None, name: str) -> str:
    which: dict[str, Any] = {"stage": stage.value} if stage else {"name": name} if name else {}
    if posting is None:
        return url_for("mail_templates.edit", **which)
    return url_for("mail_templates.edit_own", posting_id=posting.id, **which)
