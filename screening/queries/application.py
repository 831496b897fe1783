"""One application: what the candidate sent, with quotations marked, beside what the machine and people made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Select, and_, bindparam, case, or_, select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Criterion
from rubrics.prescore import Flag, Prescore, Quote, Result, Score, Verdict
from screening.models import (
    Answer,
    Application,
    ChangedVerdict,
    Posting,
    PrescoreFailure,
    Referral,
    ResumeFile,
    Role,
    RubricState,
    RubricVersion,
    StoredPrescore,
    TextState,
)
from screening.models.application import RESUME
from screening.policy import Actor
from screening.queries.additions import Addition, added_rows, addition_of
from screening.queries.answers import AnswerSection, jump_target, read_answers
from screening.queries.booking import offer_rows
from screening.queries.mentions import Mention, mention_rows, mentions_from
from screening.queries.own_answers import FIELD, OwnAnswer, own_answers
from screening.queries.passages import Mark, Piece, cut
from screening.queries.people import People, asked, people_from, related_rows, suspect_rows
from screening.queries.requests import Review, review_rows
from screening.queries.standing import State, unscored_state
from screening.queries.tags import TagPanel, panel_from, panel_rows
from screening.queries.timeline import InterviewRow, interview_rows, interviews_from
from screening.queries.together import Together
from screening.queries.verdicts import Change, changed_rows, latest_changes, standing_score, standing_verdicts

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
class ApplicationPage:
    """The page without its tabs: the posting's head, documents and judgement.

    ``additions`` and ``reviews`` tell what the prescore found, so a blind reader sees none. ``version`` is the rubric
    version in force, ``offers`` are rows of ``offer_rows``.
    """

    posting_title: str | None
    posting_language: str
    answers: tuple[AnswerSection, ...]
    own_answers: tuple[OwnAnswer, ...]
    resume: FileRow | None
    files: tuple[FileRow, ...]
    judgement: Judgement
    people: People
    referrer: str | None
    interviews: tuple[InterviewRow, ...]
    offers: tuple[Any, ...]
    additions: tuple[Addition, ...]
    reviews: tuple[Review, ...]
    mentions: tuple[Mention, ...]
    tags: TagPanel | None
    version: RubricVersion | None

    @property
    def open_review(self) -> Review | None:
        """Give the request for a human review that nobody has answered."""
        return next((review for review in self.reviews if review.is_open), None)


def application_page(session: Session, *, application: Application, actor: Actor, blind: bool) -> ApplicationPage:
    """Read an application in two queries; for a ``blind`` reader nothing of the prescore, its marks included."""
    posting = session.get_one(Posting, application.posting_id)
    everything = actor.role is Role.ADMIN
    lists = _lists(everything=everything).read(
        session, **asked(application, actor), referral=application.referral_id, reader=actor.id
    )
    files = lists["files"]
    resume = next((file for file in files if file.field == RESUME), None)
    answers = {answer.field: answer.value for answer in lists["answers"]}
    text = resume.text or "" if resume else ""
    versions = _versions_of(session, application, blind=blind)
    judgement, marks = (
        _judgement(application, versions, text, latest_changes(lists["changes"]))
        if not blind
        else (Judgement(State.BLIND), {})
    )
    return ApplicationPage(
        posting_title=posting.title,
        posting_language=posting.language,
        answers=read_answers(answers, marks),
        own_answers=own_answers(answers.get(FIELD), files),
        resume=_file(resume, marks.get("resume", ())) if resume else None,
        files=tuple(_file(file, ()) for file in files),
        judgement=judgement,
        people=people_from(application, related=lists["related"], suspects=lists["suspects"]),
        referrer=next((row.referrer for row in lists["referral"]), None),
        offers=tuple(lists["offers"]),
        interviews=interviews_from(interviews=lists["interviews"], seats=lists["seats"], reader_id=actor.id),
        additions=() if blind else tuple(map(addition_of, lists["additions"])),
        reviews=() if blind else tuple(Review(*row) for row in lists["reviews"]),
        mentions=() if blind else mentions_from(lists["mentions"]),
        tags=None if blind else panel_from(tags=lists["tags"], at_hand=lists["at_hand"]),
        version=_current(versions),
    )


@cache
def _lists(*, everything: bool) -> Together:
    """Make the statement of all small lists that the page shows."""
    here: BindParameter[int] = bindparam("application")
    return Together(
        files=select(
            ResumeFile.id,
            ResumeFile.field,
            ResumeFile.original_name,
            ResumeFile.size,
            ResumeFile.text_state,
            ResumeFile.failure,
            ResumeFile.uploaded_at,
            case((ResumeFile.field == RESUME, ResumeFile.text)).label("text"),
        )
        .where(ResumeFile.application_id == here)
        .order_by(ResumeFile.id.desc()),
        answers=select(Answer.field, Answer.value).where(Answer.application_id == here).order_by(Answer.id),
        changes=changed_rows().where(ChangedVerdict.application_id == here),
        additions=added_rows(),
        reviews=review_rows(),
        related=related_rows(everything=everything),
        suspects=suspect_rows(everything=everything),
        referral=select(Referral.referrer).where(Referral.id == bindparam("referral", type_=Integer)),
        offers=offer_rows(),
        mentions=mention_rows(),
        **panel_rows(),
        **interview_rows(),
    )


Marks = Mapping[str, Sequence[Mark]]


def _file(file: Any, marks: Sequence[Mark]) -> FileRow:
    return FileRow(
        id=file.id,
        name=file.original_name,
        size=file.size,
        state=file.text_state,
        failure=file.failure,
        uploaded_at=file.uploaded_at,
        pieces=cut(file.text or "", marks, prefix="e"),
    )


def _versions_of(session: Session, application: Application, *, blind: bool) -> Sequence[Any]:
    """Read the rows of ``_versions``; without a result for a blind reader."""
    values = {
        "application": application.id,
        "posting": application.posting_id,
        "prescore": None if blind else application.prescore_id,
    }
    return session.execute(_versions(), values).all()


def _current(versions: Sequence[Any]) -> RubricVersion | None:
    return next((row.RubricVersion for row in versions if row.RubricVersion.state is RubricState.PUBLISHED), None)


def _judgement(
    application: Application, rows: Sequence[Any], text: str, changed: Mapping[str, Change]
) -> tuple[Judgement, Marks]:
    """Lay what people ``changed`` over what the machine found, in ``rows`` of ``_versions``; ``text`` is the résumé's."""
    current = _current(rows)
    failure = next((row.failure for row in rows if row.RubricVersion is current), None)
    judged = next((row for row in rows if row.StoredPrescore is not None), None)
    if judged is None:
        return Judgement(unscored_state(application, failed=failure is not None), failure=failure), {}
    version, stored = judged.RubricVersion, judged.StoredPrescore
    prescore = load_prescore(stored.result)
    rubric = load_rubric(version.document)
    verdicts = standing_verdicts(rubric, prescore, changed)
    texts = _sources(prescore, has_resume=bool(text))
    judgement = Judgement(
        state=State.SCORED,
        version=version.number,
        newer=None if current is None or current is version else current.number,
        failure=failure,
        engine=prescore.engine,
        scored_at=stored.created_at,
        score=standing_score(rubric, prescore, changed),
        rows=tuple(_rows(rubric.criteria, prescore.results, verdicts, changed, texts)),
        flags=tuple(_flag(flag, texts, text) for flag in prescore.flags),
        changed=sum(criterion.key in changed for criterion in rubric.criteria),
    )
    return judgement, _marks(prescore, verdicts)


@cache
def _versions() -> Select[*tuple[Any, ...]]:
    """Select the rubric version in force and the prescored one with its result, each with why its last run failed."""
    failure = (
        select(PrescoreFailure.message)
        .where(
            PrescoreFailure.application_id == bindparam("application"),
            PrescoreFailure.rubric_version_id == RubricVersion.id,
        )
        .order_by(PrescoreFailure.id.desc())
        .limit(1)
        .correlate(RubricVersion)
        .scalar_subquery()
        .label("failure")
    )
    run = and_(
        StoredPrescore.id == bindparam("prescore", type_=Integer), StoredPrescore.rubric_version_id == RubricVersion.id
    )
    return (
        select(RubricVersion, StoredPrescore, failure)
        .outerjoin(StoredPrescore, run)
        .where(
            RubricVersion.posting_id == bindparam("posting"),
            or_(RubricVersion.state == RubricState.PUBLISHED, StoredPrescore.id.is_not(None)),
        )
        .order_by(RubricVersion.number)
    )


def _sources(prescore: Prescore, *, has_resume: bool) -> frozenset[str]:
    """Name the sources whose text is on the page: all answers, and the résumé when there is one."""
    named = {quote.source for result in prescore.results for quote in result.evidence}
    named |= {flag.source for flag in prescore.flags}
    return frozenset(named if has_resume else named - {"resume"})


def _rows(
    criteria: Sequence[Criterion],
    results: Sequence[Result],
    verdicts: Mapping[str, Verdict],
    changed: Mapping[str, Change],
    sources: frozenset[str],
) -> list[CriterionRow]:
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
                changed_by=change.by if change else None,
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
