"""Reading what is asked of many into an act: who is meant, with which words, and what would happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from rubrics.fairness import Topic, check_label
from screening.extensions import db
from screening.forms.bulk import BulkRequest
from screening.forms.letters import letter_errors
from screening.models import BulkKind, Posting, Stage
from screening.policy import Permission
from screening.queries.blindness import owed_applications
from screening.queries.bulks import (
    Group,
    Unsure,
    came_after,
    first_of,
    groups_of,
    locales_of,
    stages_of,
    tag_by_key,
    unsure_ones,
)
from screening.queries.coming_interviews import ComingNumbers, count_coming
from screening.queries.pipeline import fitting_ids
from screening.queries.stage_rules import Rules
from screening.services.bulk_acts import find_problems
from screening.services.bulks import MOST
from screening.services.letters import fill_for_staff, tidy, tidy_subject
from screening.services.reasons import REJECT_REASONS
from screening.services.tagging import TagError, key_of, tidy_name
from screening.web.access import LARGEST_ID, actor, may, now, reader
from screening.web.bulk_words import bulk_problem
from screening.web.recruiter.bulk_letters import letter_for
from screening.web.recruiter.chosen import Chosen, read_chosen
from screening.web.recruiter.letter_work import letter_values
from screening.web.recruiter.tags import tag_problem

PERMISSIONS = {
    BulkKind.MOVE: Permission.APPLICATION_MOVE,
    BulkKind.HAND_OVER: Permission.APPLICATION_MOVE,
    BulkKind.MAIL: Permission.APPLICATION_MOVE,
    BulkKind.TAG: Permission.APPLICATION_TAG,
    BulkKind.UNTAG: Permission.APPLICATION_TAG,
}


@dataclass(frozen=True, slots=True)
class Example:
    """A letter as one candidate will read it; ``number`` is how many read this language."""

    locale: str
    number: int
    name: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """An act that is ready but for the candidates: its arguments, or what is missing; ``name`` is that of the tag or colleague."""

    arguments: dict[str, object] = field(default_factory=dict)
    problem: str = ""
    name: str = ""
    doubts: tuple[Topic, ...] = ()
    errors: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would happen: ``doable`` how many, ``skipped`` by reason."""

    doable: tuple[int, ...]
    skipped: tuple[Group, ...]
    unsure: Unsure | None = None
    coming: ComingNumbers = field(default_factory=ComingNumbers)
    examples: tuple[Example, ...] = ()


def meant(posting: Posting, wanted: BulkRequest, chosen: Chosen, as_of: datetime) -> dict[int, Stage]:
    """Give who is meant with the stage in which the person saw them: those ticked, or all that fit the filter and came before ``as_of``."""
    if wanted.takes_all:
        found = dict(fitting_ids(
            db.session, posting=posting, reader_id=actor().id, chosen=chosen.filter, limit=MOST + 1
        ))  # fmt: skip
        if len(found) > MOST:
            return found
        late = came_after(db.session, ids=found, moment=as_of) if found else frozenset()
        return {ident: stage for ident, stage in found.items() if ident not in late}
    if any(not 0 < ident <= LARGEST_ID for ident in wanted.seen):
        abort(404)
    own = stages_of(db.session, posting_id=posting.id, ids=wanted.seen)
    if len(own) < len(wanted.seen):
        abort(404)
    return dict(wanted.seen)


def chosen_in(address: str) -> Chosen:
    """Read the filter that a form carries as the pipeline's address."""
    return read_chosen(MultiDict(parse_qsl(address.partition("?")[2] or address)))


def prepare(wanted: BulkRequest, colleagues: Mapping[int, str]) -> Prepared:
    """Turn what was typed into the arguments of the act, or say what is missing once something was typed."""
    match wanted.kind:
        case BulkKind.MOVE:
            return _prepare_move(wanted)
        case BulkKind.TAG | BulkKind.UNTAG:
            return _prepare_tag(wanted)
        case BulkKind.HAND_OVER:
            return _prepare_hand_over(wanted, colleagues)
        case BulkKind.MAIL:
            return _prepare_mail(wanted)
        case _:
            return Prepared()


def look_ahead(
    posting: Posting,
    kind: BulkKind,
    arguments: Mapping[str, object],
    seen: Mapping[int, Stage],
    rules: Rules,
    at: datetime,
) -> Outlook:
    """Find what would happen by the posting's ``rules``; nothing is changed."""
    problems = find_problems(
        db.session,
        posting=posting,
        kind=kind,
        arguments=arguments,
        seen=seen,
        actor_id=actor().id,
        now=at,
        rules=rules,
    )
    doable = tuple(ident for ident in seen if ident not in problems)
    skipped = groups_of(db.session, problems)
    if kind is BulkKind.MOVE and arguments["to"] == Stage.REJECTED.value and doable:
        blind = owed_applications(db.session, user_id=actor().id, posting_id=posting.id)
        unsure = unsure_ones(db.session, doable, blind=blind)
        coming = count_coming(db.session, application_ids=doable, reader_id=actor().id, now=at)
        return Outlook(doable, skipped, unsure, coming)
    examples = _examples(posting, arguments, doable) if kind is BulkKind.MAIL and doable else ()
    return Outlook(doable, skipped, examples=examples)


def _prepare_move(wanted: BulkRequest) -> Prepared:
    if wanted.to is None:
        return Prepared(problem=bulk_problem("to_missing") if _is_sent(wanted) else "")
    if wanted.to is Stage.WITHDRAWN:
        abort(400)
    if wanted.to is Stage.REJECTED and wanted.reason not in REJECT_REASONS:
        return Prepared(problem=bulk_problem("reason_missing") if _is_sent(wanted) or wanted.reason else "")
    reason = wanted.reason if wanted.to is Stage.REJECTED else ""
    words: dict[str, object] = {"to": wanted.to.value, "reason": reason, "note": wanted.note}
    if wanted.to is Stage.REJECTED and "call_off" in request.form and may(Permission.INTERVIEW_SCHEDULE):
        # as many as the page said: who does it, the request or the worker, follows from that
        shown = request.form.get("call_off_shown", 1, type=int)
        words |= {"call_off": max(1, min(shown, MOST)), "base": request.host_url}
    return Prepared(words, is_asked=True)


def _prepare_tag(wanted: BulkRequest) -> Prepared:
    if not wanted.tag:
        return Prepared(problem=tag_problem("name_missing") if _is_sent(wanted) else "")
    try:
        name = tidy_name(wanted.tag)
    except TagError as error:
        return Prepared(problem=tag_problem(error.code))
    known = tag_by_key(db.session, key_of(name))
    doubts = check_label(name) if wanted.kind is BulkKind.TAG else ()
    # one that is new is made when the act is done; that a word is there already is not told: it may be somebody's opinion
    return Prepared({"tag": known[0] if known else 0, "name": name}, name=name, doubts=doubts, is_asked=True)  # fmt: skip


def _prepare_hand_over(wanted: BulkRequest, colleagues: Mapping[int, str]) -> Prepared:
    if wanted.owner == "nobody":
        return Prepared({"owner": 0, "note": wanted.note}, is_asked=True)
    ident = int(wanted.owner) if wanted.owner.isascii() and wanted.owner.isdigit() else 0
    if ident not in colleagues:
        return Prepared(problem=bulk_problem("owner_missing") if _is_sent(wanted) else "")
    return Prepared({"owner": ident, "note": wanted.note}, name=colleagues[ident], is_asked=True)


def _prepare_mail(wanted: BulkRequest) -> Prepared:
    typed = {locale: (tidy_subject(one[0]), tidy(one[1])) for locale, one in wanted.letters.items()}
    written = {locale: one for locale, one in typed.items() if one[0] or one[1]}
    if not written:
        return Prepared(problem=_("Write the text of the mail.") if _is_sent(wanted) else "")
    errors = {locale: letter_errors(*one) for locale, one in written.items()}
    if any(errors.values()):
        return Prepared(problem=_("Mend the mail first."), errors=errors)
    letters = {locale: list(one) for locale, one in written.items()}
    return Prepared({"letters": letters, "base": request.host_url}, is_asked=True)


def _examples(posting: Posting, arguments: Mapping[str, object], ids: tuple[int, ...]) -> tuple[Example, ...]:
    """Fill the letter for one candidate of each language; the candidate's own link stays a placeholder."""
    letters, found = arguments["letters"], []
    for locale, number in locales_of(db.session, ids).items():
        one = first_of(db.session, ids, locale=locale)
        if one is None:
            continue
        subject, text = letter_for(letters, locale)  # type: ignore[arg-type] # as _prepare_mail made them
        values = letter_values(one, posting=posting, recruiter=reader().name, stage=None)
        found.append(Example(locale, number, one.name, fill_for_staff(subject, values), fill_for_staff(text, values)))
    return tuple(found)


def _is_sent(wanted: BulkRequest) -> bool:
    """Tell whether somebody has seen the form of this kind already."""
    return bool(wanted.previewed) or wanted.does or "step" in request.form


def as_of_in(text: str) -> datetime:
    """Read the time of a preview; now for the first one, and for one that nobody could have been sent."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now()
    return min(moment, now()) if moment.tzinfo else now()
