"""One application: what the candidate sent, with quotations marked, beside what the machine and people made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Criterion
from rubrics.prescore import Flag, Prescore, Quote, Result, Score, Verdict
from screening.models import (
    Answer,
    Application,
    Posting,
    PrescoreFailure,
    ResumeFile,
    RubricState,
    RubricVersion,
    Stage,
    StoredPrescore,
    TextState,
    User,
)
from screening.models.application import RESUME
from screening.queries.additions import Addition, additions
from screening.queries.answers import AnswerSection, jump_target, read_answers
from screening.queries.own_answers import FIELD, OwnAnswer, own_answers
from screening.queries.passages import Mark, Piece, cut
from screening.queries.requests import Review, reviews
from screening.queries.standing import State, unscored_state
from screening.queries.verdicts import Change, changes, standing_score, standing_verdicts

LONGEST_HIDDEN = 200  # characters of hidden words that are shown


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One quotation and the id of the marked place that it jumps to, empty where the place is not on the page."""

    text: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion with the verdict that counts; ``machine`` is the engine's own where a person changed it."""

    criterion: Criterion
    verdict: Verdict
    machine: Verdict | None
    change: Change | None
    changed_by: str | None
    because_zh: str
    because_en: str
    quotes: tuple[QuoteRow, ...]

    @property
    def code(self) -> str:
        """The short name: R2."""
        return self.criterion.id.upper()


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A fact beside the score and the place that it speaks of; ``words`` are those that a reader of the file does not see."""

    code: str
    source: str
    target: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that the candidate sent; ``pieces`` is its text, that of the résumé cut at its quotations."""

    id: int
    name: str
    size: int
    state: TextState
    failure: str | None
    uploaded_at: datetime
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What stands on the right: ``state`` and, when scored, the score, criteria and flags of one rubric version.

    ``newer`` is the number of a version in force that has no prescore yet; ``failure`` why the last run failed.
    """

    state: State
    version: int | None = None
    newer: int | None = None
    failure: str | None = None
    engine: str | None = None
    scored_at: datetime | None = None
    score: Score | None = None
    rows: tuple[CriterionRow, ...] = ()
    flags: tuple[FlagRow, ...] = ()
    changed: int = 0


@dataclass(frozen=True, slots=True)
class OtherRow:
    """Another application of the same person to the same posting, and since when it stands where it does."""

    id: int
    stage: Stage
    stage_since: datetime
    is_earlier: bool


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """The page without its tabs: the posting's head, documents and judgement.

    ``additions`` and ``reviews`` tell what the prescore found, so a blind reader sees none.
    """

    posting_title: str | None
    posting_language: str
    answers: tuple[AnswerSection, ...]
    own_answers: tuple[OwnAnswer, ...]
    resume: FileRow | None
    files: tuple[FileRow, ...]
    judgement: Judgement
    others: tuple[OtherRow, ...]
    additions: tuple[Addition, ...]
    reviews: tuple[Review, ...]

    @property
    def open_review(self) -> Review | None:
        """Give the request for a human review that nobody has answered."""
        return next((review for review in self.reviews if review.is_open), None)


def application_page(session: Session, *, application: Application, blind: bool) -> ApplicationPage:
    """Read an application; for a ``blind`` reader nothing of the prescore, its marks included."""
    posting = session.get_one(Posting, application.posting_id)
    files = session.scalars(
        select(ResumeFile).where(ResumeFile.application_id == application.id).order_by(ResumeFile.id.desc())
    ).all()
    resume = next((file for file in files if file.field == RESUME), None)
    answers = {
        answer.field: answer.value
        for answer in session.scalars(select(Answer).where(Answer.application_id == application.id).order_by(Answer.id))
    }
    judgement, marks = _judgement(session, application, resume) if not blind else (Judgement(State.BLIND), {})
    return ApplicationPage(
        posting_title=posting.title,
        posting_language=posting.language,
        answers=read_answers(answers, marks),
        own_answers=own_answers(answers.get(FIELD), files),
        resume=_file(resume, marks.get("resume", ())) if resume else None,
        files=tuple(_file(file, ()) for file in files),
        judgement=judgement,
        others=_others(session, application),
        additions=() if blind else additions(session, application_id=application.id),
        reviews=() if blind else reviews(session, application_id=application.id),
    )


def _others(session: Session, application: Application) -> tuple[OtherRow, ...]:
    rows = session.execute(
        select(Application.id, Application.stage, Application.stage_since)
        .where(
            Application.person_id == application.person_id,
            Application.posting_id == application.posting_id,
            Application.id != application.id,
        )
        .order_by(Application.id.desc())
    )
    return tuple(OtherRow(ident, stage, since, ident < application.id) for ident, stage, since in rows)


Marks = Mapping[str, Sequence[Mark]]


def _file(file: ResumeFile, marks: Sequence[Mark]) -> FileRow:
    return FileRow(
        id=file.id,
        name=file.original_name,
        size=file.size,
        state=file.text_state,
        failure=file.failure,
        uploaded_at=file.uploaded_at,
        pieces=cut(file.text or "", marks, prefix="e"),
    )


def _judgement(session: Session, application: Application, resume: ResumeFile | None) -> tuple[Judgement, Marks]:
    versions = session.scalars(
        select(RubricVersion)
        .where(RubricVersion.posting_id == application.posting_id, RubricVersion.state != RubricState.DRAFT)
        .order_by(RubricVersion.number)
    ).all()
    current = next((version for version in versions if version.state is RubricState.PUBLISHED), None)
    stored = session.get(StoredPrescore, application.prescore_id) if application.prescore_id else None
    failure = session.scalar(
        select(PrescoreFailure.message)
        .where(
            PrescoreFailure.application_id == application.id,
            PrescoreFailure.rubric_version_id == (current.id if current else 0),
        )
        .order_by(PrescoreFailure.id.desc())
        .limit(1)
    )
    if stored is None:
        return Judgement(unscored_state(application, failed=failure is not None), failure=failure), {}
    version = next(version for version in versions if version.id == stored.rubric_version_id)
    is_current = current is None or current.id == version.id
    prescore = load_prescore(stored.result)
    rubric = load_rubric(version.document)
    changed = changes(session, [application.id])[application.id]
    verdicts = standing_verdicts(rubric, prescore, changed)
    text = (resume.text or "") if resume else ""
    texts = _sources(prescore, has_resume=bool(text))
    judgement = Judgement(
        state=State.SCORED,
        version=version.number,
        newer=None if is_current or current is None else current.number,
        failure=failure,
        engine=prescore.engine,
        scored_at=stored.created_at,
        score=standing_score(rubric, prescore, changed),
        rows=tuple(_rows(session, rubric.criteria, prescore.results, verdicts, changed, texts)),
        flags=tuple(_flag(flag, texts, text) for flag in prescore.flags),
        changed=sum(criterion.key in changed for criterion in rubric.criteria),
    )
    return judgement, _marks(prescore, verdicts)


def _sources(prescore: Prescore, *, has_resume: bool) -> frozenset[str]:
    """Name the sources whose text is on the page: all answers, and the résumé when there is one."""
    named = {quote.source for result in prescore.results for quote in result.evidence}
    named |= {flag.source for flag in prescore.flags}
    return frozenset(named if has_resume else named - {"resume"})


def _rows(
    session: Session,
    criteria: Sequence[Criterion],
    results: Sequence[Result],
    verdicts: Mapping[str, Verdict],
    changed: Mapping[str, Change],
    sources: frozenset[str],
) -> list[CriterionRow]:
    people = {change.actor_id for change in changed.values()}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(people))).all())
    by_id = {result.criterion: result for result in results}
    rows = []
    for criterion in criteria:
        result = by_id.get(criterion.id)
        change = changed.get(criterion.key)
        rows.append(
            CriterionRow(
                criterion=criterion,
                verdict=verdicts.get(criterion.id, Verdict.NOT_SHOWN),
                machine=result.verdict if result and change else None,
                change=change,
                changed_by=names.get(change.actor_id) if change else None,
                because_zh=result.because.zh if result else "",
                because_en=result.because.en if result else "",
                quotes=_quotes(result.evidence, sources) if result else (),
            )
        )
    return rows


def _quotes(evidence: Iterable[Quote], sources: frozenset[str]) -> tuple[QuoteRow, ...]:
    """Make the rows; the same words in two fields of the answers are shown once, each place stays marked in the text."""
    once = {(quote.quote, quote.source == "resume"): quote for quote in reversed(tuple(evidence))}
    return tuple(_quote(quote, sources) for quote in reversed(once.values()))


def _quote(quote: Quote, sources: frozenset[str]) -> QuoteRow:
    return QuoteRow(
        quote.quote, quote.source, jump_target(quote.source, quote.start) if quote.source in sources else ""
    )


def _flag(flag: Flag, sources: frozenset[str], resume: str) -> FlagRow:
    marked = flag.source in sources and flag.end > flag.start
    words = " ".join(resume[flag.start : flag.end].split()) if marked and flag.code == "hidden_text" else ""
    if len(words) > LONGEST_HIDDEN:
        words = f"{words[:LONGEST_HIDDEN]}…"
    return FlagRow(flag.code, flag.source, jump_target(flag.source, flag.start) if marked else "", words)


def _marks(prescore: Prescore, verdicts: Mapping[str, Verdict]) -> Marks:
    marks: dict[str, list[Mark]] = {}
    for result in prescore.results:
        for quote in result.evidence:
            verdict = verdicts.get(result.criterion, result.verdict).value
            marks.setdefault(quote.source, []).append(Mark(quote.start, quote.end, result.criterion.upper(), verdict))
    for flag in prescore.flags:
        if flag.end > flag.start:
            marks.setdefault(flag.source, []).append(Mark(flag.start, flag.end, "", "flag"))
    return marks
