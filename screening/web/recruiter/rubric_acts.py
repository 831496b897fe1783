"""What the pages of the rubric editor share: who is shown, a save with its undo, and what came in between."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort
from flask_babel import gettext as _

from rubrics.model import Criterion, Rubric
from screening.extensions import db
from screening.models import Posting, RubricVersion
from screening.queries.rubric import RubricPage, rubric_page
from screening.services.drafting import save_rubric
from screening.services.undoing import Act, remember
from screening.web.access import actor, now
from screening.web.formatting import is_chinese
from screening.web.toasts import toast


@dataclass(frozen=True, slots=True)
class Work:
    """A posting's rubric under the hand of the one who edits it."""

    posting: Posting
    page: RubricPage

    @property
    def rubric(self) -> Rubric:
        """The draft's content, or that of the version in force."""
        return self.page.rubric

    def criterion(self, ident: str) -> Criterion | None:
        """Find a criterion by its id in small letters; None when it is not there, or not there any more."""
        return next((one for one in self.rubric.criteria if one.id == ident), None)

    def criterion_or_404(self, ident: str) -> Criterion:
        """Find a criterion by its id; answer 404 when it is not there."""
        found = self.criterion(ident)
        if found is None:
            abort(404)
        return found


def open_work(posting: Posting) -> Work:
    """Read the posting's rubric as the editor shows it."""
    return Work(posting, rubric_page(db.session, posting=posting))


def keep(posting: Posting, rubric: Rubric, *, revision: int, change: str, words: str) -> None:
    """Save an edited rubric as the draft's next revision, commit, and say so with an undo button.

    Raise RevisionError when somebody else saved since ``revision``; then nothing is stored.
    """
    who, at = actor().id, now()
    draft = save_rubric(
        db.session, posting=posting, rubric=rubric, revision=revision, change=change, actor_id=who, now=at
    )
    offer_undo(draft, before=revision, words=words)


def offer_undo(draft: RubricVersion, *, before: int, words: str, shared: tuple[int, ...] = ()) -> None:
    """Commit what was saved since the revision ``before`` and offer the way back; a save that changed nothing says so."""
    steps = draft.revision - max(before, 1)
    if steps <= 0:
        db.session.commit()
        toast(_("Nothing was changed."))
        return
    token = remember(
        db.session,
        actor_id=actor().id,
        act=Act.RUBRIC,
        now=now(),
        version=draft.id,
        revision=draft.revision,
        steps=steps,
        shared=list(shared),
    )
    db.session.commit()
    toast(words, undo=token)


def page_language() -> str:
    """Give the language in which the page names terms: zh or en."""
    return "zh" if is_chinese() else "en"
