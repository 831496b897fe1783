"""Acts on many in words: what would happen, what happened, and why somebody is left as they are."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from screening.models import BulkKind, BulkState, Stage
from screening.queries.bulks import BulkRow
from screening.queries.stage_rules import Rule
from screening.web.stage_words import stage_word

TAKEN = frozenset({BulkState.UNDOING, BulkState.UNDONE})


def act_words(kind: BulkKind, count: int, *, to: Rule | None = None, name: str = "") -> str:
    """Say what a button does: verb and object; ``to`` is the posting's rule of the stage to which it moves."""
    match kind:
        case BulkKind.MOVE if to is not None and to.stage is Stage.REJECTED:
            return ngettext("Reject %(num)s candidate", "Reject %(num)s candidates", count)
        case BulkKind.MOVE:
            word = stage_word(to) if to is not None else ""
            return ngettext(
                "Move %(num)s candidate to %(stage)s", "Move %(num)s candidates to %(stage)s", count, stage=word
            )
        case BulkKind.TAG:
            return ngettext("Tag %(num)s candidate “%(tag)s”", "Tag %(num)s candidates “%(tag)s”", count, tag=name)
        case BulkKind.UNTAG:
            return ngettext(
                "Take “%(tag)s” off %(num)s candidate", "Take “%(tag)s” off %(num)s candidates", count, tag=name
            )
        case BulkKind.HAND_OVER:
            return ngettext(
                "Hand %(num)s candidate over to %(name)s",
                "Hand %(num)s candidates over to %(name)s",
                count,
                name=name or _("the posting's owner"),
            )
        case BulkKind.MAIL:
            return ngettext("Write to %(num)s candidate", "Write to %(num)s candidates", count)


def bulk_title(row: BulkRow) -> str:
    """Name an act on many."""
    return act_words(row.kind, row.total, to=row.to, name=str(row.arguments.get("name", "")))


def done_words(kind: BulkKind, done: int, skipped: int, *, to: Rule | None = None, name: str = "") -> str:
    """Say what was done, and that some were left as they are."""
    match kind:
        case BulkKind.MOVE if to is not None and to.stage is Stage.REJECTED:
            words = ngettext("%(num)s candidate rejected.", "%(num)s candidates rejected.", done)
        case BulkKind.MOVE:
            word = stage_word(to) if to is not None else ""
            words = ngettext(
                "%(num)s candidate moved to %(stage)s.", "%(num)s candidates moved to %(stage)s.", done, stage=word
            )
        case BulkKind.TAG:
            words = ngettext(
                "%(num)s candidate tagged “%(tag)s”.", "%(num)s candidates tagged “%(tag)s”.", done, tag=name
            )
        case BulkKind.UNTAG:
            words = ngettext(
                "“%(tag)s” taken off %(num)s candidate.", "“%(tag)s” taken off %(num)s candidates.", done, tag=name
            )
        case BulkKind.HAND_OVER:
            words = ngettext("%(num)s candidate handed over.", "%(num)s candidates handed over.", done)
        case BulkKind.MAIL:
            words = ngettext("%(num)s mail written.", "%(num)s mails written.", done)
    if skipped:
        more = ngettext("%(num)s was left as it is.", "%(num)s were left as they are.", skipped)
        return _("%(first)s %(then)s", first=words, then=more)
    return words


def state_words(row: BulkRow) -> str:
    """Say how far an act on many is."""
    match row.state:
        case BulkState.RUNNING:
            return _("%(done)s of %(total)s done", done=row.reached, total=row.whole)
        case BulkState.UNDOING:
            return _("%(done)s of %(total)s taken back", done=row.reached, total=row.whole)
        case BulkState.STOPPED:
            return _("Stopped at %(done)s of %(total)s", done=row.reached, total=row.whole)
        case BulkState.UNDONE:
            return _("Taken back: %(done)s of %(total)s", done=row.undone, total=row.done)
        case BulkState.DONE:
            return _("Done: %(done)s of %(total)s", done=row.done, total=row.total)


def reason_words(code: str) -> str:
    """Say why somebody is left as they are."""
    return {
        "there": _("already there"),
        "gone": _("the application is not there any more, or its data are erased"),
        "changed": _("somebody has gone on with it since"),
        "not_allowed": _("cannot go there from the present stage"),
        "not_in_use": _("this posting leaves that stage out"),
        "second_look": _("was interviewed, and this posting wants two people to reject: decide in the debrief"),
        "waiting": _("a rejection waits for a second pair of eyes"),
        "applied_again": _("has applied again since; go on with the newer application"),
        "owed": _("you owe an evaluation of it, so you neither see nor stick on tags"),
        "without": _("does not bear this tag"),
        "full": _("bears as many tags as there can be"),
        "ended": _("the application has ended"),
        "no_right": _("this colleague has no right on the posting"),
        "no_address": _("has no address to write to"),
        "told": _("the mail has gone out"),
    }.get(code, _("could not be done"))


def kinds() -> dict[BulkKind, str]:
    """Name what can be done with many."""
    return {
        BulkKind.MOVE: _("Move or reject"),
        BulkKind.TAG: _("Add a tag"),
        BulkKind.UNTAG: _("Take a tag off"),
        BulkKind.HAND_OVER: _("Hand over"),
        BulkKind.MAIL: _("Write a mail"),
    }


def bulk_problem(code: str) -> str:
    """Say why an act on many was not begun, or is not taken back."""
    return {
        "nobody": _("Tick at least one candidate first."),
        "too_many": _("At most 30,000 applications at once. Narrow the list."),
        "reason_missing": _("Choose a reason to reject."),
        "to_missing": _("Choose a stage."),
        "tag_unknown": _("There is no tag of this name."),
        "owner_missing": _("Choose a colleague."),
        "running": _("It is still going on. Stop it first."),
        "expired": _("A step can be taken back for ten minutes. This one is older."),
        "used": _("This step was taken back already."),
        "forbidden": _("You have no right to take this back any more."),
    }.get(code, _("There is nothing to take back."))
