"""From a document's text to one rubric draft for each posting in it."""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from rubrics.checks import check_document, check_posting
from rubrics.compiler.keys import criterion_key, slug_of
from rubrics.compiler.reading import may_merge, read_chunk, read_parts
from rubrics.compiler.suggesting import suggest_title
from rubrics.compiler.terms import DocumentTerms
from rubrics.lexicon import Lexicon
from rubrics.model import (
    DEGREE_ORDER,
    AssessedBy,
    Category,
    Compilation,
    Criterion,
    Degree,
    DegreeAsk,
    Group,
    LocationAsk,
    Responsibility,
    Rubric,
    Rule,
    Section,
    TraitAsk,
    WordsAsk,
    rule_asks,
)
from rubrics.postings import Card, Item, Part, Posting, chunks_of, read_document
from rubrics.rules import Clause, Reading
from rubrics.text import Lines, SourceText, Span

_MOST_PARTS = 20
_CONTEXT = 60
_GOES_ON = frozenset(
    {
        Category.PROGRAMMING_LANGUAGE,
        Category.TOOL,
        Category.KNOWLEDGE,
        Category.EXPERIENCE,
        Category.ENGINEERING,
        Category.CERTIFICATION,
        Category.NATURAL_LANGUAGE,
        Category.TRAIT,
    }
)
_ANY_GROUP = re.compile(
    r"一项|多项|任一|任意|之一|其一|满足.{0,6}(?:条|项)|(?:one|any)(?: or more)? of|at least one|any of these"
)


def compile_document(text: str, lexicon: Lexicon, *, name: str = "") -> Compilation:
    """Compile a document: its postings as rubric drafts with findings; no posting gives an empty tuple, no text raises."""
    with _uncollected():
        return _compiled(text, lexicon, name)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector away: nothing that is made here goes round in a circle, and a long text's objects stay to the end.

    The collector would walk all of them again and again, a third of the time of a text of a million characters.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _compiled(text: str, lexicon: Lexicon, name: str) -> Compilation:
    source = SourceText(text)
    found = read_document(source, lexicon)
    terms = DocumentTerms.of(
        text,
        lexicon,
        _told(found),
        [item.span for posting in found for item in posting.items],
    )
    drafts = [_Draft(posting, source, terms) for posting in found]
    rubrics = [draft.rubric(place) for place, draft in enumerate(drafts, 1)]
    titles = [rubric.title for rubric in rubrics if rubric.title]
    rubrics = [
        rubric if rubric.title else replace(rubric, suggested_title=suggest_title(draft.posting, titles, terms))
        for rubric, draft in zip(rubrics, drafts, strict=True)
    ]
    rubrics = [
        replace(rubric, warnings=check_posting(rubric, posting, terms.cues))
        for rubric, posting in _paired(rubrics, drafts)
    ]
    postings = check_document(tuple(rubrics), tuple(draft.body for draft in drafts))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Compilation(name, digest, source.line_count if text else 0, postings)


def _told(postings: Iterable[Posting]) -> list[Span]:
    """For each posting the range from its first item to its last one, with a little before it and none of the posting before.

    A posting without a title is told with its duties: they suggest one.
    """
    ranges: list[Span] = []
    for posting in postings:
        items = posting.items if posting.title is not None else (*posting.duties, *posting.items)
        if items:
            floor = ranges[-1].end if ranges else 0
            first = min(item.span.start for item in items)
            ranges.append(Span(max(min(floor, first), first - _CONTEXT), max(item.span.end for item in items)))
    return ranges


def _paired(rubrics: list[Rubric], drafts: list[_Draft]) -> list[tuple[Rubric, Posting]]:
    return [(rubric, draft.posting) for rubric, draft in zip(rubrics, drafts, strict=True)]


_Found = tuple[tuple[Part, ...], tuple[Reading, ...], bool]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One criterion before it has its id."""

    span: Span
    section: Section
    reading: Reading
    group: str | None
    weight: float = 1.0


@dataclass(slots=True)
class _Draft:
    posting: Posting
    source: SourceText
    terms: DocumentTerms

    @property
    def body(self) -> str:
        """The words of duties and items, for telling the same posting told twice."""
        items = (*self.posting.duties, *self.posting.items)
        return "\n".join(self.source.text[item.span.start : item.span.end] for item in items)

    def rubric(self, place: int) -> Rubric:
        """Give the draft, without findings."""
        groups = _groups(self.posting.items)
        asked = [one for item in self.posting.items for one in self._asked(item, groups)]
        card = _best_card(self.posting.cards)
        asked = [*_card_asks(self.posting.cards, asked), *asked]
        criteria = _numbered(asked, self.source)
        used = {criterion.group for criterion in criteria}
        body_floor = _body_floor(criteria, self.posting.cards)
        return Rubric(
            slug=slug_of(self.posting.title, self.body, self.posting.lines.first, place),
            title=self.posting.title,
            track=self.posting.track,
            lines=self.posting.lines,
            locations=tuple(dict.fromkeys(name for one in self.posting.cards for name, _ in one.cities)),
            degree_floor=body_floor or (card.degree if card else None),
            responsibilities=tuple(
                Responsibility(item.lines, self.source.text[item.span.start : item.span.end])
                for item in self.posting.duties
            ),
            criteria=criteria,
            groups=tuple(group for group in groups.values() if group.id in used),
        )

    def _asked(self, item: Item, groups: dict[int, Group]) -> list[_Asked]:
        found: list[_Found] = []
        for chunk in chunks_of(item, self.terms.lexicon, self.terms.cues):
            for parts, readings in read_chunk(chunk, self.terms):
                near = found and found[-1][2] == chunk.bonus and len(found[-1][0]) < _MOST_PARTS
                if near and may_merge(found[-1][1], readings):
                    joined = (*found[-1][0], *parts)
                    whole = read_parts(joined, self.terms, bonus=chunk.bonus)
                    if len(whole) == 1 and whole[0].category == readings[0].category:
                        found[-1] = (joined, whole, chunk.bonus)
                        continue
                found.append((parts, readings, chunk.bonus))
        found = _settled(found, self.terms)
        group = groups.get(item.heading.start) if item.heading is not None else None
        asked: list[_Asked] = []
        for place, (parts, readings, bonus) in enumerate(found):
            section = Section.BONUS if bonus else Section.REQUIREMENT
            lead = item.lead if place == 0 else None
            span = Span(lead.start if lead else parts[0].start, parts[-1].end)
            clause = self.terms.clause(parts, bonus=bonus)
            name = group.id if group and bonus else None
            asked.extend(_Asked(span, section, reading, name, _weight(clause, reading)) for reading in readings)
        return asked


def _settled(found: list[_Found], terms: DocumentTerms) -> list[_Found]:
    """Give clauses that no rule understands the category of the clause before them; their words stay for a person."""
    settled: list[_Found] = []
    for parts, readings, bonus in found:
        unread = len(readings) == 1 and readings[0].category is Category.OTHER
        before = settled[-1] if settled else None
        if unread and before is not None and not _stands_alone(terms.clause(parts, bonus=bonus)):
            category = before[1][-1].category
            if category in _GOES_ON:
                settled.append((parts, (_unread_as(category, readings[0]),), bonus))
                continue
        settled.append((parts, readings, bonus))
    kinds = {reading.category for _, readings, _ in settled for reading in readings}
    if kinds == {Category.TRAIT, Category.OTHER}:
        return [
            (
                parts,
                tuple(_unread_as(Category.TRAIT, one) if one.category is Category.OTHER else one for one in readings),
                bonus,
            )
            for parts, readings, bonus in settled
        ]
    return settled


def _unread_as(category: Category, reading: Reading) -> Reading:
    """Give words that no rule understands as a trait of no name, or as words for a person under another category."""
    if category is Category.TRAIT:
        return Reading(category, TraitAsk("trait_general"), assessed_by=AssessedBy.INTERVIEW)
    return replace(reading, category=category)


def _stands_alone(clause: Clause) -> bool:
    """Whether unread words must not hide behind the clause before them: what the law forbids to ask, a demand taken back."""
    return any(clause.has(group) for group in ("read_unlawful", "read_unlimited", "read_waiver", "read_unneeded"))


def _weight(clause: Clause, reading: Reading) -> float:
    """Nothing for what must not decide, and for words that only take a demand back (专业不限)."""
    if clause.has("read_unlawful") and not clause.has("read_unlawful_no"):
        return 0.0
    waived = any(clause.has(group) for group in ("read_unlimited", "read_waiver", "read_unneeded"))
    return 0.0 if waived and isinstance(reading.rule, WordsAsk) else 1.0


def _groups(items: tuple[Item, ...]) -> dict[int, Group]:
    """Bonus headings that ask for any one of their items, by the place of the heading."""
    groups: dict[int, Group] = {}
    for item in items:
        heading = item.heading
        if heading is None or heading.heading is None or heading.start in groups:
            continue
        if heading.heading.kind.value == "bonus" and _ANY_GROUP.search(heading.text.lower()):
            name = "b" if not groups else f"b-{len(groups) + 1}"
            groups[heading.start] = Group(name, "any", Lines(heading.line, heading.line))
    return groups


def _best_card(cards: tuple[Card, ...]) -> Card | None:
    with_degree = [card for card in cards if card.degree is not None]
    return with_degree[0] if with_degree else None


def _card_asks(cards: tuple[Card, ...], asked: list[_Asked]) -> list[_Asked]:
    """Give the card's floor and cities as gates; the floor only when the body names none itself."""
    gates: list[_Asked] = []
    card = _best_card(cards)
    body = any(one.section is Section.REQUIREMENT and one.reading.category is Category.DEGREE for one in asked)
    if card is not None and card.degree is not None and card.degree_span is not None and not body:
        reading = Reading(Category.DEGREE, DegreeAsk(card.degree), gate=True)
        gates.append(_Asked(card.degree_span, Section.REQUIREMENT, reading, None))
    for one in cards:
        if one.cities and "remote" not in one.row.text.lower():
            names = tuple(name for name, _ in one.cities)
            span = Span(one.cities[0][1].start, one.cities[-1][1].end)
            gates.append(
                _Asked(span, Section.REQUIREMENT, Reading(Category.LOCATION, LocationAsk(names), gate=True), None)
            )
            break
    return gates


def _numbered(asked: list[_Asked], source: SourceText) -> tuple[Criterion, ...]:
    counts = {"k": 0, "r": 0, "b": 0}
    criteria: list[Criterion] = []
    for one in sorted(asked, key=lambda one: one.span.start):
        kind = "k" if one.reading.gate else "b" if one.section is Section.BONUS else "r"
        counts[kind] += 1
        text = source.text[one.span.start : one.span.end]
        criteria.append(
            Criterion(
                id=f"{kind}{counts[kind]}",
                key=criterion_key(one.reading.category, one.reading.rule, text),
                section=one.section,
                category=one.reading.category,
                lines=source.lines_of(one.span),
                span=one.span,
                text=text,
                rule=one.reading.rule,
                assessed_by=one.reading.assessed_by,
                gate=one.reading.gate,
                weight=one.weight,
                group=one.group,
            )
        )
    order = {"k": 0, "r": 1, "b": 2}
    return tuple(sorted(criteria, key=lambda criterion: (order[criterion.id[0]], int(criterion.id[1:]))))


def _body_floor(criteria: tuple[Criterion, ...], cards: tuple[Card, ...]) -> Degree | None:
    """Give the lowest degree that the body's requirements name."""
    card_spans = {card.degree_span for card in cards}
    floors = [
        ask.degree
        for criterion in criteria
        if criterion.category is Category.DEGREE
        and criterion.section is Section.REQUIREMENT
        and criterion.span not in card_spans
        for ask in _degrees(criterion.rule)
    ]
    return min(floors, key=lambda degree: DEGREE_ORDER[degree]) if floors else None


def _degrees(rule: Rule) -> list[DegreeAsk]:
    return [ask for ask in rule_asks(rule) if isinstance(ask, DegreeAsk)]
