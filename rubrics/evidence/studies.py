"""Degrees, fields of study, enrolment and academic standing. Schools are never looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rubrics.dossier import Json
from rubrics.evidence.clauses import Clause, Judged, Stance
from rubrics.evidence.dates import end_is_ahead
from rubrics.evidence.outcome import Outcome, contradicted, disagreement, met, not_shown, partly
from rubrics.evidence.reading import Reading, Sighting
from rubrics.evidence.texts import RESUME, Answer, Passage, Role, entries, field_of, plain_text
from rubrics.model import DEGREE_ORDER, Degree, DegreeAsk, EnrolmentAsk, FieldAsk, StandingAsk
from rubrics.prescore import Quote

_DEGREES = (
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
_TEXT_ROLES = (Role.EDUCATION, Role.SELF, Role.STATEMENT, Role.OTHER)


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
    studies = reading.remember("studies", lambda: tuple(_studies(reading)))
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


def find_field(ask: FieldAsk, reading: Reading) -> Outcome:  # noqa: PLR0911 - a decision table, read from top to bottom
    """Judge the field of study by families: a member counts, an adjacent field counts in full only for "related" fields."""
    seen = reading.remember("fields", lambda: tuple(_fields(reading)))
    if not seen:
        return not_shown("专业：材料里没有写明", "field of study: not stated")
    ranked = sorted(
        seen, key=lambda item: (-_field_rank(item[0].term, ask, reading), item[2], item[0].source, item[0].start)
    )
    sighting, quote, weak = ranked[0]
    zh, en = reading.lexicon.name(sighting.term, "zh"), reading.lexicon.name(sighting.term, "en")
    rank = _field_rank(sighting.term, ask, reading)
    if rank == 3:
        if weak:
            return partly(f"专业：写到了{zh}（院系或辅修）", f"field: {en} named as department or minor", quote)
        return met(f"专业：{zh}", f"field of study: {en}", quote)
    if rank == 2:
        if ask.related and not weak:
            return met(f"专业：{zh}，属相近专业", f"field of study: {en}, an adjacent field", quote)
        return partly(f"专业：{zh}，与要求相近", f"field of study: {en}, close to what is asked", quote)
    if rank == 1 and ask.related:
        return partly(f"专业：{zh}，同为理工科", f"field of study: {en}, also in science and engineering", quote)
    if all(is_weak for _, _, is_weak in seen):
        return not_shown("专业：没有写明", "field of study: not stated clearly")
    return contradicted(f"专业为{zh}，不在要求之列", f"field of study is {en}, not among those asked for", quote)


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


def find_standing(ask: StandingAsk, reading: Reading) -> Outcome:  # noqa: C901, PLR0911 - a decision table, read from top to bottom
    """Judge grades: an average on its own scale, a rank share, or an honour."""
    marks = reading.remember("marks", lambda: tuple(_marks(reading)))
    if ask.top_share is not None:
        shares = [mark for mark in marks if mark.share is not None]
        if shares:
            best = min(shares, key=lambda mark: mark.share or 0)
            text_zh, text_en = f"排名：前 {_percent(best.share)}", f"rank: top {_percent(best.share)}"
            if (best.share or 0) <= ask.top_share + 1e-9:
                return met(text_zh, text_en, best.quote)
            return contradicted(f"{text_zh}，低于要求", f"{text_en}, below what is asked", best.quote)
    if ask.grade is not None:
        graded = [mark for mark in marks if mark.grade is not None]
        if graded:
            best = max(graded, key=lambda mark: mark.grade or 0)
            if (best.grade or 0) >= ask.grade - 1e-9:
                return met("绩点达到要求", "grade average reaches what is asked", best.quote)
            return contradicted("绩点低于要求", "grade average is below what is asked", best.quote)
    if not marks:
        return not_shown("成绩：材料里没有写", "grades: not stated")
    best = max(marks, key=lambda mark: mark.merit)
    if ask.top_share is not None or ask.grade is not None:
        if best.merit >= 2:
            return partly("写了成绩，但不是所问的指标", "grades are stated, but not the measure asked for", best.quote)
        return not_shown("成绩：没有所问的指标", "grades: the measure asked for is not stated", best.quote)
    if best.merit >= 3:
        return met("成绩优秀：有绩点、排名或荣誉为证", "good standing shown by average, rank or honour", best.quote)
    if best.merit == 2:
        return partly("成绩尚好，未到优秀", "fair standing, short of excellent", best.quote)
    return contradicted("成绩较低", "grades are low", best.quote)


# --- degrees -------------------------------------------------------------------------------------------------------


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
        degree = None if named is None else _degree_in(named.plain, reading)
        if named is None or degree is None or _matches(reading, "degree_planned", named.plain):
            continue
        yield Study(
            degree=degree,
            quote=reading.quote_answer(named),
            in_progress=_row_in_progress(row, named.plain, reading),
            admitted=_matches(reading, "degree_admitted", named.plain),
        )
    yield from _studies_told(reading)


def _row_in_progress(row: dict[str, Json], plain: str, reading: Reading) -> bool | None:
    enrolled = row.get("enrolled")
    if isinstance(enrolled, bool):
        return enrolled
    if any(_matches(reading, name, plain) for name in ("enrolled", "graduating", "graduation_expected")):
        return True
    return end_is_ahead(row.get("endDate"), reading)


def _degree_in(plain: str, reading: Reading) -> Degree | None:
    for degree, name in _DEGREES:
        if _matches(reading, name, plain):
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
    for passage in reading.passages(*_TEXT_ROLES):
        source = reading.sources[passage.source]
        line = source.plain[passage.start : passage.end]
        if passage.role is not Role.EDUCATION and not _matches(reading, "degree_context", line):
            continue
        for clause in reading.clauses(passage):
            if _matches(reading, "quoted", clause.plain) or _matches(reading, "degree_planned", clause.plain):
                continue
            for degree, name in _DEGREES:
                match = reading.cues.pattern(name).search(clause.plain)
                if match is None:
                    continue
                if reading.cues.has("degree_not_own", clause.plain[: match.start()]):
                    continue
                if any(
                    found.start() <= match.start() for found in reading.cues.pattern("denial").finditer(clause.plain)
                ):
                    continue
                start, end = clause.start + match.start(), clause.start + match.end()
                yield Study(
                    degree=degree,
                    quote=reading.quote_clause(passage.source, clause, start, end),
                    in_progress=_told_in_progress(line, reading),
                    admitted=_matches(reading, "degree_admitted", clause.plain),
                    own_words=source.pointer != RESUME,
                )
                break


def _told_in_progress(line: str, reading: Reading) -> bool | None:
    if any(_matches(reading, name, line) for name in ("enrolled", "graduating", "graduation_expected")):
        return True
    return None


def _matches(reading: Reading, name: str, plain: str) -> bool:
    return reading.cues.has(name, plain)


# --- fields --------------------------------------------------------------------------------------------------------

_MAJOR = re.compile(
    r"专业|主修|方向|攻读|就读|学位|硕士|本科|博士|学士|major|degree|b\.|m\.|ph\.?d|bachelor|master|bsc|msc|science in|studying|background|背景|科班"
)
_MINOR = re.compile(r"辅修|minor|第二专业")
_DEPARTMENT = re.compile(r"^[\u4e00-\u9fff]{0,6}?(?:学院|学部|系(?!统)|研究院|研究所|实验室|中心)")
_SCHOOL_OF = re.compile(r"(?:school|department|dept\.?|faculty|college|institute|lab|laboratory) of(?: [a-z]+){0,2} ?$")


def _fields(reading: Reading) -> Iterator[tuple[Sighting, Quote, bool]]:
    """Fields of study with their quotations; weak ones are named as a department or a minor only."""
    yield from _fields_answered(reading)
    for passage in reading.passages(*_TEXT_ROLES):
        plain = reading.sources[passage.source].plain
        line = plain[passage.start : passage.end]
        if passage.role is not Role.EDUCATION and not _MAJOR.search(line):
            continue
        for term in sorted(reading.terms_within(passage.source, passage.start, passage.end)):
            if reading.lexicon.terms[term].kind != "field":
                continue
            for sighting in reading.sightings(term):
                if sighting.passage != passage or sighting.stance in {
                    Stance.DENIED,
                    Stance.WISH,
                    Stance.OTHER_PERSON,
                    Stance.QUOTED,
                    Stance.COURSE,
                }:
                    continue
                if passage.role is not Role.EDUCATION and not _MAJOR.search(sighting.clause.plain):
                    continue
                if reading.cues.has("degree_planned", sighting.clause.plain):
                    continue
                after, before = (
                    plain[sighting.end : sighting.end + 16],
                    plain[max(0, sighting.start - 40) : sighting.start],
                )
                weak = bool(
                    _DEPARTMENT.match(after) or _SCHOOL_OF.search(before) or _MINOR.search(sighting.clause.plain)
                )
                yield sighting, reading.quote_sighting(sighting), weak


def _fields_answered(reading: Reading) -> Iterator[tuple[Sighting, Quote, bool]]:
    for pointer, row in entries(reading.dossier.answers, "education"):
        area = field_of(row, pointer, "area")
        study = field_of(row, pointer, "studyType")
        for answer in (area, study):
            if answer is None or (answer is study and area is not None):
                continue
            weak = _MINOR.search(answer.plain) is not None
            for mention in reading.lexicon.find(answer.text, frozenset({"field"})):
                yield _answer_sighting(mention.term_id, answer), reading.quote_answer(answer), weak


def _answer_sighting(term: str, answer: Answer) -> Sighting:
    clause = Clause(0, len(answer.text), plain_text(answer.text))
    return Sighting(
        term,
        -1,
        0,
        len(answer.text),
        Passage(-1, 0, len(answer.text), Role.EDUCATION, answer.pointer),
        clause,
        Judged(Stance.LISTED),
    )


def _field_rank(term: str, ask: FieldAsk, reading: Reading) -> int:
    """3 a member of an asked family, 2 adjacent, 1 in the same wide area, 0 unrelated."""
    lexicon = reading.lexicon
    if any(lexicon.is_a(term, field) for field in ask.fields):
        return 3
    for field in ask.fields:
        near = lexicon.cue_words.get(f"adjacent_{field}", ())
        if any(lexicon.is_a(term, other) for other in near) or lexicon.is_a(field, term):
            return 2
    stem = "field_stem"
    if lexicon.is_a(term, stem) and any(lexicon.is_a(field, stem) for field in ask.fields):
        return 1
    return 0


# --- enrolment -------------------------------------------------------------------------------------------------------


def _enrolment(reading: Reading) -> tuple[list[Quote], list[Quote], list[Quote]]:
    """Quotations for enrolled, for graduated, and for a graduation date without either."""
    yes: list[Quote] = []
    no: list[Quote] = []
    perhaps: list[Quote] = []
    _enrolment_answered(reading, yes, no, perhaps)
    for passage in reading.passages(Role.EDUCATION, Role.SELF, Role.OTHER, Role.STATEMENT):
        for clause in reading.clauses(passage):
            if _matches(reading, "quoted", clause.plain) or _matches(reading, "wish", clause.plain):
                continue
            for name, found in (
                ("graduated", no),
                ("enrolled", yes),
                ("graduating", yes),
                ("graduation_expected", perhaps),
            ):
                if name == "graduating" and passage.role is not Role.EDUCATION:
                    continue
                match = reading.cues.pattern(name).search(clause.plain)
                if match is None or (name == "graduated" and _is_future(clause.plain, match.start(), reading)):
                    continue
                if name == "graduated" and _matches(
                    reading, "enrolled", reading.sources[passage.source].plain[passage.start : passage.end]
                ):
                    continue  # 本科毕业于…，现硕士在读
                start = clause.start + match.start()
                found.append(reading.quote_clause(passage.source, clause, start, clause.start + match.end()))
                break
    return yes, (no if not yes or any(quote.source != RESUME for quote in no) else []), perhaps


def _enrolment_answered(reading: Reading, yes: list[Quote], no: list[Quote], perhaps: list[Quote]) -> None:
    ended: list[Quote] = []
    for pointer, row in entries(reading.dossier.answers, "education"):
        told = field_of(row, pointer, "enrolled")
        named = field_of(row, pointer, "studyType")
        if told is not None and isinstance(row.get("enrolled"), bool):
            (yes if row["enrolled"] else ended).append(reading.quote_answer(told))
            continue
        if named is not None and _matches(reading, "enrolled", named.plain):
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


def _is_future(plain: str, place: int, reading: Reading) -> bool:
    return any(match.start() <= place for match in reading.cues.pattern("graduating").finditer(plain))


# --- standing --------------------------------------------------------------------------------------------------------

_AVERAGE = re.compile(
    r"(?:gpa|绩点|平均分|均分|加权(?:平均)?(?:成绩|分)?|grade point average|average grade|成绩)[^\d\n,;。]{0,14}?(\d{1,3}(?:\.\d+)?)(?:\s*(?:/|out of|满分)\s*(\d{1,3}(?:\.\d+)?))?"
)
_PLAIN_SCORE = re.compile(r"^\s*(?:gpa\s*:?\s*)?(\d{1,3}(?:\.\d+)?)(?:\s*(?:/|out of)\s*(\d{1,3}(?:\.\d+)?))?")
_RANK = re.compile(
    r"(?:排名|rank(?:ed|ing)?|名次|专业|年级|综合|综测|成绩|班级)[^\d%\n]{0,10}(\d{1,4})\s*/\s*(\d{1,5})"
)
_BARE_RANK = re.compile(r"^\s*(?:第\s*)?(\d{1,4})\s*(?:/|of|out of)\s*(\d{1,5})")
_TOP = re.compile(r"(?:前|top)\s*(\d{1,2}(?:\.\d+)?)\s*%")
_GOOD = {4.0: (3.5, 3.0), 4.3: (3.7, 3.2), 4.5: (3.9, 3.3), 5.0: (4.2, 3.5), 10.0: (8.5, 7.5), 100.0: (85.0, 78.0)}


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement on grades: average on a 4-point scale, rank share, and its merit (3 good, 2 fair, 1 low)."""

    quote: Quote
    merit: int
    grade: float | None = None
    share: float | None = None


def _marks(reading: Reading) -> Iterator[Mark]:
    for pointer, row in entries(reading.dossier.answers, "education"):
        score, rank = field_of(row, pointer, "score", "gpa"), field_of(row, pointer, "rank")
        if score is not None:
            match = _PLAIN_SCORE.match(score.plain) or _AVERAGE.search(score.plain)
            if match is not None:
                yield from _graded(match, reading.quote_answer(score))
            yield from _ranked(score.plain, reading.quote_answer(score), bare=False)
        if rank is not None:
            yield from _ranked(rank.plain, reading.quote_answer(rank), bare=True)
    for passage in reading.passages(Role.EDUCATION, Role.SELF, Role.OTHER, Role.AWARD, Role.STATEMENT):
        yield from _marks_told(passage.source, passage.start, passage.end, passage.role, reading)


def _marks_told(source: int, start: int, end: int, role: Role, reading: Reading) -> Iterator[Mark]:
    plain = reading.sources[source].plain
    line = plain[start:end]
    studied = role is Role.EDUCATION or _matches(reading, "grade", line) or "排名" in line or "rank" in line
    if studied and role is not Role.AWARD:
        for match in _AVERAGE.finditer(plain, start, end):
            yield from _graded(match, reading.quote(source, match.start(), match.end()))
        for pattern in (_RANK, _TOP):
            for match in pattern.finditer(plain, start, end):
                yield from _ranked(match.group(), reading.quote(source, match.start(), match.end()), bare=False)
    if _matches(reading, "wish", line) or _matches(reading, "quoted", line):
        return
    for name, merit in (("honour_top", 3), ("honour_some", 2), ("grade_poor", 1)):
        places = reading.cues.places(name, line)
        if places:
            yield Mark(reading.quote(source, start + places[0][0], start + places[0][1]), merit)
            return


def _graded(match: re.Match[str], quote: Quote) -> Iterator[Mark]:
    value = float(match.group(1))
    scale = float(match.group(2)) if match.group(2) else _scale_of(value)
    known = _GOOD.get(scale)
    if scale is None or known is None or value > scale:
        return
    good, fair = known
    grade = (
        min(4.0, (value - 50) / 10)
        if scale == 100.0
        else value * 4.0 / scale
        if scale not in {4.3, 4.5}
        else min(4.0, value)
    )
    yield Mark(quote, 3 if value >= good else 2 if value >= fair else 1, grade=round(grade, 4))


def _scale_of(value: float) -> float:
    for scale in (4.0, 4.3, 4.5, 5.0, 10.0):
        if value <= scale:
            return scale
    return 100.0


def _ranked(plain: str, quote: Quote, *, bare: bool) -> Iterator[Mark]:
    match = _RANK.search(plain) or (_BARE_RANK.match(plain) if bare else None)
    share: float | None = None
    if match is not None and int(match.group(2)) > 4 and int(match.group(1)) <= int(match.group(2)):
        share = int(match.group(1)) / int(match.group(2))
    else:
        top = _TOP.search(plain)
        share = float(top.group(1)) / 100 if top is not None else None
    if share is not None:
        yield Mark(quote, 3 if share <= 0.2 else 2 if share <= 0.4 else 1, share=round(share, 6))


def _percent(share: float | None) -> str:
    return f"{round((share or 0) * 100, 1):g}%"
