"""Degrees: finished, in progress or admitted to, from answers and from running text. Schools are never looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rubrics.dossier import Json
from rubrics.evidence.dates import end_is_ahead
from rubrics.evidence.outcome import Outcome, contradicted, disagreement, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.study_texts import TEXT_ROLES, matches
from rubrics.evidence.texts import RESUME, Role, entries, field_of
from rubrics.model import DEGREE_ORDER, Degree, DegreeAsk
from rubrics.prescore import Quote

DEGREE_CUES = (
    (Degree.DOCTORATE, "degree_doctorate"),
    (Degree.MASTER, "degree_master"),
    (Degree.BACHELOR, "degree_bachelor"),
    (Degree.ASSOCIATE, "degree_associate"),
)
_NAMES = {
    Degree.ASSOCIATE: ("大专", "associate degree"),
    Degree.BACHELOR: ("本科", "bachelor's degree"),
    Degree.MASTER: ("硕士", "master's degree"),
    Degree.DOCTORATE: ("博士", "doctorate"),
}


@dataclass(frozen=True, slots=True)
class Study:
    """One degree that the application names: in progress (True, False, or None when it does not say), or only admitted to."""

    degree: Degree
    quote: Quote
    in_progress: bool | None
    admitted: bool = False
    own_words: bool = False


def find_degree(ask: DegreeAsk, reading: Reading) -> Outcome:
    """Judge a degree floor; a degree in progress counts and the reason says so."""
    studies = studies_of(reading)
    wanted_zh, wanted_en = _NAMES[ask.degree]
    if not studies:
        return not_shown("学历：材料里没有写", "degree: not stated")
    held = [study for study in studies if not study.admitted]
    highest = _highest(held)
    pending = _highest([study for study in studies if study.admitted])
    if highest is not None and _reaches(highest, ask):
        return _reached(ask, highest, held)
    if pending is not None and _reaches(pending, ask):
        return partly(
            f"{_NAMES[pending.degree][0]}：已录取，尚未入学",
            f"{_NAMES[pending.degree][1]}: admitted, not begun",
            pending.quote,
        )
    if highest is None:
        return not_shown("学历：材料里没有写明", "degree: not stated clearly")
    zh, en = _NAMES[highest.degree]
    return contradicted(
        f"最高学历为{zh}，低于{wanted_zh}", f"highest degree is a {en}, below a {wanted_en}", highest.quote
    )


def studies_of(reading: Reading) -> tuple[Study, ...]:
    """Give every degree that the application names."""
    return reading.remember("studies", lambda: tuple(_studies(reading)))


def _reaches(study: Study, ask: DegreeAsk) -> bool:
    return DEGREE_ORDER[study.degree] >= DEGREE_ORDER[ask.degree]


def _highest(studies: Sequence[Study]) -> Study | None:
    return max(studies, key=lambda study: DEGREE_ORDER[study.degree], default=None)


def _reached(ask: DegreeAsk, highest: Study, held: Sequence[Study]) -> Outcome:
    zh, en = _NAMES[highest.degree]
    answers = _highest([study for study in held if study.quote.source != RESUME and not study.own_words])
    resume = _highest([study for study in held if study.quote.source == RESUME])
    if answers is not None and resume is not None and _reaches(answers, ask) != _reaches(resume, ask):
        return disagreement(
            "学历：填写项与简历不一致", "degree: answers and résumé disagree", answers.quote, resume.quote
        )
    progress_zh = "在读" if highest.in_progress else ""
    progress_en = ", in progress" if highest.in_progress else ""
    return met(f"{zh}{progress_zh}", f"{en}{progress_en}", highest.quote)


def _studies(reading: Reading) -> Iterator[Study]:
    for pointer, row in entries(reading.dossier.answers, "education"):
        named = field_of(row, pointer, "studyType")
        degree = None if named is None else degree_in(named.plain, reading)
        if named is None or degree is None or matches(reading, "degree_planned", named.plain):
            continue
        yield Study(
            degree=degree,
            quote=reading.quote_answer(named),
            in_progress=_row_in_progress(row, named.plain, reading),
            admitted=matches(reading, "degree_admitted", named.plain),
        )
    yield from _studies_told(reading)


def _row_in_progress(row: dict[str, Json], plain: str, reading: Reading) -> bool | None:
    enrolled = row.get("enrolled")
    if isinstance(enrolled, bool):
        return enrolled
    if any(matches(reading, name, plain) for name in ("enrolled", "graduating", "graduation_expected")):
        return True
    return end_is_ahead(row.get("endDate"), reading)


def degree_in(plain: str, reading: Reading) -> Degree | None:
    """Give the highest degree that a text names, short forms (MS) as a whole text too."""
    for degree, name in DEGREE_CUES:
        if matches(reading, name, plain):
            return degree
    bare = plain.strip(" .")
    return {
        "ms": Degree.MASTER,
        "ma": Degree.MASTER,
        "master": Degree.MASTER,
        "masters": Degree.MASTER,
        "bs": Degree.BACHELOR,
        "ba": Degree.BACHELOR,
        "be": Degree.BACHELOR,
    }.get(bare)


def _studies_told(reading: Reading) -> Iterator[Study]:
    """Degrees told in running text: the person's own, named with a school, a field or a state of study."""
    named = reading.cues.groups(*(name for _, name in DEGREE_CUES))
    for passage in reading.passages(*TEXT_ROLES):
        source = reading.sources[passage.source]
        line = source.plain[passage.start : passage.end] if passage.hints & named else ""
        if not line or (passage.role is not Role.EDUCATION and not matches(reading, "degree_context", line)):
            continue
        for clause in reading.clauses(passage):
            if not reading.cues.may(named, clause.plain):
                continue
            if matches(reading, "quoted", clause.plain) or matches(reading, "degree_planned", clause.plain):
                continue
            for degree, name in DEGREE_CUES:
                match = reading.cues.first(name, clause.plain)
                if match is None:
                    continue
                if reading.cues.has("degree_not_own", clause.plain[: match.start()]):
                    continue
                if any(
                    place <= match.start() and "(" not in clause.plain[stop : match.start()]
                    for place, stop in reading.cues.places("denial", clause.plain)
                ):
                    continue
                start, end = clause.start + match.start(), clause.start + match.end()
                yield Study(
                    degree=degree,
                    quote=reading.quote_clause(passage.source, clause, start, end),
                    in_progress=_told_in_progress(line, reading),
                    admitted=matches(reading, "degree_admitted", clause.plain),
                    own_words=source.pointer != RESUME,
                )
                break


def _told_in_progress(line: str, reading: Reading) -> bool | None:
    if any(matches(reading, name, line) for name in ("enrolled", "graduating", "graduation_expected")):
        return True
    return None
