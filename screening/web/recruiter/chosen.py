"""What an address asks of a posting's pipeline: read with care, told where a person typed something odd, written in one order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from rubrics.prescore import Gates, Verdict
from screening.models import Stage
from screening.queries.origins import SOURCES
from screening.queries.pipeline_filter import NOBODY, OTHER, REFERRAL, PipelineFilter, Sort
from screening.queries.stage_rules import LANES, came_before
from screening.web.access import LARGEST_ID, now

REFERRER = re.compile(rf"{REFERRAL}\d{{1,9}}", re.ASCII)
GROUPS: dict[str, tuple[Stage, ...]] = {
    "active": LANES,
    **{stage.value: (stage,) for stage in Stage},
    "all": tuple(Stage),
}
SEVERAL = "several"
NONE = "none"
"""The owner of what nobody owns, in an address."""
MOST_VERDICTS, MOST_CITIES, MOST_TAGS = 30, 20, 10
LONGEST_TEXT, LONGEST_KEY, LONGEST_CITY = 100, 120, 40
HIGHEST_SCORE, MOST_DAYS = 100, 3650
LONGEST_ADDRESS, MOST_FIELDS = 4000, 200
STANDARD = {"stage": ["active"], "sort": ["rank"], "view": ["table"]}
Values = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """A typed value that was left out: ``field`` of the address, ``text`` as typed; ``code`` is range, number or order."""

    field: str
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for, as the page's links repeat it; ``at`` is the time at which ages are counted.

    ``groups`` are names of ``GROUPS``: one, or several single stages. ``owner`` is a person's id or ``NOBODY``.
    """

    at: datetime
    groups: tuple[str, ...] = ("active",)
    gates: str = ""
    text: str = ""
    sort: Sort = Sort.RANK
    view: str = "table"
    source: str = ""
    verdicts: tuple[tuple[str, Verdict], ...] = ()
    lowest: int | None = None
    highest: int | None = None
    cities: tuple[str, ...] = ()
    tags: tuple[int, ...] = ()
    days: int | None = None
    overdue: bool = False
    interviewer: int | None = None
    owner: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def group(self) -> str:
        """The one group of stages, ``several`` for stages chosen one by one."""
        return self.groups[0] if len(self.groups) == 1 else SEVERAL

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that are shown."""
        return tuple(stage for stage in Stage if any(stage in GROUPS[group] for group in self.groups))

    @property
    def filter(self) -> PipelineFilter:
        """The filter that the query takes."""
        return PipelineFilter(
            stages=self.stages,
            gates=self.gates,
            text=self.text,
            sort=self.sort,
            source=self.source,
            verdicts=self.verdicts,
            lowest=self.lowest,
            highest=self.highest,
            cities=self.cities,
            tags=self.tags,
            waiting_since=came_before(self.days, self.at) if self.days is not None else None,
            overdue_at=self.at if self.overdue else None,
            interviewer=self.interviewer,
            owner=self.owner,
        )

    @property
    def is_narrowed(self) -> bool:
        """Tell whether applications of the chosen stages may be left out."""
        return self.filter.is_narrowed

    @property
    def is_standard(self) -> bool:
        """Tell whether nothing but the view and the order was chosen."""
        return self.groups == ("active",) and not self.is_narrowed

    def address(self, **changed: str | list[str]) -> dict[str, list[str]]:
        """Give the query parameters of this choice with some changed; defaults and empty ones are left out."""
        values = self._values()
        for name, value in changed.items():
            values[name] = [value] if isinstance(value, str) else value
        told = {name: [one for one in found if one] for name, found in values.items()}
        return {name: found for name, found in told.items() if found and found != STANDARD.get(name)}

    def without(self, *names: str, value: str | None = None) -> dict[str, list[str]]:
        """Give the same without these parameters, or without one ``value`` of them."""
        left = self._values()
        return self.address(
            **{name: [one for one in left[name] if value is not None and one != value] for name in names}
        )

    def pairs(self, *leave_out: str) -> Iterator[tuple[str, str]]:
        """Give the parameters one by one, for hidden fields of a form."""
        for name, found in self.address().items():
            if name not in leave_out:
                yield from ((name, one) for one in found)

    def written(self) -> str:
        """Give the query string as pages write it, the same for the same choice."""
        return urlencode([*self.pairs()])

    def _values(self) -> dict[str, list[str]]:
        return {
            "stage": [*self.groups],
            "gates": [self.gates],
            "v": [f"{key}:{verdict.value}" for key, verdict in self.verdicts],
            "low": _number(self.lowest),
            "high": _number(self.highest),
            "city": [*self.cities],
            "source": [self.source],
            "tag": [str(tag) for tag in self.tags],
            "days": _number(self.days),
            "overdue": ["1"] if self.overdue else [],
            "interviewer": _number(self.interviewer),
            "owner": [NONE] if self.owner == NOBODY else _number(self.owner),
            "q": [self.text],
            "sort": [self.sort.value],
            "view": [self.view],
        }


def read_chosen(values: Values) -> Chosen:
    """Read the filter from an address; what is not on the list is the default, what was typed and cannot be is told."""
    gates, sort, source = values.get("gates", ""), values.get("sort", ""), values.get("source", "")
    problems: list[Problem] = []
    lowest = _typed(values, "low", HIGHEST_SCORE, problems)
    highest = _typed(values, "high", HIGHEST_SCORE, problems)
    if lowest is not None and highest is not None and lowest > highest:
        problems.append(Problem("low", f"{lowest}–{highest}", "order"))
        lowest = highest = None
    owner = values.get("owner", "")
    return Chosen(
        at=now(),
        groups=_groups(values.getlist("stage")),
        gates=gates if gates in set(Gates) else "",
        text=values.get("q", "").strip()[:LONGEST_TEXT],
        sort=Sort(sort) if sort in set(Sort) else Sort.RANK,
        view="board" if values.get("view") == "board" else "table",
        source=source if source in {*SOURCES, OTHER} or REFERRER.fullmatch(source) else "",
        verdicts=tuple(sorted(set(_verdicts(values.getlist("v")))))[:MOST_VERDICTS],
        lowest=lowest,
        highest=highest,
        cities=_cities(values.getlist("city")),
        tags=tuple(sorted({tag for text in values.getlist("tag") if (tag := _ident(text)) is not None}))[:MOST_TAGS],
        days=_typed(values, "days", MOST_DAYS, problems),
        overdue=values.get("overdue") == "1",
        interviewer=_ident(values.get("interviewer", "")),
        owner=NOBODY if owner == NONE else _ident(owner),
        problems=tuple(problems),
    )


def _groups(asked: list[str]) -> tuple[str, ...]:
    """Read the groups of stages; what makes up another group is that one, so that one choice has one address."""
    known = [group for text in asked for group in text.split(",") if group in GROUPS]
    stages = {stage for group in known for stage in GROUPS[group]}
    for group, of_it in GROUPS.items():
        if stages == set(of_it):
            return (group,)
    return tuple(stage.value for stage in Stage if stage in stages) or ("active",)


def _verdicts(asked: list[str]) -> Iterator[tuple[str, Verdict]]:
    for text in asked:
        key, _, verdicts = text.rpartition(":")
        for verdict in Verdict:
            if 0 < len(key) <= LONGEST_KEY and verdict in verdicts.split(","):
                yield key, verdict


def _cities(asked: list[str]) -> tuple[str, ...]:
    known = {city for text in asked if 0 < len(city := text.strip()) <= LONGEST_CITY}
    return tuple(sorted(known))[:MOST_CITIES]


def _typed(values: Values, name: str, most: int, problems: list[Problem]) -> int | None:
    """Read a number that a person typed, in digits of any width; an odd one is noted as a problem."""
    shown = values.get(name, "").strip()
    text = unicodedata.normalize("NFKC", shown)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        problems.append(Problem(name, shown[:20], "number"))
        return None
    if len(text) > len(str(most)) or int(text) > most:
        problems.append(Problem(name, shown[:20], "range"))
        return None
    return int(text)


def _ident(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(LARGEST_ID)) + 1 else 0
    return number if 0 < number <= LARGEST_ID else None


def _number(value: int | None) -> list[str]:
    return [] if value is None else [str(value)]


def read_address(text: str) -> Chosen:
    """Read a query string that pages or saved views hold."""
    return read_chosen(MultiDict(parse_qsl(text[:LONGEST_ADDRESS], max_num_fields=MOST_FIELDS)))
