"""Who must act on an application: by the rule of its stage, and by who is there to act.

A panel acts while somebody of it owes a scorecard, hiring managers where the posting has some; else it is the owner's turn:
the application's own, else the posting's, and where there is none, all who recruit for the posting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Select, String, literal, select, union_all
from sqlalchemy.orm import Session

from screening.models import Interview, Panelist, Posting, PostingMember, Responsible, Role, Stage, User
from screening.models.prepared import Prepared
from screening.queries.blindness import is_open
from screening.queries.columns import among
from screening.queries.stage_rules import LANES, Rules


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whom an application waits for: what they are to it, and their names by id; an owner without a name is everybody who recruits."""

    kind: Responsible
    people: Mapping[int, str] = field(default_factory=dict)


Asked = tuple[int, Stage, int | None]
"""An application's id, its stage and its own owner."""
Told = tuple[str, int, int, str]
"""What somebody is to an application or to all (0), and their id and name: a row of ``people_rows``."""


class Turns:
    """Whose turn applications of one posting are: what to ask ``people_rows`` for, and what to make of the answer.

    Nobody waits for one that has ended. Who of a panel still owes tells who has submitted: a reader who owes an evaluation
    themselves is told of themselves alone.
    """

    def __init__(self, posting: Posting, rules: Rules, applications: Sequence[Asked], reader_id: int) -> None:
        """Take the applications that go on."""
        self._posting, self._rules, self._reader_id = posting, rules, reader_id
        self._live = [one for one in applications if one[1] in LANES]

    def asked(self) -> dict[str, list[int]]:
        """Give the values of the parameters of ``people_rows``."""
        if not self._live:
            return {"owners": [], "managed": [], "with_panel": []}
        owners = {owner for _, _, owner in self._live} | {self._posting.owner_id}
        kinds = [(ident, self._rules[stage].responsible) for ident, stage, _ in self._live]
        has_managers = any(kind is Responsible.HIRING_MANAGER for _, kind in kinds)
        return {
            "owners": [one for one in owners if one is not None],
            "managed": [self._posting.id] if has_managers else [],
            "with_panel": [ident for ident, kind in kinds if kind is Responsible.PANEL],
        }

    def told(self, rows: Iterable[Told]) -> dict[int, Waiting]:
        """Tell by application whom it waits for."""
        names: dict[str, dict[int, dict[int, str]]] = {}
        for kind, ident, user_id, name in rows:
            names.setdefault(kind, {}).setdefault(ident, {})[user_id] = name
        own, managers = names.get("owner", {}).get(0, {}), names.get("manager", {}).get(0, {})
        owing = {
            ident: {self._reader_id: panel[self._reader_id]} if self._reader_id in panel else panel
            for ident, panel in names.get("panel", {}).items()
        }
        found: dict[int, Waiting] = {}
        alike: dict[tuple[Responsible, int | None], Waiting] = {}
        for ident, stage, owner in self._live:
            rule = self._rules[stage].responsible
            owner_id = owner if owner in own else self._posting.owner_id  # who has left owns nothing any more
            if ident in owing:
                found[ident] = _waiting(rule, owner_id, own, managers, owing[ident])
                continue
            if (rule, owner_id) not in alike:
                alike[rule, owner_id] = _waiting(rule, owner_id, own, managers, {})
            found[ident] = alike[rule, owner_id]
        return found


def who_must_act(
    session: Session, *, posting: Posting, rules: Rules, applications: Sequence[Asked], reader_id: int
) -> dict[int, Waiting]:
    """Tell by application whom it waits for, in one query."""
    turns = Turns(posting, rules, applications, reader_id)
    return turns.told(_people().read(session, turns.asked()))


def _waiting(
    rule: Responsible,
    owner_id: int | None,
    owners: Mapping[int, str],
    managers: Mapping[int, str],
    owing: Mapping[int, str],
) -> Waiting:
    match rule:
        case Responsible.CANDIDATE:
            return Waiting(rule)
        case Responsible.PANEL if owing:
            return Waiting(rule, owing)
        case Responsible.HIRING_MANAGER if managers:
            return Waiting(rule, managers)
        case _:
            name = owners.get(owner_id) if owner_id is not None else None
            return Waiting(Responsible.OWNER, {owner_id: name} if owner_id is not None and name is not None else {})


@cache
def _people() -> Prepared:
    """Make the statement once."""
    return Prepared(union_all(*people_rows()))


def people_rows() -> tuple[Select[str, int, int, str], ...]:
    """Select who may have to act, for the parameters that ``Turns.asked`` gives."""
    of_one = select(literal("panel", String), Interview.application_id, User.id, User.name)
    of_all = select(literal("owner", String), literal(0), User.id, User.name)
    return (
        of_all.where(among(User.id, "owners"), User.is_active),
        select(literal("manager", String), literal(0), User.id, User.name)
        .join(PostingMember, PostingMember.user_id == User.id)
        .where(among(PostingMember.posting_id, "managed"), User.role == Role.HIRING_MANAGER, User.is_active),
        of_one.join(Panelist, Panelist.interview_id == Interview.id)
        .join(User, User.id == Panelist.user_id)
        .where(among(Interview.application_id, "with_panel"), is_open()),
    )
