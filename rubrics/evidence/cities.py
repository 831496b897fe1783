"""Cities in which the person can work; living in one, or a school there, says little or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rubrics.evidence.intentions import PlanClause, availability_row, clause_quote, planning_clauses
from rubrics.evidence.outcome import Outcome, contradicted, disagreement, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Answer, field_of, list_of
from rubrics.lexicon import Lexicon
from rubrics.model import LocationAsk
from rubrics.prescore import Quote


def find_location(ask: LocationAsk, reading: Reading) -> Outcome:  # noqa: C901, PLR0911 - a decision table, read from top to bottom
    """Judge whether the person can work in one of the cities; living in one counts as partly."""
    wanted = frozenset(term for city in ask.cities for term in _cities(city, reading))
    named = "、".join(ask.cities)
    answered = _answered_cities(reading)
    told_yes, told_no, told_any, only_other, lives, stays, only_other_said = _told_cities(wanted, reading)
    hits = [answer for answer in answered if _names_city(answer, ask, wanted, reading)]
    against = told_no or ([] if told_yes else only_other_said)
    if hits and against:
        return disagreement(
            "工作城市：填写项与简历不一致",
            "city: answers and résumé disagree",
            reading.quote_answer(hits[0]),
            against[0],
        )
    if hits:
        return met(
            f"可在{hits[0].text.strip()}工作", f"can work in {hits[0].text.strip()}", reading.quote_answer(hits[0])
        )
    if answered:
        if told_yes:
            return disagreement(
                "工作城市：填写项与简历不一致",
                "city: answers and résumé disagree",
                reading.quote_answer(answered[0]),
                told_yes[0],
            )
        quotes = [reading.quote_answer(answer) for answer in answered[:2]]
        return contradicted(f"填写的城市里没有{named}", "the cities given are others", *quotes)
    if told_yes:  # one of the cities is enough, as in the answers
        return met("写明可在所要求的城市工作", "says that a city asked for is possible", told_yes[0])
    if told_any:
        return met("写明城市不限", "says that any city is possible", told_any[0])
    if told_no:
        return contradicted("写明不能在所要求的城市工作", "says that the city is not possible", told_no[0])
    if only_other:
        return contradicted("写明的意向城市是别处", "the cities that are told are others", only_other[0])
    if stays and not lives:
        return contradicted("写明不换城市", "says that moving is not possible", stays[0])
    if lives:
        return partly("居住在所要求的城市，没有写明意向", "lives in a city asked for, without saying more", lives[0])
    return not_shown("工作城市：材料里没有写", "city: not stated")


def _cities(text: str, reading: Reading) -> frozenset[str]:
    return _cities_in(text, reading.lexicon)


@lru_cache(maxsize=1024)
def _cities_in(text: str, lexicon: Lexicon) -> frozenset[str]:
    found = frozenset(mention.term_id for mention in lexicon.find(text, frozenset({"city"})))
    return found or frozenset({text.strip().removesuffix("市").lower()})


def _names_city(answer: Answer, ask: LocationAsk, wanted: frozenset[str], reading: Reading) -> bool:
    plain = answer.plain
    if reading.cues.has("any_place", plain):
        return True
    if _cities(answer.text, reading) & wanted:
        return True
    return any(city.removesuffix("市").lower() in plain for city in ask.cities)


def _answered_cities(reading: Reading) -> list[Answer]:
    return list_of(availability_row(reading), "/availability", "cities")


@dataclass(frozen=True, slots=True)
class _Told:
    """What one clause tells of cities: how, of which, and whether of no others."""

    how: str
    cities: frozenset[str]
    quote: Quote
    only: bool = False
    said_only: bool = False


def _told_cities(wanted: frozenset[str], reading: Reading) -> tuple[list[Quote], ...]:
    told = reading.remember("told cities", lambda: list(_tell_cities(reading)))
    yes = [item.quote for item in told if item.how == "willing" and item.cities & wanted]
    no = [item.quote for item in told if item.how == "refused" and item.cities & wanted]
    anywhere = [item.quote for item in told if item.how == "any"]
    only_other = [item.quote for item in told if item.how == "willing" and item.only and not item.cities & wanted]
    lives = [item.quote for item in told if item.how == "lives" and item.cities & wanted]
    stays = [item.quote for item in told if item.how == "stays"]
    said = [item.quote for item in told if item.how == "willing" and item.said_only and not item.cities & wanted]
    return yes, no, anywhere, only_other, lives, stays, said


def _tell_cities(reading: Reading) -> Iterator[_Told]:
    cues = reading.cues
    basics = reading.dossier.answers.get("basics")
    place = basics.get("location") if isinstance(basics, dict) else None
    if isinstance(place, dict):
        city = field_of(place, "/basics/location", "city")
        if city is not None:
            yield _Told("lives", _cities_in(city.text, reading.lexicon), reading.quote_answer(city))
    telling = cues.groups("any_place", "stays_put")
    if not reading.naming("city") and not any(passage.hints & telling for passage in reading.passages()):
        return
    said: list[str] = []  # the sentence so far, clause by clause
    for clause in planning_clauses(reading):
        if reading.sources[clause.source].plain[clause.start - 1 : clause.start] != ",":
            said.clear()
        if clause.terms or cues.may(telling, clause.plain):
            told = _tell(clause, said, reading)
            if told is not None:
                yield told
        said.append(clause.plain)


def _tell(clause: PlanClause, said: Sequence[str], reading: Reading) -> _Told | None:
    cues, plain = reading.cues, clause.plain
    for how, name in (("any", "any_place"), ("stays", "stays_put")):
        if cues.has(name, plain):
            return _Told(how, frozenset(), clause_quote(reading, clause.source, clause.start, clause.end))
    cities = frozenset([term for term in clause.terms if reading.lexicon.terms[term].kind == "city"])
    if not cities:
        return None
    quote = clause_quote(reading, clause.source, clause.start, clause.end)
    for how, name in (("refused", "refuse_place"), ("lives", "residence")):
        if cues.has(name, plain):
            return _Told(how, cities, quote)
    willing = (
        cues.has("willing_place", plain)
        or clause.wished
        or (_GOES_ON.match(plain) and cues.has("willing_place", "".join([f",{before}" for before in said])))
        or (clause.planned and (cues.has("willing_city", plain) or _is_but_cities(clause, reading)))
    )
    if not willing:
        return None
    alone = clause.planned and not cues.has("prefers_city", plain)
    only = alone or cues.has("only_place", plain) or cues.has("place_wanted", plain)
    return _Told("willing", cities, quote, only, cues.has("only_place", plain))


def _is_but_cities(clause: PlanClause, reading: Reading) -> bool:
    """Whether a part of a clause names cities and nothing else: in a line on plans that is where the person would go."""
    for part in _PARTS.split(clause.plain):
        mentions = reading.lexicon.find(part, frozenset({"city"}))
        rest = part
        for mention in mentions:
            rest = f"{rest[: mention.start]}{' ' * (mention.end - mention.start)}{rest[mention.end :]}"
        if mentions and _BETWEEN_CITIES.sub("", rest) == "":
            return True
    return False


_PARTS = re.compile(r"[,，;；]")


_BETWEEN_CITIES = re.compile(
    r"[\s、/或和与及,.;:()|·•*\-]|市|可以?|均|远程|线上|线下|现场|实习|全职|(?<![a-z])(?:in|or|and|at|only|on-?site|remote)(?![a-z])"
)
_GOES_ON = re.compile(r"\s*(?:in|or|and|at|/|或|和|、|以及)\b|\s*[或和、/]")
