"""Terms, mentions and the search for them."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from rubrics.lexicon.scanner import CueIndex, FormIndex, Hit
from rubrics.lexicon.tables import Tables, Term, read_tables
from rubrics.text import Folded, Span, fold


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A term found in a text; offsets count characters of that text as given."""

    start: int
    end: int
    term_id: str


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """All terms and cue words of one version of the tables; compared and hashed as the one object it is.

    ``cue_patterns`` are the cue groups by which applications are read: their words are regular expressions.
    """

    version: str
    terms: Mapping[str, Term]
    cue_words: Mapping[str, tuple[str, ...]]
    cue_patterns: tuple[str, ...]
    _forms: FormIndex = field(repr=False)
    _cues: dict[str, FormIndex] = field(repr=False)
    _ancestors: Mapping[str, frozenset[str]] = field(repr=False)
    _asking: CueIndex = field(repr=False)

    def find(self, text: str, kinds: frozenset[str] | None = None) -> tuple[Mention, ...]:
        """Every term in a text, the longest spelling at each place, in order; with ``kinds`` only terms of these kinds."""
        return self.find_folded(fold(text), text, kinds)

    def find_folded(self, folded: Folded, text: str, kinds: frozenset[str] | None = None) -> tuple[Mention, ...]:
        """Give the same for a text that is folded already."""
        mentions: list[Mention] = []
        for hit in self._forms.scan(folded, text):
            span = folded.span(hit.start, hit.end)
            mentions.extend(
                Mention(span.start, span.end, term_id)
                for term_id in hit.ids
                if kinds is None or self.terms[term_id].kind in kinds
            )
        return tuple(mentions)

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """Give the same as plain tuples (start, end, term), for whoever reads a whole application."""
        folded = fold(text)
        offsets = folded.offsets
        if offsets is None:
            return [(hit.start, hit.end, term) for hit in self._forms.scan(folded, text) for term in hit.ids]
        return [
            (offsets[hit.start], offsets[hit.end - 1] + 1, term)
            for hit in self._forms.scan(folded, text)
            for term in hit.ids
        ]

    def exact(self, text: str) -> tuple[str, ...]:
        """Ids of the terms of which a text is a spelling, whatever context they need elsewhere."""
        ids = (form.term_id for form in self._forms.forms.get(fold(text).text, ()) if form.exact in {None, text})
        return tuple(dict.fromkeys(term_id for term_id in ids if term_id))

    def is_a(self, term_id: str, ancestor: str) -> bool:
        """Whether a term is another one or belongs to its family, at any depth."""
        return term_id == ancestor or ancestor in self._ancestors.get(term_id, frozenset())

    def ancestors(self, term_id: str) -> frozenset[str]:
        """All families of a term, itself not among them."""
        return self._ancestors.get(term_id, frozenset())

    def cues(self, name: str) -> tuple[str, ...]:
        """Give the words of a cue group (negation, wish, preference, level_basic …); KeyError for an unknown group."""
        return self.cue_words[name]

    def find_cues(self, name: str, text: str) -> tuple[Span, ...]:
        """Where words of a cue group stand, longest first at each place, ASCII words bounded."""
        folded = fold(text)
        index = self._cues.get(name)
        if index is None:
            index = self._cues[name] = FormIndex.of_words(self.cue_words[name])
        return tuple(folded.span(hit.start, hit.end) for hit in index.scan(folded, text))

    def has_cue(self, name: str, text: str) -> bool:
        """Whether any word of a cue group stands in the text."""
        return bool(self.find_cues(name, text))

    def asking_cues(self, text: str) -> dict[str, list[tuple[int, int]]]:
        """Give the places of all words by which postings are read (groups read_… and level_…) in a lower-case text, group by group."""
        return self._asking.places(text)

    def asking_hits(self, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """Give the same words in order, each with its range and its groups."""
        return self._asking.hits(text)

    def name(self, term_id: str, language: str) -> str:
        """Give a term's name in "zh" or "en"; an unknown id names itself."""
        term = self.terms.get(term_id)
        if term is None:
            return term_id
        return term.zh if language.startswith("zh") else term.en

    def names(self, term_id: str) -> tuple[str, str]:
        """Give a term's names in Chinese and English; an unknown id names itself."""
        term = self.terms.get(term_id)
        return (term_id, term_id) if term is None else (term.zh, term.en)


@cache
def load_lexicon() -> Lexicon:
    """Give the lexicon of the tables beside this module, read once in a process."""
    collecting = gc.isenabled()
    gc.disable()  # Every object made here stays: looking for rubbish among them takes a sixth of the time.
    try:
        return _made(read_tables())
    finally:
        if collecting:
            gc.enable()


def _made(tables: Tables) -> Lexicon:
    terms = {term.id: term for term in tables.terms if term.kind != "stop"}
    return Lexicon(
        version=tables.version,
        terms=terms,
        cue_words=tables.cues,
        cue_patterns=tables.patterns,
        _forms=FormIndex.of_terms(tables.terms),
        _cues={},
        _ancestors=_ancestors_of(terms),
        _asking=CueIndex.of_groups(
            {name: words for name, words in tables.cues.items() if name.startswith(("read_", "level_"))}
        ),
    )


def _ancestors_of(terms: Mapping[str, Term]) -> dict[str, frozenset[str]]:
    known: dict[str, frozenset[str]] = {}

    def climb(term_id: str, path: tuple[str, ...]) -> frozenset[str]:
        if term_id not in known:
            found: set[str] = set()
            for parent in terms[term_id].parents if term_id in terms else ():
                if parent not in path:
                    found.add(parent)
                    found |= climb(parent, (*path, parent))
            known[term_id] = frozenset(found)
        return known[term_id]

    for term_id in terms:
        climb(term_id, (term_id,))
    return known


__all__ = ["Hit", "Lexicon", "Mention", "Term", "load_lexicon"]
