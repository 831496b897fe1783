"""Jobs, projects and statements as episodes: their clauses, kinds, lead and months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rubrics.evidence.clauses import EVIDENCE, Clause, Stance, tells_of_others
from rubrics.evidence.dates import month_of, reference_month, spans_in
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Passage, Role
from rubrics.prescore import Quote

ROLES = (
    Role.WORK,
    Role.PROJECT,
    Role.PUBLICATION,
    Role.EDUCATION,
    Role.SELF,
    Role.STATEMENT,
    Role.SKILL,
    Role.AWARD,
    Role.OTHER,
)
DONE = EVIDENCE - {Stance.COURSE}
GROUPED = frozenset({Role.WORK, Role.PROJECT})
SILENT = ("denial", "wish", "quoted")
_KINDS = ("work", "internship", "project", "research", "production", "deployment", "data_set")
_KIND_CUES = tuple((kind, "deployment" if kind == "deployment" else f"kind_{kind}") for kind in _KINDS)


class Stretch(NamedTuple):
    """A clause that tells of the person's own doings."""

    passage: Passage
    clause: Clause
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Episode:
    """One job, project or statement: its clauses, kinds, whether the person led it, and the months it covers."""

    stretches: tuple[Stretch, ...]
    kinds: frozenset[str]
    lead: bool
    spans: tuple[tuple[int, int], ...]


def episodes_of(reading: Reading) -> Iterator[Episode]:
    """Read every job, project and statement as an episode; what is denied, wished or told of others is left out."""
    groups: dict[tuple[int | str, ...], list[Passage]] = {}
    for passage in reading.passages(*ROLES):
        pointer = reading.sources[passage.source].pointer
        if passage.role in GROUPED or passage.entry.startswith("/"):
            key: tuple[int | str, ...] = (passage.entry,)
        else:
            key = (pointer, passage.start)
        groups.setdefault(key, []).append(passage)
    for members in groups.values():
        episode = _episode(members, reading)
        if episode is not None:
            yield episode


def _episode(members: list[Passage], reading: Reading) -> Episode | None:
    stretches: list[Stretch] = []
    silencing = reading.cues.groups(*SILENT, "other_person")
    for passage in members:
        for clause in reading.clauses(passage):
            if clause.plain.isspace() or not clause.plain:
                continue
            if reading.cues.may(silencing, clause.plain) and (
                any(reading.cues.has(name, clause.plain) for name in SILENT)
                or tells_of_others(clause.plain, reading.cues)
            ):
                continue
            terms = reading.terms_within(passage.source, clause.start, clause.end)
            stretches.append(Stretch(passage, clause, terms))
    if not stretches:
        return None
    role = members[0].role
    text = "\n".join([stretch.clause.plain for stretch in stretches])
    if len(stretches) > 1:
        reading.cues.learn(text, [reading.cues.hints(stretch.clause.plain) for stretch in stretches])
    kinds = _kinds_of(role, members, text, reading)
    if not kinds:
        return None
    lead = any(
        reading.cues.has("lead", stretch.clause.plain) and not assists(stretch.clause.plain, reading)
        for stretch in stretches
    )
    return Episode(tuple(stretches), kinds, lead, tuple(_spans(members, reading)))


def assists(plain: str, reading: Reading) -> bool:
    """Whether a clause tells of helping rather than leading."""
    helping, leading = reading.cues.places("lead_not", plain), reading.cues.places("lead", plain)
    return bool(helping) and (not leading or helping[0][0] <= leading[0][0])


def _kinds_of(role: Role, members: list[Passage], text: str, reading: Reading) -> frozenset[str]:
    found: set[str] = set()
    if role is Role.PUBLICATION:
        return frozenset({"research"})
    telling = role in {Role.WORK, Role.PROJECT} or (
        reading.cues.has("use", text)
        or reading.cues.has("level_familiar_claim", text)
        or reading.cues.has("experience_named", text)
    )
    if not telling:
        return frozenset()
    cued = {kind for kind, cue in _KIND_CUES if reading.cues.has(cue, text)}
    if role is Role.WORK:
        volunteer = members[0].entry.startswith("/volunteer")
        found |= {"volunteer"} if volunteer else {"work"}
        found |= cued & {"internship", "production", "deployment", "data_set", "research"}
        found.add("project")
    elif role is Role.PROJECT:
        found |= {"project"} | (cued & {"production", "deployment", "data_set", "research"})
    else:
        found |= cued - ({"work"} if role is Role.EDUCATION else set())
        if (cued & {"work", "internship"} or role is Role.AWARD) and reading.cues.has("use", text):
            found.add("project")  # what was built at work or for a contest is a project
        if role in {Role.SELF, Role.STATEMENT, Role.OTHER, Role.SKILL}:
            found.add("told")
    return frozenset(found)


def _spans(members: list[Passage], reading: Reading) -> Iterator[tuple[int, int]]:
    entry = members[0].entry
    if entry.startswith("/"):
        section, place = entry.strip("/").split("/")[:2] if entry.count("/") >= 2 else ("", "")
        rows = reading.dossier.answers.get(section)
        if isinstance(rows, list) and place.isdigit():
            row = rows[int(place)]
            if isinstance(row, dict):
                first, last = month_of(row.get("startDate")), month_of(row.get("endDate"))
                last = last if last is not None else reference_month(reading)
                if first is not None and last is not None:
                    yield first, last
        return
    for passage in members:
        plain = reading.sources[passage.source].plain[passage.start : passage.end]
        for first, last, _, _ in spans_in(plain):
            end = last if last is not None else reference_month(reading)
            if end is not None:
                yield first, max(first, end)


def touches(terms: frozenset[str], topics: Iterable[str], reading: Reading) -> bool:
    """Whether any term belongs to one of the topics."""
    return not terms.isdisjoint(reading.members_of(topics))


def tells_of(stretch: Stretch, topics: Iterable[str], reading: Reading, stances: frozenset[Stance] = EVIDENCE) -> bool:
    """Whether a clause tells of a topic as something the person did, knows or learnt; ``DONE`` leaves courses out."""
    return bool(stretch.terms) and not shown_terms(stretch, reading, stances).isdisjoint(topics)


def shown_terms(stretch: Stretch, reading: Reading, stances: frozenset[Stance]) -> frozenset[str]:
    """Give the terms that a clause tells of in one of the stances, with all their families."""
    source, clause = stretch.passage.source, stretch.clause
    key = ("shown", source, clause.start, clause.end, stances)
    known = reading.memory.get(key)
    if isinstance(known, frozenset):
        return known
    found: set[str] = set()
    for term in stretch.terms:
        if any(
            sighting.stance in stances and sighting.source == source and clause.start <= sighting.start < clause.end
            for sighting in reading.sightings(term)
        ):
            found.add(term)
            found |= reading.lexicon.ancestors(term)
    shown = reading.memory[key] = frozenset(found)
    return shown


def quote_stretch(stretch: Stretch, reading: Reading) -> Quote:
    """Quote a stretch as a whole."""
    return reading.quote_clause(stretch.passage.source, stretch.clause, stretch.clause.start, stretch.clause.start)
