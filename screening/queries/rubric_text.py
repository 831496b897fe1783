"""A posting's text for the rubric pages: line by line, each line in stretches that name the criteria and doubts on just these words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rubrics.findings import Finding
from rubrics.model import Criterion, Group, Rubric
from rubrics.text import SourceText, Span

_BULLETS = re.compile(
    "[\ue000-\uf8ff]"
)  # private-use characters: bullets of office documents, for which no font has a picture


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words with the same criteria (K1, R2 …) and the same open findings on all of them."""

    text: str
    criteria: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A criterion that an earlier state had and whose words no criterion uses now, and the group that it was in."""

    criterion: Criterion
    group: Group | None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of the posting: its number in the document, its stretches, the criteria that come from it, and the open findings on it."""

    number: int
    stretches: tuple[Stretch, ...]
    criteria: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The line's words, without blanks at its edges."""
        return "".join(stretch.text for stretch in self.stretches)


def source_lines(text: str, first: int, last: int, rubric: Rubric, opened: Sequence[Finding]) -> tuple[SourceLine, ...]:
    """Cut the lines ``first`` to ``last`` of a document where a criterion or an open finding starts or ends.

    A finding without a span of its own lies on its whole lines. Spans that reach beyond the text are cut at its end.
    """
    source = SourceText(text)
    lines = []
    for number in range(first, min(last, source.line_count) + 1):
        whole = _words(source, number)
        on_line = tuple(finding for finding in opened if finding.lines.first <= number <= finding.lines.last)
        used = [criterion for criterion in rubric.criteria if _meets(criterion.span, whole)]
        marked = [(criterion.id.upper(), criterion.span) for criterion in used]
        doubted = [(finding, finding.span or whole) for finding in on_line]
        places = {whole.start, whole.end}
        for span in (*(span for _, span in marked), *(span for _, span in doubted)):
            places |= {min(max(place, whole.start), whole.end) for place in (span.start, span.end)}
        edges = sorted(places)
        stretches = tuple(
            Stretch(
                _BULLETS.sub("•", text[start:end]),
                tuple(name for name, span in marked if span.start < end and start < span.end),
                tuple(finding for finding, span in doubted if span.start < end and start < span.end),
            )
            for start, end in pairwise(edges)
        )
        lines.append(SourceLine(number, stretches, tuple(name for name, _ in marked), on_line))
    return tuple(lines)


def left_out_of(rubric: Rubric, earlier: Sequence[Rubric]) -> tuple[LeftOut, ...]:
    """Give the criteria of earlier states that are gone and most of whose words no criterion uses now, each once, newest state first."""
    present = {criterion.id for criterion in rubric.criteria}
    used = [criterion.span for criterion in rubric.criteria]
    gone: dict[str, LeftOut] = {}
    for state in earlier:
        for criterion in state.criteria:
            if criterion.id not in present and not _covered(criterion.span, used):
                group = next((group for group in state.groups if group.id == criterion.group), None)
                gone.setdefault(criterion.id, LeftOut(criterion, group))
    return tuple(sorted(gone.values(), key=lambda one: (one.criterion.span.start, one.criterion.id)))


def _words(source: SourceText, number: int) -> Span:
    span = source.line_span(number)
    line = source.line(number)
    words = line.strip()
    start = span.start + (len(line) - len(line.lstrip()) if words else 0)
    return Span(start, start + len(words))


def _meets(span: Span, line: Span) -> bool:
    return span.start < line.end and line.start < span.end


def _covered(span: Span, used: Sequence[Span]) -> bool:
    taken = {place for other in used for place in range(max(span.start, other.start), min(span.end, other.end))}
    return 2 * len(taken) >= max(1, span.end - span.start)
