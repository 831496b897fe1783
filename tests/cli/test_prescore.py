"""The command ``screening prescore``: what it reads, what it prints, and how it refuses."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from rubrics.codec import dump_compilation, load_prescore
from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
from screening.cli.prescore import command

POSTING = "云小鹤研究实习生\n北京市硕士研究生及以上\n任职要求\n1. 熟悉 Python\n2. 有责任心\n"
RESUME = "教育背景\n2024.09 - 2027.06 云溪大学 计算机技术 硕士在读\n技能\n熟练掌握 Python\n期望城市：北京\n"


@pytest.fixture
def files(tmp_path):
    compiled = dump_compilation(compile_document(POSTING, load_lexicon(), name="fictional"))
    (tmp_path / "compiled.json").write_text(json.dumps(compiled, ensure_ascii=False), "utf-8")
    (tmp_path / "rubric.json").write_text(json.dumps(compiled["postings"][0], ensure_ascii=False), "utf-8")
    doubled = compiled | {"postings": [compiled["postings"][0], compiled["postings"][0] | {"slug": "second"}]}
    (tmp_path / "two.json").write_text(json.dumps(doubled, ensure_ascii=False), "utf-8")
    (tmp_path / "resume.txt").write_text(RESUME, "utf-8")
    (tmp_path / "gb.md").write_bytes(RESUME.encode("gb18030"))
    (tmp_path / "answers.json").write_text('{"availability": {"cities": ["北京"]}}', "utf-8")
    (tmp_path / "broken.json").write_text('{"skills": ', "utf-8")
    (tmp_path / "list.json").write_text("[]", "utf-8")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


@pytest.mark.parametrize("posting", ["compiled.json", "rubric.json"])
def test_verdicts_as_json(files, posting):
    result = run(
        "--posting", files / posting, "--resume", files / "resume.txt", "--application", files / "answers.json"
    )
    assert result.exit_code == 0, result.output
    found = load_prescore(json.loads(result.output))
    assert {item.verdict.value for item in found.results} == {"met", "for_interview"}
    assert found.score.gates.value == "pass"


def test_one_of_several_postings_is_named(files):
    result = run("--posting", files / "two.json", "--slug", "second", "--resume", files / "resume.txt")
    assert json.loads(result.output)["posting"] == "second"


def test_offsets_count_characters_of_the_decoded_file(files):
    result = run("--posting", files / "rubric.json", "--resume", files / "gb.md")
    for item in json.loads(result.output)["results"]:
        for quote in item["evidence"]:
            assert RESUME[quote["start"] : quote["end"]] == quote["quote"]


def test_shipped_rubric_by_slug(files):
    result = run("--posting", "end-to-end-driving", "--resume", files / "resume.txt")
    assert json.loads(result.output)["posting"] == "end-to-end-driving"


def test_text_for_people(files):
    result = run("--posting", files / "rubric.json", "--resume", files / "resume.txt", "--format", "text")
    assert result.exit_code == 0
    assert "● met" in result.output
    assert "熟练掌握 Python" in result.output
    assert "all hard floors hold" in result.output


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--posting", "no-such-rubric", "--resume", "resume.txt"], "neither a file nor the slug of a shipped rubric"),
        (["--posting", "two.json", "--resume", "resume.txt"], "it holds 2 postings; name one with --slug"),
        (["--posting", "two.json", "--slug", "third", "--resume", "resume.txt"], "no posting with the slug third"),
        (["--posting", "broken.json", "--resume", "resume.txt"], "this is not JSON"),
        (["--posting", "list.json", "--resume", "resume.txt"], "this is not a rubric"),
        (["--posting", "answers.json", "--resume", "resume.txt"], "answers.json"),
        (["--posting", "rubric.json"], "Give --application, --resume or both"),
        (["--posting", "rubric.json", "--application", "broken.json"], "this is not JSON"),
        (["--posting", "rubric.json", "--application", "list.json"], "must be a JSON object"),
        (["--posting", "rubric.json", "--resume", "missing.txt"], "No such file"),
        (["--posting", "rubric.json", "--resume", "photo.png"], "a résumé is a .pdf, .docx, .txt or .md file"),
        (["--posting", "rubric.json", "--resume", "binary.txt"], "this is not a text file"),
        (["--posting", "rubric.json", "--resume", "broken.pdf"], "broken.pdf: "),
    ],
)
def test_unreadable_input_gets_one_line_and_exit_2(files, monkeypatch, arguments, line):
    monkeypatch.chdir(files)
    result = run(*arguments)
    assert result.exit_code == 2
    assert line in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
