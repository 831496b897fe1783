"""Name, addresses and numbers of the person whose résumé it is; of two candidates for one field neither is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rubrics.evidence.resume import heading_role
from rubrics.evidence.texts import Role
from rubrics.prefill.offers import Kind, Offer, offer
from rubrics.prefill.surface import Surface
from rubrics.prefill.words import pattern

LINKS = 3
FIRST_LINES = 3
_EMAIL = re.compile(r"(?<![\w.+{}-])[a-z0-9][\w.+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?![\w@-])")
_PHONE = re.compile(
    r"(?<![\w.+-])(?:(?:\(?(?:\+|00) ?86\)?|\(86\)|86)[ -]?)?1[3-9]\d(?P<gap>[ -]?)\d{4}(?P=gap)\d{4}(?![\w-])"
    r"|(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d[\d .-]{4,15}\d(?![\w-])"
    r"|(?<![\d+])\(\d{3}\) ?\d{3}-\d{4}(?!\d)"
)
_NUMBER = re.compile(r"\+?\(?\d[\d ()-]{4,20}\d(?![\w-])")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s,;|<>()\"'，。；、（）《》“”]{3,300}"
    r"|(?<![\w.@/-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|io|net|cn|edu|me|dev|ai|page|uk|de)(?:/[^\s,;|<>()\"'，。；、（）《》“”]{0,300})?(?![\w@.-])"
)
_CELLS = re.compile(r"\s*[|,;/\t·•()\[\]:]\s*|\s{2,}|\s[-–—]\s")
_SPACED = re.compile(r"(?:[\u4e00-\u9fff] ){1,3}[\u4e00-\u9fff]")
_CHINESE_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,8})?")
_LATIN_NAME = re.compile(
    r"[A-Z][A-Za-z'’-]*\.?(?: [A-Z][A-Za-z'’-]*\.?){1,3}|[A-Z][a-z]+(?: [A-Z][a-z'’-]+){0,2} [A-Z]{2,}"
)
_CUT_OFF = re.compile(r"[/_=&?-][ \t]*\r?\n[ \t]*[\w%]")
_OWN = frozenset({None, Role.OTHER, Role.SELF, Role.PLAN})


def contact_offers(surface: Surface) -> Iterator[Offer]:
    """Offer name, e-mail address, phone and pages, each only where it is the only one of its kind that can be the person's own."""
    yield from _name(surface)
    yield from _alone(Kind.EMAIL, list(_emails(surface)), surface)
    yield from _alone(Kind.PHONE, list(_phones(surface)), surface)
    yield from _links(surface)


Found = tuple[int, int, str]


def _alone(kind: Kind, found: list[Found], surface: Surface) -> Iterator[Offer]:
    """Offer what is told once, or told once among the person's own particulars."""
    own = [item for item in found if surface.role_at(item[0]) in _OWN]
    for group in (own, found):
        values = {_compared(kind, value) for _, _, value in group}
        if len(values) == 1:
            start, end, value = group[0]
            yield offer(kind, (surface.quote(start, end),), value=value)
            return
        if values:
            return


def _compared(kind: Kind, value: str) -> str:
    if kind is Kind.EMAIL:
        return value.lower()
    digits = re.sub(r"\D", "", value)
    return digits[-11:] if len(digits) >= 11 else digits


def _emails(surface: Surface) -> Iterator[Found]:
    for match in _EMAIL.finditer(surface.plain):
        if surface.role_at(match.start()) not in {Role.REFERENCE, Role.PUBLICATION, Role.QUOTED}:
            yield match.start(), match.end(), surface.text[match.start() : match.end()]


def _phones(surface: Surface) -> Iterator[Found]:
    """Numbers that look like phones, and any number behind a word that says so."""
    seen: set[int] = set()
    labelled = [
        found
        for label in pattern("phone_label").finditer(surface.plain)
        if (found := _NUMBER.match(surface.plain, label.end())) is not None
    ]
    for match in [*_PHONE.finditer(surface.plain), *labelled]:
        line = surface.plain.rfind("\n", 0, match.start()) + 1
        digits = sum(character.isdigit() for character in match.group())
        if not 6 <= digits <= 15 or match.end() in seen:
            continue
        if pattern("phone_not_own").search(surface.plain[line : match.start()]):
            continue
        if surface.role_at(match.start()) in {Role.REFERENCE, Role.QUOTED}:
            continue
        seen.add(match.end())
        yield match.start(), match.end(), " ".join(surface.text[match.start() : match.end()].split())


def _links(surface: Surface) -> Iterator[Offer]:
    seen: set[str] = set()
    for match in _LINK.finditer(surface.plain):
        start, end = match.start(), match.start() + len(match.group().rstrip(".:!?-_"))
        if end == match.end() and _CUT_OFF.match(surface.plain, end - 1):
            continue  # the line ended in the middle of the address
        address = surface.text[start:end]
        bare = re.sub(r"^https?://", "", address.lower())
        if "@" in bare or bare in seen or not _is_own_page(surface, start, bare):
            continue
        seen.add(bare)
        value = address if address.lower().startswith("http") else f"https://{address}"
        yield offer(Kind.LINK, (surface.quote(start, end),), value=value)
        if len(seen) == LINKS:
            return


def _is_own_page(surface: Surface, start: int, bare: str) -> bool:
    line = surface.plain.rfind("\n", 0, start) + 1
    role = surface.role_at(start)
    if pattern("page_not_own").search(surface.plain[line:start]):
        return False
    if pattern("page_label").search(surface.plain[line:start]):
        return role not in {Role.REFERENCE, Role.QUOTED, Role.PUBLICATION, Role.PROJECT}
    return role in _OWN and (pattern("profile_page").search(bare) is not None or _is_in_head(surface, start))


def _is_in_head(surface: Surface, start: int) -> bool:
    """Whether a place stands before the first part of the résumé, where people put their address."""
    first = next((passage.start for passage in surface.passages if passage.role not in _OWN), len(surface.plain))
    return start < first and surface.plain.count("\n", 0, start) <= 8


def _name(surface: Surface) -> Iterator[Offer]:
    for label in pattern("name_label").finditer(surface.plain):
        line_end = surface.plain.find("\n", label.end())
        told = surface.text[label.end() : line_end if line_end >= 0 else None]
        yield from _named(surface, label.end(), told)
        return
    if not surface.text:
        return
    lines = [match for match in re.finditer(r"[^\r\n]+", surface.text) if match.group().strip()]
    for match in lines[:FIRST_LINES]:
        found = list(_named(surface, match.start(), match.group()))
        if found:
            yield found[0]
            return
        if not _is_title(match.group()):
            return


def _is_title(line: str) -> bool:
    """Whether a line says but that this is a résumé, so that the name may stand in the next one."""
    left = pattern("name_tail").sub("", line.strip(" #*_=-—\t").lower())
    return not left or re.fullmatch(r"个人|求职|\W*", left) is not None


def _named(surface: Surface, start: int, line: str) -> Iterator[Offer]:
    """Give the name that a line begins with."""
    first = re.match(r"[\s#*_=—\-【\[]*", line)
    begin = first.end() if first else 0
    body = line[begin:]
    spaced = _SPACED.match(body)
    cell = spaced.group() if spaced else _CELLS.split(body, maxsplit=1)[0].strip(" *_#】]")
    if not spaced and re.match(r"[\u4e00-\u9fff]", cell):
        cell = cell.split(" ", 1)[0]
    tail = pattern("name_tail").search(cell.lower())
    cell = cell[: tail.start()].strip() if tail else cell
    value = cell.replace(" ", "") if spaced else " ".join(cell.split())
    if value and _is_name(value, surface):
        place = start + begin
        yield offer(Kind.NAME, (surface.quote(place, place + len(cell)),), value=_cased(value))


def _is_name(value: str, surface: Surface) -> bool:
    if pattern("not_a_name").search(value.lower()) or heading_role(value.lower(), surface.reading.cues) is not None:
        return False
    if _CHINESE_NAME.fullmatch(value):
        return "·" in value or (pattern("surname").match(value) is not None and not _is_term(value, surface))
    return _LATIN_NAME.fullmatch(value) is not None and not _is_term(value, surface)


def _is_term(value: str, surface: Surface) -> bool:
    return bool(surface.reading.lexicon.find(value))


def _cased(value: str) -> str:
    return value.title() if value.isupper() and value.isascii() and len(value) > 4 else value
