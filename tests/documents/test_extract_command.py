"""``screening extract``: the text, or one clear line and exit status 2, without the web framework."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from screening.cli.extract import command
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


def test_extract_loads_no_web_framework() -> None:
    program = "import sys, screening.cli.extract; sys.exit(bool({'flask', 'sqlalchemy', 'celery', 'wtforms'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
