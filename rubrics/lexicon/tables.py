"""Reading the word tables; the package's docstring describes their format."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_PATTERNS = "cues"
_KNOWN = frozenset(
    {"forms", "ambiguous", "parents", "needs", "case", "not_before", "not_after", "kind", "zh", "en", "bare", "exact"}
)


class TableError(ValueError):
    """A word table breaks the format."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing with a name: its kind, its names, every spelling, its families, and what an ambiguous spelling needs."""

    id: str
    kind: str
    zh: str
    en: str
    forms: tuple[str, ...]
    parents: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    case: bool = False
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables together; ``version`` is a digest of their bytes, ``patterns`` are the cue groups whose words are regular expressions."""

    version: str
    terms: tuple[Term, ...]
    cues: Mapping[str, tuple[str, ...]]
    patterns: tuple[str, ...] = ()


def read_tables() -> Tables:
    """Read every table, in the order of their names."""
    digest = hashlib.sha256()
    terms: dict[str, Term] = {}
    cues: dict[str, tuple[str, ...]] = {}
    patterns: tuple[str, ...] = ()
    for path in sorted(_FOLDER.glob("*.toml")):
        raw = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(path.name.encode() + b"\0" + raw)
        table = tomllib.loads(raw.decode())
        kind = table.pop("kind")
        if kind == "cue":
            cues.update({name: tuple(group["words"]) for name, group in table.items()})
            if path.stem == _PATTERNS:
                patterns = tuple(table)
        else:
            for family, rows in table.items():
                _read_family(family, rows, kind, terms)
    return Tables(digest.hexdigest()[:12], tuple(terms.values()), cues, patterns)


def _read_family(family: str, rows: dict[str, Any], kind: str, terms: dict[str, Term]) -> None:
    own: dict[str, Any] = rows.pop("_", {})
    inherited: dict[str, Any] = {key: own[key] for key in ("not_before", "not_after") if key in own}
    kind = own.get("kind", kind)
    parents = tuple(own.get("parents", ())) if own.get("bare") else (family,)
    if own and not own.get("bare"):
        _add(_term(family, own, kind), terms)
    for term_id, row in rows.items():
        entry = {"forms": row} if isinstance(row, list) else row
        if "ambiguous" in entry and "needs" not in entry and "guard" in own:
            entry = {**entry, "needs": own["guard"]}
        _add(_term(term_id, {**inherited, **entry} if inherited else entry, kind, parents), terms)


def _add(term: Term, terms: dict[str, Term]) -> None:
    before = terms.get(term.id)
    if before is None:
        terms[term.id] = term
    elif term.forms and before.forms:
        raise TableError(f"the term {term.id} stands twice in the tables")
    else:
        full = term if term.forms else before
        parents = tuple(dict.fromkeys((*before.parents, *term.parents)))
        terms[term.id] = replace(full, parents=parents)


_PROPER = frozenset({"tool", "programming_language", "operating_system", "dataset", "venue"})


def _chinese_name(names: tuple[str, ...], kind: str) -> str:
    """Give the name shown in Chinese: proper names stay as they are first written, topics have a Chinese one where there is one."""
    return names[0] if kind in _PROPER else next((form for form in names if not form.isascii()), names[0])


def _term(term_id: str, row: Mapping[str, Any], kind: str, families: tuple[str, ...] = ()) -> Term:
    ambiguous = tuple(row.get("ambiguous", ()))
    exact = tuple(row.get("exact", ()))
    forms = (*row.get("forms", ()), *ambiguous, *exact)
    names = forms or (term_id,)
    return Term(
        id=term_id,
        kind=row.get("kind", kind),
        zh=row.get("zh") or _chinese_name(names, row.get("kind", kind)),
        en=row.get("en") or next((form for form in names if form.isascii()), names[0]),
        forms=forms,
        parents=tuple(dict.fromkeys((*row.get("parents", ()), *families))),
        needs=tuple(word.lower() for word in row.get("needs", ())),
        ambiguous=ambiguous,
        exact=exact,
        case=bool(row.get("case", False)),
        not_before=tuple(row.get("not_before", ())),
        not_after=tuple(row.get("not_after", ())),
        facts={key: value for key, value in row.items() if key not in _KNOWN},
    )
