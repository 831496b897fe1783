"""What a list of a posting's applications can be narrowed by, and the conditions that this makes.

Conditions are of two kinds. What everybody may see (stage, time, source, city, owner, interviewer, words of the candidate) is asked
of all; what a reader who owes an evaluation must not learn (score, verdicts, knock-outs, tags) never touches an
application that is owed: such a filter does not find it, whatever is hidden there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from rubrics.prescore import Verdict
from screening.documents.words import Sought, Wanted, wanted
from screening.models import (
    Application,
    ApplicationTag,
    Interview,
    Panelist,
    Posting,
    Stage,
    StageCount,
    VerdictDocument,
)
from screening.queries.blindness import takes_part
from screening.queries.cities import BAR
from screening.queries.columns import read_columns
from screening.queries.origins import SOURCES
from screening.queries.rubric_in_force import RubricInForce, published_version, rubric_in_force
from screening.queries.stage_rules import LANES, Rules, came_before, rules_of
from screening.queries.standing import LETTERS, verdict_word
from screening.queries.texts import documents_with, holds, matching
from screening.queries.unindexed import unindexed

FEW = 1_000
"""Applications that a text, a tag, a person or verdicts may find to be named one by one; more are read in order and looked up among all."""
SAMPLED, SEEN, SURELY = 40, 6, 4
"""How many applications are looked at to tell whether a word is common, how many of them must hold it, and how many times ``FEW`` it
must seem to find by them. One that ``FEW`` hold is taken for a common one in at most 0.4 % of all samples, whatever the posting's size."""
REFERRAL, OTHER = "ref-", "other"
NOBODY = 0
"""The owner of applications that nobody owns."""


class Sort(StrEnum):
    """The orders that a page may ask for."""

    RANK = "rank"
    NEWEST = "newest"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class PipelineFilter:
    """What the reader asked for; an empty value narrows nothing.

    ``stages`` to show; ``gates`` pass, below, unknown; ``text`` holds words of names, answers and résumés, the last one perhaps only
    begun, unless many hold it as it is; ``source`` is one that has words, ``other`` for those without, or ``ref-`` and a referral's number;
    ``verdicts`` are criterion keys with a verdict: of one criterion any fits, of several all must; ``lowest`` and
    ``highest`` bound the points of the requirements, 0 to 100; ``cities`` are keys, any fits; ``tags`` are ids, all
    must be there; ``waiting_since`` is the time since which at least an application stands in its stage, ``overdue_at`` the time at
    which it stood there for longer than the stage's limit; ``interviewer`` sits on a panel; ``owner`` is a person's id or
    ``NOBODY``.
    """

    stages: tuple[Stage, ...] = LANES
    gates: str = ""
    text: str = ""
    sort: Sort = Sort.RANK
    source: str = ""
    verdicts: tuple[tuple[str, Verdict], ...] = ()
    lowest: int | None = None
    highest: int | None = None
    cities: tuple[str, ...] = ()
    tags: tuple[int, ...] = ()
    waiting_since: datetime | None = None
    overdue_at: datetime | None = None
    interviewer: int | None = None
    owner: int | None = None

    @property
    def asks_hidden(self) -> bool:
        """Whether it asks for what a reader who owes an evaluation must not learn."""
        return bool(self.gates or self.verdicts or self.tags) or not (self.lowest is None and self.highest is None)

    @property
    def is_narrowed(self) -> bool:
        """Whether it leaves out applications of the stages: these are not counted anywhere."""
        return (
            self.asks_hidden
            or bool(self.text or self.source or self.cities or self.waiting_since or self.overdue_at)
            or not (self.interviewer is None and self.owner is None)
        )


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The conditions of a filter: ``shown`` for all, ``hidden`` for what the reader may see; ``few`` are the only ids that can fit.

    ``many`` are the conditions of words, tags or people that lead to more than ``FEW``; ``makes_set`` where one of them has all
    that it finds gathered before anybody is looked at, and ``by_one`` the same conditions for one at a time. ``before`` is the time before which one came
    to the stage, by stage where only the overdue are wanted; a stage that is missing there has nobody.
    """

    shown: tuple[ColumnElement[bool], ...] = ()
    hidden: tuple[ColumnElement[bool], ...] = ()
    few: tuple[int, ...] | None = None
    many: tuple[ColumnElement[bool], ...] = ()
    makes_set: bool = False
    by_one: tuple[ColumnElement[bool], ...] = ()
    before: Mapping[Stage, datetime] | None = None

    @property
    def passes_over(self) -> bool:
        """Whether applications are passed over one by one: for something else than the time in their stage."""
        return bool(self.shown or self.hidden or self.many)

    def of_stages(self, stages: tuple[Stage, ...], since: ColumnElement[Any]) -> ColumnElement[bool]:
        """Give the condition of these stages; ``since`` is the column by which the time there is bounded."""
        if self.before is None:
            return Application.stage == stages[0] if len(stages) == 1 else Application.stage.in_(stages)
        late = [
            and_(Application.stage == stage, since < self.before[stage]) for stage in stages if stage in self.before
        ]
        return or_(*late) if late else false()


def narrow(
    session: Session,
    *,
    posting: Posting,
    chosen: PipelineFilter,
    rules: Rules | None = None,
    rubric: RubricInForce | None = None,
) -> Narrowed:
    """Turn a filter into conditions: one query for the ids that texts, tags and people lead to, or else verdicts, one more for a text whose last word may be only begun, on PostgreSQL one for a sample of a text, one for the rubric, one for limits.

    None of them is sent where the filter asks for nothing of the kind, or where ``rules`` or ``rubric`` have been read.
    """
    few: tuple[int, ...] | None = None
    many: tuple[ColumnElement[bool], ...] = ()
    by_one: tuple[ColumnElement[bool], ...] = ()
    makes_set = False
    leads = [*_leads(session, posting.id, chosen)]
    if leads:
        ids = _ids_of(session, leads)
        if ids is not None:
            few = ids
        else:
            # to walk the list and look each up in the set takes a fifth of looking up each of the set
            ident = unindexed(Application.id.expression)
            many = tuple(ident.in_(lead.ids) if lead.gathers else lead.holds for lead in leads)
            makes_set, by_one = any(lead.gathers for lead in leads), tuple(lead.holds for lead in leads)
    if chosen.verdicts:
        rubric = rubric or rubric_in_force(session, found=published_version(session, posting_id=posting.id))
        if not leads:
            few = _few_judged(session, posting.id, chosen, rubric)
    return Narrowed(
        tuple(_shown(posting, chosen)),
        tuple(_hidden(chosen, rubric)),
        few,
        many,
        makes_set,
        by_one,
        _before(session, posting, chosen, rules),
    )


def _before(
    session: Session, posting: Posting, chosen: PipelineFilter, rules: Rules | None
) -> Mapping[Stage, datetime] | None:
    if chosen.overdue_at is None:
        return None if chosen.waiting_since is None else dict.fromkeys(Stage, chosen.waiting_since)
    known = rules_of(session, posting_id=posting.id) if rules is None else rules
    late = {rule.stage: came_before(rule.days, chosen.overdue_at) for rule in known.values() if rule.days is not None}
    since = chosen.waiting_since
    return {stage: limit if since is None else min(limit, since) for stage, limit in late.items()}


def _shown(posting: Posting, chosen: PipelineFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.source and not chosen.source.startswith(REFERRAL):
        is_other = chosen.source == OTHER
        yield Application.source.not_in(SOURCES) if is_other else Application.source == chosen.source
    if chosen.cities:
        yield or_(*(Application.cities.contains(f"{BAR}{key}{BAR}", autoescape=True) for key in chosen.cities))
    if chosen.owner is not None:
        own = Application.owner_id.is_(None) if chosen.owner == NOBODY else Application.owner_id == chosen.owner
        if chosen.owner == NOBODY and posting.owner_id is not None:
            own = false()
        elif posting.owner_id is not None and chosen.owner == posting.owner_id:
            own = or_(own, Application.owner_id.is_(None))
        yield own


def _hidden(chosen: PipelineFilter, rubric: RubricInForce | None) -> Iterator[ColumnElement[bool]]:
    if chosen.gates:
        yield Application.gates == chosen.gates
    # rank_score is (points + at most 0.99 for the bonus) / 101 (services.judging.rank_of)
    if chosen.lowest is not None or chosen.highest is not None:
        yield Application.rank_score >= ((chosen.lowest or 0) - 0.005) / 101
    if chosen.highest is not None:
        yield Application.rank_score < (chosen.highest + 0.995) / 101
    if chosen.verdicts:
        yield from _judged(chosen, rubric)


def _letters(chosen: PipelineFilter, rubric: RubricInForce | None) -> dict[int, set[str]]:
    """Give the letters of the chosen verdicts by the criterion's place; none where the rubric in force lacks a criterion."""
    letters: dict[int, set[str]] = {}
    for key, verdict in chosen.verdicts:
        if rubric is None or key not in rubric.criteria:
            return {}
        letters.setdefault(rubric.criteria[key].place, set()).add(LETTERS[verdict])
    return letters


def _judged(chosen: PipelineFilter, rubric: RubricInForce | None) -> Iterator[ColumnElement[bool]]:
    """Give the patterns of the chosen verdicts; a criterion that the rubric in force lacks is met by nobody."""
    letters = _letters(chosen, rubric)
    if rubric is None or not letters:
        yield false()
        return
    single = {place: next(iter(found)) for place, found in letters.items() if len(found) == 1}
    places = max(letters) + 1
    yield Application.verdicts.like(f"{rubric.number}:{''.join(single.get(place, '_') for place in range(places))}%")
    for place, found in letters.items():
        if len(found) > 1:
            start = len(f"{rubric.number}:") + place + 1
            yield func.substr(Application.verdicts, start, 1).in_(sorted(found))


def _few_judged(
    session: Session, posting_id: int, chosen: PipelineFilter, rubric: RubricInForce | None
) -> tuple[int, ...] | None:
    """Name those with the chosen verdicts where they are few: the list, walked until a page is full, would be read to its end for them."""
    letters = _letters(chosen, rubric)
    if rubric is None or not letters:
        return ()
    words = [
        tuple(Sought((verdict_word(posting_id, rubric.number, place, letter),)) for letter in sorted(found))
        for place, found in sorted(letters.items())
    ]
    # PostgreSQL is told to ask the index for all: it guesses that a word it has not counted is in one row of 200, and reads them
    judged = (
        documents_with(session, words, of=VerdictDocument)
        .cte("judged")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    ids = [ident for (ident,) in read_columns(session, select(judged.c.id).limit(FEW + 1), {})]
    return tuple(ids) if len(ids) <= FEW else None


@dataclass(frozen=True, slots=True)
class _Lead:
    """What an index leads to: a set of ids, whose column is called ``id``, and the condition that one application is in it; ``gathers`` where that is dear to tell of many."""

    ids: Select[int]
    holds: ColumnElement[bool]
    gathers: bool = False
    is_many: bool = False
    """Whether it is known already to lead to more than ``FEW``."""
    sample: Select[bool] | None = None
    """Where it is dear to count: whether it seems to lead to many more than ``FEW``."""


def _ids_of(session: Session, leads: Sequence[_Lead]) -> tuple[int, ...] | None:
    """Name those to whom all of these lead, where they are at most ``FEW``."""
    if len(leads) == 1 and (leads[0].is_many or _seems_many(session, leads[0])):
        return None
    sets = [lead.ids for lead in leads]
    together = sets[0].where(*(sets[0].selected_columns.id.in_(other) for other in sets[1:]))
    ids = [ident for (ident,) in read_columns(session, together.limit(FEW + 1), {})]
    return tuple(ids) if len(ids) <= FEW else None


def _seems_many(session: Session, lead: _Lead) -> bool:
    return lead.sample is not None and bool(read_columns(session, lead.sample, {})[0][0])


def _sample(posting_id: int, holds: ColumnElement[bool]) -> Select[bool]:
    """Select whether a condition seems to hold of ``SURELY`` times ``FEW`` of a posting's applications, by its ``SAMPLED`` newest.

    In a posting that has not so many no application is looked at.
    """
    total = select(func.coalesce(func.sum(StageCount.count), 0)).where(StageCount.posting_id == posting_id)
    known = total.scalar_subquery()
    newest = (
        select(Application.id)
        .where(Application.posting_id == posting_id)
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(SAMPLED)
    )
    found = select(func.count()).select_from(Application)
    found = found.where(known > SURELY * FEW, Application.id.in_(newest), holds)
    seen = found.scalar_subquery()
    return select(and_(seen >= SEEN, seen * known > SURELY * FEW * SAMPLED))


def _leads(session: Session, posting_id: int, chosen: PipelineFilter) -> Iterator[_Lead]:
    if chosen.text:
        yield _holding(session, posting_id, chosen.text)
    for tag in chosen.tags:
        ident: ColumnElement[int] = ApplicationTag.application_id.label("id")
        stuck = select(ident).where(ApplicationTag.tag_id == tag)
        yield _Lead(
            stuck.where(ApplicationTag.posting_id == posting_id),
            stuck.where(ApplicationTag.application_id == Application.id).correlate(Application).exists(),
        )
    if chosen.interviewer is not None:
        seats = (
            select(Interview.application_id)
            .join(Panelist, Panelist.interview_id == Interview.id)
            .where(Panelist.user_id == chosen.interviewer, Interview.cancelled_at.is_(None), takes_part())
        )
        yield _Lead(
            select(Application.id).where(Application.posting_id == posting_id, Application.id.in_(seats)),
            seats.where(Interview.application_id == Application.id).correlate(Application).exists(),
        )
    if chosen.source.startswith(REFERRAL):
        number = chosen.source.removeprefix(REFERRAL)
        referred = Application.referral_id == (int(number) if number.isdigit() else 0)
        yield _Lead(select(Application.id).where(Application.posting_id == posting_id, referred), referred)


def _holding(session: Session, posting_id: int, text: str) -> _Lead:
    """Lead to who holds the typed words.

    A last word that many hold as it stands was not only begun. To look for all that begins with it would bring little more,
    and make the index join the places of hundreds of words first: 37 ms instead of 1 at a million applications.
    """
    words = wanted(text)
    if not words:
        return _Lead(select(Application.id).where(false()), false())

    def lead(words: Wanted, *, is_many: bool, is_sampled: bool = True) -> _Lead:
        one = holds(session, words, Application.id.expression)
        ids = matching(session, words, posting_ids=[posting_id])
        # PostgreSQL's index gathers all that hold a word before it gives the first
        is_sampled &= session.get_bind().dialect.name == "postgresql"
        sample = _sample(posting_id, one) if is_sampled else None
        return _Lead(ids, one, gathers=True, is_many=is_many, sample=sample)

    if len(words[-1]) == 1 and words[-1][0].is_beginning:
        whole = lead(wanted(text, is_complete=True), is_many=True)
        if _ids_of(session, [replace(whole, is_many=False)]) is None:
            return whole
        return lead(words, is_many=False, is_sampled=False)  # a sample of the whole word has just been looked at
    return lead(words, is_many=False)
