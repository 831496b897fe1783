"""What a résumé offers: how right it is on labelled résumés, and what must never be offered."""

from __future__ import annotations

import tomllib
from time import perf_counter

import pytest

from rubrics.codec import load_dossier
from rubrics.lexicon import load_lexicon
from rubrics.prefill import Kind, Offer, find_offers
from tests.rubrics.offer_accuracy import FOLDER, SETS, WANTED, measure, offers_in


def told(offers: tuple[Offer, ...], kind: Kind) -> list[dict[str, str]]:
    return [dict(offer.values) for offer in offers if offer.kind is kind]


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [("tuned", 0.99, 0.94), ("first", 0.98, 0.95), ("second", 0.97, 0.96), ("heldout", 0.97, 0.87)],
)
def test_the_labelled_resumes_are_read_as_a_careful_reader_does(name: str, precision: float, recall: float) -> None:
    figures = measure(name)

    assert figures.precision >= precision, figures.wrong
    assert figures.recall >= recall, figures.missed


def test_every_quotation_stands_character_for_character_in_the_resume() -> None:
    count = 0
    for name in SETS:
        for resume in tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["resumes"]:
            for offer in offers_in(resume["text"]):
                assert offer.quotes
                for quote in offer.quotes:
                    assert resume["text"][quote.start : quote.end] == quote.quote != ""
                    count += 1
    assert count > 100


def test_hidden_text_is_never_offered() -> None:
    text = "云小鹤\n邮箱：yun@example.com\n电话：138-0000-0000\n教育背景\n云溪大学 软件工程 硕士 2024.09-2027.06\n技能\n熟练 Python\n"
    everything = offers_in(text)
    assert {offer.kind for offer in everything} == {Kind.NAME, Kind.EMAIL, Kind.PHONE, Kind.EDUCATION, Kind.SKILL}

    for offer in everything:
        hidden = [(quote.start, quote.end) for quote in offer.quotes]
        left = find_offers(load_dossier(None, text, hidden), WANTED, load_lexicon())

        assert offer not in left
        assert all(
            not (start < quote.end and quote.start < end)
            for other in left
            for quote in other.quotes
            for start, end in hidden
        )


@pytest.mark.parametrize(
    "text",
    [
        "Two people\na@example.com and b@example.com\n",
        "138-0000-0000 / 139-0000-0000",
        "推荐人\n石教授 shi@example.edu 136-0000-0000",
        "References\nProf. Shi, shi@example.edu, +44 20 0000 0000",
    ],
)
def test_what_may_be_somebody_elses_is_not_offered(text: str) -> None:
    assert not told(offers_in(text), Kind.EMAIL)
    assert not told(offers_in(text), Kind.PHONE)


@pytest.mark.parametrize(
    "first_line",
    [
        "个人简历",
        "教育背景",
        "Software Engineer",
        "Cloud Creek University",
        "RÉSUMÉ",
        "高级算法工程师",
        "成果",
        "Contact",
    ],
)
def test_a_heading_or_a_title_is_no_name(first_line: str) -> None:
    assert not told(offers_in(f"{first_line}\n技能\nPython\n"), Kind.NAME)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("云小鹤", "云小鹤"),
        ("沈 听 雨", "沈听雨"),
        ("欧阳云帆的简历", "欧阳云帆"),
        ("石小猴 算法工程师", "石小猴"),
        ("云小鹤 (Yun Xiaohe)", "云小鹤"),
        ("Yun Xiaohe (云小鹤)", "Yun Xiaohe"),
        ("ROWAN T. ASHGROVE", "Rowan T. Ashgrove"),
        ("Anne-Marie O'Dell | Bristol", "Anne-Marie O'Dell"),
        ("姓名：石小猴    性别：男", "石小猴"),
    ],
)
def test_a_name_is_read_in_both_scripts(line: str, name: str) -> None:
    assert told(offers_in(f"{line}\n技能\nPython\n"), Kind.NAME) == [{"value": name}]


def test_a_study_that_ended_is_not_in_progress_whatever_its_words_say() -> None:
    (study,) = told(offers_in("教育背景\n云溪大学 软件工程 硕士在读 2020.09-2023.06\n"), Kind.EDUCATION)

    assert study == {
        "institution": "云溪大学",
        "degree": "master",
        "area": "软件工程",
        "start": "2020-09",
        "end": "2023-06",
    }


@pytest.mark.parametrize(
    "line",
    ["计划申请云溪大学硕士", "云溪大学 暑期学校 2023.07-2023.08", "Exchange semester, Sunset University, 2021-2023"],
)
def test_a_plan_a_summer_school_or_an_exchange_is_no_study(line: str) -> None:
    assert not told(offers_in(f"Education\n{line}\n"), Kind.EDUCATION)


def test_a_json_resume_offers_its_sections_by_pointer() -> None:
    document = {
        "basics": {
            "name": "云小鹤",
            "email": "yun@example.com",
            "phone": "138-0000-0000",
            "url": "https://yun.example.com",
            "summary": "喜欢做小而快的模型。",
            "profiles": [{"network": "GitHub", "url": "https://github.com/yun-xiaohe"}],
        },
        "education": [
            {
                "institution": "落霞大学",
                "studyType": "本科",
                "area": "软件工程",
                "startDate": "2020-09",
                "endDate": "2024-06",
            },
            {
                "institution": "云溪大学",
                "studyType": "硕士",
                "area": "人工智能",
                "startDate": "2024-09-01",
                "score": "3.8",
            },
        ],
        "skills": [{"name": "Python", "level": "精通"}, {"name": "没有用过 PyTorch"}],
        "languages": [{"language": "English", "fluency": "Fluent, IELTS 7.5"}],
        "publications": [
            {"name": "Cloud Maps", "publisher": "CVPR", "releaseDate": "2025-06-11", "url": "https://example.org/p"}
        ],
        "awards": [{"title": "ICPC 亚洲区域赛 银牌", "date": "2024-11-01"}, {"title": "优秀学生"}],
        "projects": [
            {
                "name": "tinybev",
                "description": "Open-source BEV models",
                "highlights": ["860 stars"],
                "url": "https://github.com/yun-xiaohe/tinybev",
            }
        ],
        "certificates": [{"name": "PMP", "date": "2024-05-01"}],
    }

    offers = find_offers(load_dossier(document, None), WANTED, load_lexicon())

    assert [(offer.kind.value, dict(offer.values)) for offer in offers] == [
        ("name", {"value": "云小鹤"}),
        ("email", {"value": "yun@example.com"}),
        ("phone", {"value": "138-0000-0000"}),
        ("link", {"value": "https://yun.example.com"}),
        ("link", {"value": "https://github.com/yun-xiaohe"}),
        ("summary", {"value": "喜欢做小而快的模型。"}),
        (
            "education",
            {
                "institution": "云溪大学",
                "degree": "master",
                "area": "人工智能",
                "start": "2024-09",
                "enrolled": "y",
                "gpa": "3.8",
            },
        ),
        (
            "education",
            {"institution": "落霞大学", "degree": "bachelor", "area": "软件工程", "start": "2020-09", "end": "2024-06"},
        ),
        ("skill", {"term": "python", "level": "expert"}),
        ("publication", {"name": "Cloud Maps", "publisher": "CVPR", "year": "2025", "url": "https://example.org/p"}),
        ("award", {"contest": "ICPC 亚洲区域赛", "prize": "银牌", "year": "2024"}),
        (
            "project",
            {
                "name": "tinybev",
                "url": "https://github.com/yun-xiaohe/tinybev",
                "description": "Open-source BEV models\n860 stars",
            },
        ),
        ("language", {"language": "en", "fluency": "Fluent, IELTS 7.5"}),
        ("certificate", {"name": "PMP", "year": "2024"}),
    ]
    assert offers[0].quotes[0].source == "/basics/name"
    assert offers[6].quotes[0] == ("/education/1/institution", 0, 4, "云溪大学")


@pytest.mark.parametrize(
    "text",
    [
        "a@" * 40_000,
        "大学" * 60_000,
        "University of " * 10_000,
        "+1 " * 40_000,
        "教育\n" + "云溪大学 硕士 2024.09-2027.06\n" * 3_000,
        "https://" * 20_000,
        "2024.09-" * 20_000,
        "“" * 100_000,
    ],
    ids=["mail", "school", "english school", "phone", "studies", "pages", "dates", "quotes"],
)
def test_a_hostile_text_is_read_in_short_time(text: str) -> None:
    begun = perf_counter()

    offers_in(text)

    assert perf_counter() - begun < 20


def test_what_is_said_of_an_admission_belongs_to_no_other_school() -> None:
    text = "教育经历\n云溪大学\n软件工程 硕士（已录取）\n2028年9月 入学\n华亭学院\n通信工程，学士\n2021年9月 至 2025年7月\n"

    assert told(offers_in(text), Kind.EDUCATION) == [
        {"institution": "华亭学院", "degree": "bachelor", "area": "通信工程", "start": "2021-09", "end": "2025-07"}
    ]
