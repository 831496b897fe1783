"""Fictional applications: from a trade, a strength and a fixed seed to answers and a résumé that read as if written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from screening.services.demonstration.pieces import (
    Pair,
    Paper,
    Piece,
    Profile,
    pairs,
    plain_projects,
    profile,
    settle_choices,
    table,
)

LEVEL_WORDS = (Pair("了解", "basic"), Pair("熟悉", "familiar"), Pair("掌握", "proficient"), Pair("精通", "expert"))
DEGREES = {
    "bachelor": Pair("本科", "Bachelor"),
    "master": Pair("硕士", "Master"),
    "doctorate": Pair("博士", "Doctorate"),
}


@dataclass(frozen=True, slots=True)
class Brief:
    """What is known of an applicant before anything is written.

    ``strength`` goes from 1 (little to show) to 4; ``language`` is zh, en or mixed (a Chinese form, an English
    résumé); ``oddity`` names something that a scorer must not fall for.
    """

    name: str
    latin: str
    trade: str
    strength: int
    language: str
    cities: tuple[str, ...]
    seed: int
    oddity: str | None = None


@dataclass(frozen=True, slots=True)
class School:
    """One stretch of study."""

    name: Pair
    area: Pair
    degree: str
    first: int
    last: int
    grade: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one applicant has to show, still in both languages; a number beside a piece is its ``settle_choices`` pick."""

    schools: tuple[School, ...]
    projects: tuple[tuple[Piece, int], ...]
    work: tuple[tuple[Piece, int], ...]
    papers: tuple[Paper, ...]
    awards: tuple[tuple[Pair, int], ...]
    open_source: tuple[tuple[Piece, int], ...]
    skills: tuple[tuple[str, int], ...]
    courses: tuple[Pair, ...]
    remarks: tuple[Pair, ...]
    opening: Pair
    within_days: int
    months: int


def choose(brief: Brief, today: date) -> Chosen:
    """Decide what an applicant has to show; the same brief and day give the same choice."""
    random = Random(brief.seed)
    trade = profile(brief.trade)
    strength = brief.strength

    def seldom(pieces: tuple[Any, ...], chances: tuple[float, float, float, float]) -> list[Any]:
        return _sample(random, pieces, 1 if random.random() < chances[strength - 1] else 0)

    projects = _projects(random, trade, strength)
    interest = random.choice(trade.interests)
    opening = random.choice(pairs(table("common")["openings"]))
    skills = _skills(random, trade, strength)
    shown = {
        "work": seldom(trade.work, (0.05, 0.3, 0.6, 0.9)),
        "papers": seldom(trade.papers, (0, 0.08, 0.35, 0.85)),
        "awards": seldom(trade.awards, (0.05, 0.2, 0.5, 0.8)),
        "open_source": seldom(trade.open_source, (0, 0.1, 0.3, 0.6)),
    }
    return Chosen(
        schools=_schools(random, trade, brief, today),
        projects=_picked(random, projects),
        work=_picked(random, shown["work"]),
        papers=tuple(shown["papers"]),
        awards=_picked(random, shown["awards"]),
        open_source=_picked(random, shown["open_source"]),
        skills=skills,
        courses=tuple(_sample(random, trade.courses, 3)),
        remarks=_remarks(random, trade, skills, strength, [kind for kind, pieces in shown.items() if not pieces]),
        opening=Pair(opening.zh.replace("{interest}", interest.zh), opening.en.replace("{interest}", interest.en)),
        within_days=random.choice((7, 10, 14, 14, 14) if strength > 1 else (14, 30, 60)),
        months=random.choice((3, 4, 6, 6) if strength > 1 else (2, 3)),
    )


def write_answers(brief: Brief, chosen: Chosen, *, email: str, questions: list[Any], today: date) -> dict[str, Any]:
    """Fill in a form: the answers by section as the application form writes them (JSON Resume and the domain's additions)."""
    language = "en" if brief.language == "en" else "zh"
    document: dict[str, Any] = {
        "basics": {"name": brief.name, "email": email, "summary": chosen.opening.spoken(language)},
        "education": [
            _school_answer(school, language, studying=place == 0) for place, school in enumerate(chosen.schools)
        ],
        "availability": {
            "start": (today + timedelta(days=chosen.within_days)).isoformat(),
            "within_days": chosen.within_days,
            "months": chosen.months,
            "days_per_week": 5,
            "on_site": True,
            "cities": list(brief.cities),
        },
        "skills": [_skill_answer(name, level, chosen, language) for name, level in chosen.skills],
        "publications": [
            {
                "name": paper.title,
                "publisher": paper.venue,
                "releaseDate": f"{today.year}-{1 + brief.seed % 9:02}",
                "status": Pair("已发表", "published").spoken(language),
                "authorPosition": 1 + (brief.seed // 10) % 2,
            }
            for paper in chosen.papers
        ],
        "awards": [{"title": settle_choices(award.spoken(language), pick)} for award, pick in chosen.awards],
        "projects": [
            {
                "name": piece.name.spoken(language),
                "description": _told(piece, pick, language),
                "type": Pair("开源项目", "open source").spoken(language),
            }
            for piece, pick in chosen.open_source
        ],
        "statements": _statements(brief, chosen, questions),
    }
    return {name: value for name, value in document.items() if value}


def _statements(brief: Brief, chosen: Chosen, questions: list[Any]) -> list[dict[str, str]]:
    """Answer every statement that is needed, and of the others the more the stronger the applicant is."""
    random = Random(brief.seed + 1)
    asked = [question for question in questions if question["kind"] == "statement"]
    answered = [question for question in asked if question["needed"] or random.random() < brief.strength / 5]
    texts = [_statement(random, brief, chosen, number) for number in range(len(answered))]
    return [
        {"key": ask["key"], "criterion": ask["criterion"], "text": text}
        for question, text in zip(answered, texts, strict=True)
        for ask in question["asks"]
    ]


def _statement(random: Random, brief: Brief, chosen: Chosen, number: int) -> str:
    """Tell of a project or a job; further statements tell of further ones."""
    language = "en" if brief.language == "en" else "zh"
    told = (*chosen.projects, *chosen.work)
    piece, pick = told[number % len(told)]
    line = settle_choices(piece.lines[number // len(told) % len(piece.lines)].spoken(language), pick)
    template = random.choice(pairs(table("common")["statements"])).spoken(language)
    return template.replace("{project}", piece.name.spoken(language)).replace("{line}", line)


def _school_answer(school: School, language: str, *, studying: bool) -> dict[str, Any]:
    return {
        "institution": school.name.spoken(language),
        "studyType": DEGREES[school.degree].spoken(language),
        "area": school.area.spoken(language),
        "startDate": f"{school.first}-09",
        "endDate": f"{school.last}-06",
        "enrolled": studying,
        "score": school.grade,
    }


def _skill_answer(name: str, level: int, chosen: Chosen, language: str) -> dict[str, Any]:
    answer = {"name": name, "level": LEVEL_WORDS[level].spoken(language)}
    for piece, pick in chosen.projects:
        if name in piece.keywords:
            answer["example"] = (
                f"{piece.name.spoken(language)}{': ' if language == 'en' else '：'}{settle_choices(piece.lines[0].spoken(language), pick)}"
            )
            break
    return answer


def _projects(random: Random, trade: Profile, strength: int) -> list[Piece]:
    """Choose projects: the trade's own for the strong, what one does beside one's studies for the others."""
    if strength >= 3:
        return _sample(random, trade.projects[:-1], strength - 1)
    if strength == 2:
        own = trade.projects[-3:] if random.random() < 0.6 else trade.projects[:-1]
        return [*_sample(random, own, 1), *_sample(random, plain_projects(), 1)]
    return _sample(random, plain_projects() if random.random() < 0.65 else trade.projects[-2:], 1)


def _schools(random: Random, trade: Profile, brief: Brief, today: date) -> tuple[School, ...]:
    common = table("common")
    names = _sample(random, pairs(common["schools"]), 2)
    far = brief.strength == 1 and random.random() < 0.4
    area = random.choice(pairs(common["far_areas"]) if far else trade.areas)
    grade = f"{random.choice((3.4, 3.5, 3.6, 3.7, 3.8, 3.9) if brief.strength > 2 else (2.9, 3.0, 3.1, 3.2, 3.3))}/4.0"
    bachelor_only = random.random() < (0.6, 0.2, 0.05, 0)[brief.strength - 1]
    if bachelor_only:
        return (School(names[0], area, "bachelor", today.year - 3, today.year + 1, grade),)
    degree = "doctorate" if random.random() < (0, 0.03, 0.12, 0.35)[brief.strength - 1] else "master"
    begun = today.year - random.choice((1, 2))
    last = begun + (4 if degree == "doctorate" else 3)
    earlier = f"{random.choice((3.1, 3.3, 3.4, 3.6, 3.7))}/4.0"
    first = School(names[random.random() < 0.5], area, "bachelor", begun - 4, begun, earlier)
    return (School(names[0], area, degree, begun, last, grade), first)


def _skills(random: Random, trade: Profile, strength: int) -> tuple[tuple[str, int], ...]:
    kept = [(name, level) for name, level in trade.skills if random.random() < (0.45, 0.7, 0.85, 0.95)[strength - 1]]
    shift = {1: (-3,), 2: (-3, -2, -2), 3: (-2, -2, -1), 4: (-1, -1, 0)}[strength]
    return tuple((name, max(0, min(3, level + random.choice(shift)))) for name, level in kept or trade.skills[:1])


def _remarks(
    random: Random, trade: Profile, skills: tuple[tuple[str, int], ...], strength: int, lacking: list[str]
) -> tuple[Pair, ...]:
    """Write closing lines, and at times a wish, a plain "never used" for a skill that the applicant lacks, or an honest no."""
    common = table("common")
    remarks = [random.choice(pairs(common["closings"])), random.choice(pairs(common["english_levels"]))]
    missing = [name for name, _ in trade.skills if name not in dict(skills)]
    if missing and random.random() < (0.95, 0.7, 0.4, 0.15)[strength - 1]:
        wish, skill = random.choice(pairs(common["wishes"])), random.choice(missing)
        remarks.append(Pair(wish.zh.replace("{skill}", f" {skill}"), wish.en.replace("{skill}", skill)))
    if lacking and random.random() < (0.7, 0.5, 0.3, 0.05)[strength - 1]:
        remarks.append(Pair(*common["denials"][random.choice(lacking)]))
    pick = random.randrange(6)
    return tuple(Pair(settle_choices(remark.zh, pick), settle_choices(remark.en, pick)) for remark in remarks)


def _told(piece: Piece, pick: int, language: str) -> str:
    mark = "; " if language == "en" else "；"
    return mark.join(settle_choices(line.spoken(language), pick) for line in piece.lines)


def _picked(random: Random, pieces: list[Any]) -> tuple[tuple[Any, int], ...]:
    return tuple((piece, random.randrange(6)) for piece in pieces)


def _sample(random: Random, pieces: tuple[Any, ...], wanted: int) -> list[Any]:
    return random.sample(pieces, min(wanted, len(pieces)))
