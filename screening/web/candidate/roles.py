"""Which roles one form applies for, in the candidate's order of preference: chosen in the address or by the form's buttons.

A form belongs to the posting in its address, its anchor. What is chosen besides stands in the hidden field ``also``, which
is kept with the draft: ``=slug:version:title,…`` lists everything in order. An address adds roles by ``?also=slug,slug``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from flask import abort, current_app, g, request
from sqlalchemy import select

from screening.extensions import db
from screening.forms.inputs import clean_line, whole_number
from screening.models import FormVersion, Posting, PostingState
from screening.queries.careers import form_in_force, form_of, open_posting
from screening.queries.roles import OtherRole, other_roles
from screening.services.preferences import Document, MergedForm, OwnForm, carry_over, merge_forms
from screening.web.access import now
from screening.web.candidate.timing import was_opened
from screening.web.formatting import html_language

EXACT = "="
LONGEST = 4000
SECTIONS = ("requirement", "bonus", "custom")
Field = TypeVar("Field")


@dataclass(frozen=True, slots=True)
class Named:
    """A role as the field ``also`` names it; the title is only what the page told its own reader."""

    slug: str
    version: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class ChosenRole:
    """A role that takes applications, with the form version that is filled in."""

    posting: Posting
    version: FormVersion

    @property
    def slug(self) -> str:
        """The posting's address."""
        return self.posting.slug

    @property
    def title(self) -> str:
        """The posting's title."""
        return self.posting.title or ""

    @property
    def language(self) -> str:
        """The language of the posting's words, as pages name it."""
        return html_language(self.posting.language)


@dataclass(frozen=True, slots=True)
class ChosenRoles:
    """The roles of one form, the first choice first; ``gone`` were chosen before and are not open any more."""

    anchor: Posting
    roles: tuple[ChosenRole, ...]
    gone: tuple[Named, ...]
    merged: MergedForm

    @property
    def are_several(self) -> bool:
        """Tell whether the form applies for more than one role."""
        return len(self.roles) > 1

    @property
    def written(self) -> str:
        """The field ``also``; empty for the anchor alone."""
        if [role.slug for role in self.roles] == [self.anchor.slug]:
            return ""
        return EXACT + ",".join(f"{role.slug}:{role.version.id}:{quote(role.title, safe='')}" for role in self.roles)

    @property
    def questions(self) -> list[Document]:
        """What the form asks, in the order of the page: of each section first what several roles ask, then each role's own."""
        if not self.are_several:
            return list(self.merged.questions)
        return sorted(
            self.merged.questions, key=lambda question: (SECTIONS.index(question["section"]), self._place(question))
        )

    @property
    def titles(self) -> Mapping[str, ChosenRole]:
        """The roles by their slugs."""
        return {role.slug: role for role in self.roles}

    def groups(self, parts: Iterable[Any]) -> list[tuple[ChosenRole | None, list[Any]]]:
        """Group a section's questions: those that several roles ask under None, then each role's own under the role."""
        parts = list(parts)
        if not self.are_several:
            return [(None, parts)] if parts else []
        grouped: dict[int, list[Any]] = {}
        for part in parts:
            grouped.setdefault(self._place(part.form.question), []).append(part)
        return [(self.roles[place - 1] if place else None, grouped[place]) for place in sorted(grouped)]

    def asking(self, question: Document) -> list[ChosenRole]:
        """Name the roles that ask a question, where it is not asked by one alone."""
        slugs = question.get("roles", ())
        return [role for role in self.roles if role.slug in slugs] if len(slugs) > 1 else []

    def others(self) -> tuple[OtherRole, ...]:
        """List the roles that can be added; none where as many are chosen as may be."""
        if len(self.roles) >= most_roles():
            return ()
        return other_roles(db.session, near=self.anchor, but=[role.slug for role in self.roles], now=now())

    def _place(self, question: Document) -> int:
        slugs = question["roles"]
        return 0 if len(slugs) > 1 else [role.slug for role in self.roles].index(slugs[0]) + 1


def most_roles() -> int:
    """Tell how many roles one form may apply for."""
    return int(current_app.config["SCREENING"].most_roles)


def roles_beside(posting_id: int) -> tuple[OtherRole, ...]:
    """List the roles that can be applied for together with a posting."""
    posting = db.session.get_one(Posting, posting_id)
    return other_roles(db.session, near=posting, but=[posting.slug], now=now()) if most_roles() > 1 else ()


def anchor_posting(slug: str, also: str, *, has_draft: bool = False) -> Posting | None:
    """Find the posting that a form belongs to: an open one, or one that was closed while other chosen roles are open.

    A closed one is there only for somebody who had its form: whose draft it is, or who sends the mark that we signed.
    """
    posting = open_posting(db.session, slug=slug, now=now())
    if posting is not None or not also.startswith(EXACT):
        return posting
    if not has_draft and not was_opened(request.form.get("opened"), slug):
        return None
    others = [named.slug for named in _named(also) if named.slug != slug]
    if not any(open_posting(db.session, slug=other, now=now()) for other in others[: most_roles()]):
        return None
    found = db.session.scalar(select(Posting).where(Posting.slug == slug))
    return found if found is not None and found.state is not PostingState.DRAFT else None


def chosen_roles(version: FormVersion, also: str) -> ChosenRoles:
    """Read which roles a form applies for; the same question in one request is answered once."""
    known: dict[tuple[int, str], ChosenRoles] = g.setdefault("chosen_roles", {})
    if (version.id, also) not in known:
        known[version.id, also] = _read(version, also)
    return known[version.id, also]


def changed_roles(chosen: ChosenRoles, act: str, added: str) -> str:
    """Give the field ``also`` after a button: add (the role ``added``), up:slug, down:slug, remove:slug.

    What cannot be done changes nothing; a button of nobody's making is a bad request.
    """
    slugs = [role.slug for role in chosen.roles]
    name, _colon, slug = act.partition(":")
    match name:
        case "add":
            slugs += [added] if added and added not in slugs and len(slugs) < most_roles() else []
        case "remove" if slug in slugs:
            slugs = [one for one in slugs if one != slug] or slugs
        case "up" | "down" if slug in slugs:
            place = slugs.index(slug)
            other = place + (1 if name == "down" else -1)
            if 0 <= other < len(slugs):
                slugs[place], slugs[other] = slugs[other], slugs[place]
        case _:
            abort(400)
    return _written(chosen, slugs)


def with_roles(version: FormVersion, pairs: Iterable[Sequence[str]], also: str) -> list[tuple[str, str]]:
    """Add the roles that an address names to those of a form's [name, value] pairs."""
    settled = settle(version, pairs)
    before = settled.chosen
    slugs = [role.slug for role in before.roles]
    added = [named.slug for named in _named(also) if named.slug not in slugs] if not also.startswith(EXACT) else []
    if not added:
        return [(name, value) for name, value in pairs]
    after = chosen_roles(version, _written(before, [*slugs, *added]))
    return moved_fields(before, after, settled.fields)


def without_roles(chosen: ChosenRoles, slugs: Sequence[str]) -> str:
    """Give the field ``also`` without some roles."""
    return _written(chosen, [role.slug for role in chosen.roles if role.slug not in slugs])


def moved_fields(before: ChosenRoles, after: ChosenRoles, pairs: Iterable[Sequence[str]]) -> list[tuple[str, str]]:
    """Give [name, value] pairs of a form as they stand in the form of other roles; nothing that was typed is lost."""
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    fields["also"] = [after.written]
    return [
        (name, value) for name, values in carry_over(before.merged, after.merged, fields).items() for value in values
    ]


@dataclass(frozen=True, slots=True)
class Settled:
    """The fields of a form as they stand for the roles that are open now; ``left`` names the others and why (closed)."""

    chosen: ChosenRoles
    fields: list[tuple[str, str]]
    left: tuple[tuple[str, str], ...]


def settle(version: FormVersion, pairs: Iterable[Sequence[str]]) -> Settled:
    """Read which roles a form's [name, value] pairs apply for, and move what was typed when one of them is not open any more."""
    fields = [(name, value) for name, value in pairs]
    also = also_of(fields)
    chosen = chosen_roles(version, also)
    if chosen.gone:
        fields = moved_fields(_read(version, also, closed=True), chosen, fields)
    return Settled(chosen, fields, tuple((one.title or one.slug, "closed") for one in chosen.gone))


def leave_out(settled: Settled, version: FormVersion, *, closed: Sequence[str], applied: Sequence[str]) -> Settled:
    """Give the fields without the roles that turned out to be closed or applied for already."""
    reasons = {**dict.fromkeys(closed, "closed"), **dict.fromkeys(applied, "applied")}
    after = chosen_roles(version, without_roles(settled.chosen, list(reasons)))
    left = [(role.title, reasons[role.slug]) for role in settled.chosen.roles if role.slug in reasons]
    return Settled(after, moved_fields(settled.chosen, after, settled.fields), (*settled.left, *left))


def also_of(pairs: Iterable[Sequence[str]]) -> str:
    """Read the field ``also`` of a form's [name, value] pairs."""
    return next((pair[1] for pair in pairs if pair[0] == "also"), "")


def _read(version: FormVersion, also: str, *, closed: bool = False) -> ChosenRoles:
    anchor = db.session.get_one(Posting, version.posting_id)
    named = _named(also)
    if not also.startswith(EXACT):
        named = [Named(anchor.slug), *(one for one in named if one.slug != anchor.slug)]
    roles: list[ChosenRole] = []
    gone: list[Named] = []
    for one in list({one.slug: one for one in reversed(named)}.values())[::-1]:
        role = _role(one, anchor, version, closed=closed)
        if role is None:
            gone += [one] if also.startswith(EXACT) else []
        elif len(roles) < most_roles():
            roles.append(role)
    if not roles:
        roles, gone = [ChosenRole(anchor, version)], [one for one in gone if one.slug != anchor.slug]
    return ChosenRoles(anchor, tuple(roles), tuple(gone), merge_forms(_own_forms(anchor, roles)))


def _role(named: Named, anchor: Posting, version: FormVersion, *, closed: bool) -> ChosenRole | None:
    """Find a role; ``closed`` ones only to know where its questions stood in the form, never to show it."""
    posting = _posting(named.slug, anchor)
    if posting is None and closed:
        posting = db.session.scalar(select(Posting).where(Posting.slug == named.slug))
    if posting is None:
        return None
    if posting.id == anchor.id:
        return ChosenRole(posting, version)
    seen = form_of(db.session, posting_id=posting.id, form_version_id=named.version) if named.version else None
    own = seen or form_in_force(db.session, posting_id=posting.id)
    return ChosenRole(posting, own) if own is not None else None


def _posting(slug: str, anchor: Posting) -> Posting | None:
    """Read an open posting; the anchor was read already."""
    if slug != anchor.slug:
        return open_posting(db.session, slug=slug, now=now())
    runs = anchor.closes_at is None or anchor.closes_at > now()
    return anchor if anchor.state is PostingState.OPEN and runs else None


def _own_forms(anchor: Posting, roles: Sequence[ChosenRole]) -> list[OwnForm]:
    """Give the forms in an order that no preference changes, so that inputs keep their names when roles change places."""
    ordered = sorted(roles, key=lambda role: (role.posting.id != anchor.id, role.posting.id))
    return [
        OwnForm(
            role.slug,
            role.language,
            role.version.questions,
            "" if role.posting.id == anchor.id else f"_{role.posting.id}",
        )
        for role in ordered
    ]


def _named(also: str) -> list[Named]:
    found = []
    for part in also[:LONGEST].removeprefix(EXACT).split(","):
        slug, _colon, rest = part.strip().partition(":")
        number, _colon, title = rest.partition(":")
        if slug:
            found.append(Named(slug[:80], whole_number(number), clean_line(unquote(title))[:200]))
    return found


def _written(chosen: ChosenRoles, slugs: Sequence[str]) -> str:
    known = {role.slug: f"{role.slug}:{role.version.id}:{quote(role.title, safe='')}" for role in chosen.roles}
    return EXACT + ",".join(known.get(slug, slug) for slug in slugs)
