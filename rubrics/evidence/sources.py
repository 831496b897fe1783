"""An application's texts made ready to be read: sources without what must not speak, cut into passages, with hints on their cues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rubrics.dossier import Dossier
from rubrics.evidence.cues import Cues, Hints
from rubrics.evidence.flags import flagged_stretches
from rubrics.evidence.resume import ResumeLine, read_lines
from rubrics.evidence.texts import (
    LONGEST_PASSAGE,
    RESUME,
    Passage,
    Source,
    answer_passages,
    blank_out,
    cut_long,
    hidden_stretches,
    name_stretches,
    plain_text,
    without_markup,
)
from rubrics.prescore import Flag

Copied = Sequence[tuple[str, int, int]]
"""Stretches that repeat the posting: pointer, start, end."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Sources with the hints on each, answers first, the résumé last; their passages in order; flags on what is blanked out in them."""

    sources: list[Source] = field(default_factory=list)
    hints: list[Hints] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)


def read_texts(dossier: Dossier, cues: Cues, copied: Copied) -> Texts:
    """Read the answers and the résumé; flagged and copied stretches and the person's own name and data do not speak."""
    texts = Texts()
    answers = list(answer_passages(dossier.answers))
    looked = cues.look_each([answer.plain for answer, _, _, _ in answers])
    for (answer, role, entry, title), hints in zip(answers, looked, strict=True):
        _add_source(texts, dossier, cues, (answer.pointer, answer.text), hints, copied)
        number, length = len(texts.sources) - 1, len(answer.text)
        _add_passage(texts, Passage(number, 0, length, role, entry, title, hints.within(0, length)))
    if dossier.resume:
        _read_resume(texts, dossier, dossier.resume, cues, copied)
    return texts


def _read_resume(texts: Texts, dossier: Dossier, resume: str, cues: Cues, copied: Copied) -> None:
    visible = without_markup(resume)
    hidden = hidden_stretches(dossier)
    visible = blank_out(visible, hidden) if hidden else visible
    hints = cues.look(plain_text(visible))
    _add_source(texts, dossier, cues, (RESUME, visible), hints, copied)
    source = texts.sources[-1]
    lines = list(read_lines(source.plain, cues, hints, resume))
    joined = {
        line: stretch.replace("\n", " ").replace("\r", " ")
        for line in lines
        if "\n" in (stretch := source.plain[line.start : line.end]) or "\r" in stretch
    }
    if joined:  # a wrapped line reads on: its line ends are blanks
        plain = _with(source.plain, joined)
        texts.sources[-1] = Source(source.pointer, source.text, plain)
        hints.renew(plain, [(line.start, line.end) for line in joined])
    number = len(texts.sources) - 1
    for line in lines:
        if not line.heading:
            possible = hints.within(line.start, line.end) if line in joined else line.hints
            _add_passage(texts, Passage(number, line.start, line.end, line.role, line.entry, line.title, possible))


def _add_source(
    texts: Texts, dossier: Dossier, cues: Cues, named: tuple[str, str], hints: Hints, copied: Copied
) -> None:
    pointer, visible = named
    plain = plain_text(visible)
    cues.learn(plain, hints.within(0, len(plain)))
    flagged = flagged_stretches(plain, cues, hints)
    texts.flags.extend(Flag(code, pointer, start, end) for code, start, end in flagged)
    masks = [(start, end) for _, start, end in flagged]
    masks += cues.places("personal_line", plain)
    masks += [(start, end) for at, start, end in copied if at == pointer]
    masks += name_stretches(dossier, plain)
    if masks:
        visible, plain = blank_out(visible, masks), blank_out(plain, masks)
        hints.renew(plain, masks)
    texts.hints.append(hints)
    texts.sources.append(Source(pointer, visible, plain))


def _add_passage(texts: Texts, passage: Passage) -> None:
    if passage.end - passage.start <= LONGEST_PASSAGE:
        texts.passages.append(passage)
        return
    for start, end in cut_long(texts.sources[passage.source].plain, passage.start, passage.end):
        texts.passages.append(replace(passage, start=start, end=end))


def _with(plain: str, joined: Mapping[ResumeLine, str]) -> str:
    """Give a text in which some lines, in order, read otherwise; each is as long as before."""
    parts: list[str] = []
    last = 0
    for line, words in joined.items():
        parts += (plain[last : line.start], words)
        last = line.end
    return "".join((*parts, plain[last:]))
