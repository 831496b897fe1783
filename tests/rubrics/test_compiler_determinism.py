"""The same text gives the same bytes, in whatever process and whatever order Python keeps its sets in."""

import os
import subprocess
import sys
from pathlib import Path

from rubrics.codec import dump_compilation, dump_text
from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon

TEXTS = [
    path.read_text("utf-8").replace("|", "") for path in sorted((Path(__file__).parent / "invented").glob("*.txt"))
]
PROGRAM = """
import sys
from rubrics.codec import dump_compilation, dump_text
from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
sys.stdout.buffer.write(dump_text(dump_compilation(compile_document(sys.stdin.buffer.read().decode(), load_lexicon()))).encode())
"""


def compiled_with(seed: str, text: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=text.encode(), capture_output=True, env=environment, check=True
    )
    return done.stdout


def test_hash_seeds_and_processes_change_no_byte():
    text = "\n\n".join(TEXTS)
    here = dump_text(dump_compilation(compile_document(text, load_lexicon()))).encode()
    assert here.count(b'"id"') > 50
    assert {compiled_with(seed, text) for seed in ("0", "1", "4711")} == {here}


def test_what_was_compiled_before_changes_no_byte():
    lexicon = load_lexicon()
    first = [dump_text(dump_compilation(compile_document(text, lexicon))) for text in TEXTS]
    again = [dump_text(dump_compilation(compile_document(text, lexicon))) for text in reversed(TEXTS)]
    assert first == again[::-1]
