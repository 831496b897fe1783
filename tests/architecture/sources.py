"""The project's own source files, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("rubrics", "screening", "worker")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def python_files(*folders: str) -> list[Path]:
    """List the Python files below the folders (all packages without one), migrations left out."""
    found = [path for folder in folders or PACKAGES for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def template_files() -> list[Path]:
    """List the HTML templates."""
    return sorted((ROOT / "templates").rglob("*.html"))


@lru_cache(maxsize=1024)
def tree_of(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def place(path: Path, node: ast.AST) -> str:
    """Say where a node stands: path and line."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Walk all functions of a module, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Walk all calls below a node."""
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))
