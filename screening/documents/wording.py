"""Words as a page means them: what typesetting did to letters is undone, hidden places stay exact.

Ligatures and look-alike radicals become letters, letters set apart become words, words broken at line ends are joined,
bullets of symbol fonts become bullets, characters without width go.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

Ranges = tuple[tuple[int, int], ...]
Replacement = Callable[[re.Match[str]], str]

LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
NOTHING = re.compile(
    r"[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffd\uffff]"
)
BLANK = re.compile(r"[\xa0\u2000-\u200a\u202f\u205f]")
TYPESET = re.compile(r"[\ufb00-\ufb06\u2e80-\u2fdf\uf900-\ufaff]")
SYMBOL = re.compile(r"[\ue000-\uf8ff]+")
SPACED = re.compile(
    r"(?<![^\W_])[A-Za-z](?: [a-z]){3,}(?![^\W_])(?! [a-z]\b)"
    r"|(?<![^\W_])[A-Z](?: [A-Z]){4,}(?![^\W_])(?! [A-Z]\b)"
    r"|(?m:^)[A-Z](?: [A-Z]){2,}(?: {2,}[A-Z](?: [A-Z])+)*(?m:$)"
    r"|(?<![\u3400-\u9fff] )(?<![\u3400-\u9fff])[\u3400-\u9fff](?: [\u3400-\u9fff]){2,}(?![\u3400-\u9fff])"
)
APART_AT_ALL = re.compile(r" \w \w(?!\w)|(?m:^)\w \w \w")
APART = re.compile(r" {2,}")
PLUSES = re.compile(r"\bC ?\+ ?\+(?!\+)")
BROKEN_WORD = re.compile(r"(?<=[^\W\d_]{2})(?:\ufffe|\xad(?:\n ?)?|-\n ?)(?=(?P<tail>[a-z\u00df-\u00ff]{2,}))")
"""Only what stands between the halves, so that a hidden half hides no other."""
HEAD = re.compile(r"[^\W\d_]+\Z")
LONGEST_HEAD = 40
ADDRESS = re.compile(r"(?:://|www\.|@|\.[a-z]{2,6}/)\S*\Z")
"""An address of a page or mailbox up to the hyphen at which its line ended."""
BROKEN = re.compile(r"\ufffe|\xad\n?")
LINE_BLANKS = re.compile(r"[ \t]+(?:(?=\n)|\Z)")
EMPTY_LINES = re.compile(r"\n{3,}")
BULLET = "•"
FIRST_HALVES = frozenset(
    re.findall(
        r"\w+",
        "all cross deep double end fine first full ground half hand hard high large light long low mid multi near non one "
        "open part peer quasi real second self semi short single small state third three top two user very well",
    )
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with its hidden stretches as half-open ranges in order; ``hidden`` stays exact through every replacement."""

    text: str
    hidden: Ranges = ()

    def replace(self, pattern: re.Pattern[str], replacement: str | Replacement) -> Passage:
        """Replace each match; a hidden place within a match becomes the edge of what stands there now."""
        if not self.hidden:
            return Passage(pattern.sub(replacement, self.text))
        pieces: list[str] = []
        moves: list[tuple[int, int, int, int]] = []
        last = length = 0
        for match in pattern.finditer(self.text):
            new = replacement if isinstance(replacement, str) else replacement(match)
            kept = self.text[last : match.start()]
            pieces += (kept, new)
            moves.append((match.start(), match.end(), length + len(kept), length + len(kept) + len(new)))
            length += len(kept) + len(new)
            last = match.end()
        pieces.append(self.text[last:])
        return Passage("".join(pieces), _moved(self.hidden, moves))


def tidy(passage: Passage) -> Passage:
    """Give the passage in plain words; its line ends are LF."""
    passage = passage.replace(LINE_END, "\n") if LINE_END.search(passage.text) else passage
    if not passage.text.isascii():
        passage = passage.replace(BLANK, " ").replace(TYPESET, _letters)
        passage = passage.replace(SYMBOL, lambda match: _bullet(match.string, match.start()))
    passage = _joined(passage.replace(LINE_BLANKS, ""))
    if not passage.text.isascii() or NOTHING.search(passage.text):
        passage = passage.replace(BROKEN, "-").replace(NOTHING, "").replace(LINE_BLANKS, "")
    if APART_AT_ALL.search(passage.text):
        passage = passage.replace(SPACED, _closed)
    return passage.replace(PLUSES, "C++").replace(EMPTY_LINES, "\n\n")


def _moved(hidden: Ranges, moves: list[tuple[int, int, int, int]]) -> Ranges:
    """Carry ranges over replacements, given as old start and end, new start and end."""
    found: list[tuple[int, int]] = []
    place = 0
    shift = 0

    def carried(old: int, *, is_end: bool) -> int:
        nonlocal place, shift
        while place < len(moves) and moves[place][1] <= old:
            shift = moves[place][3] - moves[place][1]
            place += 1
        if place < len(moves) and moves[place][0] < old:
            return moves[place][3] if is_end else moves[place][2]
        return old + shift

    for start, end in hidden:
        first = carried(start, is_end=False)
        last = carried(end, is_end=True)
        if first < last:
            found.append((first, last))
    return tuple(found)


def _letters(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])


def _bullet(text: str, place: int) -> str:
    """Give a bullet for a symbol that begins a line, a blank for one elsewhere: its font alone knows what it was."""
    before = text[max(0, place - 3) : place].rpartition("\n")
    begins = not before[2].strip() and (bool(before[1]) or place <= 3)
    return BULLET if begins else " "


def _closed(match: re.Match[str]) -> str:
    """Close letters set apart; the alphabet in order is a list (A B C D E)."""
    letters = " ".join(word.replace(" ", "") for word in APART.split(match[0]))
    in_order = all(ord(after) - ord(before) == 1 for before, after in pairwise(letters))
    return match[0] if in_order and letters.isascii() else letters


def _joined(passage: Passage) -> Passage:
    """Join words broken at line ends; the hyphen stays where the text writes it elsewhere, the first half asks for it, or an address goes on."""
    if "-\n" not in passage.text and "\ufffe" not in passage.text and "\xad" not in passage.text:
        return passage
    folded = passage.text.lower()

    def join(match: re.Match[str]) -> str:
        before = match.string[max(0, match.start() - LONGEST_HEAD) : match.start()]
        head, tail = HEAD.findall(before)[0], match["tail"]
        together, hyphened = f"{head}{tail}".lower(), f"{head}-{tail}".lower()
        is_certain = before.endswith(f"-{head}") or ADDRESS.search(before) is not None
        keeps = is_certain or head.lower() in FIRST_HALVES or (hyphened in folded and together not in folded)
        if not keeps and match[0] == "-\n" and head[0].isupper() and head[1].isupper():
            keeps = True  # an abbreviation is no half word
        return "-" if keeps else ""

    return passage.replace(BROKEN_WORD, join)
