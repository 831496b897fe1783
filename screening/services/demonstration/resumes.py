"""Fictional résumés in three layouts, as text and now and then as a Word file with words that nobody sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from random import Random

from docx import Document

from screening.services.demonstration.pieces import Pair, settle_choices, table
from screening.services.demonstration.writing import DEGREES, LEVEL_WORDS, Brief, Chosen

HEADINGS = {
    "education": Pair("教育", "Education"),
    "projects": Pair("项目", "Projects"),
    "work": Pair("实习", "Internships"),
    "papers": Pair("论文", "Publications"),
    "awards": Pair("竞赛与获奖", "Competitions"),
    "skills": Pair("技能", "Skills"),
    "more": Pair("其他", "More"),
}


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A résumé file as its owner would send it."""

    name: str
    content: bytes


def write_resume(brief: Brief, chosen: Chosen, today: date) -> WrittenFile:
    """Write an applicant's résumé file."""
    random = Random(brief.seed + 2)
    language = "zh" if brief.language == "zh" else "en"
    sections = _sections(brief, chosen, language, today)
    stem = f"{brief.latin.split()[-1]}_CV" if language == "en" else f"{brief.name.split('<')[0].strip() or '简历'}_简历"
    if brief.oddity == "hidden":
        return WrittenFile(f"{stem}.docx", _word_file(brief, sections))
    layout = random.choice((_bracketed, _markdown, _ruled))
    title = brief.latin if language == "en" else brief.name
    text = layout(title, chosen.opening.spoken(language), sections)
    return WrittenFile(f"{stem}.{'md' if layout is _markdown else 'txt'}", text.encode())


Sections = list[tuple[str, list[str]]]


def _sections(brief: Brief, chosen: Chosen, language: str, today: date) -> Sections:
    found = {
        "education": _education(chosen, language),
        "projects": _work_lines(chosen, language, jobs=False),
        "work": _work_lines(chosen, language, jobs=True),
        "papers": [_paper_line(paper.title, paper.venue, language, today) for paper in chosen.papers],
        "awards": [settle_choices(award.spoken(language), pick) for award, pick in chosen.awards],
        "skills": [_skill_line(chosen, language)],
        "more": [*(remark.spoken(language) for remark in chosen.remarks), *_odd_lines(brief, language, today)],
    }
    return [(HEADINGS[name].spoken(language), lines) for name, lines in found.items() if lines]


def _education(chosen: Chosen, language: str) -> list[str]:
    lines = []
    for place, school in enumerate(chosen.schools):
        studying = place == 0
        if language == "en":
            status = "in progress" if studying else "finished"
            lines.append(
                f"{school.first}.09 – {school.last}.06  {school.name.en}, {DEGREES[school.degree].en} in {school.area.en}, {status}, GPA {school.grade}"
            )
        else:
            status = "在读" if studying else "毕业"
            lines.append(
                f"{school.first}.09 – {school.last}.06  {school.name.zh}，{school.area.zh}，{DEGREES[school.degree].zh}{status}，GPA {school.grade}"
            )
    mark, label = (", ", "Courses: ") if language == "en" else ("、", "课程：")
    return [*lines, label + mark.join(course.spoken(language) for course in chosen.courses)]


def _work_lines(chosen: Chosen, language: str, *, jobs: bool) -> list[str]:
    lines = []
    for piece, pick in chosen.work if jobs else (*chosen.projects, *chosen.open_source):
        position = f"{'，' if language == 'zh' else ', '}{piece.position.spoken(language)}" if jobs else ""
        lines.append(piece.name.spoken(language) + position)
        lines += [
            f"  - {settle_choices(line.spoken(language), pick)}{'.' if language == 'en' else '。'}"
            for line in piece.lines
        ]
    return lines


def _paper_line(title: str, venue: str, language: str, today: date) -> str:
    if language == "en":
        return f"First author: {title}, {venue} {today.year}"
    return f"第一作者：{title}，{venue} {today.year}"


def _skill_line(chosen: Chosen, language: str) -> str:
    if language == "en":
        return ", ".join(f"{name} ({LEVEL_WORDS[level].en})" for name, level in chosen.skills)
    return "、".join(f"{LEVEL_WORDS[level].zh} {name}" for name, level in chosen.skills)


def _odd_lines(brief: Brief, language: str, today: date) -> list[str]:
    """Write what a scorer must see through: a stay abroad against the promise to come soon, orders to the scorer, stuffed words."""
    common = table("common")
    if brief.oddity == "exchange":
        return [Pair(*common["exchange"]).spoken(language).replace("{year}", str(today.year + 1))]
    return [common[brief.oddity]] if brief.oddity in {"scorer_note", "stuffing"} else []


def _bracketed(name: str, opening: str, sections: Sections) -> str:
    parts = [f"【{heading}】\n" + "\n".join(lines) for heading, lines in sections]
    return "\n\n".join([f"{name}\n{opening}", *parts]) + "\n"


def _markdown(name: str, opening: str, sections: Sections) -> str:
    parts = [
        f"## {heading}\n\n" + "\n".join(line if line.startswith("  -") else f"- {line}" for line in lines)
        for heading, lines in sections
    ]
    return "\n\n".join([f"# {name}\n\n{opening}", *parts]) + "\n"


def _ruled(name: str, opening: str, sections: Sections) -> str:
    parts = [f"{heading}\n{'-' * 24}\n" + "\n".join(lines) for heading, lines in sections]
    return "\n\n".join([name, *parts, opening]) + "\n"


Layout = Callable[[str, str, Sections], str]


def _word_file(brief: Brief, sections: Sections) -> bytes:
    """Write a Word file whose last paragraph is set to hidden text."""
    document = Document()
    document.add_heading(brief.name, level=1)
    for heading, lines in sections:
        document.add_heading(heading, level=2)
        for line in lines:
            document.add_paragraph(line)
    unseen = document.add_paragraph().add_run(table("common")["hidden"])
    unseen.font.hidden = True
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()
