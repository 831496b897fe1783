"""Several postings from one form: their questions merged, so that what is the same is asked once; pure.

The same is: a kind that every candidate answers once (education, availability, cities, papers …), a language, a skill's
term, and a statement whose criterion has the same canonical key. A recruiter's own questions are never merged. Merging
changes what a candidate sees and types, never what is stored: ``MergedForm.own_fields`` gives each posting what its own
form would have been sent with the same answers. The order of preference is no part of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ONCE = frozenset(
    {
        "education",
        "availability",
        "cities",
        "publications",
        "awards",
        "leaderboards",
        "projects",
        "certificates",
    }
)
TICKED = frozenset({"publications", "awards", "leaderboards", "projects", "certificates"})
"""Kinds that are answered behind a tick box wherever they stand; others only as a bonus (``screening.forms.questions``)."""
NOWHERE = "-"
KEPT = "kept"
"""The hidden field that keeps what was typed for forms that are not chosen any more, as JSON."""
MOST_KEPT = 8
LOWEST = frozenset({"within_days"})
"""Figures of which the lower one asks for more."""

Document = Mapping[str, Any]
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class OwnForm:
    """One posting's form: ``questions`` as its form version keeps them; ``mark`` is put behind their ids, "" behind none."""

    slug: str
    language: str
    questions: Sequence[Document]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Where inputs of one own question stand in the merged form: by full names, or by their beginnings when not ``exact``."""

    own: str
    merged: str
    exact: bool = True

    def pairs(self, names: Sequence[str], *, back: bool = False) -> Iterator[tuple[str, str]]:
        """Give (name before, name after) for those names that this link moves; ``back`` leads into the merged form."""
        before, after = (self.own, self.merged) if back else (self.merged, self.own)
        for name in names:
            if name == before if self.exact else name.startswith(before):
                yield name, after + name[len(before) :]


@dataclass(frozen=True, slots=True)
class MergedForm:
    """What to ask for all forms: ``questions`` have ``roles``, the slugs of those that ask, where there are several forms."""

    forms: tuple[OwnForm, ...]
    questions: tuple[dict[str, Any], ...]
    links: tuple[tuple[Link, ...], ...]

    def own_fields(self, slug: str, fields: Fields) -> dict[str, list[str]]:
        """Give the fields with which the posting's own form would have been sent, those of every form among them."""
        place = next(number for number, form in enumerate(self.forms) if form.slug == slug)
        common = {name: list(values) for name, values in fields.items() if not self.is_asked(name)}
        own = self._linked(place, fields, counting=len(self.forms) > 1)
        if len(self.forms) > 1:
            for question in self.forms[place].questions:
                self._agree(place, question, own, fields)
        return common | own

    def typed(self, place: int, fields: Fields) -> dict[str, list[str]]:
        """Give everything that was typed for one form by its own names, also what does not count for want of a tick."""
        typed = self._linked(place, fields, counting=False)
        counted = self.own_fields(self.forms[place].slug, fields)
        for question in self.forms[place].questions:
            if has_tick(question) and _any(counted, has := f"{question['id']}-has"):
                typed[has] = ["y"]
        return typed

    def is_asked(self, name: str) -> bool:
        """Tell whether a field belongs to a question, of these forms or of one that was left."""
        return name == KEPT or _question_in(name) in {question["id"] for question in self.questions}

    def _linked(self, place: int, fields: Fields, *, counting: bool) -> dict[str, list[str]]:
        shown = {question["id"]: question for question in self.questions}
        own: dict[str, list[str]] = {}
        for link in self.links[place]:
            host = shown[_question_in(link.merged)]
            if counting and has_tick(host) and not _any(fields, f"{host['id']}-has"):
                continue
            for before, after in link.pairs(list(fields)):
                own[after] = list(fields[before])
        for question in self.forms[place].questions:
            chosen = f"{question['id']}-chosen"
            if question["kind"] == "cities" and chosen in own:
                offered = [*(city["value"] for city in question["options"]), NOWHERE]
                own[chosen] = [city for city in offered if city in own[chosen]]
        return own

    def _agree(self, place: int, question: Document, own: dict[str, list[str]], fields: Fields) -> None:
        """Fill in what only the own form asks: its tick, and that none of its own cities was chosen."""
        ident, has = question["id"], f"{question['id']}-has"
        said = [
            value
            for name, values in own.items()
            if _question_in(name) == ident and name != has and _says(question, name)
            for value in values
            if value
        ]
        if question["kind"] == "cities" and not said and _any(fields, self._merged_name(place, f"{ident}-chosen")):
            own[f"{ident}-chosen"] = [NOWHERE]
        if not has_tick(question):
            return
        was_ticked = _any(own, has)
        own.pop(has, None)
        if any(value != NOWHERE for value in said) or (said and was_ticked):
            own[has] = ["y"]

    def _merged_name(self, place: int, own: str) -> str:
        return next((after for link in self.links[place] for _before, after in link.pairs([own], back=True)), "")


def merge_forms(forms: Sequence[OwnForm]) -> MergedForm:
    """Merge forms into one; the same forms in the same order give the same one. A single form stays as it is.

    A question that several ask stands where the first of them has it, as a requirement when one of them requires it.
    """
    if len(forms) == 1:
        only = forms[0]
        questions = tuple({**question, "id": _marked(question, only)} for question in only.questions)
        links = tuple(
            Link(f"{own['id']}-", f"{new['id']}-", exact=False)
            for own, new in zip(only.questions, questions, strict=True)
        )
        return MergedForm((only,), questions, (links,))
    merging = _Merging(tuple(forms))
    for section in ("requirement", "bonus", "custom"):
        for place, form in enumerate(forms):
            for question in form.questions:
                if question["section"] == section:
                    merging.take(place, question)
    return MergedForm(tuple(forms), tuple(merging.questions), tuple(tuple(links) for links in merging.links))


def carry_over(old: MergedForm, new: MergedForm, fields: Fields) -> dict[str, list[str]]:
    """Move what was typed into ``old`` to the fields of ``new``; what only left forms ask is kept in the field ``KEPT``.

    Nothing is lost: a form that is chosen again finds its answers, as long as that field is sent along.
    """
    own = _read_kept("".join(fields.get(KEPT, ())))
    for place, form in enumerate(old.forms):
        own[form.slug] = {**own.get(form.slug, {}), **old.typed(place, fields)}
    carried = {name: list(values) for name, values in fields.items() if not old.is_asked(name)}
    stayed = {form.slug for form in old.forms}
    for place, form in sorted(enumerate(new.forms), key=lambda pair: pair[1].slug not in stayed):
        typed = own.pop(form.slug, {})
        for link in new.links[place]:
            for before, after in link.pairs(list(typed), back=True):
                earlier = carried.get(after, [])
                if after.endswith("-chosen"):
                    carried[after] = list(dict.fromkeys([*earlier, *typed[before]]))
                elif not any(earlier):
                    carried[after] = list(typed[before])
    left = {slug: {name: values for name, values in typed.items() if any(values)} for slug, typed in own.items()}
    kept = {slug: typed for slug, typed in list(left.items())[-MOST_KEPT:] if typed}
    return carried | ({KEPT: [json.dumps(kept, ensure_ascii=False)]} if kept else {})


def has_tick(question: Document) -> bool:
    """Tell whether a question is only asked when its box is ticked."""
    return question["kind"] in TICKED or (question["section"] == "bonus" and question["kind"] != "custom")


def _whole(text: str) -> str:
    """Replace half characters, which JSON can spell and no page can hold."""
    return text.encode("utf-8", "replace").decode()


def _says(question: Document, name: str) -> bool:
    """Tell whether a field answers its question by itself: a level without its tick says nothing."""
    rest = name.partition("-")[2]
    return question["kind"] != "skills" or rest.startswith(("option", "other-"))


def _read_kept(text: str) -> dict[str, dict[str, list[str]]]:
    """Read what was kept of forms that were left; what is no such text keeps nothing."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {
        _whole(slug): {
            _whole(name): [_whole(str(value)) for value in values]
            for name, values in typed.items()
            if isinstance(values, list)
        }
        for slug, typed in kept.items()
        if isinstance(typed, dict)
    }


@dataclass(slots=True)
class _Merging:
    """The questions so far, where each subject and each skill's term is asked, and the terms that each list had in its own form."""

    forms: tuple[OwnForm, ...]
    questions: list[dict[str, Any]] = field(default_factory=list)
    links: list[list[Link]] = field(default_factory=list)
    subjects: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    terms: dict[str, tuple[dict[str, Any], int]] = field(default_factory=dict)
    lists: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.links = [[] for _form in self.forms]

    def take(self, place: int, question: Document) -> None:
        """Ask a question, or let the one that asks the same speak for this form too."""
        if question["kind"] == "skills":
            self.take_skills(place, question)
            return
        subject = _subject(question)
        same = self.subjects.get(subject) if subject else None
        if same is None:
            same = self.add(place, question)
            if subject:
                self.subjects[subject] = same
        else:
            self.join(place, question, same)
        if question["kind"] == "availability":
            same.setdefault("needs_of", []).append({"slug": self.forms[place].slug, **question.get("needs", {})})
        self.links[place].append(Link(f"{question['id']}-", f"{same['id']}-", exact=False))

    def take_skills(self, place: int, question: Document) -> None:
        """Ask for the terms that nobody asked for yet; the others are named only."""
        fresh = [option for option in question["options"] if option["value"] not in self.terms]
        hosts = _once(self.terms[one["value"]][0] for one in question["options"] if one["value"] in self.terms)
        other = self.other_of(question, fresh, hosts)
        own: dict[str, Any] | None = None
        if fresh or (question["open"] and other is None) or not (question["options"] or other):
            asked_above = [option for option in question["options"] if option not in fresh]
            above = {option["value"]: option for option in [*question["above"], *asked_above]}
            own = self.add(place, question)
            self.lists[own["id"]] = {option["value"] for option in question["options"]}
            own |= {"options": fresh, "above": list(above.values()), "open": question["open"] and other is None}
            self.terms |= {option["value"]: (own, number) for number, option in enumerate(fresh)}
            if question["open"] and other is None:
                other = own
            if has_tick(question):
                self.links[place].append(Link(f"{question['id']}-has", f"{own['id']}-has"))
        for host in _once([*hosts, *([other] if other else [])]):
            if host is not own:
                self.join(place, question, host)
        self.link_skills(place, question, other)

    def link_skills(self, place: int, question: Document, other: Document | None) -> None:
        for number, option in enumerate(question["options"]):
            host, there = self.terms[option["value"]]
            for name in ("option", "level", "example"):
                link = Link(f"{question['id']}-{name}{number}", f"{host['id']}-{name}{there}")
                self.links[place].append(link)
        if question["open"] and other is not None:
            prefix = f"{question['id']}-other-"
            self.links[place].append(Link(prefix, f"{other['id']}-other-", exact=False))

    def other_of(
        self, question: Document, fresh: Sequence[Document], hosts: Sequence[dict[str, Any]]
    ) -> dict[str, Any] | None:
        """Find the question whose "another one" this one shares: it asks for the same terms, or for none either."""
        if not question["open"] or fresh:
            return None
        if question["options"]:
            terms = {option["value"] for option in question["options"]}
            candidates = [host for host in hosts if self.lists[host["id"]] == terms]
        else:
            candidates = [one for one in self.questions if one["kind"] == "skills" and not one["options"]]
            candidates = [one for one in candidates if not one["above"] and not question["above"]]
        same = [one for one in candidates if one["open"] and one.get("category") == question.get("category")]
        return same[0] if same else None

    def add(self, place: int, question: Document) -> dict[str, Any]:
        form = self.forms[place]
        asked = {**question, "id": _marked(question, form), "roles": [form.slug], "asks": self.asks(place, question)}
        if not _hangs_on_something(question, form):
            asked.pop("when", None)
        self.questions.append(asked)
        return asked

    def join(self, place: int, question: Document, same: dict[str, Any]) -> None:
        """Let a question ask for one form more: needed where one needs it, with the figures that ask for most."""
        if self.forms[place].slug not in same["roles"]:
            same["roles"] = [*same["roles"], self.forms[place].slug]
        same["asks"] = [*same["asks"], *self.asks(place, question)]
        same["needed"] = same["needed"] or question["needed"]
        if question["kind"] == "cities":
            known = {city["value"] for city in same["options"]}
            same["options"] = [*same["options"], *(city for city in question["options"] if city["value"] not in known)]
        needs = dict(same.get("needs", {}))
        for name, value in question.get("needs", {}).items():
            pick = min if name in LOWEST else max
            needs[name] = pick(needs[name], value) if name in needs else value
        if needs:
            same["needs"] = needs

    def asks(self, place: int, question: Document) -> list[dict[str, Any]]:
        return [{**ask, "language": self.forms[place].language} for ask in question["asks"]]


def _marked(question: Document, form: OwnForm) -> str:
    """Give the question's id in a merged form; those of a recruiter's own questions are unique over all postings already."""
    return str(question["id"]) + ("" if question["kind"] == "custom" else form.mark)


def _hangs_on_something(question: Document, form: OwnForm) -> bool:
    """Tell whether the own form asks what a question's condition speaks of; other forms' questions do not count for it."""
    when = question.get("when")
    if when is None:
        return True
    return any(_speaks_of(when, other) for other in form.questions)


def _speaks_of(when: Mapping[str, str], other: Document) -> bool:
    kind, value = other["kind"], when["value"]
    match when["source"]:
        case "cities":
            return bool(kind == "cities")
        case "degree":
            return bool(kind == "education")
        case "on_site":
            return kind == "availability" and "on_site" in other.get("needs", {})
        case "skill":
            return kind == "skills" and any(option["value"] == value for option in other["options"])
        case "have":
            return bool(kind == value)
        case ident:
            return bool(other.get("name") == ident)


def _subject(question: Document) -> tuple[str, ...] | None:
    """Name what a question asks about, alike in all forms; None for one that is asked for its own posting only."""
    match question["kind"]:
        case kind if kind in ONCE:
            return (kind,)
        case "languages":
            return ("languages", question["language"]["value"])
        case "statement" if question["asks"]:
            return ("statement", question["asks"][0]["key"])
        case _:
            return None


def _once(questions: Any) -> list[dict[str, Any]]:
    return list({question["id"]: question for question in questions}.values())


def _question_in(name: str) -> str:
    return name.partition("-")[0]


def _any(fields: Fields, name: str) -> bool:
    return any(fields.get(name, ()))
