"""Finding spellings in a folded text: longest first, one dictionary look-up a character, no regular expressions to build."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rubrics.lexicon.tables import Term
from rubrics.text import Folded, fold

_SEPARATOR = re.compile(r"(?<=[a-z0-9])[ \-](?=[a-z0-9])")
_BESIDE = re.compile(r"(?<=[a-z0-9])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[a-z0-9])")
_BETWEEN = re.compile(r"(?<=[a-z0-9]) (?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) (?=[a-z0-9])")
_START = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_FIRST_WORD = re.compile(r"[a-z0-9]+")
_NEARBY = 40
_SHORTEST_PLURAL = 3
_SHORTEST_VERSIONED = 4
_DIGITS = frozenset("0123456789")


class Hit(NamedTuple):
    """A spelling found: the range in the folded text and the terms it stands for."""

    start: int
    end: int
    ids: tuple[str, ...]


class _Form(NamedTuple):
    term_id: str
    needs: tuple[str, ...] = ()
    exact: str | None = None
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormIndex:
    """Spellings, and their lengths by how they begin: by their first word of ASCII letters and digits, else by two characters."""

    forms: dict[str, list[_Form]]
    lengths: dict[str, tuple[int, ...]]

    @classmethod
    def of_terms(cls, terms: Iterable[Term]) -> FormIndex:
        """Give an index of all spellings of terms; a stop spelling (C端, R&D) hides the terms inside it."""
        forms: dict[str, list[_Form]] = {}
        for term in terms:
            for spelling in term.forms:
                sure = spelling in term.exact
                guarded = not sure and (not term.ambiguous or spelling in term.ambiguous)
                form = _Form(
                    "" if term.kind == "stop" else term.id,
                    term.needs if guarded else (),
                    spelling if sure or (term.case and guarded) else None,
                    term.not_before,
                    term.not_after,
                )
                for variant in _variants(spelling):
                    known = forms.get(variant)
                    if known is None:
                        forms[variant] = [form]
                    else:
                        known.append(form)
        return cls(forms, _lengths(forms))

    @classmethod
    def of_words(cls, words: Iterable[str]) -> FormIndex:
        """Give an index of plain words."""
        forms = {fold(word).text: [_Form(word)] for word in words if word}
        return cls(forms, _lengths(forms))

    def scan(self, folded: Folded, original: str) -> Iterator[Hit]:
        """Hits from left to right, none inside another."""
        text = folded.text
        lengths, forms = self.lengths, self.forms
        free, end = 0, len(text)
        for start in _START.finditer(text):
            place = start.start()
            if place < free:
                continue
            for size in _sizes(lengths, text, place, start.end()):
                known = forms.get(text[place : place + size])
                if known is None or place + size > end:
                    continue
                stop = _bounded_end(text, place, place + size)
                if stop is None:
                    continue
                ids = tuple(
                    dict.fromkeys(form.term_id for form in known if _counts(form, folded, original, place, stop))
                )
                if ids:
                    if ids[0] != "":
                        yield Hit(place, stop, ids)
                    free = stop
                    break


def _sizes(lengths: Mapping[str, tuple[int, ...]], text: str, start: int, end: int) -> tuple[int, ...]:
    """Give the lengths of the spellings that begin as a text does here; a plural and a name with its version begin as the word does."""
    first = text[start:end]
    if first[0] not in _WORD:
        return lengths.get(text[start : start + 2]) or lengths.get(first) or ()
    sizes = lengths.get(first, ())
    if first[-1] in _DIGITS and not sizes:
        name = first.rstrip("0123456789")
        return (len(name),) if len(name) >= _SHORTEST_VERSIONED and name in lengths else ()
    if first[-1] == "s" and end - start > _SHORTEST_PLURAL and first[:-1] in lengths:
        return (*sizes, end - start - 1)
    return sizes


def _bounded_end(text: str, start: int, end: int) -> int | None:
    """Where a spelling ends, a plural s included, or None when it is a part of a longer word."""
    if text[end - 1] not in _WORD or end >= len(text) or text[end] not in _WORD:
        return end
    if end - start >= _SHORTEST_PLURAL and text[end] == "s" and (end + 1 >= len(text) or text[end + 1] not in _WORD):
        return end + 1
    if (
        end - start >= _SHORTEST_VERSIONED and text[end] in _DIGITS and text[start:end].isalpha()
    ):  # PyTorch2.1, Ubuntu22
        version = end + len(text[end : end + 4]) - len(text[end : end + 4].lstrip("0123456789"))
        if version >= len(text) or text[version] not in _WORD:
            return version
    return None


def _counts(form: _Form, folded: Folded, original: str, start: int, end: int) -> bool:
    text = folded.text
    if form.not_before and text.startswith(form.not_before, end):
        return False
    if form.not_after and text.endswith(form.not_after, 0, start):
        return False
    if form.exact is not None:
        span = folded.span(start, end)
        if not original[span.start : span.end].startswith(form.exact):
            return False
    if not form.needs:
        return True
    around = text[max(0, start - _NEARBY) : start] + "\0" + text[end : end + _NEARBY]
    return any(word in around for word in form.needs)


def _variants(spelling: str) -> tuple[str, ...]:
    """Give a spelling and its forms with blank, hyphen or nothing between ASCII words, and with or without a blank between the scripts (MPC控制, MPC 控制)."""
    folded = fold(spelling).text
    forms = (folded,) if folded.isascii() else (folded, _BESIDE.sub(" ", folded), _BETWEEN.sub("", folded))
    if len(folded) >= 5 and (" " in folded or "-" in folded) and _SEPARATOR.search(folded):
        forms = (*forms, *(_SEPARATOR.sub(mark, form) for form in forms for mark in (" ", "-", "")))
    return tuple(dict.fromkeys(forms))


def _lengths(forms: Iterable[str]) -> dict[str, tuple[int, ...]]:
    sizes: dict[str, set[int]] = {}
    for form in forms:
        word = _FIRST_WORD.match(form) if form[0] in _WORD else None
        key = word.group() if word else form[:2]
        known = sizes.get(key)
        if known is None:
            sizes[key] = {len(form)}
        else:
            known.add(len(form))
    for key, found in sizes.items():
        if len(key) > 1 and key[0] not in _WORD:
            found.update(sizes.get(key[0], ()))
    return {
        key: tuple(found) if len(found) == 1 else tuple(sorted(found, reverse=True)) for key, found in sizes.items()
    }


@dataclass(frozen=True, slots=True)
class CueIndex:
    """The words of many cue groups, found in one pass; ASCII words are bounded, and a word inside another one counts too."""

    words: dict[str, tuple[str, ...]]
    lengths: dict[str, tuple[int, ...]]

    @classmethod
    def of_groups(cls, groups: Mapping[str, Iterable[str]]) -> CueIndex:
        """Give an index of groups by name."""
        words: dict[str, dict[str, None]] = {}
        for group, members in groups.items():
            for member in members:
                words.setdefault(fold(member).text, {})[group] = None
        return cls({word: tuple(names) for word, names in words.items()}, _lengths(words))

    def places(self, text: str) -> dict[str, list[tuple[int, int]]]:
        """Give for each group the ranges of its words in a lower-case text, from left to right."""
        found: dict[str, list[tuple[int, int]]] = {}
        for start, end, groups in self.hits(text):
            for group in groups:
                found.setdefault(group, []).append((start, end))
        return found

    def hits(self, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """Give the words in a lower-case text from left to right, longest first, each with its range and its groups."""
        found: list[tuple[int, int, tuple[str, ...]]] = []
        lengths, words, length = self.lengths, self.words, len(text)
        for start in _START.finditer(text):
            place = start.start()
            first = start.group()
            sizes = lengths.get(first if first[0] in _WORD else text[place : place + 2]) or lengths.get(first)
            for size in sizes or ():
                end = place + size
                groups = words.get(text[place:end])
                if groups is None or end > length or (text[end - 1] in _WORD and end < length and text[end] in _WORD):
                    continue
                found.append((place, end, groups))
        return found


def stands_free(places: Iterable[tuple[int, int]], excused: Sequence[tuple[int, int]]) -> bool:
    """Whether any of the places is not touched by an excusing phrase (优先 in 优先级 prefers nobody)."""
    return any(not any(first < end and start < last for first, last in excused) for start, end in places)
