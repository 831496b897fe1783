"""A company with very many applications, quickly: postings with their rubrics, people, prescores, interviews and evaluations in bulk.

Everything that a page reads is there as the product would have stored it: stages with their counts and moves, results that
the engine made, panels with their evaluations, tags, letters. What no page of staff reads (jobs, audit) is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.orm import Session

from bench.loading import Loader, check_keys_late, without_indexes
from bench.prescore import _applications
from bench.seeded_rows import (
    FILLED,
    HEADLINE,
    SECTIONS,
    TAGS,
    Place,
    Row,
    Shared,
    Variant,
    batch_of,
    name_of,
    rows_of,
    since_of,
    stage_of,
)
from rubrics.catalogue import catalogue
from rubrics.codec import digest, dump_prescore, dump_rubric
from rubrics.lexicon import load_lexicon
from rubrics.scoring import prescore
from screening.documents.words import document_words
from screening.models import (
    Application,
    Base,
    Evaluation,
    FormVersion,
    Interview,
    Person,
    Posting,
    Role,
    RubricVersion,
    SearchDocument,
    Stage,
    StageCount,
    StageDay,
    StoredPrescore,
    Tag,
    User,
    VerdictDocument,
)
from screening.queries.cities import stored_cities
from screening.queries.standing import mark_of, outline, verdict_words
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


@dataclass(frozen=True, slots=True)
class Company:
    """What was made: who reads it, and where to look."""

    admin: User
    posting_ids: tuple[int, ...]
    applications: int
    tags: tuple[int, ...] = ()


def seed(session: Session, *, applications: int, now: datetime) -> Company:
    """Fill empty tables with so many applications to twenty postings; commits."""
    return _fill(session, Loader(), applications, now)


def seed_quickly(url: str, *, applications: int, now: datetime) -> Company:
    """Fill a database that nobody else uses, in a third of the time: a million applications in some minutes."""
    loader = Loader()
    engine = loader.open_engine(url)
    with Session(engine, expire_on_commit=False) as session, without_indexes(engine, FILLED):
        company = _fill(session, loader, applications, now)
        session.close()
    engine.dispose()
    return company


def find_company(session: Session) -> Company:
    """Give what ``seed_quickly`` made of a database that was kept."""
    return Company(
        admin=session.scalars(select(User).where(User.role == Role.ADMIN).order_by(User.id)).first() or User(),
        posting_ids=tuple(session.scalars(select(Posting.id).order_by(Posting.id))),
        applications=session.scalar(select(func.max(Application.id))) or 0,
        tags=tuple(session.scalars(select(Tag.id).order_by(Tag.id))),
    )


def _fill(session: Session, loader: Loader, applications: int, now: datetime) -> Company:
    admin = make_user(session, Role.ADMIN)
    interviewers = [make_user(session, Role.INTERVIEWER, name=f"面试官 {number}").id for number in range(20)]
    places = _places(session)
    tags = [Tag(name=name, key=name) for name, _ in TAGS]
    session.add_all(tags)
    session.commit()
    shared = Shared(tuple(interviewers), admin.id, tuple(tag.id for tag in tags), now)
    for place in places:
        for variant in place.variants:
            loader.keep([variant.result, variant.kept["standing"], *variant.answers.values()])
    counts: Counter[Standing] = Counter()
    numbers = iter(range(1, applications + 1))
    while batch := list(islice(numbers, BATCH)):
        tables: dict[type[Base], list[Row]] = {}
        for number in batch:
            place = places[number % len(places)]
            stage = stage_of(number)
            submitted = now - timedelta(days=DAYS) * (1 - number / applications) - timedelta(minutes=3)
            counts[place.posting_id, stage, day_of(since_of(number, submitted))] += 1
            for table, row in rows_of(number, place, stage, submitted, shared):
                tables.setdefault(table, []).append(row)
        tables[SearchDocument] = [*_documents(session, batch, places)]
        tables[VerdictDocument] = [
            {"application_id": row["id"], "words": " ".join(verdict_words(row["posting_id"], row["verdicts"]))}
            for row in tables[Application]
            if row["verdicts"]
        ]
        check_keys_late(session.connection())
        loader.load(session.connection(), tables)
        session.commit()
    _count(session, counts)
    _follow_numbers(session)
    session.commit()
    _analyse(session)
    return Company(admin, tuple(place.posting_id for place in places), applications, shared.tags)


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


def _documents(session: Session, numbers: list[int], places: list[Place]) -> Iterator[Row]:
    """Give the words of these applications; what those of a variant share is cut once."""
    for number in numbers:
        place = places[number % len(places)]
        own = document_words(posting_id=place.posting_id, name=name_of(number), texts=[f"s{number}", batch_of(number)])
        words = stored_words(session, [*own, *place.variants[number // 20 % len(place.variants)].words])
        yield {"application_id": number, "words": words}


def _words_of(answers: Row, resume: str) -> list[str]:
    """Give the words that all applications of a variant are found by."""
    texts = [resume, *strings_of([answers.get(section) for section in SECTIONS]), HEADLINE]
    return document_words(posting_id=0, name="", texts=texts)[1:]


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
