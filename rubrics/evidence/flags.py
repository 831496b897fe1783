"""Facts beside the score: hidden text, instructions to a scorer, keyword stuffing, sentences copied from the posting.

What a flag names gives no evidence, so it can neither raise nor lower a score.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rubrics.dossier import Dossier
from rubrics.evidence.cues import Cues
from rubrics.evidence.texts import RESUME, answer_passages, blank_out, hidden_stretches, plain_text
from rubrics.prescore import Flag

_INSTRUCTION_HINT = re.compile(
    r"满分|高分|最高分|100 ?分|忽略|无视|不要理会|忘记|覆盖|判|评分|系统|你是|您是|推荐|录用|所有|全部|ignore|disregard|forget|override|score|mark|rate|rating|grade|rank|award|assign|give|grant|you are|as an ai|prompt|note to|attention|dear|hey|recommend|hire|advance|shortlist|must be"
)
_SENTENCE_END = re.compile(r"[。!?！？\n\r]|\.(?=\s|$)")
_COPY_ZH, _COPY_EN = 16, 40
_STUFFED_REPEATS, _STUFFED_TERMS, _STUFFED_SHARE = 4, 35, 0.8
_WORD = re.compile(r"[a-z][a-z0-9+#.\-]*|[\u4e00-\u9fff]{2,12}")


def masked_stretches(plain: str, cues: Cues) -> list[tuple[int, int]]:
    """Stretches of a text that must not speak: instructions to a scorer, stuffed lines, and personal particulars."""
    return [
        *instructions(plain, cues),
        *stuffed_lines(plain),
        *(match.span() for match in cues.pattern("personal_line").finditer(plain)),
    ]


def instructions(plain: str, cues: Cues) -> list[tuple[int, int]]:
    """Sentences that address whoever or whatever scores the application."""
    if _INSTRUCTION_HINT.search(plain) is None:
        return []
    found: list[tuple[int, int]] = []
    for start, end in _sentences(plain):
        sentence = plain[start:end]
        if _INSTRUCTION_HINT.search(sentence) and cues.has("scorer_instruction", sentence):
            found.append((start, end))
    return found


def stuffed_lines(plain: str) -> list[tuple[int, int]]:
    """Lines that repeat their words over and over, or that are nothing but very many of them."""
    found: list[tuple[int, int]] = []
    place = 0
    for line in plain.splitlines(keepends=True):
        if len(line) >= 40 and _is_stuffed(line):
            found.append((place, place + len(line.rstrip("\r\n"))))
        place += len(line)
    return found


def find_flags(dossier: Dossier, cues: Cues) -> list[Flag]:
    """The flags that hold whatever the rubric: hidden text, instructions, stuffing."""
    flags = [Flag("hidden_text", RESUME, start, end) for start, end in hidden_stretches(dossier)]
    for pointer, plain in _visible_texts(dossier):
        flags += [Flag("scorer_instruction", pointer, start, end) for start, end in instructions(plain, cues)]
        flags += [Flag("keyword_stuffing", pointer, start, end) for start, end in stuffed_lines(plain)]
    if dossier.resume and dossier.hidden:
        hidden = _only_hidden(dossier)
        flags += [Flag("scorer_instruction", RESUME, start, end) for start, end in instructions(hidden, cues)]
        flags += [Flag("keyword_stuffing", RESUME, start, end) for start, end in stuffed_lines(hidden)]
    return flags


def copy_flags(copied: Sequence[tuple[str, int, int]]) -> list[Flag]:
    """Flags for stretches that repeat the posting."""
    return [Flag("posting_copied", pointer, start, end) for pointer, start, end in copied]


def copied_stretches(dossier: Dossier, criterion_texts: Sequence[str]) -> list[tuple[str, int, int]]:
    """Stretches that repeat a criterion of the posting word for word (long sentences only)."""
    wanted = [words for words in (_squeezed(text)[0] for text in criterion_texts) if _is_long(words)]
    if not wanted:
        return []
    found: list[tuple[str, int, int]] = []
    for pointer, plain in _visible_texts(dossier):
        if len(plain) < _COPY_ZH:
            continue
        squeezed, places = _squeezed(plain)
        for words in wanted:
            at = squeezed.find(words)
            while at >= 0:
                found.append((pointer, places[at], places[at + len(words) - 1] + 1))
                at = squeezed.find(words, at + len(words))
    return sorted(set(found))


def _visible_texts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for answer, _, _, _ in answer_passages(dossier.answers):
        yield answer.pointer, answer.plain
    if dossier.resume:
        yield RESUME, plain_text(blank_out(dossier.resume, hidden_stretches(dossier)))


def _only_hidden(dossier: Dossier) -> str:
    text = dossier.resume or ""
    shown: list[tuple[int, int]] = []
    last = 0
    for start, end in sorted(hidden_stretches(dossier)):
        shown.append((last, start))
        last = max(last, end)
    shown.append((last, len(text)))
    return plain_text(blank_out(text, shown))


def _sentences(plain: str) -> Iterator[tuple[int, int]]:
    last = 0
    for match in _SENTENCE_END.finditer(plain):
        if match.start() > last:
            yield last, match.start()
        last = match.end()
    if last < len(plain):
        yield last, len(plain)


def _is_stuffed(line: str) -> bool:
    words = _WORD.findall(line)
    if len(words) < 10:
        return False
    counts = Counter(words)
    latin = {word: count for word, count in counts.items() if len(word) >= 2}
    repeated = sum(count for count in latin.values() if count >= _STUFFED_REPEATS)
    if repeated >= 0.6 * len(words):
        return True
    separators = sum(line.count(mark) for mark in ",、，;；|/")
    return len(counts) >= _STUFFED_TERMS and separators >= _STUFFED_SHARE * len(words) and "。" not in line


def _squeezed(text: str) -> tuple[str, list[int]]:
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(plain_text(text)):
        if character.isalnum() or character in "+#":
            letters.append(character)
            places.append(place)
    return "".join(letters), places


def _is_long(words: str) -> bool:
    wide = sum(1 for character in words if character > "\u2e7f")
    return wide >= _COPY_ZH or len(words) >= _COPY_EN
