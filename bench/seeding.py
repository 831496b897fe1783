"""A company with very many applications, quickly: postings with their rubrics, people, prescores, interviews and evaluations in bulk.

Everything that a page reads is there as the product would have stored it: stages with their counts and moves, results that
the engine made, panels with their evaluations. What no page of staff reads (mails, jobs, audit) is left out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.orm import Session

from bench.prescore import _applications
from rubrics.catalogue import catalogue
from rubrics.codec import digest, dump_prescore, dump_rubric
from rubrics.lexicon import load_lexicon
from rubrics.scoring import prescore
from screening.documents.words import document_words
from screening.models import (
    Answer,
    Application,
    Base,
    Evaluation,
    FormVersion,
    Interview,
    Panelist,
    Person,
    Rating,
    Recommendation,
    ResumeFile,
    Role,
    RubricVersion,
    SearchDocument,
    Stage,
    StageCount,
    StageDay,
    StageMove,
    StoredPrescore,
    TextState,
    User,
)
from screening.models.search import GIN_INDEX, MAKE_INDEX
from screening.queries.cities import stored_cities
from screening.queries.standing import mark_of, outline
from screening.queries.texts import stored_words, strings_of
from screening.services.forming import questions_for
from screening.services.judging import kept_of
from screening.services.stage_counts import Standing, day_of
from tests.factories import make_posting, make_user

BATCH = 2_000
DAYS = 400
"""Applications came in over so many days, whatever their number."""
VARIANTS = 10
"""Results of the engine for each posting that its applications share."""
SHARES = (
    (Stage.APPLIED, 30),
    (Stage.SCREENING, 15),
    (Stage.INTERVIEW, 5),
    (Stage.DEBRIEF, 2),
    (Stage.OFFER, 1),
    (Stage.HIRED, 3),
    (Stage.REJECTED, 40),
    (Stage.WITHDRAWN, 4),
)
STAGES = tuple(stage for stage, share in SHARES for _ in range(share))
MET = frozenset({Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER, Stage.HIRED})
JUDGED = MET - {Stage.INTERVIEW}
FAMILY = "云林江白石周梁何许顾谷秋远苏叶陆沈韩唐冯"
GIVEN = "小鹤藤舟然愿渠子安晴禾星河竹雨松月川岚夏宁初言乐知行思远长青一帆若水清和"
SECTIONS = ("basics", "education", "skills", "availability")
HEADLINE = "云溪大学 · 计算机 · 硕士"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """What an application of a posting holds and what the engine made of it."""

    answers: Row
    resume: str
    result: Row
    kept: Row
    cities: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A posting with what its applications share."""

    posting_id: int
    version_id: int
    form_id: int
    focus: tuple[tuple[str, str], ...]
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """What was made: who reads it, and where to look."""

    admin: User
    posting_ids: tuple[int, ...]
    applications: int


def seed(session: Session, *, applications: int, now: datetime) -> Company:
    """Fill empty tables with so many applications to twenty postings; commits."""
    _drop_index(session)
    admin = make_user(session, Role.ADMIN)
    interviewers = [make_user(session, Role.INTERVIEWER, name=f"面试官 {number}").id for number in range(20)]
    places = _places(session)
    session.commit()
    counts: Counter[Standing] = Counter()
    numbers = iter(range(1, applications + 1))
    while batch := list(islice(numbers, BATCH)):
        tables: dict[type[Base], list[Row]] = {}
        for number in batch:
            place = places[number % len(places)]
            stage = STAGES[number * 7919 % len(STAGES)]
            submitted = now - timedelta(days=DAYS) * (1 - number / applications) - timedelta(minutes=3)
            counts[place.posting_id, stage, day_of(_since(number, submitted))] += 1
            for table, row in _rows(number, place, stage, submitted, interviewers, admin.id):
                tables.setdefault(table, []).append(row)
        _check_keys_late(session)
        for table, rows in tables.items():
            session.execute(insert(table), rows)
        _index(session, batch, places)
        session.commit()
    _count(session, counts)
    _follow_numbers(session)
    _make_index(session)
    session.commit()
    _analyse(session)
    return Company(admin, tuple(place.posting_id for place in places), applications)


def _count(session: Session, counts: Mapping[Standing, int]) -> None:
    days = [
        {"posting_id": posting, "stage": stage, "day": day, "count": count}
        for (posting, stage, day), count in counts.items()
    ]
    stages: Counter[tuple[int, Stage]] = Counter()
    for (posting, stage, _day), count in counts.items():
        stages[posting, stage] += count
    rows = [{"posting_id": posting, "stage": stage, "count": count} for (posting, stage), count in stages.items()]
    session.execute(insert(StageDay), days)
    session.execute(insert(StageCount), rows)


def _since(number: int, submitted: datetime) -> datetime:
    """Give since when an application stands in its stage."""
    return submitted + timedelta(minutes=number % 7 * 20)


def name_of(number: int) -> str:
    """Give a fictional name of three characters; thousands of different ones."""
    mixed = int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=6).digest(), "big")
    parts = FAMILY[mixed % len(FAMILY)], GIVEN[mixed // 97 % len(GIVEN)], GIVEN[mixed // 9973 % len(GIVEN)]
    return "".join(parts)


def _places(session: Session) -> list[Place]:
    lexicon = load_lexicon()
    dossiers = _applications()[1]
    places = []
    for number, entry in enumerate(catalogue()):
        posting = make_posting(session, slug=entry.slug)
        posting.title = entry.rubric.title or entry.rubric.suggested_title
        version = session.scalars(select(RubricVersion).where(RubricVersion.posting_id == posting.id)).one()
        version.document = dump_rubric(entry.rubric)
        version.digest = digest(version.document)
        form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
        form.questions = questions_for(entry.rubric)
        variants = []
        for dossier in dossiers[number * VARIANTS :][:VARIANTS] or dossiers[:VARIANTS]:
            result = prescore(entry.rubric, dossier, lexicon)
            score, standing = outline(entry.rubric, result, {}, mark=mark_of(version))
            variants.append(
                Variant(
                    dossier.answers,
                    dossier.resume or "",
                    dump_prescore(result),
                    kept_of(score, standing, number=version.number),
                    stored_cities(dossier.answers),
                    _words_of(dossier.answers, dossier.resume or ""),
                )
            )
        focus = tuple((criterion.id, criterion.key) for criterion in entry.rubric.criteria[-4:])
        places.append(Place(posting.id, version.id, form.id, focus, tuple(variants)))
    return places


def _rows(
    number: int, place: Place, stage: Stage, submitted: datetime, interviewers: list[int], planner: int
) -> Iterator[tuple[type[Base], Row]]:
    variant = place.variants[number // 20 % len(place.variants)]
    name, since = name_of(number), _since(number, submitted)
    yield Person, {"id": number, "email_normalised": f"s{number}@example.com", "created_at": submitted}
    yield (
        Application,
        {
            "id": number,
            "person_id": number,
            "posting_id": place.posting_id,
            "form_version_id": place.form_id,
            "idempotency_key": f"{number:032}",
            "name": name,
            "email": f"s{number}@example.com",
            "locale": "zh",
            "headline": HEADLINE,
            "source": ("site", "campus", "referral", "agency")[number % 4],
            "consent_version": "1",
            "stage": stage,
            "stage_since": since,
            "cities": variant.cities,
            **variant.kept,
            "prescore_id": number,
            "submitted_at": submitted,
        },
    )
    for field in SECTIONS:
        if field in variant.answers:
            yield Answer, {"application_id": number, "field": field, "value": variant.answers[field]}
    yield ResumeFile, _file(number, f"{name}\n{variant.resume}", submitted)
    yield StageMove, {"application_id": number, "from_stage": None, "to_stage": Stage.APPLIED, "at": submitted}
    if stage is not Stage.APPLIED:
        moved = {"from_stage": Stage.APPLIED, "to_stage": stage, "at": since, "actor_id": planner}
        yield StageMove, {"application_id": number, **moved}
    yield StoredPrescore, _prescore(number, place, variant, submitted)
    if stage in MET:
        yield from _meeting(number, place, since, interviewers, planner, is_judged=stage in JUDGED)


def _index(session: Session, numbers: list[int], places: list[Place]) -> None:
    """Store the words of these applications; what those of a variant share is cut once."""
    rows = []
    for number in numbers:
        place = places[number % len(places)]
        own = document_words(posting_id=place.posting_id, name=name_of(number), texts=[f"s{number}"])
        words = stored_words(session, [*own, *place.variants[number // 20 % len(place.variants)].words])
        rows.append({"application_id": number, "words": words})
    session.execute(insert(SearchDocument), rows)


def _words_of(answers: Row, resume: str) -> list[str]:
    """Give the words that all applications of a variant are found by."""
    texts = [resume, *strings_of([answers.get(section) for section in SECTIONS]), HEADLINE]
    return document_words(posting_id=0, name="", texts=texts)[1:]


def _drop_index(session: Session) -> None:
    """Let PostgreSQL make its index of words at the end, which takes seconds where row by row takes an hour."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"DROP INDEX {GIN_INDEX}"))


def _make_index(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(MAKE_INDEX["postgresql"][0]))


def _file(number: int, resume: str, at: datetime) -> Row:
    return {
        "application_id": number,
        "original_name": "resume.txt",
        "media_type": "text/plain",
        "size": len(resume),
        "sha256": "0" * 64,
        "storage_key": f"{number:032}",
        "text_state": TextState.READ,
        "text": resume,
        "uploaded_at": at,
    }


def _prescore(number: int, place: Place, variant: Variant, at: datetime) -> Row:
    return {
        "id": number,
        "application_id": number,
        "rubric_version_id": place.version_id,
        "engine_version": variant.result["engine"],
        "lexicon_version": variant.result["lexicon"],
        "input_sha256": f"{number:064}",
        "result": variant.result,
        "created_at": at,
    }


def _meeting(
    number: int, place: Place, at: datetime, interviewers: list[int], planner: int, *, is_judged: bool
) -> Iterator[tuple[type[Base], Row]]:
    panel = {interviewers[(number + step) % len(interviewers)] for step in (0, 7)}
    yield (
        Interview,
        {
            "id": number,
            "application_id": number,
            "rubric_version_id": place.version_id,
            "round": "第一轮",
            "starts_at": at,
            "minutes": 45,
            "ends_at": at + timedelta(minutes=45),
            "due_at": at + timedelta(hours=25),
            "time_zone": "Asia/Shanghai",
            "focus": [ident for ident, _ in place.focus],
            "created_by": planner,
            "created_at": at,
            "uid": f"measured-{number}",
            "changed_at": at,
        },
    )
    for seat, user in enumerate(sorted(panel)):
        yield Panelist, {"interview_id": number, "user_id": user}
        if not is_judged:
            continue
        evaluation = number * 2 + seat
        yield (
            Evaluation,
            {
                "id": evaluation,
                "interview_id": number,
                "user_id": user,
                "version": 1,
                "recommendation": list(Recommendation)[(number + seat) % 4],
                "summary": "讲得清楚，细节扎实。",
                "submitted_at": at + timedelta(hours=2),
            },
        )
        for ident, key in place.focus:
            value = 1 + (number + seat + len(key)) % 4
            yield (
                Rating,
                {
                    "evaluation_id": evaluation,
                    "criterion": ident,
                    "criterion_key": key,
                    "value": value,
                    "note": "举了例子。",
                },
            )


def _check_keys_late(session: Session) -> None:
    """Let rows name others that come later in this transaction: an application and its prescore name each other."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    session.execute(
        text("SET LOCAL session_replication_role = replica" if postgresql else "PRAGMA defer_foreign_keys = ON")
    )


def _follow_numbers(session: Session) -> None:
    """Let PostgreSQL count on from the ids that were given."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in _with_given_numbers():
        name = func.pg_get_serial_sequence(table.__tablename__, "id")
        session.execute(select(func.setval(name, func.coalesce(select(func.max(table.id)).scalar_subquery(), 1))))


def _with_given_numbers() -> Iterable[Any]:
    return Person, Application, StoredPrescore, Interview, Evaluation


def _analyse(session: Session) -> None:
    """Let the database count what it plans by, as its own housekeeping would have by then."""
    connection = session.connection()
    if inspect(connection).dialect.name == "sqlite":
        connection.execute(text("ANALYZE"))
        session.commit()
        return
    session.commit()
    engine: Any = session.get_bind()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        own.execute(text("VACUUM ANALYZE"))
