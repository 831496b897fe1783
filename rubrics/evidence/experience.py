"""Experience of a kind, with topics, length and lead. One job or project is one episode."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rubrics.evidence.clauses import Clause, Stance
from rubrics.evidence.dates import covered_months
from rubrics.evidence.episodes import (
    DONE,
    ROLES,
    Episode,
    Stretch,
    assists,
    episodes_naming,
    episodes_of,
    months_of,
    quote_stretch,
    telling_of,
    tells_of,
)
from rubrics.evidence.outcome import Outcome, contradicted, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Passage
from rubrics.lexicon import Lexicon
from rubrics.model import ExperienceAsk
from rubrics.prescore import Quote

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


def find_experience(ask: ExperienceAsk, reading: Reading, relevant: frozenset[str] = frozenset()) -> Outcome:
    """Judge experience; without topics it must touch one of the ``relevant`` terms to count in full."""
    kinds = frozenset([kind for kind in ask.kinds if kind != "any"])
    named = not ask.topics or not reading.families.keys().isdisjoint(ask.topics)
    loosely = named or not _TOPIC_CUES.keys().isdisjoint(ask.topics)
    score, stretches = _NOTHING
    for episode in _ranked(ask, reading) if loosely else ():
        found = _judge(ask, kinds, episode, relevant, reading) if named else _loosely_topical(ask, episode, reading)
        if found[0] > score:
            score, stretches = found
            if score >= _COMPLETE:
                break
    name = _kind_name(ask.kinds)
    if not score:
        return _nothing(ask, kinds, name, reading)
    quotes = [quote_stretch(stretch, reading) for stretch in stretches]
    topics = _topic_names(_told_topics(ask, stretches, reading), reading.lexicon)
    if score < _COMPLETE:
        reason = _SHORT[score]
        return partly(f"{topics[0]}{name[0]}：{reason[0]}", f"{name[1]}{topics[1]}: {reason[1]}", *quotes)
    if not (ask.kinds or ask.topics):
        return met("写到了自己做的开发或研究工作", "tells of own development or research", *quotes)
    if ask.months is not None:
        return _by_months(ask, quotes, name, reading)
    return met(f"写到了{topics[0] or '相关的'}{name[0]}", f"tells of {name[1]}{topics[1]}", *quotes)


_COMPLETE = 4
_NOTHING: tuple[int, tuple[Stretch, ...]] = (0, ())
_MAIN = frozenset({"work", "project", "internship"})


def _ranked(ask: ExperienceAsk, reading: Reading) -> Sequence[Episode]:
    """Give the episodes that can say anything to an ask, jobs and projects first."""
    if ask.topics and _TOPIC_CUES.keys().isdisjoint(ask.topics):
        topics = frozenset(ask.topics)
        return reading.remember(("episodes naming", topics), lambda: _sorted(episodes_naming(topics, reading)))
    return reading.remember("ranked episodes", lambda: _sorted(episodes_of(reading)))


def _sorted(episodes: Iterable[Episode]) -> list[Episode]:
    return sorted(episodes, key=lambda episode: episode.kinds.isdisjoint(_MAIN))


def _nothing(ask: ExperienceAsk, kinds: frozenset[str], name: tuple[str, str], reading: Reading) -> Outcome:
    denied = _denied(kinds, ask.topics, reading) or _not_practised(ask.topics, reading)
    if not denied:
        return _not_told(ask.kinds, ask.topics, reading.lexicon)
    topics = _topic_names(ask.topics, reading.lexicon)
    return contradicted(f"写明没有{topics[0]}{name[0]}", f"says that there is no {name[1]}{topics[1]}", denied[0])


@lru_cache(maxsize=4096)
def _not_told(kinds: tuple[str, ...], topics: tuple[str, ...], lexicon: Lexicon) -> Outcome:
    (name_zh, name_en), (zh, en) = _kind_name(kinds), _topic_names(topics, lexicon)
    return not_shown(f"{zh}{name_zh}：材料里没有写", f"{name_en}{en}: not stated")


def _judge(  # noqa: PLR0911 - a decision table, read from top to bottom
    ask: ExperienceAsk, kinds: frozenset[str], episode: Episode, relevant: frozenset[str], reading: Reading
) -> tuple[int, tuple[Stretch, ...]]:
    """4 complete; 3 lead missing; 2 topic without the kind; 1 the kind without a word on relevance; 0 nothing."""
    topical = episode.tells_of(frozenset(ask.topics), reading) if ask.topics else []
    if ask.topics and not topical:
        return _loosely_topical(ask, episode, reading)
    fits = _fits_kind(kinds, episode, has_topics=bool(ask.topics))
    fits = fits or _fits_by_doing(ask, kinds, episode, topical, reading)
    if not fits:
        if not ask.topics or episode.kinds.isdisjoint(_TELLING):
            return 0, ()
        return 2, (topical[0],)
    if not ask.topics:
        bound = _without_topics(ask, kinds, episode, relevant, reading)
        if bound is not None:
            return bound
        topical = list(telling_of(episode.stretches, relevant, reading))
    telling = [topical[0] if topical else _kind_stretch(kinds, episode, reading)]
    if kinds & {"production", "deployment"}:
        telling.append(_kind_stretch(kinds, episode, reading))
    if ask.lead and (not episode.lead or (topical and all(assists(s.clause.plain, reading) for s in topical))):
        return 3, tuple(telling)
    if (
        "told" in episode.kinds
        and episode.kinds.isdisjoint(_MAIN)
        and not _tells_experience(topical or list(episode.stretches), reading)
    ):
        return 2, tuple(telling)
    return 4, tuple(telling)


def _without_topics(
    ask: ExperienceAsk, kinds: frozenset[str], episode: Episode, relevant: frozenset[str], reading: Reading
) -> tuple[int, tuple[Stretch, ...]] | None:
    """Judge an episode that need not be on a topic; None when it touches what the rubric is about."""
    if not ask.kinds and not episode.kinds.isdisjoint(_MAIN):
        built = [s for s in episode.stretches if _is_development(s.clause.plain, reading)]
        if built:
            return 4, (built[0],)  # 开发经验 without a word on what: whatever was developed
    if not relevant or tells_of(episode.stretches, relevant, reading):
        return None
    sized = [s for s in episode.stretches if reading.cues.has("engineering_hard", s.clause.plain)]
    if kinds == {"project"} and not ask.lead and sized:
        return 4, (sized[0],)  # a project of some size or effect is one whatever it is about
    return 1, (_kind_stretch(kinds, episode, reading),)


def _fits_by_doing(
    ask: ExperienceAsk, kinds: frozenset[str], episode: Episode, topical: list[Stretch], reading: Reading
) -> bool:
    """Whether working with a topic is the experience asked for: 使用经验 of a data set, practice of a field of research."""
    if kinds != {"data_set"} and not (kinds == {"research"} and episode.kinds & {"work", "internship"}):
        return False
    return any(_handles(stretch, ask.topics, reading) for stretch in topical)


# Topics that the doing itself names: who deploys or ships has to do with them, whatever was deployed.
_TOPIC_CUES = {"model_deployment": "deployment", "mass_production": "kind_production"}


def _loosely_topical(ask: ExperienceAsk, episode: Episode, reading: Reading) -> tuple[int, tuple[Stretch, ...]]:
    """2 when the doing is of a topic's kind without naming the topic, else 0."""
    if not episode.kinds.isdisjoint(_MAIN):
        for cue in [_TOPIC_CUES[topic] for topic in ask.topics if topic in _TOPIC_CUES]:
            for stretch in episode.stretches:
                if stretch.terms and reading.cues.has(cue, stretch.clause.plain):
                    return 2, (stretch,)
    return 0, ()


def _tells_experience(stretches: list[Stretch], reading: Reading) -> bool:
    return any(
        reading.cues.has("use", s.clause.plain) or reading.cues.has("experience_named", s.clause.plain)
        for s in stretches
    )


def _handles(stretch: Stretch, topics: tuple[str, ...], reading: Reading) -> bool:
    return any(
        (
            sighting.stance is Stance.OWN
            or (sighting.stance is Stance.CLAIM and _is_used(sighting.clause.plain, reading))
        )
        and sighting.source == stretch.passage.source
        and sighting.clause == stretch.clause
        for topic in topics
        for sighting in reading.family_sightings(topic)
    )


def _is_development(plain: str, reading: Reading) -> bool:
    return reading.cues.has("engineering_soft", plain) and reading.cues.has("use", plain)


def _is_used(plain: str, reading: Reading) -> bool:
    return reading.cues.has("use", plain)


def _fits_kind(kinds: frozenset[str], episode: Episode, *, has_topics: bool) -> bool:
    """Whether an episode is of a kind asked for; production must be there where it is asked for with a topic."""
    if "production" in kinds:
        if not has_topics and episode.kinds & {"work", "internship"}:
            return True  # 实战经验 without a topic: a job is practice
        both = kinds == {"production", "deployment"}
        return "production" in episode.kinds and (not both or "deployment" in episode.kinds)
    if "internship" in kinds and "work" in episode.kinds:
        return True  # a job is more than an internship
    if not kinds:
        return not episode.kinds.isdisjoint(_ANY)
    return not kinds.isdisjoint(episode.kinds)


_TELLING = _MAIN | {"research", "told"}
_ANY = _TELLING | {"production", "deployment", "data_set"}


def _kind_stretch(kinds: frozenset[str], episode: Episode, reading: Reading) -> Stretch:
    for kind in sorted(kinds):
        pattern = reading.cues.pattern("deployment" if kind == "deployment" else f"kind_{kind}")
        for stretch in episode.stretches:
            if pattern.search(stretch.clause.plain):
                return stretch
    return episode.stretches[0]


def _by_months(ask: ExperienceAsk, quotes: list[Quote], name: tuple[str, str], reading: Reading) -> Outcome:
    kinds, topics = frozenset(kind for kind in ask.kinds if kind != "any"), frozenset(ask.topics)
    fitting = [
        episode
        for episode in (episodes_naming(topics, reading) if topics else episodes_of(reading))
        if _fits_kind(kinds, episode, has_topics=bool(topics)) and (not topics or episode.tells_of(topics, reading))
    ]
    total = covered_months(months for episode in fitting for months in months_of(episode, reading))
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


def _denied(kinds: frozenset[str], topics: tuple[str, ...], reading: Reading) -> list[Quote]:
    found: list[Quote] = []
    for passage, clause, (first, stop) in reading.remember("denials", lambda: list(_denials(reading))):
        about_topic = any(
            sighting.stance is Stance.DENIED and sighting.clause is clause
            for term in clause.terms
            if any(reading.lexicon.is_a(term, topic) for topic in topics)
            or (topics and all(reading.lexicon.is_a(topic, term) for topic in topics))
            for sighting in reading.sightings(term)
        )
        about_kind = any(
            reading.cues.has("deployment" if kind == "deployment" else f"kind_{kind}", clause.plain) for kind in kinds
        ) and reading.cues.has("experience_word", clause.plain)
        if about_topic or (about_kind and not (topics and clause.terms)):
            found.append(reading.quote_clause(passage.source, clause, clause.start + first, clause.start + stop))
    return found


def _denials(reading: Reading) -> Iterator[tuple[Passage, Clause, tuple[int, int]]]:
    """Clauses that say no, each with the place of its first denial."""
    for passage, clause in reading.telling("denial", ROLES):
        if not reading.cues.has("quoted", clause.plain):
            yield passage, clause, reading.cues.places("denial", clause.plain)[0]


def _not_practised(topics: tuple[str, ...], reading: Reading) -> list[Quote]:
    """Find a topic that is named and then said never to have been practised (强化学习只做过调研，未实际训练)."""
    found: list[Quote] = []
    for passage, clause in reading.telling("not_practised", ROLES) if topics else ():
        before = next((known for known in reading.clauses(passage) if known.end + 1 == clause.start), None)
        if before is not None and any(reading.lexicon.is_a(term, topic) for term in before.terms for topic in topics):
            found.append(reading.quote(passage.source, before.start, clause.end))
    return found


@lru_cache(maxsize=256)
def _kind_name(kinds: tuple[str, ...]) -> tuple[str, str]:
    names = [_KIND_NAMES.get(kind, _KIND_NAMES["any"]) for kind in kinds] or [_KIND_NAMES["any"]]
    zh = [zh.removesuffix("经历") or zh for zh in dict.fromkeys(zh for zh, _ in names)]
    return f"{'、'.join(zh)}经历" if zh != ["经历"] else "经历", " or ".join(dict.fromkeys(en for _, en in names))


def _told_topics(ask: ExperienceAsk, stretches: tuple[Stretch, ...], reading: Reading) -> tuple[str, ...]:
    """Give the topics asked for of which these clauses tell; all of them when none can be singled out."""
    told = tuple(topic for topic in ask.topics if tells_of(stretches, frozenset((topic,)), reading, DONE))
    return told or ask.topics


@lru_cache(maxsize=4096)
def _topic_names(topics: tuple[str, ...], lexicon: Lexicon) -> tuple[str, str]:
    if not topics:
        return "", ""
    zh = "、".join(lexicon.name(topic, "zh") for topic in topics[:3])
    en = ", ".join(lexicon.name(topic, "en") for topic in topics[:3])
    more = ("等", " and the like") if len(topics) > 3 else ("", "")
    return f"{zh}{more[0]}方面的", f" with {en}{more[1]}"


_SHORT = {
    3: ("没有写明是主要参与者", "does not say that the person was a main contributor"),
    2: ("写到了主题，没有写所问的这类经历", "the topic is told, this kind of experience is not"),
    1: ("看不出与职位相关", "its relevance cannot be told"),
}
