"""One reading of an application, shared by all criteria and all rubrics: sources, mentions, clauses and what each mention means.

The scan for lexicon terms is done once; everything else is worked out when the first criterion asks for it and kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
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
from rubrics.evidence.cues import Cues, Groups
from rubrics.evidence.flags import flagged_stretches
from rubrics.evidence.outcome import Outcome
from rubrics.evidence.resume import read_lines
from rubrics.evidence.texts import (
    RESUME,
    Answer,
    Passage,
    Role,
    Source,
    answer_passages,
    blank_out,
    cut_long,
    hidden_stretches,
    links_in,
    name_stretches,
    named_in,
    plain_text,
    without_markup,
)
from rubrics.lexicon import Lexicon
from rubrics.prescore import Flag, Quote

T = TypeVar("T")
# The cue groups by which clauses are looked up (``telling``).
_LOOKED_UP = ("denial", "not_practised", "leaderboard", "open_source", "paper_writing")
_RUNNING = frozenset({Role.OTHER, Role.SELF, Role.STATEMENT, Role.SKILL})
_DOUBTFUL = frozenset({Stance.LISTED, Stance.CLAIM, Stance.COURSE})
_NOT_DONE = ("denial", "wish", "quoted", "course")
_NOTHING: frozenset[str] = frozenset()


class Sighting(NamedTuple):
    """A term seen in a passage: where, how it is meant, at which level (0 when none is told)."""

    term: str
    source: int
    start: int
    end: int
    passage: Passage
    clause: Clause
    judged: Judged

    @property
    def stance(self) -> Stance:
        """How the mention is meant."""
        return self.judged.stance


class Reading:
    """An application as it was read; asks are answered from it. ``copied`` are stretches that repeat the posting."""

    def __init__(self, dossier: Dossier, lexicon: Lexicon, copied: Sequence[tuple[str, int, int]] = ()) -> None:
        self.dossier = dossier
        self.lexicon = lexicon
        self.cues = Cues(lexicon)
        self.memory: dict[object, object] = {}
        self.outcomes: dict[object, Outcome] = {}
        self.flags: list[Flag] = []
        self._beginnings: dict[int, list[Groups]] = {}
        self._clauses: dict[Passage, list[Clause]] = {}
        self._sources: list[Source] = []
        self._passages: list[Passage] = []
        self._starts: list[list[int]] = []
        self._of_source: list[list[Passage]] = []
        self._read_answers(copied)
        self._read_resume(copied)
        self._index: dict[str, list[tuple[int, int, int]]] = {}
        self._mentions: list[list[tuple[int, int]]] = []
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

    @cached_property
    def seen_terms(self) -> frozenset[str]:
        """The ids of all terms that are named anywhere."""
        return frozenset(self._index)

    @cached_property
    def seen_families(self) -> frozenset[str]:
        """The ids of all terms that are named anywhere, and of all their families."""
        return frozenset(self._families)

    def sources_naming(self, kind: str) -> frozenset[int]:
        """Give the numbers of the sources in which a term of a kind is named."""
        terms = [term for term in self._index if self.lexicon.terms[term].kind == kind]
        return frozenset(source for term in terms for source, _, _ in self._index[term])

    def sightings(self, term: str) -> tuple[Sighting, ...]:
        """Every mention of exactly this term, judged; headings are left out."""
        return self.remember(("sightings", term), lambda: tuple(self._judge(term)))

    def family_sightings(self, ancestor: str) -> tuple[Sighting, ...]:
        """Every mention of a term or of a member of its family, in the order of the text."""
        return self.remember(("family", ancestor), lambda: tuple(self._judge_family(ancestor)))

    def members(self, ancestor: str) -> frozenset[str]:
        """Give the terms named anywhere that are this one or belong to its family."""
        return self._families.get(ancestor, _NOTHING)

    def members_of(self, ancestors: Iterable[str]) -> frozenset[str]:
        """Give the terms named anywhere that belong to one of several families."""
        key = ("members of", *ancestors)
        return self.remember(key, lambda: _NOTHING.union(*(self.members(ancestor) for ancestor in key[1:])))

    @cached_property
    def _families(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for term in self._index:
            for family in (term, *self.lexicon.ancestors(term)):
                found.setdefault(family, set()).add(term)
        return {family: frozenset(terms) for family, terms in found.items()}

    def telling(self, cue: str, roles: Container[Role]) -> Iterator[tuple[Passage, Clause]]:
        """All clauses in these roles in which a cue of a group stands, with their passages, in order."""
        for passage, clause in self._by_hint.get(cue, ()):
            if passage.role in roles and self.cues.has(cue, clause.plain):
                yield passage, clause

    @cached_property
    def _by_hint(self) -> dict[str, list[tuple[Passage, Clause]]]:
        found: dict[str, list[tuple[Passage, Clause]]] = {}
        wanted = self.cues.groups(*_LOOKED_UP)
        for passage in self._passages:
            for clause in self.clauses(passage):
                hints = self.cues.hints(clause.plain) & wanted
                for cue in _LOOKED_UP if hints else ():
                    if hints & self.cues.groups(cue):
                        found.setdefault(cue, []).append((passage, clause))
        return found

    def passages(self, *roles: Role) -> Iterator[Passage]:
        """Passages in these roles (all without roles), headings left out, in order."""
        for passage in self._passages:
            if not roles or passage.role in roles:
                yield passage

    def plain_of(self, passage: Passage) -> str:
        """Give the plain text of a passage."""
        return self._sources[passage.source].plain[passage.start : passage.end]

    def clauses(self, passage: Passage) -> list[Clause]:
        """Give the clauses of a passage."""
        known = self._clauses.get(passage)
        if known is None:
            mentions = self._mentions[passage.source]
            first, last = bisect_left(mentions, (passage.start, 0)), bisect_left(mentions, (passage.end, 0))
            plain = self._sources[passage.source].plain
            known = self._clauses[passage] = split_clauses(plain, passage.start, passage.end, mentions[first:last])
            self._learn_hints(passage.source, known)
        return known

    def _learn_hints(self, source: int, clauses: Sequence[Clause]) -> None:
        begins = self._beginnings.get(source)
        if begins is None:
            begins = self._beginnings[source] = self.cues.beginnings(self._sources[source].plain)
        for clause in clauses:
            self.cues.learn(clause.plain, begins[clause.start : clause.end])

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
        return Quote(text.pointer, start, end, self._original(source)[start:end])

    def quote_clause(self, source: int, clause: Clause, start: int, end: int) -> Quote:
        """Give a mention quoted with its clause."""
        first, stop = trimmed(self._original(source), clause.start, clause.end, (start, end))
        return self.quote(source, first, stop)

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

    def _read_answers(self, copied: Sequence[tuple[str, int, int]]) -> None:
        for answer, role, entry, title in answer_passages(self.dossier.answers):
            self._add_source(answer.pointer, answer.text, copied)
            self._add_passage(Passage(len(self._sources) - 1, 0, len(answer.text), role, entry, title))

    def _read_resume(self, copied: Sequence[tuple[str, int, int]]) -> None:
        if not self.dossier.resume:
            return
        self._add_source(RESUME, without_markup(self.dossier.resume), copied, hidden_stretches(self.dossier))
        number = len(self._sources) - 1
        source = self._sources[-1]
        lines = list(read_lines(source.plain, self.cues, self.dossier.resume, self._beginnings[number]))
        plain = source.plain
        for line in lines:
            stretch = plain[line.start : line.end]
            if "\n" in stretch or "\r" in stretch:  # a wrapped line reads on: its line ends are blanks
                joined = stretch.replace("\n", " ").replace("\r", " ")
                plain = f"{plain[: line.start]}{joined}{plain[line.end :]}"
                self._beginnings.pop(number, None)
        self._sources[-1] = Source(source.pointer, source.text, plain)
        for line in lines:
            if not line.heading:
                self._add_passage(Passage(number, line.start, line.end, line.role, line.entry, line.title))

    def _add_source(
        self,
        pointer: str,
        text: str,
        copied: Sequence[tuple[str, int, int]],
        hidden: Sequence[tuple[int, int]] = (),
    ) -> None:
        visible = blank_out(text, hidden) if hidden else text
        plain = plain_text(visible)
        begins = self.cues.beginnings(plain)
        self.cues.learn(plain, begins)
        flagged = flagged_stretches(plain, self.cues)
        self.flags += [Flag(code, pointer, start, end) for code, start, end in flagged]
        masks = [(start, end) for _, start, end in flagged]
        masks += self.cues.places("personal_line", plain)
        masks += [(start, end) for at, start, end in copied if at == pointer]
        masks += name_stretches(self.dossier, plain)
        if masks:
            visible = blank_out(visible, masks)
            plain = plain_text(visible)
            begins = self.cues.beginnings(plain)
        self._beginnings[len(self._sources)] = begins
        self._sources.append(Source(pointer, visible, plain))
        self._of_source.append([])

    def _add_passage(self, passage: Passage) -> None:
        for start, end in cut_long(self._sources[passage.source].plain, passage.start, passage.end):
            piece = passage if end - start == passage.end - passage.start else replace(passage, start=start, end=end)
            self._passages.append(piece)
            self._of_source[passage.source].append(piece)

    def _original(self, source: int) -> str:
        text = self._sources[source]
        return (self.dossier.resume or "") if text.pointer == RESUME else text.text

    def _scan(self) -> None:
        self._terms_by_source: list[list[tuple[int, int, str]]] = []
        for number, source in enumerate(self._sources):
            spans: list[tuple[int, int]] = []
            terms: list[tuple[int, int, str]] = []
            links = links_in(source.plain)
            for start, end, term in named_in(source, self.lexicon):
                if links and any(first <= start < last for first, last in links):
                    continue
                self._index.setdefault(term, []).append((number, start, end))
                terms.append((start, end, term))
                if not spans or spans[-1] != (start, end):
                    spans.append((start, end))
            self._mentions.append(spans)
            self._terms_by_source.append(terms)
        self._starts = [[passage.start for passage in passages] for passages in self._of_source]

    def _judge(self, term: str) -> Iterator[Sighting]:
        for source, start, end in self._index.get(term, ()):
            passages = self._of_source[source]
            place = bisect_right(self._starts[source], start) - 1
            if place < 0 or passages[place].end < end:
                continue
            passage = passages[place]
            clause = self._clause_at(passage, start)
            yield Sighting(term, source, start, end, passage, clause, self._judged(passage, clause, (start, end), term))

    def _is_in_a_compound(self, source: int, start: int, term: str) -> bool:
        """Whether a word that is a part of countless compounds (检测算法) does not stand on its own."""
        if start == 0 or term not in self.lexicon.cues("compound_terms"):
            return False
        return self.cues.pattern("compound_joins").search(self._sources[source].plain[start - 1 : start]) is None

    def _judged(self, passage: Passage, clause: Clause, span: tuple[int, int], term: str) -> Judged:
        start, end = span
        key = ("judged", passage.source, start, end, term)
        return self.remember(key, lambda: self._settle(passage, self._meant(passage, clause, start, end), start, term))

    def _meant(self, passage: Passage, clause: Clause, start: int, end: int) -> Judged:
        """Judge a mention in its clause; a bare one after a comma goes on with what the clause before says was done."""
        judged = judge_mention(clause, start, end, passage.role, self.cues)
        if judged.stance in _DOUBTFUL and passage.role in _RUNNING and self._is_taken_back(passage, clause):
            return Judged(Stance.DENIED)
        if judged.stance is Stance.LISTED and begins_with_wish(self.plain_of(passage), self.cues):
            return Judged(Stance.WISH)
        if judged.stance is not Stance.LISTED or passage.role not in _RUNNING:
            return judged
        clauses = self.clauses(passage)
        place = next((at for at, known in enumerate(clauses) if known is clause), 0)
        if place == 0 or self._sources[passage.source].plain[clauses[place - 1].end : clause.start].strip() != ",":
            return judged
        before = clauses[place - 1]
        done = self.cues.has("use", before.plain) and not any(self.cues.has(n, before.plain) for n in _NOT_DONE)
        return Judged(Stance.OWN) if done and not tells_of_others(before.plain, self.cues) else judged

    def _is_taken_back(self, passage: Passage, clause: Clause) -> bool:
        """Whether the clause after this one says no to what it names (听说过，没碰过)."""
        after = next((known for known in self.clauses(passage) if known.start >= clause.end), None)
        if after is None or not self.cues.has("bare_denial", after.plain):
            return False
        return self._sources[passage.source].plain[clause.end : after.start].strip() in {",", ";", ""}

    def _settle(self, passage: Passage, judged: Judged, start: int, term: str) -> Judged:
        """Let the level field of a structured skill, and where it was used, speak for the whole entry."""
        if judged.stance in EVIDENCE and self._is_in_a_compound(passage.source, start, term):
            return Judged(Stance.NAME)
        if passage.title and judged.stance is Stance.OWN:
            return Judged(Stance.LISTED)
        if passage.role is not Role.SKILL or judged.stance not in {Stance.LISTED, Stance.CLAIM, Stance.OWN}:
            return judged
        level, used = self._skill_entry(passage.entry)
        if level and judged.stance is not Stance.OWN:
            return Judged(Stance.CLAIM, max(level, 1) if not judged.level else min(level, judged.level))
        if used and judged.stance is Stance.LISTED:
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

    def _judge_family(self, ancestor: str) -> Iterator[Sighting]:
        found = [sighting for term in sorted(self.members(ancestor)) for sighting in self.sightings(term)]
        yield from sorted(found, key=lambda sighting: (sighting.source, sighting.start, sighting.term))
