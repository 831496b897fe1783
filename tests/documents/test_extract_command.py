"""``screening extract``: the text, or one clear line and exit status 2, without the web framework."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rubrics.dossier import HiddenText
from screening.cli.extract import command, tell
from screening.documents.extraction import ExtractedText
from tests.documents.files import make_pdf, show


def test_extract_prints_the_text_of_a_pdf(tmp_path: Path) -> None:
    file = tmp_path / "云小鹤.pdf"
    file.write_bytes(make_pdf(show("Yun Xiaohe") + " " + show("secret", colour="1 g", y=500)))
    assert CliRunner().invoke(command, [str(file)]).output == "Yun Xiaohe\nsecret\n"
    assert CliRunner().invoke(command, [str(file), "--hidden"]).output == "secret\n"


def test_extract_reads_standard_input_and_names_the_trouble(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["-"], input="云小鹤")
    assert (done.exit_code, done.output) == (0, "云小鹤\n")
    file = tmp_path / "cv.pdf"
    file.write_bytes(b"MZ\x00\x01")
    for path in (file, tmp_path / "absent.pdf"):
        done = CliRunner().invoke(command, [str(path)])
        assert done.exit_code == 2
        assert len(done.stderr.splitlines()) == 1
    file.write_bytes(b"%PDF-1.4 nothing follows")
    assert CliRunner().invoke(command, [str(file)]).stderr.endswith("broken and cannot be opened. [broken]\n")


def test_a_person_is_told_what_stands_out(capsys: pytest.CaptureFixture[str]) -> None:
    read = ExtractedText("Yun\nsecret  words", (HiddenText(4, 17),), 2, is_recognised=True)
    tell(read, ["secret  words"])
    assert capsys.readouterr().err.splitlines() == [
        "2 pages, 17 characters.",
        "Its letters were recognised in pictures of pages; some may be wrong.",
        "Hidden from a reader of the page: secret words",
    ]


def test_extract_loads_no_web_framework() -> None:
    program = "import sys, screening.cli.extract; sys.exit(bool({'flask', 'sqlalchemy', 'celery', 'wtforms'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
