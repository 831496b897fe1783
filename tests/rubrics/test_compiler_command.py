"""The command ``screening compile``: its contract, its exits, and what it does not load."""

import hashlib
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from screening.cli.compile import command

POSTING = "数据工程师\n杭州市本科及以上\n立即投递\n任职要求\n1. 熟悉Python\n2. 有Kaggle获奖者优先\n"


def run(*arguments, given=None):
    return CliRunner().invoke(command, list(arguments), input=given)


def test_json_is_the_contract(tmp_path):
    path = tmp_path / "posting.txt"
    path.write_text(POSTING, encoding="utf-8")
    result = run(str(path))
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["schema"] == "screening.compile/1"
    assert document["document"] == {
        "name": "posting.txt",
        "sha256": hashlib.sha256(POSTING.encode()).hexdigest(),
        "lines": 6,
    }
    (posting,) = document["postings"]
    assert (posting["title"], posting["locations"], posting["degree_floor"]) == ("数据工程师", ["杭州"], "bachelor")
    assert [criterion["id"] for criterion in posting["criteria"]] == ["k1", "k2", "r1", "b1"]
    for criterion in posting["criteria"]:
        start, end = criterion["span"]
        assert POSTING[start:end] == criterion["text"]


def test_a_dash_reads_standard_input():
    result = run("-", "--format", "text", given=POSTING.encode())
    assert result.exit_code == 0
    assert "数据工程师" in result.stdout
    assert "bonus_in_requirements" in result.stdout


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (b"", "no job posting"),
        (b"\x00\x01\x02\xff\xfe\xfa" * 20, "not a text file"),
        (b"%PDF-1.7\x00\x00\xe2\xe3", "not a text file"),
        ("今天天气很好。".encode(), "no job posting"),
        (b"hello world", "no job posting"),
    ],
)
def test_what_is_no_posting_ends_with_one_line(given, line):
    result = run("-", given=given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert line in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_missing_file_ends_with_one_line(tmp_path):
    result = run(str(tmp_path / "absent.txt"))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_neither_web_framework_nor_database_is_loaded():
    program = (
        "import sys; from screening.cli import main; main(['compile', '--help'], standalone_mode=False);"
        "print([name for name in ('flask', 'sqlalchemy', 'celery', 'redis') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
