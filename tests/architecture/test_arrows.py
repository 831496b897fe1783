"""Imports point one way, and stand at the top of their files."""

from __future__ import annotations

import ast

from importlinter.cli import lint_imports

from tests.architecture.sources import ROOT, functions, place, python_files, tree_of


def test_import_contracts_hold(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_no_import_inside_a_function():
    inside = [
        place(path, node)
        for path in python_files()
        for function in functions(tree_of(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []
