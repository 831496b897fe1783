"""JSON Resume: read strictly, each fault told with its line and path, every section written out for people and the engine."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.documents.extraction import extract_text, has_text
from screening.documents.failures import CODES, NOT_JSON_RESUME, TOO_LARGE, ExtractionError
from screening.documents.json_resume import JsonResumeError, Problem, lines_of, read_json_resume
from screening.documents.json_text import HEADINGS, write_resume
from screening.documents.recognition import MediaType, file_name_for, recognise

WHOLE = {
    "basics": {
        "name": "Lena Brookfield",
        "label": "Roboticist",
        "email": "lena@example.org",
        "phone": "+49 151 0000 1234",
        "url": "https://lena.example.org",
        "summary": "Builds robots.",
        "location": {"city": "Mistport", "countryCode": "DE"},
        "profiles": [{"network": "GitHub", "username": "lbrook", "url": "https://github.com/lbrook"}],
    },
    "work": [
        {
            "name": "Cloudsail",
            "position": "Intern",
            "startDate": "2025-03",
            "endDate": "",
            "highlights": ["Cut the error."],
        }
    ],
    "volunteer": [{"organization": "Codeclub", "position": "Teacher", "summary": "Taught on Fridays."}],
    "education": [
        {"institution": "Cloud Creek University", "studyType": "Master", "area": "Robotics", "courses": ["SLAM"]}
    ],
    "projects": [{"name": "minilog", "description": "A log store.", "keywords": ["Rust"], "entity": "own"}],
    "skills": [{"name": "Python", "level": "expert", "keywords": ["PyTorch"]}],
    "publications": [{"name": "Seeing through fog", "publisher": "ICRA", "releaseDate": "2026-05"}],
    "awards": [{"title": "Silver medal, Kaggle", "awarder": "Kaggle", "date": "2024"}],
    "certificates": [{"name": "PMP", "issuer": "PMI", "date": None}],
    "languages": [{"language": "English", "fluency": "C1"}],
    "interests": [{"name": "Sailing", "keywords": ["dinghies"]}],
    "references": [{"name": "Prof. Shi", "reference": "Careful."}],
    "meta": {"theme": "plain", "anything": [1, 2, {"deep": True}]},
}


def problems_in(text: str) -> tuple[Problem, ...]:
    with pytest.raises(JsonResumeError) as caught:
        read_json_resume(text)
    return caught.value.problems


def test_every_section_is_written_out() -> None:
    content = json.dumps(WHOLE).encode()

    read = extract_text(content, file_name="resume.json")

    texts = [text for text in _texts({name: part for name, part in WHOLE.items() if name != "meta"}) if text]
    assert [text for text in texts if text not in read.text] == []
    assert [english for _chinese, english in HEADINGS.values() if f"\n{english}\n" not in read.text] == []
    assert read.text.startswith("Lena Brookfield\nRoboticist\nlena@example.org | +49 151 0000 1234 | ")
    assert "Cloud Creek University, Master, Robotics\n- SLAM\n" in read.text
    assert (read.hidden, read.pages) == ((), None)
    assert has_text(content, MediaType.JSON_RESUME)


def test_a_chinese_document_has_chinese_headings() -> None:
    text = write_resume({"basics": {"name": "云小鹤"}, "education": [{"institution": "云溪大学", "studyType": "硕士"}]})

    assert text == "云小鹤\n\n教育背景\n云溪大学, 硕士\n"


def test_faults_are_told_with_line_and_path() -> None:
    text = """{
  "basics": {
    "name": 5,
    "email": "nobody",
    "url": "not an address",
    "profiles": {"network": "GitHub"}
  },
  "education": [
    {"institution": "Cloud Creek University", "endDate": "June 2027"},
    "Sunset Institute",
    {"courses": "SLAM"}
  ],
  "work": [{"highlights": ["fine", 7]}],
  "skills": "Python"
}"""
    assert problems_in(text) == (
        Problem("text", 3, "basics.name"),
        Problem("email", 4, "basics.email"),
        Problem("address", 5, "basics.url"),
        Problem("entries", 6, "basics.profiles"),
        Problem("date", 9, "education[0].endDate"),
        Problem("object", 10, "education[1]"),
        Problem("texts", 11, "education[2].courses"),
        Problem("text", 13, "work[0].highlights[1]"),
        Problem("entries", 14, "skills"),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{\n "basics": {\n  "name": "x",\n }\n}', Problem("syntax", 4)),
        ("{\n'basics': 1}", Problem("syntax", 2)),
        ("hello", Problem("syntax", 1)),
        ('{"basics": {"name": NaN}}', Problem("syntax", 1)),
        ("[1]", Problem("object", 1)),
        ('"text"', Problem("object", 1)),
        ("{}", Problem("sections", 1)),
        ('{"basics": {}, "work": [], "other": 1}', Problem("sections", 1)),
        ("[" * 100_000, Problem("depth", 1)),
        ('{"basics": {"x": ' + "[" * 30 + "]" * 30 + "}}", Problem("depth", 1)),
        ('{"basics": {"name": ' + "9" * 5000 + "}}", Problem("syntax", 1)),
        ('{"basics": {"name": "' + "x" * 300_001 + '"}}', Problem("long", 1)),
    ],
    ids=["comma", "quotes", "prose", "nan", "list", "text", "empty", "nothing", "nested", "deep", "number", "long"],
)
def test_what_is_no_json_resume_is_refused(text: str, problem: Problem) -> None:
    assert problems_in(text) == (problem,)


def test_many_faults_are_told_up_to_a_limit() -> None:
    rows = ",".join(['{"startDate": "soon"}'] * 500)

    assert len(problems_in(f'{{"work": [{rows}]}}')) == 20


def test_characters_that_no_page_can_hold_are_taken_out() -> None:
    document = read_json_resume('{"basics": {"name": "Le\\u0000na \\ud800\\u202f"}, "x\\u0000": "\\u0007"}')

    assert document == {"basics": {"name": "Lena \u202f"}, "x": ""}


def test_the_name_tells_json_resume_from_text_and_the_content_decides() -> None:
    assert recognise(b'{"basics": {"name": "x"}}', file_name="cv.json") is MediaType.JSON_RESUME
    assert recognise(b'{"basics": {"name": "x"}}', file_name="cv.txt") is MediaType.TEXT
    assert file_name_for(MediaType.JSON_RESUME, "../Lebenslauf.JSON") == "Lebenslauf.JSON"
    for content, sentence in ((b"hello", NOT_JSON_RESUME), (b" " * (10 * 1024 * 1024 + 1), TOO_LARGE)):
        with pytest.raises(ExtractionError, match=sentence.split("(")[0]):
            recognise(content, file_name="cv.json")
    assert recognise(b"%PDF-1.4 x", file_name="cv.json") is MediaType.PDF
    assert CODES[NOT_JSON_RESUME] == "not_json_resume"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*HEADINGS, "basics", "other"]), json_values, max_size=4), st.integers(0, 3))
def test_any_json_is_read_or_refused_in_words(document: dict[str, object], indent: int) -> None:
    text = json.dumps(document, indent=indent)
    told: tuple[Problem, ...] = ()
    try:
        assert write_resume(read_json_resume(text)).endswith("\n")
    except JsonResumeError as error:
        told = error.problems or (Problem("none", 0),)
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in told)


@given(json_values.filter(lambda value: isinstance(value, (dict, list))))
def test_lines_are_those_of_the_values(document: object) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False)
    rows = text.split("\n")

    lines = lines_of(text)

    for pointer, value in _pointed(document, ""):
        if not isinstance(value, (dict, list)):
            assert json.dumps(value, ensure_ascii=False) in rows[lines[pointer] - 1]


def _pointed(node, pointer):
    yield pointer, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from _pointed(child, f"{pointer}/{key}")


def _texts(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, (dict, list)):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _texts(child)
