"""A JSON Resume document as the text that people and the engine read. Runs only in the limited child process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from screening.documents.decoding import UndecodableError, decode_text
from screening.documents.failures import NOT_ACCEPTED, ExtractionError
from screening.documents.json_resume import read_json_resume
from screening.documents.reading import Reading

HEADINGS = {
    "work": ("工作经历", "Work experience"),
    "volunteer": ("志愿经历", "Volunteering"),
    "education": ("教育背景", "Education"),
    "projects": ("项目经历", "Projects"),
    "skills": ("技能", "Skills"),
    "publications": ("论文", "Publications"),
    "awards": ("获奖", "Awards"),
    "certificates": ("证书", "Certificates"),
    "languages": ("语言", "Languages"),
    "interests": ("兴趣", "Interests"),
    "references": ("推荐人", "References"),
}
"""The sections in the order in which a résumé tells them, with headings that the engine knows in both languages."""
FIRST = ("position", "title", "name", "organization", "institution", "studyType", "area", "language", "entity", "type")
AFTER = ("fluency", "level", "awarder", "issuer", "publisher", "location", "score", "url")
DATES = ("startDate", "endDate", "date", "releaseDate")
BELOW = ("description", "summary", "reference")
LISTS = ("highlights", "courses", "keywords", "roles")
SHOWN = frozenset((*FIRST, *AFTER, *DATES, *BELOW, *LISTS))


def read(content: bytes) -> Reading:
    """Decode, check and write the document out; nothing in it is hidden."""
    try:
        return Reading(write_resume(read_json_resume(decode_text(content))))
    except UndecodableError as error:
        raise ExtractionError(NOT_ACCEPTED) from error


def write_resume(document: Mapping[str, Any]) -> str:
    """Write every section: who and how to reach them, then each entry with its dates, texts and lists.

    Headings are Chinese when the document is written in Chinese for the most part.
    """
    everything = "".join(_texts(document))
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in everything) * 6 > len(everything)
    lines = [*_basics(document.get("basics") or {})]
    for section, names in HEADINGS.items():
        rows = [row for row in document.get(section) or () if isinstance(row, dict)]
        if rows:
            lines += ["", names[0 if chinese else 1]]
            for row in rows:
                lines += _entry(row)
    return "\n".join(lines).strip() + "\n"


def _basics(basics: Mapping[str, Any]) -> Iterator[str]:
    location = basics.get("location") or {}
    place = ", ".join(_told(location, ("address", "postalCode", "city", "region", "countryCode")))
    yield from filter(None, (" ".join(_told(basics, ("name",))), " ".join(_told(basics, ("label",)))))
    profiles = [profile for profile in basics.get("profiles") or () if isinstance(profile, dict)]
    pages = [" ".join(_told(profile, ("network", "username", "url"))) for profile in profiles]
    yield from filter(None, (" | ".join([*_told(basics, ("email", "phone", "url")), *filter(None, [place])]), *pages))
    yield from _told(basics, ("summary",))


def _entry(row: Mapping[str, Any]) -> Iterator[str]:
    dates = " – ".join(_told(row, DATES))
    first = "  ".join(filter(None, [", ".join(_told(row, FIRST)), dates, ", ".join(_told(row, AFTER))]))
    if first:
        yield first
    yield from _told(row, BELOW)
    for name in LISTS:
        values = row.get(name)
        yield from (f"- {value.strip()}" for value in values or () if isinstance(value, str) and value.strip())
    yield from (f"{name}: {text}" for name, value in row.items() if name not in SHOWN and (text := _plain(value)))


def _told(row: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    return [text for name in names if (text := _plain(row.get(name)))]


def _plain(value: Any) -> str:
    """Give a value as one line of words; nothing for what is empty or has parts of its own."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return " ".join(str(value).split())


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _texts(child)
