"""One reading of an application, shared by all criteria and all rubrics: sources, mentions, clauses and what each mention means.

The scan for lexicon terms is done once; everything else is worked out when the first criterion asks for it and kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeVar

from rubrics.dossier import Dossier
from rubrics.evidence.clauses import (
    EVIDENCE,
    Clause,
    Judged,
    Stance,
    begins_with_wish,
    judge_mention,
    level_in,
    split_clauses,
    tells_of_others,
    trimmed,
)
from rubrics.evidence.cues import Cues
from rubrics.evidence.outcome import Outcome, Shown
from rubrics.evidence.sources import Copied, read_texts
from rubrics.evidence.texts import (
    RESUME,
    Answer,
    Passage,
    Role,
    Source,
    links_in,
    named_in,
)
from rubrics.lazy import Kept
from rubrics.lexicon import Lexicon
from rubrics.prescore import Quote

T = TypeVar("T")
_RUNNING = frozenset({Role.OTHER, Role.SELF, Role.STATEMENT, Role.SKILL})
_DOUBTFUL = frozenset({Stance.LISTED, Stance.CLAIM, Stance.COURSE})
_NOT_DONE = ("denial", "wish", "quoted", "course")
_ENTERED = frozenset({Stance.LISTED, Stance.CLAIM, Stance.OWN})
_LISTED, _SKILL = Stance.LISTED, Role.SKILL
_OWN, _LISTED_ONLY, _DENIED = Judged(Stance.OWN), Judged(Stance.LISTED), Judged(Stance.DENIED)
_WISHED, _IN_NAME = Judged(Stance.WISH), Judged(Stance.NAME)
_PLACE = itemgetter(1, 2, 0)
_new = tuple.__new__  # makes a named tuple in half the time that its class takes


class Sighting(NamedTuple):
    """A term seen in a passage: where, how it is meant, at which level (0 when none is told)."""

    term: str
    source: int
    start: int
    end: int
    passage: Passage
    clause: Clause
    judged: Judged
    stance: Stance


class Reading:
    """An application as it was read; asks are answered from it. ``copied`` are stretches that repeat the posting."""

    def __init__(self, dossier: Dossier, lexicon: Lexicon, copied: Copied = ()) -> None:
        self.dossier = dossier
        self.lexicon = lexicon
        self.cues = Cues(lexicon)
        self.memory: dict[object, object] = {}
        self.outcomes: dict[object, Outcome] = {}
        self.skills: dict[str, Outcome | Shown] = {}
        self._clauses: dict[Passage, list[Clause]] = {}
        self._members: dict[frozenset[str], frozenset[str]] = {}
        self._telling: dict[str, list[tuple[Passage, Clause]]] = {}
        self._by_roles: dict[tuple[Role, ...], list[Passage]] = {}
        texts = read_texts(dossier, self.cues, copied)
        self.flags = texts.flags
        self._sources, self._hints, self._passages = texts.sources, texts.hints, texts.passages
        self._of_source: list[list[Passage]] = [[] for _ in self._sources]
        for passage in self._passages:
            self._of_source[passage.source].append(passage)
        self._index: dict[str, list[tuple[int, int, int]]] = {}
        self._quotes: dict[tuple[int, int, int, int, int], Quote] = {}
        self._sightings: dict[str, tuple[Sighting, ...]] = {}
        self._family_sightings: dict[str, tuple[Sighting, ...]] = {}
        self._scan()

    # --- what asks use -------------------------------------------------------------------------------------------

    def remember(self, key: object, find: Callable[[], T]) -> T:
        """Give a value worked out once for this reading."""
        if key not in self.memory:
            self.memory[key] = find()
        return self.memory[key]  # type: ignore[return-value]  # the key fixes the type

    @property
    def sources(self) -> Sequence[Source]:
        """All texts, answers first, the résumé last."""
        return self._sources

    @Kept
    def seen_terms(self) -> frozenset[str]:
        """Give the ids of all terms that are named anywhere."""
        return frozenset(self._index)

    @Kept
    def deniable(self) -> frozenset[str]:
        """Give the terms that may be denied anywhere in the application."""
        denying = self.cues.groups("denial", "bare_denial", "quoted_unmet")
        return frozenset().union(*(terms for passage, terms in self.named.items() if passage.hints & denying))

    def sightings(self, term: str) -> tuple[Sighting, ...]:
        """Every mention of exactly this term, judged; headings are left out."""
        known = self._sightings.get(term)
        if known is None:
            known = self._sightings[term] = tuple(self._judge(term)) if term in self._index else ()
        return known

    def family_sightings(self, ancestor: str) -> tuple[Sighting, ...]:
        """Every mention of a term or of a member of its family, in the order of the text."""
        members = self.families.get(ancestor)
        if members is None:
            return ()
        if len(members) == 1:
            return self.sightings(members[0])
        known = self._family_sightings.get(ancestor)
        if known is None:
            found = [sighting for term in sorted(members) for sighting in self.sightings(term)]
            found.sort(key=_PLACE)
            known = self._family_sightings[ancestor] = tuple(found)
        return known

    def members(self, ancestor: str) -> Sequence[str]:
        """Give the terms named anywhere that are this one or belong to its family."""
        return self.families.get(ancestor, ())

    def members_of(self, ancestors: frozenset[str]) -> frozenset[str]:
        """Give the terms named anywhere that belong to one of several families."""
        known = self._members.get(ancestors)
        if known is None:
            families = self.families
            known = self._members[ancestors] = frozenset(
                [member for ancestor in ancestors if ancestor in families for member in families[ancestor]]
            )
        return known

    @Kept
    def named(self) -> dict[Passage, set[str]]:
        """Give the terms that are named in each passage in which any is."""
        found: dict[Passage, set[str]] = {}
        for term, places in self._index.items():
            for source, start, end in places:
                passage = self._passage_at(source, start, end)
                if passage is None:
                    continue
                known = found.get(passage)
                if known is None:
                    found[passage] = {term}
                else:
                    known.add(term)
        return found

    @Kept
    def families(self) -> dict[str, list[str]]:
        """Give the terms that are named anywhere, by each family that they belong to and by themselves."""
        found: dict[str, list[str]] = {}
        for term in self._index:
            found.setdefault(term, []).append(term)
            for family in self.lexicon.ancestors(term):
                found.setdefault(family, []).append(term)
        return found

    @Kept
    def seen_families(self) -> frozenset[str]:
        """Give the ids of all terms that are named anywhere, and of their families."""
        return frozenset(self.families)

    def telling(self, cue: str, roles: Container[Role]) -> Iterator[tuple[Passage, Clause]]:
        """All clauses in these roles in which a cue of a group stands, with their passages, in order."""
        known = self._telling.get(cue)
        if known is None:
            group = self.cues.groups(cue)
            known = self._telling[cue] = [
                (passage, clause)
                for passage in self._passages
                if passage.hints & group
                for clause in self.clauses(passage)
                if self.cues.has(cue, clause.plain)
            ]
        for passage, clause in known:
            if passage.role in roles:
                yield passage, clause

    def passages(self, *roles: Role) -> Sequence[Passage]:
        """Passages in these roles (all without roles), headings left out, in order."""
        if not roles:
            return self._passages
        known = self._by_roles.get(roles)
        if known is None:
            wanted = frozenset(roles)
            known = self._by_roles[roles] = [passage for passage in self._passages if passage.role in wanted]
        return known

    def naming(self, kind: str) -> Collection[Passage]:
        """Give the passages in which a term of a kind is named."""
        return self._by_kind.get(kind, ())

    @Kept
    def _by_kind(self) -> dict[str, set[Passage]]:
        found: dict[str, set[Passage]] = {}
        terms = self.lexicon.terms
        for passage, named in self.named.items():
            for kind in {terms[term].kind for term in named}:
                found.setdefault(kind, set()).add(passage)
        return found

    def _passage_at(self, source: int, start: int, end: int) -> Passage | None:
        passages = self._of_source[source]
        place = bisect_right(self._starts[source], start) - 1
        return passages[place] if place >= 0 and end <= passages[place].end else None

    def plain_of(self, passage: Passage) -> str:
        """Give the plain text of a passage."""
        return self._sources[passage.source].plain[passage.start : passage.end]

    def clauses(self, passage: Passage) -> list[Clause]:
        """Give the clauses of a passage."""
        known = self._clauses.get(passage)
        if known is None:
            source, start, end = passage.source, passage.start, passage.end
            mentions = self._terms_by_source[source]
            if mentions:
                mentions = mentions[bisect_left(mentions, (start,)) : bisect_left(mentions, (end,))]
            known = self._clauses[passage] = split_clauses(self._sources[source].plain, start, end, mentions)
            if len(known) == 1:
                self.cues.learn(known[0].plain, passage.hints)
            else:
                hints = self._hints[source]
                for clause in known:
                    self.cues.learn(clause.plain, hints.within(clause.start, clause.end))
        return known

    def terms_within(self, source: int, start: int, end: int) -> frozenset[str]:
        """Give the ids of terms named in a stretch of a source."""
        by_place = self._terms_by_source[source]
        first = bisect_right(by_place, (start, -1, ""))
        found: set[str] = set()
        for place, stop, term in by_place[first:]:
            if place >= end:
                break
            if stop <= end:
                found.add(term)
        return frozenset(found)

    def quote(self, source: int, start: int, end: int) -> Quote:
        """Give an exact quotation of a source."""
        text = self._sources[source]
        return _new(Quote, (text.pointer, start, end, self._original(source)[start:end]))

    def quote_clause(self, source: int, clause: Clause, start: int, end: int) -> Quote:
        """Give a mention quoted with its clause."""
        key = source, clause.start, clause.end, start, end
        known = self._quotes.get(key)
        if known is None:
            first, stop = trimmed(self._original(source), clause.start, clause.end, (start, end))
            known = self._quotes[key] = self.quote(source, first, stop)
        return known

    def quote_sighting(self, sighting: Sighting) -> Quote:
        """Give a sighting quoted with its clause."""
        return self.quote_clause(sighting.source, sighting.clause, sighting.start, sighting.end)

    def quote_passage(self, passage: Passage) -> Quote:
        """Give a whole passage, cut to a readable length."""
        first, stop = trimmed(
            self._original(passage.source), passage.start, passage.end, (passage.start, passage.start)
        )
        return self.quote(passage.source, first, max(stop, first))

    @staticmethod
    def quote_answer(answer: Answer) -> Quote:
        """Give a whole answer."""
        return Quote(answer.pointer, 0, len(answer.text), answer.text)

    # --- reading ----------------------------------------------------------------------------------------------------

    def _original(self, source: int) -> str:
        text = self._sources[source]
        return (self.dossier.resume or "") if text.pointer == RESUME else text.text

    def _scan(self) -> None:
        self._terms_by_source: list[list[tuple[int, int, str]]] = []
        index = self._index
        for number, source in enumerate(self._sources):
            found = named_in(source, self.lexicon)
            links = links_in(source.plain)
            if links:
                found = [item for item in found if not any(first <= item[0] < last for first, last in links)]
            for start, end, term in found:
                places = index.get(term)
                if places is None:
                    index[term] = [(number, start, end)]
                else:
                    places.append((number, start, end))
            self._terms_by_source.append(found)
        self._starts = [[passage.start for passage in passages] for passages in self._of_source]

    def _judge(self, term: str) -> Iterator[Sighting]:
        for source, start, end in self._index.get(term, ()):
            passage = self._passage_at(source, start, end)
            if passage is None:
                continue
            clause = self._clause_at(passage, start)
            judged = self._settle(passage, self._meant(passage, clause, start, end), start, term)
            yield _new(Sighting, (term, source, start, end, passage, clause, judged, judged.stance))

    def _is_in_a_compound(self, source: int, start: int, term: str) -> bool:
        """Whether a word that is a part of countless compounds (检测算法) does not stand on its own."""
        if start == 0 or term not in self.lexicon.cues("compound_terms"):
            return False
        return self.cues.pattern("compound_joins").search(self._sources[source].plain[start - 1 : start]) is None

    def _meant(self, passage: Passage, clause: Clause, start: int, end: int) -> Judged:
        """Judge a mention in its clause; a bare one after a comma goes on with what the clause before says was done."""
        judged = judge_mention(clause, start, end, passage.role, self.cues)
        running = passage.role in _RUNNING
        if running and judged.stance in _DOUBTFUL and self._is_taken_back(passage, clause):
            return _DENIED
        if judged.stance is not _LISTED:
            return judged
        if begins_with_wish(passage, self._sources[passage.source].plain, self.cues):
            return _WISHED
        clauses = self.clauses(passage)
        if not running or clauses[0] is clause:
            return judged
        place = next((at for at, known in enumerate(clauses) if known is clause), 0)
        if place == 0 or self._sources[passage.source].plain[clauses[place - 1].end : clause.start].strip() != ",":
            return judged
        before = clauses[place - 1].plain
        done = self.cues.has("use", before) and not any(self.cues.has(n, before) for n in _NOT_DONE)
        return _OWN if done and not tells_of_others(before, self.cues) else judged

    def _is_taken_back(self, passage: Passage, clause: Clause) -> bool:
        """Whether the clause after this one says no to what it names (听说过，没碰过)."""
        if not passage.hints & self.cues.groups("bare_denial"):
            return False
        after = next((known for known in self.clauses(passage) if known.start >= clause.end), None)
        if after is None or not self.cues.has("bare_denial", after.plain):
            return False
        return self._sources[passage.source].plain[clause.end : after.start].strip() in {",", ";", ""}

    def _settle(self, passage: Passage, judged: Judged, start: int, term: str) -> Judged:
        """Let the level field of a structured skill, and where it was used, speak for the whole entry."""
        if judged.stance in EVIDENCE and self._is_in_a_compound(passage.source, start, term):
            return _IN_NAME
        if passage.title and judged.stance is _OWN.stance:
            return _LISTED_ONLY
        if passage.role is not _SKILL or judged.stance not in _ENTERED:
            return judged
        level, used = self._skill_entry(passage.entry)
        if level and judged.stance is not _OWN.stance:
            return Judged(Stance.CLAIM, max(level, 1) if not judged.level else min(level, judged.level))
        if used and judged.stance is _LISTED:
            return Judged(Stance.OWN, level)
        return judged

    def _skill_entry(self, entry: str) -> tuple[int, bool]:
        def find() -> tuple[int, bool]:
            texts = {
                self._sources[passage.source].pointer.rsplit("/", 1)[-1]: self._sources[passage.source].plain
                for passage in self._passages
                if passage.role is Role.SKILL and passage.entry == entry
            }
            level = level_in(texts.get("level", ""), self.cues)
            example = texts.get("example", "")
            used = len(example.strip()) >= 4 and not any(
                self.cues.has(name, example) for name in ("denial", "wish", "other_person", "course")
            )
            return level, used

        if not entry.startswith("/skills/"):
            return 0, False
        return self.remember(("skill entry", entry), find)

    def _clause_at(self, passage: Passage, place: int) -> Clause:
        clauses = self.clauses(passage)
        for clause in clauses:
            if clause.start <= place < clause.end:
                return clause
        return Clause(passage.start, passage.end, self._sources[passage.source].plain[passage.start : passage.end])
