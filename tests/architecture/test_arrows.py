"""Imports point one way, and stand at the top of their files."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests.architecture.sources import ROOT, functions, place, python_files, tree_of

LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def test_import_contracts_hold():
    # a process of its own: the tool sets up logging anew, and every logger that is there falls silent
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_import_inside_a_function():
    inside = [
        place(path, node)
        for path in python_files()
        for function in functions(tree_of(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []
