"""Words as the search knows them: how a text is taken apart, what a typed text asks for, and where it stands in a text.

Texts are folded (NFKC, case). Chinese, Japanese and Korean run on without blanks and are cut into pairs of neighbours, with
the last character alone at the end, so that each character begins a word; what was typed is then a row of pairs. Everything
else is whole words; ``c++``, ``c#``, ``.net`` and ``node.js`` keep their marks. Words hold letters, digits and ``_``, which
no text brings in: ``_a``, ``_b``, ``_c`` stand for ``+``, ``#``, ``.``; ``_n`` begins a word of a name and ``_p`` a posting's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

MOST_WORDS = 12_000
"""Words of one application that are kept, some twenty pages; PostgreSQL counts places up to 16,383."""
LONGEST_WORD = 40
MOST_TYPED = 12
"""Words that one search may ask for; further ones are passed over."""
SHORTEST_BEGINNING = 3
"""Letters from which on the last typed word may be the beginning of any word; a shorter one begins words of names only."""
NAME, POSTING = "_n", "_p"
RUN = (  # scripts without blanks between words: Han with its signs, kana, Hangul
    "\u3005-\u3007\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
WORD = f"[^\\W_{RUN}]"
PIECES = re.compile(rf"(?P<run>[{RUN}]+)|(?:(?<!{WORD})\.(?={WORD}))?{WORD}+(?:\.{WORD}+)*(?:\+{{1,3}}|#)?")
MARKS = str.maketrans({"+": "_a", "#": "_b", ".": "_c"})
HOST = re.compile(r"(?<=\w)@[\w.-]*")


@dataclass(frozen=True, slots=True)
class Sought:
    """Words that must stand in this order side by side; ``is_beginning`` for one that begins a word."""

    words: tuple[str, ...]
    is_beginning: bool = False


Wanted = tuple[tuple[Sought, ...], ...]
"""What a typed text asks for: of each group at least one."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a text around the words that were found in it."""

    before: str
    found: str
    after: str


def fold(text: str) -> str:
    """Give the text as it is compared: full width, ligatures and case make no difference."""
    return normalize("NFKC", normalize("NFKC", text).casefold())


def document_words(*, posting_id: int, name: str, texts: Iterable[str]) -> list[str]:
    """Give the words of an application in order: its posting, its name's as words of a name, then the texts'; repeated pieces once."""
    words = [posting_word(posting_id), *(NAME + word for piece in _pieces(name) for word in _words_of(piece))]
    known: set[str] = set()
    for text in (name, *texts):
        for piece in _pieces(text):
            if piece not in known:
                known.add(piece)
                words.extend(_words_of(piece))
        if len(words) > MOST_WORDS:
            break
    return words[:MOST_WORDS]


def posting_word(posting_id: int) -> str:
    """Give the word that every application to a posting holds."""
    return f"{POSTING}{posting_id}"


def wanted(text: str, *, in_names: bool = False, is_complete: bool = False) -> Wanted:
    """Read what somebody typed, in any word of the application or only in its name; empty when it holds no word at all.

    The last word may be a beginning unless the text ``is_complete``.
    A single Chinese character by itself is looked for in names only: nearly every text holds it.
    """
    pieces = _typed(text)
    last = 0 if is_complete else len(pieces)
    return tuple(_sought(piece, is_last=number == last, in_names=in_names) for number, piece in enumerate(pieces, 1))


def excerpt(text: str, typed: str, *, around: int = 40) -> Excerpt | None:
    """Find the first typed word that stands in the text, with so many characters on either side; None when none does."""
    pieces = _typed(typed)
    folded, places = _fold_with_places(text)
    for number, piece in enumerate(pieces, 1):
        sign = re.escape(piece)
        if not _is_run(piece):
            sign = rf"(?<!{WORD}){sign}" + ("" if number == len(pieces) else rf"(?!{WORD})")
        if found := re.search(sign, folded):
            start, end = places[found.start()], places[found.end() - 1] + 1
            before, after = text[max(0, start - around) : start], text[end : end + around]
            return Excerpt(
                ("…" if start > around else "") + _one_line(before),
                text[start:end],
                _one_line(after) + ("…" if end + around < len(text) else ""),
            )
    return None


def _typed(text: str) -> list[str]:
    return list(_pieces(HOST.sub(" ", text)))[:MOST_TYPED]


def _sought(piece: str, *, is_last: bool, in_names: bool) -> tuple[Sought, ...]:
    if _is_run(piece):
        if len(piece) == 1:
            return (Sought((NAME + piece,), is_beginning=True),)
        pairs = _words_of(piece)[:-1]
        return (Sought(tuple(NAME + pair for pair in pairs) if in_names else pairs),)
    word = _words_of(piece)[0]
    if in_names:
        return (Sought((NAME + word,), is_beginning=is_last),)
    if is_last and len(piece) < SHORTEST_BEGINNING:
        return Sought((word,)), Sought((NAME + word,), is_beginning=True)
    return (Sought((word,), is_beginning=is_last),)


def _pieces(text: str) -> Iterator[str]:
    return (match[0] for match in PIECES.finditer(fold(text)))


@lru_cache(maxsize=20_000)
def _words_of(piece: str) -> tuple[str, ...]:
    """Cut a run into its pairs and its last character; give a word as it is written here and, when it holds marks, its parts."""
    if _is_run(piece):
        return (*(piece[place : place + 2] for place in range(len(piece) - 1)), piece[-1])
    parts = [part for part in re.split(r"[.+#]", piece) if part]
    whole = piece[:LONGEST_WORD].translate(MARKS)
    is_own = len(parts) == 1 and (len(parts[0]) == 1 or parts[0] == piece)  # c++ is not c
    return (whole,) if is_own else (whole, *(part[:LONGEST_WORD] for part in parts))


@lru_cache(maxsize=20_000)
def _is_run(piece: str) -> bool:
    return PIECES.match(piece)["run"] is not None  # type: ignore[index] # a piece is what the pattern found


@lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    return fold(character)


def _fold_with_places(text: str) -> tuple[str, list[int]]:
    """Fold character by character, and tell for each of the folded ones where it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in _fold_character(character):
            folded.append(one)
            places.append(place)
    return "".join(folded), places


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
