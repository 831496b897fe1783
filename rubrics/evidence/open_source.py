"""Own or contributed open-source work; using it does not count."""

from __future__ import annotations

import re

from rubrics.evidence.clauses import tells_of_others
from rubrics.evidence.episodes import GROUPED, ROLES, SILENT, touches
from rubrics.evidence.outcome import Outcome, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Passage, Role, entries, field_of
from rubrics.model import OpenSourceAsk
from rubrics.prescore import Quote

_LINK = re.compile(r"(?:github|gitee|gitlab|huggingface)\.(?:com|co)/[\w.\-/]+")


def find_open_source(ask: OpenSourceAsk, reading: Reading) -> Outcome:
    """Judge own or contributed open-source work; using open-source software does not count."""
    partial: list[tuple[Quote, str, str]] = []
    for passage, clause in reading.telling("open_source", ROLES):
        if any(reading.cues.has(name, clause.plain) for name in SILENT) or tells_of_others(clause.plain, reading.cues):
            continue
        own = reading.cues.has("open_source_own", clause.plain)
        linked = _LINK.search(clause.plain)
        used = reading.cues.has("open_source_used", clause.plain)
        quote = reading.quote_clause(passage.source, clause, clause.start, clause.start)
        if used and not reading.cues.has("open_source_given", clause.plain):
            continue
        if own or (linked and passage.role is Role.PROJECT):
            named = reading.terms_within(passage.source, passage.start, passage.end)
            if not ask.topics or touches(named or _entry_terms(passage, reading), ask.topics, reading):
                return met("有自己的或参与贡献的开源工作", "own or contributed open-source work", quote)
            partial.append((quote, "开源工作的主题看不出与要求一致", "the topic of the open-source work may differ"))
        elif linked:
            partial.append((quote, "只有代码主页链接", "only a link to a code page"))
    found = _linked_projects(ask, reading)
    if found is not None:
        return found
    if partial:
        return partly(partial[0][1], partial[0][2], partial[0][0])
    return not_shown("开源：材料里没有写自己的开源工作", "open source: no own work is told")


def _linked_projects(ask: OpenSourceAsk, reading: Reading) -> Outcome | None:
    for pointer, row in entries(reading.dossier.answers, "projects"):
        url = field_of(row, pointer, "url")
        if url is None or not _LINK.search(url.plain):
            continue
        terms = frozenset(
            term
            for p in reading.passages(Role.PROJECT)
            if p.entry == pointer
            for term in reading.terms_within(p.source, p.start, p.end)
        )
        if ask.topics and not touches(terms, ask.topics, reading):
            return partly(
                "公开了项目代码，主题看不出与要求一致",
                "project code is public, the topic may differ",
                reading.quote_answer(url),
            )
        return met("公开了自己的项目代码", "own project code is public", reading.quote_answer(url))
    basics = reading.dossier.answers.get("basics")
    if isinstance(basics, dict):
        for pointer, row in entries({"profiles": basics.get("profiles")}, "profiles"):
            url = field_of(row, f"/basics{pointer}", "url")
            if url is not None and _LINK.search(url.plain):
                return partly("只有代码主页链接", "only a link to a code page", reading.quote_answer(url))
    return None


def _entry_terms(passage: Passage, reading: Reading) -> frozenset[str]:
    if passage.role not in GROUPED:
        return frozenset()
    return frozenset(
        term
        for other in reading.passages(passage.role)
        if other.entry == passage.entry
        for term in reading.terms_within(other.source, other.start, other.end)
    )
