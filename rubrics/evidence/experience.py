"""Experience of a kind with topics, length and lead; engineering strength; open-source work. One job or project is one entry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rubrics.evidence.clauses import EVIDENCE, Clause, Stance, tells_of_others
from rubrics.evidence.dates import covered_months, month_of, reference_month, spans_in
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Passage, Role, entries, field_of
from rubrics.model import LEVEL_ORDER, EngineeringAsk, ExperienceAsk, Level, OpenSourceAsk
from rubrics.prescore import Quote

_ROLES = (
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
_GROUPED = frozenset({Role.WORK, Role.PROJECT})
_SILENT = ("denial", "wish", "quoted")
_KINDS = ("work", "internship", "project", "research", "production", "deployment", "data_set")
_KIND_NAMES = {
    "any": ("经历", "experience"),
    "work": ("工作经历", "work experience"),
    "internship": ("实习经历", "an internship"),
    "project": ("项目经历", "project experience"),
    "research": ("科研经历", "research experience"),
    "production": ("量产或上线经历", "production experience"),
    "deployment": ("部署经历", "deployment experience"),
    "data_set": ("数据集经历", "data-set experience"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
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


def find_experience(ask: ExperienceAsk, reading: Reading, relevant: frozenset[str] = frozenset()) -> Outcome:
    """Judge experience; without topics it must touch one of the ``relevant`` terms to count in full."""
    kinds = frozenset(kind for kind in ask.kinds if kind != "any")
    told = reading.remember("episodes", lambda: tuple(_episodes(reading)))
    ranked = sorted(told, key=lambda episode: not episode.kinds & {"work", "project", "internship"})
    judged = sorted((_judge(ask, kinds, episode, relevant, reading) for episode in ranked), key=lambda item: -item[0])
    name = _kind_name(ask)
    topics = _topic_names(ask.topics, reading)
    best = judged[0] if judged else (0, ())
    if best[0] >= 4:
        if ask.months is not None:
            return _by_months(ask, judged, name, reading)
        return met(f"{topics[0]}{name[0]}", f"{name[1]}{topics[1]}", *best[1])
    if best[0]:
        reason = _SHORT[best[0]]
        return partly(f"{topics[0]}{name[0]}：{reason[0]}", f"{name[1]}{topics[1]}: {reason[1]}", *best[1])
    denied = _denied(kinds, ask.topics, reading)
    if denied:
        return contradicted(f"写明没有{topics[0]}{name[0]}", f"says that there is no {name[1]}{topics[1]}", denied[0])
    return not_shown(f"{topics[0]}{name[0]}：材料里没有写", f"{name[1]}{topics[1]}: not stated")


def find_engineering(ask: EngineeringAsk, reading: Reading) -> Outcome:
    """Judge engineering: figures, scale, production or performance work are met; plain development is partly."""
    told = reading.remember("episodes", lambda: tuple(_episodes(reading)))
    soft: list[Quote] = []
    aside: list[Quote] = []
    for episode in told:
        if not episode.kinds & {"work", "internship", "project", "deployment", "production"}:
            continue
        on_topic = not ask.topics or any(_tells_of(s, ask.topics, reading) for s in episode.stretches)
        for stretch in episode.stretches:
            plain = stretch.clause.plain
            if reading.cues.has("engineering_hard", plain) or (
                reading.cues.has("deployment", plain)
                and reading.cues.has("use", plain)
                and not _assists(plain, reading)
            ):
                if on_topic:
                    return met(
                        "写到工程规模、性能或上线的具体事实",
                        "concrete facts on scale, performance or production",
                        _quote(stretch, reading),
                    )
                aside.append(_quote(stretch, reading))
            if on_topic and reading.cues.has("engineering_soft", plain) and reading.cues.has("use", plain):
                soft.append(_quote(stretch, reading))
    stated = _stated_topics(ask.topics, reading)
    if stated is not None:
        return stated
    if aside:
        return partly(
            "有工程事实，看不出与所问方面一致", "engineering facts, perhaps not on the side asked for", aside[0]
        )
    if soft:
        return partly("有开发经历，没有写规模或效果", "development work, without scale or effect", soft[0])
    return not_shown("工程能力：材料里没有写具体事实", "engineering: no concrete facts")


def _stated_topics(topics: tuple[str, ...], reading: Reading) -> Outcome | None:
    """Give a side of engineering that is named (性能调优) and used or claimed."""
    for topic in topics:
        for sighting in reading.family_sightings(topic):
            name = reading.lexicon.name(sighting.term, "zh"), reading.lexicon.name(sighting.term, "en")
            if sighting.stance is Stance.OWN or (
                sighting.stance is Stance.CLAIM and sighting.judged.level >= _FAMILIAR
            ):
                return met(
                    f"{name[0]}：用过或自述熟悉", f"{name[1]}: used or claimed", reading.quote_sighting(sighting)
                )
            if sighting.stance in EVIDENCE:
                return partly(f"{name[0]}：只是提到", f"{name[1]}: only named", reading.quote_sighting(sighting))
    return None


_FAMILIAR = LEVEL_ORDER[Level.FAMILIAR]
_LINK = re.compile(r"(?:github|gitee|gitlab|huggingface)\.(?:com|co)/[\w.\-/]+")


def find_open_source(ask: OpenSourceAsk, reading: Reading) -> Outcome:
    """Judge own or contributed open-source work; using open-source software does not count."""
    partial: list[tuple[Quote, str, str]] = []
    for passage, clause in reading.telling("open_source", _ROLES):
        if any(reading.cues.has(name, clause.plain) for name in _SILENT) or tells_of_others(clause.plain, reading.cues):
            continue
        own = reading.cues.has("open_source_own", clause.plain)
        linked = _LINK.search(clause.plain)
        used = reading.cues.has("open_source_used", clause.plain)
        quote = reading.quote_clause(passage.source, clause, clause.start, clause.start)
        if used and not _strongly_own(clause.plain):
            continue
        if own or (linked and passage.role is Role.PROJECT):
            terms = reading.terms_within(passage.source, passage.start, passage.end) | _entry_terms(passage, reading)
            if not ask.topics or _touches(terms, ask.topics, reading):
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


def _strongly_own(plain: str) -> bool:
    return (
        re.search(r"贡献|提交|合并|维护者|作者|merged|contribut|maintain|author|已开源|开源了|star", plain) is not None
    )


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
        if ask.topics and not _touches(terms, ask.topics, reading):
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


# --- episodes --------------------------------------------------------------------------------------------------------


def _episodes(reading: Reading) -> Iterator[Episode]:
    groups: dict[tuple[int | str, ...], list[Passage]] = {}
    for passage in reading.passages(*_ROLES):
        pointer = reading.sources[passage.source].pointer
        if passage.role in _GROUPED or passage.entry.startswith("/"):
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
    for passage in members:
        for clause in reading.clauses(passage):
            if not clause.plain.strip():
                continue
            if any(reading.cues.has(name, clause.plain) for name in _SILENT) or tells_of_others(
                clause.plain, reading.cues
            ):
                continue
            terms = reading.terms_within(passage.source, clause.start, clause.end)
            stretches.append(Stretch(passage, clause, terms))
    if not stretches:
        return None
    role = members[0].role
    text = "\n".join(stretch.clause.plain for stretch in stretches)
    kinds = _kinds_of(role, members, text, reading)
    if not kinds:
        return None
    lead = any(
        reading.cues.has("lead", stretch.clause.plain) and not _assists(stretch.clause.plain, reading)
        for stretch in stretches
    )
    return Episode(tuple(stretches), kinds, lead, tuple(_spans(members, reading)))


def _assists(plain: str, reading: Reading) -> bool:
    helping, leading = reading.cues.places("lead_not", plain), reading.cues.places("lead", plain)
    return bool(helping) and (not leading or helping[0][0] <= leading[0][0])


def _kinds_of(role: Role, members: list[Passage], text: str, reading: Reading) -> frozenset[str]:
    found: set[str] = set()
    cued = {kind for kind in _KINDS if reading.cues.has("deployment" if kind == "deployment" else f"kind_{kind}", text)}
    if role is Role.WORK:
        volunteer = members[0].entry.startswith("/volunteer")
        found |= {"volunteer"} if volunteer else {"work"}
        found |= cued & {"internship", "production", "deployment", "data_set", "research"}
        found.add("project")
    elif role is Role.PROJECT:
        found |= {"project"} | (cued & {"production", "deployment", "data_set", "research"})
    elif role is Role.PUBLICATION:
        found |= {"research"}
    elif (
        reading.cues.has("use", text)
        or reading.cues.has("level_familiar_claim", text)
        or re.search(r"经历|经验|experience", text)
    ):
        found |= cued - ({"work"} if role is Role.EDUCATION else set())
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


# --- judging ---------------------------------------------------------------------------------------------------------


def _judge(  # noqa: PLR0911 - a decision table, read from top to bottom
    ask: ExperienceAsk, kinds: frozenset[str], episode: Episode, relevant: frozenset[str], reading: Reading
) -> tuple[int, tuple[Quote, ...]]:
    """4 complete; 3 lead missing; 2 topic without the kind; 1 the kind without a word on relevance; 0 nothing."""
    fits = _fits_kind(kinds, episode, has_topics=bool(ask.topics))
    topical = (
        [stretch for stretch in episode.stretches if _tells_of(stretch, ask.topics, reading)] if ask.topics else []
    )
    if ask.topics and not topical:
        return 0, ()
    if not fits and kinds == {"data_set"} and any(_handles(stretch, ask.topics, reading) for stretch in topical):
        fits = True  # 使用经验 of a data set or platform: working with it is the experience
    if not fits:
        if not ask.topics or not episode.kinds & {"work", "project", "internship", "research", "told"}:
            return 0, ()
        return 2, (_quote(topical[0], reading),)
    if not ask.topics:
        touching = [s for s in episode.stretches if _tells_of(s, sorted(relevant), reading)]
        if relevant and not touching:
            return 1, (_quote(_kind_stretch(kinds, episode, reading), reading),)
        topical = touching
    quotes = [_quote(topical[0] if topical else _kind_stretch(kinds, episode, reading), reading)]
    if kinds & {"production", "deployment"}:
        quotes.append(_quote(_kind_stretch(kinds, episode, reading), reading))
    if ask.lead and not episode.lead:
        return 3, tuple(quotes)
    if (
        "told" in episode.kinds
        and not episode.kinds & {"work", "project", "internship"}
        and not _tells_experience(topical or list(episode.stretches), reading)
    ):
        return 2, tuple(quotes)
    return 4, tuple(quotes)


def _tells_experience(stretches: list[Stretch], reading: Reading) -> bool:
    return any(
        reading.cues.has("use", s.clause.plain) or re.search(r"经历|经验|experience", s.clause.plain) for s in stretches
    )


def _handles(stretch: Stretch, topics: tuple[str, ...], reading: Reading) -> bool:
    return any(
        sighting.stance is Stance.OWN
        and sighting.source == stretch.passage.source
        and sighting.clause == stretch.clause
        for topic in topics
        for sighting in reading.family_sightings(topic)
    )


def _fits_kind(kinds: frozenset[str], episode: Episode, *, has_topics: bool) -> bool:
    """Whether an episode is of a kind asked for; production must be there where it is asked for with a topic."""
    if "production" in kinds:
        if not has_topics and episode.kinds & {"work", "internship"}:
            return True  # 实战经验 without a topic: a job is practice
        both = kinds == {"production", "deployment"}
        return "production" in episode.kinds and (not both or "deployment" in episode.kinds)
    if not kinds:
        return bool(
            episode.kinds
            & {"work", "internship", "project", "research", "told", "production", "deployment", "data_set"}
        )
    return bool(kinds & episode.kinds)


def _kind_stretch(kinds: frozenset[str], episode: Episode, reading: Reading) -> Stretch:
    for kind in sorted(kinds):
        pattern = reading.cues.pattern("deployment" if kind == "deployment" else f"kind_{kind}")
        for stretch in episode.stretches:
            if pattern.search(stretch.clause.plain):
                return stretch
    return episode.stretches[0]


def _by_months(
    ask: ExperienceAsk, judged: list[tuple[int, tuple[Quote, ...]]], name: tuple[str, str], reading: Reading
) -> Outcome:
    kinds = frozenset(kind for kind in ask.kinds if kind != "any")
    told: tuple[Episode, ...] = reading.remember("episodes", lambda: tuple(_episodes(reading)))
    fitting = [
        episode
        for episode in told
        if _fits_kind(kinds, episode, has_topics=bool(ask.topics))
        and (not ask.topics or any(_tells_of(s, ask.topics, reading) for s in episode.stretches))
    ]
    total = covered_months(span for episode in fitting for span in episode.spans)
    quotes = judged[0][1]
    wanted = ask.months or 0
    stated = _stated_months(fitting)
    total = max(total, stated)
    if total >= wanted:
        return met(f"{name[0]}合计约 {total} 个月", f"{name[1]}: about {total} months in all", *quotes)
    if total:
        return partly(
            f"{name[0]}合计约 {total} 个月，要求 {wanted} 个月",
            f"{name[1]}: about {total} months in all, {wanted} asked for",
            *quotes,
        )
    return partly(f"{name[0]}：没有写时长", f"{name[1]}: its length is not told", *quotes)


_YEARS = re.compile(
    r"(\d{1,2}|[一二两三四五六七八九十])\+? ?(?:年|years?)(?:以上)?[^,，。;]{0,20}?(?:经验|经历|开发|experience)"
)


def _stated_months(episodes: list[Episode]) -> int:
    best = 0
    for episode in episodes:
        for stretch in episode.stretches:
            match = _YEARS.search(stretch.clause.plain)
            if match is not None:
                text = match.group(1)
                best = max(
                    best,
                    12
                    * (int(text) if text.isdigit() else "零一二三四五六七八九十".find(text if text != "两" else "二")),
                )
    return best


def _touches(terms: frozenset[str], topics: Iterable[str], reading: Reading) -> bool:
    return not terms.isdisjoint(reading.members_of(topics))


def _tells_of(stretch: Stretch, topics: Iterable[str], reading: Reading) -> bool:
    """Whether a clause tells of a topic as something the person did, knows or learnt."""
    if not stretch.terms:
        return False
    named = stretch.terms & reading.members_of(topics)
    source, clause = stretch.passage.source, stretch.clause
    return any(
        sighting.stance in EVIDENCE and sighting.source == source and clause.start <= sighting.start < clause.end
        for term in named
        for sighting in reading.sightings(term)
    )


def _entry_terms(passage: Passage, reading: Reading) -> frozenset[str]:
    if passage.role not in _GROUPED:
        return frozenset()
    return frozenset(
        term
        for other in reading.passages(passage.role)
        if other.entry == passage.entry
        for term in reading.terms_within(other.source, other.start, other.end)
    )


def _quote(stretch: Stretch, reading: Reading) -> Quote:
    return reading.quote_clause(stretch.passage.source, stretch.clause, stretch.clause.start, stretch.clause.start)


_EXPERIENCE_WORD = re.compile(r"经验|经历|实习|experience|internship|background")


def _denied(kinds: frozenset[str], topics: tuple[str, ...], reading: Reading) -> list[Quote]:
    found: list[Quote] = []
    for passage, clause in reading.telling("denial", _ROLES):
        match = reading.cues.pattern("denial").search(clause.plain)
        if match is None or reading.cues.pattern("quoted").search(clause.plain):
            continue
        terms = reading.terms_within(passage.source, clause.start, clause.end)
        about_topic = any(
            sighting.stance is Stance.DENIED and sighting.clause is clause
            for term in terms
            if any(reading.lexicon.is_a(term, topic) or reading.lexicon.is_a(topic, term) for topic in topics)
            for sighting in reading.sightings(term)
        )
        about_kind = any(
            reading.cues.has("deployment" if kind == "deployment" else f"kind_{kind}", clause.plain) for kind in kinds
        ) and _EXPERIENCE_WORD.search(clause.plain)
        if about_topic or (about_kind and not (topics and terms)):
            found.append(
                reading.quote_clause(passage.source, clause, clause.start + match.start(), clause.start + match.end())
            )
    return found


def _kind_name(ask: ExperienceAsk) -> tuple[str, str]:
    names = [_KIND_NAMES.get(kind, _KIND_NAMES["any"]) for kind in ask.kinds] or [_KIND_NAMES["any"]]
    return "或".join(dict.fromkeys(zh for zh, _ in names)), " or ".join(dict.fromkeys(en for _, en in names))


def _topic_names(topics: tuple[str, ...], reading: Reading) -> tuple[str, str]:
    if not topics:
        return "", ""
    zh = "、".join(reading.lexicon.name(topic, "zh") for topic in topics[:3])
    en = ", ".join(reading.lexicon.name(topic, "en") for topic in topics[:3])
    return f"{zh} ", f" with {en}"


_SHORT = {
    3: ("没有写明是主要参与者", "does not say that the person was a main contributor"),
    2: ("写到了主题，没有写所问的这类经历", "the topic is told, this kind of experience is not"),
    1: ("看不出与职位相关", "its relevance cannot be told"),
}
