"""Tags: sticking words on an application, and the page on which all words are renamed, merged and deleted."""

from __future__ import annotations

import json

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rubrics.fairness import Topic, check_label
from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.models import Application, Tag
from screening.policy import Permission
from screening.queries.tags import COUNTED, PAGE, all_tags
from screening.services.tagging import (
    MOST_MOVED,
    MOST_TAGS,
    NAME_LENGTH,
    TagError,
    add_tag,
    delete_tag,
    find_or_make,
    key_of,
    remove_tag,
    rename_tag,
    tidy_name,
)
from screening.services.undoing import Act, remember
from screening.web.access import LARGEST_ID, actor, needs, now
from screening.web.recruiter.question_words import ADVICE
from screening.web.recruiter.returning import back_to
from screening.web.toasts import toast

blueprint = Blueprint("tags", __name__, url_prefix="/staff")


@blueprint.post("/applications/<int:application_id>/tags")
@needs(Permission.APPLICATION_TAG, of=Application)
def stick(application: Application) -> ResponseReturnValue:
    """Stick a tag on an application or take one off; a word that speaks of sex, age, family and the like is doubted first."""
    back = back_to(request.form.get("back"), url_for("applications.show", application_id=application.id))
    act = request.form.get("act", "add")
    if act not in {"add", "remove"}:
        abort(400)
    return (
        _remove(application, back) if act == "remove" else _add(application, request.form.get("name", "")[:200], back)
    )


@blueprint.get("/tags/")
@needs(Permission.TAGS_MANAGE)
def index() -> ResponseReturnValue:
    """List all tags with how much each is used."""
    return _index()


@blueprint.post("/tags/<int:tag_id>")
@needs(Permission.TAGS_MANAGE)
def change(tag_id: int) -> ResponseReturnValue:
    """Rename, merge or delete a tag."""
    tag = db.session.get(Tag, tag_id) if tag_id <= LARGEST_ID else None
    if tag is None:
        abort(404)
    act, typed = request.form.get("act", "rename"), request.form.get("name", "")[:200]
    if act not in {"rename", "merge", "delete"}:
        abort(400)
    try:
        if act == "rename":
            name = tidy_name(typed)
            doubts = doubts_of(name)
            if doubts and request.form.get("sure") != key_of(name):
                return _index(opened=tag.id, typed=name, doubts=doubts), 422
            before = tag.name
            rename_tag(db.session, tag=tag, name=name, actor_id=actor().id, now=now())
            token = _remember(Act.TAG_RENAMED, tag=tag.id, before=before, after=tag.name)
            words = _("“%(before)s” is called “%(after)s” now.", before=before, after=tag.name)
        else:
            token, words = _delete(tag, typed if act == "merge" else None)
    except TagError as error:
        db.session.rollback()
        return _index(opened=tag_id, typed=typed, problem=tag_problem(error.code), taken=error.code == "taken"), 422
    db.session.commit()
    toast(words, undo=token)
    return redirect(url_for("tags.index"), 303)


def doubts_of(name: str) -> tuple[Topic, ...]:
    """Tell which topics a name speaks of that must not decide about anybody."""
    return check_label(name)


def tag_problem(code: str) -> str:
    """Say why nothing was done with a tag."""
    return {
        "name_missing": _("Write the tag first."),
        "too_long": _("A tag has at most %(number)s signs.", number=NAME_LENGTH),
        "too_many": _("An application bears at most %(number)s tags. Take one off first.", number=MOST_TAGS),
        "taken": _("Another tag has this name. You can merge the two."),
        "unknown": _("There is no tag of this name."),
        "much_used": _(
            "This tag is on more than %(number)s applications. Take it off in the pipelines first.", number=MOST_MOVED
        ),
    }.get(code, _("Somebody changed this tag in the meantime."))


def _add(application: Application, typed: str, back: str) -> ResponseReturnValue:
    try:
        name = tidy_name(typed)
        doubts = doubts_of(name)
        if doubts and request.form.get("sure") != key_of(name):
            return render_template(
                "recruiter/tag_doubt.html",
                application=application,
                name=name,
                sure=key_of(name),
                advice=[ADVICE[topic] for topic in doubts],
                back=back,
                longest=NAME_LENGTH,
            ), 422
        tag = find_or_make(db.session, name=name)
        made = add_tag(db.session, application_ids=[application.id], tag=tag, actor_id=actor().id, now=now())
    except TagError as error:
        db.session.rollback()
        toast(tag_problem(error.code))
        return redirect(back, 303)
    if not made:
        db.session.rollback()
        toast(_("%(name)s bears this tag already.", name=application.name))
        return redirect(back, 303)
    token = _remember(Act.TAG, tag=tag.id, applications=made)
    db.session.commit()
    toast(_("Tag “%(tag)s” added.", tag=tag.name), undo=token)
    return redirect(back, 303)


def _remove(application: Application, back: str) -> ResponseReturnValue:
    ident = whole_number(request.form.get("tag", "")) or 0
    tag = db.session.get(Tag, ident) if ident <= LARGEST_ID else None
    gone = (
        remove_tag(db.session, application_ids=[application.id], tag_id=tag.id, actor_id=actor().id, now=now())
        if tag is not None
        else []
    )
    if tag is None or not gone:
        toast(_("The tag was taken off already."))
        return redirect(back, 303)
    token = _remember(Act.UNTAG, tag=tag.id, stuck=json.dumps(gone))
    db.session.commit()
    toast(_("Tag “%(tag)s” taken off.", tag=tag.name), undo=token)
    return redirect(back, 303)


def _delete(tag: Tag, into_name: str | None) -> tuple[str, str]:
    """Delete a tag or merge it into the one of a name; give the token of the way back and what to say."""
    into = None
    if into_name is not None:
        into = db.session.query(Tag).filter_by(key=key_of(tidy_name(into_name))).one_or_none()
        if into is None or into.id == tag.id:
            raise TagError("unknown")
    ident, name = tag.id, tag.name
    gone, moved = delete_tag(db.session, tag=tag, into=into, actor_id=actor().id, now=now())
    token = _remember(
        Act.TAG_DELETED,
        tag=ident,
        name=name,
        into=into.id if into is not None else 0,
        stuck=json.dumps(gone),
        moved=moved,
    )
    if into is not None:
        return token, _("“%(tag)s” was merged into “%(other)s”.", tag=name, other=into.name)
    return token, _("“%(tag)s” was deleted.", tag=name)


def _remember(act: Act, **arguments: int | str | list[int]) -> str:
    return remember(db.session, actor_id=actor().id, act=act, now=now(), **arguments)


def _index(
    *,
    opened: int = 0,
    typed: str = "",
    problem: str = "",
    taken: bool = False,
    doubts: tuple[Topic, ...] = (),
) -> str:
    text, after = request.args.get("q", "").strip()[:NAME_LENGTH], request.args.get("after", "")[:80]
    rows = all_tags(db.session, reader_id=actor().id, text=key_of(text), after=after)
    return render_template(
        "recruiter/tags.html",
        tags=rows[:PAGE],
        following=key_of(rows[PAGE - 1].name) if len(rows) > PAGE else None,
        text=text,
        opened=opened,
        typed=typed,
        problem=problem,
        taken=taken,
        sure=key_of(typed) if doubts else "",
        advice=[ADVICE[topic] for topic in doubts],
        counted=COUNTED,
        longest=NAME_LENGTH,
    )
