"""What a rubric file may say of a posting: places that exist, terms that are known, ids that keep their meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rubrics.codec import lines_of_places
from rubrics.lexicon import Lexicon, load_lexicon
from rubrics.model import (
    Ask,
    AssessedBy,
    ContestAsk,
    Criterion,
    ExperienceAsk,
    LanguageAsk,
    Rubric,
    rule_asks,
)
from rubrics.text import Lines, SourceText
from screening.services.rubric_edits import (
    ANCHOR_LENGTH,
    HEAVIEST,
    TEXT_LENGTH,
    TITLE_LENGTH,
    TRACK_LENGTH,
    letter_of,
)

MOST_CRITERIA = 300
KEY_LENGTH = 120
_ID = re.compile(r"[krb][1-9]\d{0,4}", re.ASCII)
_KINDS = frozenset({"any", "work", "internship", "project", "research", "production", "deployment", "data_set"})
_NAMES = ("term", "certification", "trait")
_LISTS = ("fields", "venues", "topics", "contests", "datasets")
_CONTESTS = frozenset({"code", "ml", "hpc", "any"})


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What is wrong on a line of a file.

    ``code`` is one of ``RubricFileError`` or posting, range, lines, span, term, id, reused, gate, weight, long, empty,
    group_rule or many; ``detail`` is what it speaks of.
    """

    line: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a file is checked against: the content that it replaces with the names in its rules, the document, the lexicon, and the lines of its keys."""

    base: Rubric
    source: SourceText
    lexicon: Lexicon
    places: Mapping[tuple[str, int, str], int]
    names: frozenset[str]

    def problem(self, table: str, number: int, key: str, code: str, detail: str) -> FileProblem:
        """Name a problem with the line of a key, or of the table's heading where the key stands on no line of its own."""
        line = self.places.get((table, number, key)) or self.places.get((table, number, "")) or 1
        return FileProblem(line, code, detail)


def problems_of(
    rubric: Rubric, *, text: str, base: Rubric, source: str, earlier: Sequence[Rubric]
) -> list[FileProblem]:
    """List what is wrong with a file that was read; a file of another posting has no other problem.

    Places that the replaced content names are right as they are. ``earlier`` are all versions of the posting.
    """
    lexicon = load_lexicon()
    names = frozenset(name for one in base.criteria for ask in rule_asks(one.rule) for name, _ in _terms(ask, lexicon))
    known = Known(base, SourceText(source), lexicon, lines_of_places(text), names)
    if rubric.slug != base.slug:
        return [known.problem("", 0, "slug", "posting", rubric.slug)]
    if rubric.lines != base.lines:
        return [known.problem("", 0, "lines", "range", f"{base.lines.first}–{base.lines.last}")]
    return [*_head(rubric, known), *_groups(rubric, known), *_criteria(rubric, known), *_ids(rubric, earlier, known)]


def _head(rubric: Rubric, known: Known) -> Iterator[FileProblem]:
    for key, words, most in (("title", rubric.title, TITLE_LENGTH), ("track", rubric.track, TRACK_LENGTH)):
        if words is not None and not words.strip():
            yield known.problem("", 0, key, "empty", key)
        if len(words or "") > most:
            yield known.problem("", 0, key, "long", key)
    if len(rubric.criteria) > MOST_CRITERIA:
        yield known.problem("criteria", MOST_CRITERIA, "", "many", str(MOST_CRITERIA))
    for number, duty in enumerate(rubric.responsibilities):
        if duty not in known.base.responsibilities and not _inside(duty.lines, known.base.lines):
            yield known.problem("responsibilities", number, "lines", "lines", _words(duty.lines))


def _groups(rubric: Rubric, known: Known) -> Iterator[FileProblem]:
    for number, group in enumerate(rubric.groups):
        if group in known.base.groups:
            continue
        if group.rule != "any":
            yield known.problem("groups", number, "rule", "group_rule", group.rule)
        if not _inside(group.lines, known.base.lines):
            yield known.problem("groups", number, "lines", "lines", _words(group.lines))


def _criteria(rubric: Rubric, known: Known) -> Iterator[FileProblem]:
    for number, one in enumerate(rubric.criteria):
        if one in known.base.criteria:
            continue
        yield from _place(one, number, known)
        yield from _values(one, number, known)
        for term in _unknown_terms(one, known):
            yield known.problem("criteria", number, "rule", "term", term)


def _place(one: Criterion, number: int, known: Known) -> Iterator[FileProblem]:
    if any((one.lines, one.span) == (other.lines, other.span) for other in known.base.criteria):
        return
    if not _inside(one.lines, known.base.lines) or one.lines.last > known.source.line_count:
        yield known.problem("criteria", number, "lines", "lines", _words(one.lines))
        return
    in_text = 0 <= one.span.start < one.span.end <= len(known.source.text)
    if not in_text or known.source.lines_of(one.span) != one.lines:
        yield known.problem("criteria", number, "span", "span", f"{one.span.start}–{one.span.end}")


def _values(one: Criterion, number: int, known: Known) -> Iterator[FileProblem]:
    letter = letter_of(one.section, gate=one.gate)
    if not _ID.fullmatch(one.id) or one.id[0] != letter:
        yield known.problem("criteria", number, "id", "id", f"{one.id} ({letter}…)")
    if one.gate and (letter_of(one.section, gate=False) == "b" or one.assessed_by is AssessedBy.INTERVIEW):
        yield known.problem("criteria", number, "gate", "gate", one.id)
    if one.weight > HEAVIEST:
        yield known.problem("criteria", number, "weight", "weight", f"{one.weight:g}")
    texts = [("text", one.text, TEXT_LENGTH), ("key", one.key, KEY_LENGTH)]
    texts += [("anchors", words, ANCHOR_LENGTH) for words in (one.anchors.texts if one.anchors else ())]
    for key, words, most in texts:
        if not words.strip():
            yield known.problem("criteria", number, key, "empty", key)
        elif len(words) > most:
            yield known.problem("criteria", number, key, "long", key)


def _ids(rubric: Rubric, earlier: Sequence[Rubric], known: Known) -> Iterator[FileProblem]:
    """See that no id comes to mean something else: whoever bore it before had its key or its words."""
    meanings: dict[str, list[Criterion]] = {}
    for version in earlier:
        for one in version.criteria:
            meanings.setdefault(one.id, []).append(one)
    for number, one in enumerate(rubric.criteria):
        bearers = meanings.get(one.id, [])
        if bearers and not any(one.key == other.key or one.span == other.span for other in bearers):
            yield known.problem("criteria", number, "id", "reused", one.id)


def _unknown_terms(one: Criterion, known: Known) -> list[str]:
    """List the names in a rule that neither the lexicon nor the replaced content knows."""
    asked = [pair for ask in rule_asks(one.rule) for pair in _terms(ask, known.lexicon)]
    return [name for name, is_known in asked if not is_known and name not in known.names]


def _terms(ask: Ask, lexicon: Lexicon) -> list[tuple[str, bool]]:
    """List the names in an ask and whether each is known; cities and words are free."""
    names = [str(getattr(ask, field)) for field in _NAMES if hasattr(ask, field)]
    names += [name for field in _LISTS for name in getattr(ask, field, ())]
    found = [(name, name in lexicon.terms) for name in names]
    match ask:
        case ContestAsk():
            found.append((ask.kind, ask.kind in _CONTESTS))
        case ExperienceAsk():
            found += [(kind, kind in _KINDS) for kind in ask.kinds]
        case LanguageAsk():
            found.append((ask.language, f"language_{ask.language}" in lexicon.terms))
    return found


def _inside(lines: Lines, posting: Lines) -> bool:
    return posting.first <= lines.first <= lines.last <= posting.last


def _words(lines: Lines) -> str:
    return f"{lines.first}–{lines.last}" if lines.first != lines.last else str(lines.first)
