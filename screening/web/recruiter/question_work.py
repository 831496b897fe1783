"""A posting's own questions as the recruiter's pages show them, and the commit of a save with its undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from rubrics.codec import load_rubric
from screening.extensions import db
from screening.models import Posting, QuestionSet, RubricState
from screening.queries.own_questions import names_of, newest_form
from screening.services.custom_questions import (
    KIND,
    CustomQuestion,
    Doubt,
    custom_questions,
    dump_question,
    find_doubts,
)
from screening.services.drafting import version_in
from screening.services.forming import questions_for
from screening.services.question_sets import open_doubts, revision_of, save_questions, set_in, shown_set
from screening.services.undoing import Act, remember
from screening.web.access import actor, now
from screening.web.toasts import toast


@dataclass(frozen=True, slots=True)
class Row:
    """One question in the list; ``change`` is new, changed or empty beside the set in force."""

    question: CustomQuestion
    document: Mapping[str, Any]
    doubts: tuple[Doubt, ...]
    accepted: tuple[Mapping[str, Any], ...]
    change: str


@dataclass(frozen=True, slots=True)
class Work:
    """The set under the recruiter's hand: the draft, else the one in force, else none (number 0)."""

    posting: Posting
    shown: QuestionSet | None
    current: QuestionSet | None
    rubric_questions: tuple[Mapping[str, Any], ...]

    @property
    def questions(self) -> tuple[CustomQuestion, ...]:
        """The recruiter's own questions in their order."""
        return custom_questions(self.shown.questions) if self.shown is not None else ()

    @property
    def documents(self) -> list[Mapping[str, Any]]:
        """All questions of the form: the rubric's, then the recruiter's own."""
        return [*self.rubric_questions, *map(dump_question, self.questions)]

    @property
    def revision(self) -> int:
        """The number that a form sends along, so that a save over another one is noticed."""
        return revision_of(self.shown)

    @property
    def is_draft(self) -> bool:
        """Tell whether there is a draft that says something else than the set in force."""
        return self.revision > 0 and self.changes > 0

    @property
    def changes(self) -> int:
        """How many questions are new, changed, moved or gone."""
        old = custom_questions(self.current.questions) if self.current is not None else ()
        new = self.questions
        gone = {one.id for one in old} - {one.id for one in new}
        kept = [one.id for one in old if one.id not in gone]
        moved = kept != [one.id for one in new if one.id in kept]
        return len(gone) + sum(one not in old for one in new) + moved

    @property
    def removed(self) -> tuple[CustomQuestion, ...]:
        """The questions that are in force and will not be asked any more."""
        old = custom_questions(self.current.questions) if self.current is not None else ()
        return tuple(one for one in old if one.id not in {other.id for other in self.questions})

    def doubts(self, question: CustomQuestion) -> tuple[Doubt, ...]:
        """Give the doubts about a question, stored or just typed, that nobody has answered."""
        return open_doubts(self.shown, question) if self.shown is not None else find_doubts(question)

    def rows(self) -> list[Row]:
        """Lay the questions out with doubts, answers to them, and what changed."""
        old = {one.id: one for one in custom_questions(self.current.questions)} if self.current is not None else {}
        accepted = self.shown.accepted if self.shown is not None else []
        names = names_of(db.session, (entry["by"] for entry in accepted))
        return [
            Row(
                question=one,
                document=dump_question(one),
                doubts=self.doubts(one),
                accepted=tuple(
                    {**entry, "name": names.get(entry["by"], "")}
                    for entry in accepted
                    if (entry["question"], entry["topic"], entry["words"])
                    in {(doubt.question, doubt.topic.value, doubt.words) for doubt in find_doubts(one)}
                ),
                change="" if one == old.get(one.id) else "changed" if one.id in old else "new",
            )
            for one in self.questions
        ]


def open_work(posting: Posting) -> Work:
    """Read the posting's own questions, with those of its rubric, on whose answers they may hang."""
    form = newest_form(db.session, posting_id=posting.id)
    made = [one for one in form.questions if one["kind"] != KIND] if form is not None else []
    if not made:
        version = version_in(db.session, posting, RubricState.DRAFT) or version_in(
            db.session, posting, RubricState.PUBLISHED
        )
        made = questions_for(load_rubric(version.document)) if version is not None else []
    return Work(
        posting=posting,
        shown=shown_set(db.session, posting_id=posting.id),
        current=set_in(db.session, posting_id=posting.id, state=RubricState.PUBLISHED),
        rubric_questions=tuple(made),
    )


def store(work: Work, questions: Sequence[CustomQuestion], *, revision: int) -> QuestionSet:
    """Save the list as the draft's next revision; the caller commits. Raise RevisionError as ``save_questions`` does."""
    return save_questions(
        db.session, posting=work.posting, questions=questions, revision=revision, actor_id=actor().id, now=now()
    )


def keep(work: Work, questions: Sequence[CustomQuestion], *, revision: int, words: str) -> None:
    """Save, commit, and say so with an undo button; what changed nothing says so."""
    if tuple(questions) == work.questions and revision == work.revision:
        toast(_("Nothing was changed."))
        return
    offer_undo(store(work, questions, revision=revision), words=words)


def offer_undo(draft: QuestionSet, *, words: str) -> None:
    """Commit a save and offer the way back."""
    token = remember(
        db.session, actor_id=actor().id, act=Act.QUESTIONS, now=now(), set=draft.id, revision=draft.revision
    )
    db.session.commit()
    toast(words, undo=token)
