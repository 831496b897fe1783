"""Facts beside the score: hidden text, instructions to a scorer, keyword stuffing, sentences copied from the posting.

What a flag names gives no evidence, so it can neither raise nor lower a score.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rubrics.dossier import Dossier
from rubrics.evidence.cues import Cues, Hints
from rubrics.evidence.texts import RESUME, answer_passages, blank_out, cut_long, hidden_stretches, plain_text
from rubrics.prescore import Flag

_INSTRUCTION_HINT = re.compile(
    r"满分|滿|最高|一百分|a\+|排在|排到|列为|放在|判定|结论|要求|条件|标准|无需|打分|verdict|return|output|override|evaluat|treat|accept|approve|every|all (?:req|crit)|candidate|applicant|please|満点|만점|maxim|m[aá]xima|punktzahl|h[öo]chste|ignor|максимал|игнорируй|高分|最高分|100 ?分|忽略|无视|不要理会|忘记|覆盖|判|评分|系统|你是|您是|推荐|录用|所有|全部|ignore|disregard|forget|override|score|mark|rate|rating|grade|rank|award|assign|give|grant|you are|as an ai|prompt|note to|attention|dear|hey|recommend|hire|advance|shortlist|must be"
)
_SPREAD = re.compile(r"(?<!\S)\S(?: \S(?!\S)){3,}")
_MAY_SPREAD = re.compile(r" \S \S \S")
_SENTENCE_END = re.compile(r"[。!?！？\n\r]|\.(?=\s|$)")
_NO_LETTER = re.compile(r"[^\w+#]+|_+")
_LETTER = re.compile(r"[^\W_]|[+#]")
_COPY_ZH, _COPY_EN = 16, 40
_STUFFED_REPEATS, _STUFFED_REPEATED, _STUFFED_TERMS, _STUFFED_SHARE = 4, 0.6, 35, 0.8
# Of words of which so many repeat so often, no larger share is distinct (with slack for rounding).
_STUFFED_DISTINCT = 1 - _STUFFED_REPEATED * (1 - 1 / _STUFFED_REPEATS) + 0.01
_WORD = re.compile(r"[a-z][a-z0-9+#.\-]*|[\u4e00-\u9fff]{2,12}")


def flagged_stretches(plain: str, cues: Cues, hints: Hints) -> list[tuple[str, int, int]]:
    """Find what must not speak in a visible text: instructions to a scorer and stuffed lines, each with its code."""
    return [
        *(("scorer_instruction", start, end) for start, end in instructions(plain, cues, hints)),
        *(("keyword_stuffing", start, end) for start, end in stuffed_lines(plain)),
    ]


def instructions(plain: str, cues: Cues, hints: Hints) -> list[tuple[int, int]]:
    """Sentences that address whoever or whatever scores the application."""
    told = hints.places(cues.groups("scorer_instruction"))
    spread = _MAY_SPREAD.search(plain) is not None
    if spread and not told and _SPREAD.search(plain) is None:
        return []
    found: list[tuple[int, int]] = []
    for start, end in _sentences(plain) if spread else _sentences_at(plain, told):
        sentence = plain[start:end]
        if spread and _SPREAD.search(sentence) is not None:  # 请 给 满 分
            sentence = _SPREAD.sub(lambda match: match.group().replace(" ", ""), sentence)
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


def hidden_flags(dossier: Dossier, cues: Cues) -> list[Flag]:
    """Give flags on hidden text, and on what it tries to say."""
    flags = [Flag("hidden_text", RESUME, start, end) for start, end in hidden_stretches(dossier)]
    if flags:
        plain = _only_hidden(dossier)
        flagged = flagged_stretches(plain, cues, cues.look(plain))
        flags += [Flag(code, RESUME, start, end) for code, start, end in flagged]
    return flags


def copy_flags(copied: Sequence[tuple[str, int, int]]) -> list[Flag]:
    """Give flags for stretches that repeat the posting."""
    return [Flag("posting_copied", pointer, start, end) for pointer, start, end in copied]


def copies_in(dossier: Dossier, wanted: Iterable[str]) -> dict[str, list[tuple[str, int, int]]]:
    """Find the stretches of the visible texts that repeat one of many sentences word for word; ``wanted`` are the sentences' ``squeezed_words``."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for pointer, plain in _visible_texts(dossier):
        stands = plain.__contains__
        possible = [words for words in wanted if stands(words[0]) and stands(words[-1]) and all(map(stands, words))]
        letters = _NO_LETTER.sub("", plain) if possible else ""
        places: list[int] = []
        for words in possible:
            at = letters.find(words)
            while at >= 0:
                places = places or [match.start() for match in _LETTER.finditer(plain)]
                found.setdefault(words, []).append((pointer, places[at], places[at + len(words) - 1] + 1))
                at = letters.find(words, at + len(words))
    return found


def copied_stretches(
    copies: Mapping[str, Sequence[tuple[str, int, int]]], wanted: Iterable[str]
) -> list[tuple[str, int, int]]:
    """Give the stretches that repeat a criterion of one posting, in order."""
    return sorted({stretch for words in wanted if words in copies for stretch in copies[words]}) if copies else []


def squeezed_words(text: str) -> str:
    """Give a criterion's letters, or nothing when it is too short to be a copy."""
    words = _NO_LETTER.sub("", plain_text(text))
    return words if _is_long(words) else ""


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
            yield from cut_long(plain, last, match.start())
        last = match.end()
    if last < len(plain):
        yield from cut_long(plain, last, len(plain))


def _sentences_at(plain: str, places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the sentences in which places stand, in order; no sentence goes on over a line's end."""
    done = 0
    for place in places:
        if place < done:
            continue
        last = max(plain.rfind("\n", 0, place), plain.rfind("\r", 0, place)) + 1
        done = len(plain)
        for match in _SENTENCE_END.finditer(plain, last):
            if match.start() >= place:
                done = match.start()
                break
            last = match.end()
        for start, end in cut_long(plain, last, done):
            if bisect_left(places, start) < bisect_left(places, end):
                yield start, end
        done = max(done, place + 1)


def _is_stuffed(line: str) -> bool:
    words = _WORD.findall(line)
    if len(words) < 10:
        return False
    distinct = len(set(words))
    if distinct < _STUFFED_TERMS and distinct > _STUFFED_DISTINCT * len(words):
        return False
    counts = Counter(words)
    latin = {word: count for word, count in counts.items() if len(word) >= 2}
    repeated = sum(count for count in latin.values() if count >= _STUFFED_REPEATS)
    if repeated >= _STUFFED_REPEATED * len(words):
        return True
    separators = sum(line.count(mark) for mark in ",、，;；|/")
    return len(counts) >= _STUFFED_TERMS and separators >= _STUFFED_SHARE * len(words) and "。" not in line


def _is_long(words: str) -> bool:
    wide = sum(1 for character in words if character > "\u2e7f")
    return wide >= _COPY_ZH or len(words) >= _COPY_EN
