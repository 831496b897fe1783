"""Jobs, projects and statements as episodes: their clauses, kinds, lead and months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rubrics.evidence.clauses import EVIDENCE, Clause, Stance, tells_of_others
from rubrics.evidence.cues import Groups
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

_KINDS_OF_PROJECTS = frozenset({"production", "deployment", "data_set", "research"})
_KINDS_OF_WORK = _KINDS_OF_PROJECTS | {"internship"}
_RESEARCH = frozenset({"research"})
_TOLD = frozenset({Role.SELF, Role.STATEMENT, Role.OTHER, Role.SKILL})


@dataclass(slots=True, eq=False)
class Stretch:
    """A clause that tells of the person's own doings; ``stances`` keeps how its terms are meant, once somebody asked."""

    passage: Passage
    clause: Clause
    stances: dict[str, frozenset[Stance]] = field(default_factory=dict)

    @property
    def terms(self) -> frozenset[str]:
        """The terms that the clause names."""
        return self.clause.terms


@dataclass(slots=True, eq=False)
class Episode:
    """One job, project or statement: its passages, its clauses, its kinds, and whether the person led it."""

    members: tuple[Passage, ...]
    stretches: tuple[Stretch, ...]
    kinds: frozenset[str]
    lead: bool

    def tells_of(self, topics: frozenset[str], reading: Reading) -> list[Stretch]:
        """Give the clauses that tell of a topic as something done."""
        return list(telling_of(self.stretches, topics, reading, DONE))


@dataclass(slots=True, eq=False)
class _Group:
    """Passages that tell of one job, project or statement, before anybody asked for its clauses; ``hints`` and ``terms`` are theirs together."""

    members: list[Passage]
    hints: Groups = 0
    terms: set[str] = field(default_factory=set)
    episode: Episode | None = None
    read: bool = False


def episodes_of(reading: Reading) -> tuple[Episode, ...]:
    """Read every job, project and statement as an episode; what is denied, wished or told of others is left out."""
    return reading.remember("episodes", lambda: tuple(_read(_groups(reading), reading)))


def episodes_hinting(groups: Groups, reading: Reading) -> Iterator[Episode]:
    """Read the episodes in which a word of some cue groups can stand."""
    return _read([group for group in _groups(reading) if group.hints & groups], reading)


def episodes_naming(topics: frozenset[str], reading: Reading) -> list[Episode]:
    """Read the episodes in which a member of some families is named, in whatever way."""
    members = reading.members_of(topics)
    return list(_read([group for group in _groups(reading) if not members.isdisjoint(group.terms)], reading))


def _groups(reading: Reading) -> list[_Group]:
    return reading.remember("episode groups", lambda: _grouped(reading))


def _grouped(reading: Reading) -> list[_Group]:
    named = reading.named
    groups: dict[tuple[int, int] | str, _Group] = {}
    for passage in reading.passages(*ROLES):
        together = passage.role in GROUPED or passage.entry.startswith("/")
        key = passage.entry if together else (passage.source, passage.start)
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Group([])
        group.members.append(passage)
        group.hints |= passage.hints
        if passage in named:
            group.terms |= named[passage]
    return list(groups.values())


def _read(groups: Iterable[_Group], reading: Reading) -> Iterator[Episode]:
    silencing = reading.cues.groups(*SILENT, "other_person")
    for group in groups:
        if not group.read:
            group.episode, group.read = _episode(group.members, silencing, reading), True
        if group.episode is not None:
            yield group.episode


def _episode(members: list[Passage], silencing: Groups, reading: Reading) -> Episode | None:
    cues = reading.cues
    stretches: list[Stretch] = []
    possible = 0
    for passage in members:
        for clause in reading.clauses(passage):
            plain = clause.plain
            if plain.isspace():
                continue
            hints = cues.hints(plain)
            if hints & silencing and (any(cues.has(name, plain) for name in SILENT) or tells_of_others(plain, cues)):
                continue
            possible |= hints
            stretches.append(Stretch(passage, clause))
    if not stretches:
        return None
    text = "\n".join([stretch.clause.plain for stretch in stretches])
    if len(stretches) > 1:
        cues.learn(text, possible)
    kinds = _kinds_of(members[0].role, members, text, reading)
    if not kinds:
        return None
    lead = possible & cues.groups("lead") != 0 and any(
        cues.has("lead", stretch.clause.plain) and not assists(stretch.clause.plain, reading) for stretch in stretches
    )
    return Episode(tuple(members), tuple(stretches), kinds, lead)


def assists(plain: str, reading: Reading) -> bool:
    """Whether a clause tells of helping rather than leading."""
    helping, leading = reading.cues.places("lead_not", plain), reading.cues.places("lead", plain)
    return bool(helping) and (not leading or helping[0][0] <= leading[0][0])


def _kinds_of(role: Role, members: list[Passage], text: str, reading: Reading) -> frozenset[str]:
    cues = reading.cues
    if role is Role.PUBLICATION:
        return _RESEARCH
    telling = role in GROUPED or (
        cues.has("use", text) or cues.has("level_familiar_claim", text) or cues.has("experience_named", text)
    )
    if not telling:
        return frozenset()
    hints, found = cues.hints(text), set[str]()
    cued = {kind for kind, cue in _KIND_CUES if hints & cues.groups(cue) and cues.has(cue, text)}
    if role is Role.WORK:
        volunteer = members[0].entry.startswith("/volunteer")
        found |= {"volunteer"} if volunteer else {"work"}
        found |= cued & _KINDS_OF_WORK
        found.add("project")
    elif role is Role.PROJECT:
        found |= {"project"} | (cued & _KINDS_OF_PROJECTS)
    else:
        found |= cued - ({"work"} if role is Role.EDUCATION else set())
        if (cued & {"work", "internship"} or role is Role.AWARD) and cues.has("use", text):
            found.add("project")  # what was built at work or for a contest is a project
        if role in _TOLD:
            found.add("told")
    return frozenset(found)


def months_of(episode: Episode, reading: Reading) -> Iterator[tuple[int, int]]:
    """Give the months that an episode covers, from the first to the last."""
    members = episode.members
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
    return not terms.isdisjoint(reading.members_of(frozenset(topics)))


def telling_of(
    stretches: Sequence[Stretch], topics: frozenset[str], reading: Reading, stances: frozenset[Stance] = EVIDENCE
) -> Iterator[Stretch]:
    """Give the clauses that tell of a topic as something the person did, knows or learnt; ``DONE`` leaves courses out."""
    members = reading.members_of(topics)
    for stretch in stretches if members else ():
        terms = stretch.clause.terms
        if terms and not terms.isdisjoint(members):
            for term in terms & members:
                if not _stances_of(term, stretch, reading).isdisjoint(stances):
                    yield stretch
                    break


def tells_of(
    stretches: Sequence[Stretch], topics: frozenset[str], reading: Reading, stances: frozenset[Stance] = EVIDENCE
) -> bool:
    """Whether any of the clauses tells of a topic so."""
    return next(telling_of(stretches, topics, reading, stances), None) is not None


def _stances_of(term: str, stretch: Stretch, reading: Reading) -> frozenset[Stance]:
    """Give the stances in which a clause names a term."""
    known = stretch.stances.get(term)
    if known is None:
        source, start, end = stretch.passage.source, stretch.clause.start, stretch.clause.end
        known = stretch.stances[term] = frozenset(
            [
                sighting.stance
                for sighting in reading.sightings(term)
                if sighting.source == source and start <= sighting.start < end
            ]
        )
    return known


def quote_stretch(stretch: Stretch, reading: Reading) -> Quote:
    """Quote a stretch as a whole."""
    return reading.quote_clause(stretch.passage.source, stretch.clause, stretch.clause.start, stretch.clause.start)
