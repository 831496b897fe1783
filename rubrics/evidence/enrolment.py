"""Enrolled or graduated, by the words and dates of the application itself."""

from __future__ import annotations

import re

from rubrics.evidence.dates import end_is_ahead, reference_month, spans_in
from rubrics.evidence.outcome import Outcome, contradicted, disagreement, met, not_shown, partly
from rubrics.evidence.reading import Reading
from rubrics.evidence.study_texts import matches
from rubrics.evidence.texts import RESUME, Role, entries, field_of
from rubrics.model import EnrolmentAsk
from rubrics.prescore import Quote


def find_enrolment(ask: EnrolmentAsk, reading: Reading) -> Outcome:
    """Judge whether the person is a student now, by words and dates of the application itself."""
    yes, no, perhaps = reading.remember("enrolment", lambda: _enrolment(reading))
    wanted, against = (yes, no) if ask.enrolled else (no, yes)
    word_zh, word_en = ("在读", "enrolled") if ask.enrolled else ("已毕业", "graduated")
    other_zh, other_en = ("已毕业", "graduated") if ask.enrolled else ("在读", "enrolled")
    if wanted and against and (wanted[0].source == RESUME) != (against[0].source == RESUME):
        answer, resume = sorted((wanted[0], against[0]), key=lambda quote: quote.source == RESUME)
        return disagreement("在读情况：填写项与简历不一致", "enrolment: answers and résumé disagree", answer, resume)
    if wanted:
        return met(f"{word_zh}：材料写明", f"{word_en}: stated", wanted[0])
    if against:
        return contradicted(f"材料写明{other_zh}", f"the application says {other_en}", against[0])
    if perhaps and ask.enrolled:
        return partly(
            "写了毕业时间，没有写明是否在读", "gives a graduation date, not whether still enrolled", perhaps[0]
        )
    return not_shown("在读情况：材料里没有写", "enrolment: not stated")


def _enrolment(reading: Reading) -> tuple[list[Quote], list[Quote], list[Quote]]:
    """Quotations for enrolled, for graduated, and for a graduation date without either."""
    yes: list[Quote] = []
    no: list[Quote] = []
    perhaps: list[Quote] = []
    _enrolment_answered(reading, yes, no, perhaps)
    telling = reading.cues.groups("graduated", "enrolled", "graduating", "graduation_expected")
    for passage in reading.passages(Role.EDUCATION, Role.SELF, Role.PLAN, Role.OTHER, Role.STATEMENT):
        for clause in reading.clauses(passage):
            if not reading.cues.may(telling, clause.plain):
                continue
            if matches(reading, "quoted", clause.plain) or matches(reading, "wish", clause.plain):
                continue
            for name, found in (
                ("graduated", no),
                ("enrolled", yes),
                ("graduating", yes),
                ("graduation_expected", perhaps),
            ):
                if name == "graduating" and passage.role is not Role.EDUCATION:
                    continue
                match = reading.cues.first(name, clause.plain)
                if match is None or (name == "graduated" and _is_future(clause.plain, match.start(), reading)):
                    continue
                line = reading.sources[passage.source].plain[passage.start : passage.end]
                if name == "graduated" and matches(reading, "enrolled", line.replace(match.group(), " ")):
                    continue  # 本科毕业于…，现硕士在读
                start = clause.start + match.start()
                ahead = name == "graduation_expected" and _class_is_ahead(match.group(), reading)
                quote = reading.quote_clause(passage.source, clause, start, clause.start + match.end())
                (yes if ahead else found).append(quote)
                break
    if not yes and not no:
        _enrolment_dated(reading, yes, no)
    return yes, (no if not yes or any(quote.source != RESUME for quote in no) else []), perhaps


def _enrolment_answered(reading: Reading, yes: list[Quote], no: list[Quote], perhaps: list[Quote]) -> None:
    ended: list[Quote] = []
    for pointer, row in entries(reading.dossier.answers, "education"):
        told = field_of(row, pointer, "enrolled")
        named = field_of(row, pointer, "studyType")
        if told is not None and isinstance(row.get("enrolled"), bool):
            (yes if row["enrolled"] else ended).append(reading.quote_answer(told))
            continue
        if named is not None and matches(reading, "enrolled", named.plain):
            yes.append(reading.quote_answer(named))
            continue
        end = field_of(row, pointer, "endDate")
        ahead = end_is_ahead(row.get("endDate"), reading)
        if end is not None and ahead is not None:
            (yes if ahead else ended).append(reading.quote_answer(end))
        elif end is not None:
            perhaps.append(reading.quote_answer(end))
    if ended and not yes:
        no.extend(ended)


_STUDY = re.compile(
    r"大学|学院|本科|硕士|博士|研究生|university|college|bachelor|master|ph\.?d|(?<![a-z])[bm]\.?(?:sc|eng|s)(?![a-z])"
)


def _enrolment_dated(reading: Reading, yes: list[Quote], no: list[Quote]) -> None:
    """Read the dated spans of studies in running text: one that lasts beyond the reference month is a study in progress."""
    now = reference_month(reading)
    ended: list[Quote] = []
    for passage in reading.passages(Role.EDUCATION, Role.SELF, Role.OTHER):
        plain = reading.plain_of(passage)
        if passage.role is not Role.EDUCATION and _STUDY.search(plain) is None:
            continue
        for _, last, start, end in spans_in(plain):
            quote = reading.quote(passage.source, passage.start + start, passage.start + end)
            if last is None or (now is not None and last >= now):
                yes.append(quote)
            elif now is not None and passage.role is Role.EDUCATION:
                ended.append(quote)
    if ended and not yes:
        no.append(ended[0])


_CLASS = re.compile(r"20\d\d")


def _class_is_ahead(plain: str, reading: Reading) -> bool:
    """Whether a class (2027届, class of 2027) ends after the time that the application speaks of."""
    year = _CLASS.search(plain)
    return year is not None and end_is_ahead(f"{year.group()}-06", reading) is True


def _is_future(plain: str, place: int, reading: Reading) -> bool:
    return any(match.start() <= place for match in reading.cues.pattern("graduating").finditer(plain))
